package protocol

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// LabelSize is a size of label stock, in millimetres.
type LabelSize struct{ Width, Height int }

// String is the size as a protocol writes it.
func (s LabelSize) String() string { return fmt.Sprintf("%d x %d mm", s.Width, s.Height) }

// LabelSizes are the sizes of stock that there are, the largest first.
func LabelSizes() []LabelSize {
	return []LabelSize{{100, 150}, {100, 90}, {100, 70}, {100, 60}, {80, 60}, {70, 50}}
}

func sizesInWords() []string {
	var words []string
	for _, size := range LabelSizes() {
		words = append(words, size.String())
	}
	return words
}

// labelSize reads a size of stock; another could not be bought.
func (b *builder) labelSize(n *yaml.Node, text string) {
	at := slices.Index(sizesInWords(), text)
	if at < 0 {
		b.fail(n, suggest(text, sizesInWords()), "there is no label stock of %q", text)
		return
	}
	b.p.Label.Size = LabelSizes()[at]
}
