package reports

import (
	"bytes"
	"fmt"
	"image"
	"slices"

	"github.com/boombuler/barcode/code128"
	"github.com/boombuler/barcode/datamatrix"
	"github.com/go-pdf/fpdf"

	"countersign/register/label"
	"countersign/register/scan"
)

// LabelDrawing is a way in which labels were drawn. The hash of a printing's
// image says which: a printing of an earlier program is drawn as that drew it.
type LabelDrawing int

// The drawings, the newest last.
const (
	squareOnly LabelDrawing = iota + 1 // a DataMatrix alone
	withLinear                         // the batch's number as Code 128 too, where there is room
)

// Bounds of a linear code, in hundredths of a point: its height, and the
// smallest letters beside which a label has one. Where the texts need smaller
// ones, they need the room more.
const (
	linearHeight  pt = 1850 // 6.5 mm
	linearLetters pt = 700
)

// linearModules are the widths of a bar that are tried, three and two dots of a
// printer with 203 dots in an inch.
func linearModules() []pt { return []pt{106, 71} }

// linear is a Code 128 in its place; the zero value is none.
type linear struct {
	text         string
	bars         []bool // by module
	module, x, y pt     // of the first bar
}

// quiet is the white on either side of a linear code: ten modules.
func (l linear) quiet() pt { return 10 * l.module }

// right is where the white after the last bar ends.
func (l linear) right() pt { return l.x + pt(len(l.bars))*l.module + l.quiet() }

// linearOf makes the code of a text with the widest bars that leave room for
// its words beside it, and says whether any do.
func linearOf(text string, room pt) (linear, bool) {
	bars, err := code128.Encode(text)
	if err != nil {
		return linear{}, false // empty, too long or beyond ASCII: then only the square code names the batch
	}
	row := dark(bars)[0]
	for _, module := range linearModules() {
		l := linear{text: text, bars: row, module: module}
		if l.right()+l.quiet()+width(regular, smallLetters, text) <= room {
			return l, true
		}
	}
	return linear{}, false
}

// at puts the code, with the white before it, at a place.
func (l linear) at(x, y pt) linear {
	l.x, l.y = x+l.quiet(), y
	return l
}

// line is the code's text for people, beside the bars.
func (l linear) line() placedLine {
	s := style{face: regular, size: smallLetters}
	return placedLine{line: (cell{{s, l.text}}).wrap(width(s.face, s.size, l.text) + labelGap)[0], x: l.right(), y: l.y + (linearHeight-s.leading())/2}
}

// on draws the bars.
func (l linear) on(doc *fpdf.Fpdf) {
	for x := 0; x < len(l.bars); x++ {
		from := x
		for x < len(l.bars) && l.bars[x] {
			x++
		}
		if x > from {
			doc.Rect(points(l.x+pt(from)*l.module), points(l.y), points(pt(x-from)*l.module), points(linearHeight), "F")
		}
	}
}

// modules is the DataMatrix of a code (ECC 200). GS1's begins with FNC1, which
// also stands between the fields.
func modules(code label.Code) ([][]bool, error) {
	text := []byte(code.Text)
	for i, c := range text {
		if c > 0x7E || c < 0x20 && (c != scan.GS[0] || !code.GS1) {
			return nil, fmt.Errorf("draw label: the code holds what no label of ours does, at %d", i)
		}
	}
	if code.GS1 {
		fnc1 := []byte{datamatrix.FNC1}
		text = slices.Concat(fnc1, bytes.ReplaceAll(text, []byte(scan.GS), fnc1))
	}
	symbol, err := datamatrix.Encode(string(text))
	if err != nil {
		return nil, fmt.Errorf("draw label: %w", err)
	}
	return dark(symbol), nil
}

// dark says, by row and column, where a symbol is black.
func dark(symbol image.Image) [][]bool {
	bounds := symbol.Bounds()
	rows := make([][]bool, bounds.Dy())
	for y := range rows {
		rows[y] = make([]bool, bounds.Dx())
		for x := range rows[y] {
			red, _, _, _ := symbol.At(bounds.Min.X+x, bounds.Min.Y+y).RGBA()
			rows[y][x] = red == 0 // black or white
		}
	}
	return rows
}
