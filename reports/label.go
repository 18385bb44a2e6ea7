package reports

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-pdf/fpdf"

	"countersign/protocol"
	"countersign/register/label"
)

// LabelSize is a label's size in millimetres.
type LabelSize struct{ Width, Height int }

// The sizes that a site's printer has until somebody says otherwise: the size
// is part of the image, so that a record's label is drawn again as it was.
const (
	labelWidth  = 100
	labelHeight = 90
)

// UsualLabel is the size of a label.
func UsualLabel() LabelSize { return LabelSize{labelWidth, labelHeight} }

// LabelSizeOf is the size of a protocol's labels.
func LabelSizeOf(p *protocol.Protocol) LabelSize {
	if p.Label.Size == (protocol.LabelSize{}) {
		return UsualLabel()
	}
	return LabelSize(p.Label.Size)
}

// Bounds of a label, in hundredths of a point: its margin, the side of one
// module of the code, the quiet zone around it and the sizes of letters that
// are tried, the largest first. Smaller than the last nobody should have to
// read (HMR 257(6)).
const (
	labelMargin  pt = 600
	labelModule  pt = 150 // 0.53 mm: four dots of a printer with 200 in an inch
	labelQuiet   pt = 300
	labelGap     pt = 120
	smallLetters pt = 600 // beside a code
	printerDots     = 203 // in an inch
)

func labelLetters() []pt { return []pt{900, 850, 800, 750, 700, 650, 600} }

// placed is a label whose parts have their places.
type placed struct {
	width, height pt
	lines         []placedLine
	boxes         []placedLine // of notices
	code          [][]bool     // by row and column
	codeX, codeY  pt
	again         pt // where the code stands once more; 0 for nowhere
	module        pt
	column        pt // where the code and its line begin
	linear        linear
	unfit         []string
}

// placedLine is a line or a box; y is where it begins.
type placedLine struct {
	line
	x, y, w, h pt
}

// LabelPDF draws labels, each on a page of its size. The same labels give the
// same bytes, fonts embedded (LAB-10). A label that does not hold what must
// stand on it is an error, never a cut text.
func LabelPDF(size LabelSize, labels ...label.Label) ([]byte, error) {
	return labelPDF(size, withLinear, labels)
}

func labelPDF(size LabelSize, drawing LabelDrawing, labels []label.Label) ([]byte, error) {
	if len(labels) == 0 {
		return nil, errors.New("draw label: there is none")
	}
	all := make([]*placed, len(labels))
	for i, l := range labels {
		p, err := place(l, size, drawing)
		if err != nil {
			return nil, err
		}
		all[i] = p
	}
	raw, err := drawLabels(all)
	if err != nil {
		return nil, err
	}
	return finish(raw, about{title: "Label " + labels[0].Code.Line, producer: creator, subject: "Label"})
}

// place gives every part its place, in the largest letters that fit beside the
// linear code, or else in the largest that fit without one.
func place(l label.Label, size LabelSize, drawing LabelDrawing) (*placed, error) {
	code, err := modules(l.Code)
	if err != nil {
		return nil, err
	}
	blank := placed{width: millimetres(size.Width), height: millimetres(size.Height), code: code, module: labelModule}
	if drawing == withLinear {
		if bars, fits := linearOf(l.Batch, blank.width-2*labelMargin); fits {
			for _, letters := range labelLetters() {
				p := blank
				p.linear = bars.at(labelMargin, p.height-labelMargin-linearHeight)
				if letters >= linearLetters && p.set(l, letters) {
					return &p, nil
				}
			}
		}
	}
	var last *placed
	for _, letters := range labelLetters() {
		p := blank
		if p.set(l, letters) {
			return &p, nil
		}
		last = &p
	}
	return nil, &Unfit{Size: size, Parts: last.unfit}
}

// Unfit is the error of a label that does not hold what must stand on it. Parts
// name what has no place, and no patient.
type Unfit struct {
	Size  LabelSize
	Parts []string
}

func (u *Unfit) Error() string {
	return fmt.Sprintf("A label of %d by %d mm has no room for: %s.", u.Size.Width, u.Size.Height, strings.Join(u.Parts, "; "))
}

func millimetres(n int) pt { return pt(n * 7200 * 10 / 254) }

