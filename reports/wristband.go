package reports

import (
	"countersign/register/label"
)

// The size of a wristband to practise with, in millimetres: what a printer of
// adult bands prints on, and cuts well on paper too.
const (
	bandWidth  = 170
	bandHeight = 25
)

// bandModules are the sides of a square code's module that are tried: a long
// name makes a larger code, and the band is narrow.
func bandModules() []pt { return []pt{150, 106} }

// WristbandPDF draws a wristband to practise with. Its square code stands at
// both ends, so that it can be scanned however the band lies around a wrist.
func WristbandPDF(band label.Wristband) ([]byte, error) {
	code, err := modules(band.Code)
	if err != nil {
		return nil, err
	}
	var last *placed
	for _, module := range bandModules() {
		p := &placed{width: millimetres(bandWidth), height: millimetres(bandHeight), code: code, module: module}
		if p.band(band) {
			raw, err := drawLabels([]*placed{p})
			if err != nil {
				return nil, err
			}
			return finish(raw, about{title: "Wristband to practise with", producer: creator, subject: "Wristband"})
		}
		last = p
	}
	return nil, &Unfit{Size: LabelSize{bandWidth, bandHeight}, Parts: last.unfit}
}

// band puts a wristband's parts side by side: code, texts, linear code, code. It
// says whether everything has its place. A number too long for bars has none.
func (p *placed) band(band label.Wristband) bool {
	side := pt(len(p.code)) * p.module
	if side+2*labelQuiet > p.height {
		p.unfit = append(p.unfit, "the code")
	}
	p.codeY, p.codeX = (p.height-side)/2, labelMargin+labelQuiet
	p.again = p.width - labelMargin - labelQuiet - side
	left, right := p.codeX+side+labelQuiet+labelMargin, p.again-labelQuiet-labelMargin
	if bars, fits := linearOf(band.Number, (right-left)/2); fits {
		wide := bars.right() + bars.quiet() + width(regular, smallLetters, bars.text)
		p.linear = bars.at(right-wide, (p.height-linearHeight)/2)
		p.lines = append(p.lines, p.linear.line())
		right -= wide
	}
	p.column = right - left + 2*labelMargin
	y := labelMargin
	for _, text := range band.Lines {
		from, boxes := len(p.lines), len(p.boxes)
		if y = p.line(text, linearLetters, y, p.height); y > p.height-labelMargin/2 {
			p.unfit = append(p.unfit, partName(text))
		}
		for i := from; i < len(p.lines); i++ {
			p.lines[i].x += left - labelMargin
		}
		for i := boxes; i < len(p.boxes); i++ {
			p.boxes[i].x += left - labelMargin
		}
	}
	return len(p.unfit) == 0
}
