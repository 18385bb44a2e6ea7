package reports

import (
	"fmt"
	"strings"

	"countersign/register/label"
	"countersign/register/scan"
)

// LabelZPL writes a label for a printer that speaks ZPL II, with 203 dots in an
// inch, as the drawing of its PDF has it. Every part stands where the PDF has it; the printer makes letters and
// code itself. Its font is narrower than ours, so that what fits here fits
// there.
func LabelZPL(l label.Label, size LabelSize, drawing LabelDrawing) (string, error) {
	p, err := place(l, size, drawing)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "^XA\n^CI28\n^LH0,0\n^PW%d\n^LL%d\n", dots(p.width), dots(p.height))
	for _, ln := range p.lines {
		high := dots(ln.style.size)
		fmt.Fprintf(&b, "^FO%d,%d^A0N,%d,%d^FH\\^FD%s^FS\n", dots(ln.x), dots(ln.y), high, high*85/100, zplText(ln.text))
	}
	for _, box := range p.boxes {
		fmt.Fprintf(&b, "^FO%d,%d^GB%d,%d,2^FS\n", dots(box.x), dots(box.y), dots(box.w), dots(box.h))
	}
	if bars := p.linear; bars.module > 0 { // a batch's number holds no sign that is a command
		fmt.Fprintf(&b, "^FO%d,%d^BY%d^BCN,%d,N,N,N,A^FD%s^FS\n", dots(bars.x), dots(bars.y), dots(bars.module), dots(linearHeight), bars.text)
	}
	fmt.Fprintf(&b, "^FO%d,%d^BXN,%d,200,%d,%d,6,_^FD%s^FS\n^PQ1\n^XZ\n",
		dots(p.codeX), dots(p.codeY), dots(p.module), len(p.code), len(p.code), zplCode(l.Code))
	return b.String(), nil
}

// dots turns a length into the printer's dots.
func dots(length pt) int { return (int(length)*printerDots + 3600) / 7200 }

// zplText keeps a text from being read as a command: ^FH\ lets a backslash and
// two digits stand for a byte.
func zplText(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c == '^' || c == '~' || c == '\\' || c < 0x20 {
			fmt.Fprintf(&b, "\\%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// zplCode writes a code's content with the escape sign that ^BX is given: _1 is
// FNC1. Nothing else that a code of ours can hold is a command.
func zplCode(code label.Code) string {
	text := strings.NewReplacer("_", "__", "^", "_d094", "~", "_d126").Replace(code.Text)
	if code.GS1 {
		return "_1" + strings.ReplaceAll(text, scan.GS, "_1")
	}
	return text
}
