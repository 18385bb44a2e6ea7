package reports

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/go-pdf/fpdf"
)

// running is what stands around the body on every page (PDF-04, PDF-05).
type running struct {
	left, right []string // head, line by line
	foot        []string // "page x of y" is put after the last
	across      string   // one word behind everything, from corner to corner; "" for none
	band        string   // status mark across the head
	warning     string   // a second mark, across the foot; "" for none
}

// draw puts a finished sheet on pages and gives the PDF library's raw output.
// The library panics on some texts that the gate keeps from it; should one get
// through, the record fails with an error and the program goes on.
func draw(s *sheet, around running, title string, at time.Time) (raw []byte, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			raw, err = nil, fmt.Errorf("draw record: %v", fault)
		}
	}()
	if at.IsZero() {
		at = time.Unix(0, 0) // the library would look at its clock; the finisher leaves the date out
	}
	doc := fpdf.New("P", "pt", "A4", "")
	doc.SetCompression(false)
	doc.SetCatalogSort(true)
	doc.SetCreationDate(at)
	doc.SetModificationDate(at)
	doc.SetAutoPageBreak(false, 0)
	doc.SetLang("en-GB")
	doc.SetTitle(title, true)
	for f := range faceCount {
		// A copy: the library may change the bytes that it is given.
		doc.AddUTF8FontFromBytes(f.family(), "", bytes.Clone(faces().ttf[f]))
	}
	brush := newBrush(doc)
	next := 0
	for i, p := range s.pages {
		doc.AddPage()
		brush.forget()
		for ; next < len(s.sections) && s.sections[next].page == i; next++ {
			doc.Bookmark(s.sections[next].title, 0, points(s.sections[next].y))
		}
		brush.around(around, i+1, len(s.pages))
		for _, m := range p.marks {
			brush.mark(m)
		}
		brush.flush()
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("draw record: %w", err)
	}
	return out.Bytes(), nil
}

// points hands a length to the PDF library, which writes two decimals.
func points(length pt) float64 { return float64(length) / 100 }

// brush draws marks. It writes most of a page's operators itself, which is
// several times faster than the library; only a text with a character that its
// face has not shown before goes through the library, which so learns what to
// embed.
type brush struct {
	doc   *fpdf.Fpdf
	seen  [faceCount][]bool // by character
	out   []byte            // operators that are not yet on the page
	face  face
	size  pt
	width pt
}

func newBrush(doc *fpdf.Fpdf) *brush {
	b := &brush{doc: doc, out: make([]byte, 0, 64<<10)}
	for f := range b.seen {
		b.seen[f] = make([]bool, lastRune+1)
	}
	b.forget()
	return b
}

// forget says that nothing is known of what the page is set to.
func (b *brush) forget() { b.face, b.size, b.width = -1, 0, 0 }

// flush puts the operators on the page.
func (b *brush) flush() {
	if len(b.out) > 0 {
		b.doc.RawWriteStr(string(b.out))
		b.out = b.out[:0]
	}
}

func (b *brush) mark(m mark) {
	switch m.kind {
	case markText:
		b.text(m)
	case markLine:
		b.pen(m.width)
		b.put(m.x, pageHeight-m.y)
		b.out = append(b.out, "m "...)
		b.put(m.x+m.w, pageHeight-m.y-m.h)
		b.out = append(b.out, "l S\n"...)
	case markFill:
		b.out = append(b.out, "0.91 g "...)
		b.put(m.x, pageHeight-m.y, m.w, -m.h)
		b.out = append(b.out, "re f 0 g\n"...)
	case markBox:
		b.pen(m.width)
		b.put(m.x, pageHeight-m.y, m.w, -m.h)
		b.out = append(b.out, "re S\n"...)
	case markShape:
		b.shape(m.shape)
	case markInside:
		b.out = append(b.out, "q "...)
		b.put(m.x, pageHeight-m.y, m.w, -m.h)
		b.out = append(b.out, "re W n\n"...)
	case markOutside:
		b.out = append(b.out, "Q\n"...)
		b.forget()
	}
}

func (b *brush) text(m mark) {
	if m.light {
		m.light = false
		b.out = append(b.out, "1 g "...)
		b.text(m)
		b.out = append(b.out, "0 g\n"...)
		return
	}
	seen, fresh := b.seen[m.style.face], false
	for _, r := range m.text {
		if !seen[r] {
			seen[r], fresh = true, true
		}
	}
	if fresh {
		b.flush()
		b.doc.SetFont(m.style.face.family(), "", points(m.style.size))
		b.doc.Text(points(m.x), points(m.y), m.text)
		b.forget()
		return
	}
	b.out = append(b.out, "BT "...)
	if b.face != m.style.face || b.size != m.style.size {
		b.face, b.size = m.style.face, m.style.size
		b.out = append(append(b.out, faces().resource[b.face]...), ' ')
		b.put(b.size)
		b.out = append(b.out, "Tf "...)
	}
	b.put(m.x, pageHeight-m.y)
	b.out = append(b.out, "Td ("...)
	for _, r := range m.text {
		b.out = escaped(escaped(b.out, byte(r>>8)), byte(r))
	}
	b.out = append(b.out, ") Tj ET\n"...)
}

