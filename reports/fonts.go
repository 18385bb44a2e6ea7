package reports

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"github.com/go-fonts/dejavu/dejavusanscondensed"
	"github.com/go-fonts/dejavu/dejavusanscondensedbold"
	"github.com/go-fonts/dejavu/dejavusansmono"
	"github.com/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is one of the three faces a record is set in.
type face int

// The faces.
const (
	regular face = iota
	bold
	mono
	faceCount
)

// family is the name under which the PDF library knows a face.
func (f face) family() string { return [faceCount]string{"text", "strong", "code"}[f] }

// faceSet is the three faces, cut to the repertoire.
type faceSet struct {
	ttf     [faceCount][]byte
	advance [faceCount][]int // by character, in 1/2048 of the size
	covered []bool           // by character: every face has a glyph
	// resource is the name, "/F…", that the PDF library gives each face.
	resource [faceCount]string
}

// faces cuts the faces once in a process; the result is never changed. The
// bytes come from the fonts embedded in the program, so that only a broken
// build can fail here, and then at the first record.
var faces = sync.OnceValue(func() *faceSet {
	set, err := cutFaces()
	if err != nil {
		panic(err)
	}
	return set
})

func cutFaces() (*faceSet, error) {
	set := &faceSet{covered: make([]bool, lastRune+1)}
	for _, span := range repertoire {
		for r := span[0]; r <= span[1]; r++ {
			set.covered[r] = true
		}
	}
	sources := [faceCount][]byte{dejavusanscondensed.TTF, dejavusanscondensedbold.TTF, dejavusansmono.TTF}
	for f, source := range sources {
		parsed, err := sfnt.Parse(source)
		if err != nil {
			return nil, fmt.Errorf("read font: %w", err)
		}
		if parsed.UnitsPerEm() != unitsPerEm {
			return nil, fmt.Errorf("font %d has %d units in an em", f, parsed.UnitsPerEm())
		}
		set.advance[f] = make([]int, lastRune+1)
		var buffer sfnt.Buffer
		for r := range set.covered {
			if !set.covered[r] {
				continue
			}
			glyph, err := parsed.GlyphIndex(&buffer, rune(r))
			if err != nil || glyph == 0 {
				set.covered[r] = false
				continue
			}
			advance, err := parsed.GlyphAdvance(&buffer, glyph, fixed.I(unitsPerEm), font.HintingNone)
			if err != nil {
				return nil, fmt.Errorf("measure %U: %w", r, err)
			}
			set.advance[f][r] = advance.Round()
		}
	}
	var all []rune
	for r, covered := range set.covered {
		if covered {
			all = append(all, rune(r))
		}
	}
	for f, source := range sources {
		cut, err := cutFont(source, string(all))
		if err != nil {
			return nil, err
		}
		set.ttf[f] = cut
		if set.resource[f], err = resourceOf(cut, face(f)); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// resourceOf learns the name of a face in content streams: the library makes
// it from the font and tells nobody.
func resourceOf(ttf []byte, f face) (string, error) {
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetCompression(false)
	doc.AddUTF8FontFromBytes(f.family(), "", bytes.Clone(ttf))
	doc.AddPage()
	doc.SetFont(f.family(), "", 8)
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return "", fmt.Errorf("name font: %w", err)
	}
	name := regexp.MustCompile(`BT (/F[0-9a-f]+) 8\.00 Tf ET`).FindSubmatch(out.Bytes())
	if name == nil {
		return "", errors.New("name font: the library does not use it")
	}
	return string(name[1]), nil
}

// cutFont gives a font with the glyphs of some characters only, by having the
// PDF library embed it and taking what it embedded: parsing the whole font for
// every record would cost more than drawing the record.
func cutFont(source []byte, characters string) ([]byte, error) {
	doc := fpdf.New("P", "pt", "A4", "")
	doc.AddUTF8FontFromBytes("cut", "", bytes.Clone(source))
	doc.AddPage()
	doc.SetFont("cut", "", 8)
	doc.Text(10, 10, characters)
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("cut font: %w", err)
	}
	objects, _, err := splitObjects(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("cut font: %w", err)
	}
	for _, object := range objects {
		if object.stream != nil && bytes.Contains(object.dict, []byte("/Length1")) {
			return inflate(object.stream, 4<<20)
		}
	}
	return nil, fmt.Errorf("cut font: nothing was embedded")
}

// unitsPerEm is the grid that all three faces are drawn on.
const unitsPerEm = 2048

// width measures a gated text in hundredths of a point.
func width(f face, size pt, s string) pt {
	advance, sum := faces().advance[f], 0
	for _, r := range s {
		sum += advance[r]
	}
	return pt(sum * int(size) / unitsPerEm)
}