// set sets a label with letters of a size: the code at the top right with its
// line for people below, the texts beside it and then under it. It says whether
// everything has its place.
func (p *placed) set(l label.Label, letters pt) bool {
	side := pt(len(p.code)) * p.module
	small, column := style{face: regular, size: smallLetters}, side+2*labelQuiet
	fields := cell{{small, strings.TrimPrefix(strings.ReplaceAll(l.Code.Line, "(", "\n("), "\n")}}
	for _, field := range fields.wrap(p.width / 3) {
		column = max(column, width(small.face, small.size, field.text)+labelGap)
	}
	p.codeX, p.codeY = p.width-labelMargin-labelQuiet-side, labelMargin+labelQuiet
	p.column = p.width - labelMargin - column
	besides := p.codeY + side + labelQuiet
	for _, field := range fields.wrap(column) {
		p.lines = append(p.lines, placedLine{field, p.column, besides, 0, 0})
		besides += small.leading()
	}
	y, bottom, end := labelMargin, p.height-labelMargin, p.height-labelMargin
	if p.linear.module > 0 {
		bottom = p.linear.y - labelGap
		p.lines = append(p.lines, p.linear.line())
		if p.linear.right() > p.column {
			end = bottom
		}
	}
	if besides > end || p.column <= p.width/3 {
		p.unfit = append(p.unfit, "the code beside the text")
	}
	for _, text := range l.Lines {
		if y = p.line(text, letters, y, besides); y > bottom {
			p.unfit = append(p.unfit, partName(text))
		}
	}
	return len(p.unfit) == 0
}

// partName names a line of a label without what it says of the patient.
func partName(l label.Line) string {
	if l.Personal {
		return "the patient"
	}
	name, _, told := strings.Cut(l.Text, ": ")
	if told {
		return strings.ToLower(name)
	}
	if words := strings.Fields(l.Text); len(words) > 6 {
		return "\"" + strings.Join(words[:6], " ") + " …\""
	}
	return "\"" + l.Text + "\""
}

// line sets one text and gives where the next begins.
func (p *placed) line(text label.Line, letters, y, besides pt) pt {
	s := style{face: regular, size: letters}
	if text.Weight != label.Plain {
		s.face = bold
	}
	if text.Weight == label.Head {
		s.size = letters * 13 / 10
	}
	pad := pt(0)
	if text.Weight == label.Notice {
		pad = 150
		y += labelGap
	}
	room := p.width - 2*labelMargin - 2*pad
	if y < besides {
		room = p.column - 2*labelMargin - 2*pad
	}
	lines := (cell{{s, text.Text}}).wrap(room)
	top := y
	y += pad
	for _, ln := range lines {
		p.lines = append(p.lines, placedLine{ln, labelMargin + pad, y, 0, 0})
		y += s.leading()
	}
	y += pad
	if pad > 0 {
		p.boxes = append(p.boxes, placedLine{x: labelMargin, y: top, w: room + 2*pad, h: y - top})
		y += labelGap
	}
	return y
}

// drawLabels puts placed labels on pages.
func drawLabels(all []*placed) (raw []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			raw, err = nil, fmt.Errorf("draw label: %v", fault)
		}
	}()
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: points(all[0].width), Ht: points(all[0].height)}})
	doc.SetCompression(false)
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0)) // a label tells its own moments; the finisher leaves the date out
	doc.SetModificationDate(time.Unix(0, 0))
	doc.SetAutoPageBreak(false, 0)
	doc.SetLang("en-GB")
	for _, f := range []face{regular, bold} {
		doc.AddUTF8FontFromBytes(f.family(), "", bytes.Clone(faces().ttf[f]))
	}
	for _, p := range all {
		doc.AddPage()
		p.on(doc)
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("draw label: %w", err)
	}
	return out.Bytes(), nil
}

// on draws a label on the page.
func (p *placed) on(doc *fpdf.Fpdf) {
	for _, l := range p.lines {
		doc.SetFont(l.style.face.family(), "", points(l.style.size))
		doc.Text(points(l.x), points(l.y+l.style.size*92/100), l.text)
	}
	doc.SetLineWidth(0.8)
	for _, b := range p.boxes {
		doc.Rect(points(b.x), points(b.y), points(b.w), points(b.h), "D")
	}
	p.square(doc, p.codeX)
	if p.again > 0 {
		p.square(doc, p.again)
	}
	p.linear.on(doc)
}

// square draws the DataMatrix from a place on.
func (p *placed) square(doc *fpdf.Fpdf, left pt) {
	for y, row := range p.code {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				doc.Rect(points(left+pt(from)*p.module), points(p.codeY+pt(y)*p.module), points(pt(x-from)*p.module), points(p.module), "F")
			}
		}
	}
}