// escaped appends a byte of a literal string.
func escaped(out []byte, c byte) []byte {
	switch c {
	case '\\', '(', ')':
		return append(out, '\\', c)
	case '\r':
		return append(out, '\\', 'r')
	}
	return append(out, c)
}

func (b *brush) pen(width pt) {
	if b.width != width {
		b.width = width
		b.put(width)
		b.out = append(b.out, "w\n"...)
	}
}

// put writes lengths in points with two decimals.
func (b *brush) put(lengths ...pt) {
	for _, l := range lengths {
		if l < 0 {
			b.out, l = append(b.out, '-'), -l
		}
		b.out = strconv.AppendInt(b.out, int64(l/100), 10)
		b.out = append(b.out, '.', byte('0'+l/10%10), byte('0'+l%10), ' ')
	}
}

// around draws head and foot. Lines that are too long are cut with a visible
// sign: what stands in them stands in full on page 1.
func (b *brush) around(r running, number, of int) {
	p := &page{}
	head := style{face: regular, size: 700}
	half := bodyWidth/2 - 300
	y := pt(2500)
	for i := range max(len(r.left), len(r.right)) {
		if i < len(r.left) {
			p.print([]line{{head, shorten(r.left[i], head, half)}}, marginLeft, y)
		}
		if i < len(r.right) {
			words := shorten(r.right[i], head, half)
			p.print([]line{{head, words}}, marginLeft+bodyWidth-width(head.face, head.size, words), y)
		}
		y += head.leading()
	}
	p.band(r.band, y+100)
	y = bodyBottom + 500
	p.rule(marginLeft, y, bodyWidth, 50)
	y += 200
	if r.warning != "" {
		strip := style{face: bold, size: 720}
		words := shorten(r.warning, strip, bodyWidth)
		p.print([]line{{strip, words}}, marginLeft+(bodyWidth-width(strip.face, strip.size, words))/2, y)
		y += strip.leading()
	}
	count := fmt.Sprintf("page %d of %d", number, of)
	room := bodyWidth - width(bold, head.size, count) - 600
	for i, words := range r.foot {
		p.print([]line{{head, shorten(words, head, room)}}, marginLeft, y)
		if i == len(r.foot)-1 {
			s := style{face: bold, size: head.size}
			p.print([]line{{s, count}}, marginLeft+bodyWidth-width(bold, head.size, count), y)
		}
		y += head.leading()
	}
	for _, m := range p.marks {
		b.mark(m)
	}
	b.across(r.across)
}

// across writes a word in large pale letters behind everything else. It climbs
// by the angle of a triangle of 3, 4 and 5, whose sine and cosine are exact.
func (b *brush) across(word string) {
	if word == "" {
		return
	}
	s := style{face: bold, size: 9600}
	if w := width(s.face, s.size, word); w > 84000 {
		s.size = s.size * 84000 / w
	}
	half, middle := width(s.face, s.size, word)/2, s.size*36/100
	x := pageWidth/2 - half*6/10 + middle*8/10
	y := pageHeight/2 - half*8/10 - middle*6/10
	b.out = append(b.out, "q 0.92 g 0.6 0.8 -0.8 0.6 "...)
	b.put(x, y)
	b.out = append(b.out, "cm\n"...)
	b.text(mark{kind: markText, y: pageHeight, style: s, text: word})
	b.out = append(b.out, "Q\n"...)
	b.forget()
}

// band draws the status mark in a box over the whole width.
func (p *page) band(words string, y pt) {
	s := style{face: bold, size: 900}
	words = shorten(words, s, bodyWidth-800)
	p.box(marginLeft, y, bodyWidth, s.leading()+300, 100)
	p.print([]line{{s, words}}, marginLeft+(bodyWidth-width(s.face, s.size, words))/2, y+150)
}

// shorten gates a text and cuts it to a width, ending in "…" where it was cut.
func shorten(words string, s style, limit pt) string {
	lines := cell{{s, words}}.wrap(1 << 40)
	joined := lines[0].text
	for _, l := range lines[1:] {
		joined += " / " + l.text
	}
	if width(s.face, s.size, joined) <= limit {
		return joined
	}
	runes := []rune(joined)
	for len(runes) > 0 && width(s.face, s.size, string(runes)+"…") > limit {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}
