package protocol

import (
	"bytes"
	"encoding/xml"
	"fmt"
)

// svg writes elements; every text goes through escaped.
type svg struct{ bytes.Buffer }

func escaped(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return "" // a buffer in memory takes everything
	}
	return b.String()
}

func (s *svg) printf(format string, values ...any) { fmt.Fprintf(s, format, values...) }

// SVG writes a picture as a file that needs nothing else.
func (p *Picture) SVG() []byte {
	s := &svg{}
	words := escaped(p.Title)
	s.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="Arial, sans-serif">`,
		p.Width, p.Height, p.Width, p.Height, words)
	s.printf("<title>%s</title>\n", words)
	s.printf(`<rect width="%d" height="%d" fill="%s"/>`, p.Width, p.Height, Paper.colour())
	depth := 0
	for i := range p.Shapes {
		shape := &p.Shapes[i]
		s.shape(shape)
		switch shape.Kind {
		case GroupBegins:
			depth++
		case GroupEnds:
			depth--
		}
		if depth == 0 {
			s.printf("\n")
		}
	}
	s.printf("</svg>\n")
	return s.Bytes()
}

func (s *svg) shape(shape *Shape) {
	switch at := shape.At; shape.Kind {
	case GroupBegins:
		s.printf("<g><title>%s</title>", escaped(shape.Text))
	case GroupEnds:
		s.printf("</g>")
	case Rectangle:
		s.printf(`<rect x="%d" y="%d" width="%d" height="%d"`, at[0].X, at[0].Y, at[1].X-at[0].X, at[1].Y-at[0].Y)
		if shape.Radius > 0 {
			s.printf(` rx="%d"`, shape.Radius)
		}
		s.tones(shape)
	case Path:
		s.printf(`<path d="`)
		for i, spot := range at {
			s.printf("%c%d %d", "LM"[bit(i == 0)], spot.X, spot.Y)
		}
		if shape.Closed {
			s.printf("Z")
		}
		s.printf(`"`)
		s.tones(shape)
	case Circle:
		s.printf(`<circle cx="%d" cy="%d" r="%d"`, at[0].X, at[0].Y, shape.Radius)
		s.tones(shape)
	case Words:
		weight, anchor := "", "start"
		if shape.Bold {
			weight = ` font-weight="bold"`
		}
		if shape.Centred {
			anchor = "middle"
		}
		s.printf(`<text x="%d" y="%d" font-size="%d"%s fill="%s" text-anchor="%s">%s</text>`,
			at[0].X, at[0].Y, shape.Size, weight, shape.Fill.colour(), anchor, escaped(shape.Text))
	}
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// tones ends an element with its ground and its line.
func (s *svg) tones(shape *Shape) {
	s.printf(` fill="%s"`, shape.Fill.colour())
	if shape.Line != None {
		s.printf(` stroke="%s"`, shape.Line.colour())
		if shape.Thick != 4 {
			s.printf(` stroke-width="%d.%02d"`, shape.Thick/4, shape.Thick%4*25)
		}
		if shape.Dash != [2]int{} {
			s.printf(` stroke-dasharray="%d %d"`, shape.Dash[0], shape.Dash[1])
		}
	}
	s.printf("/>")
}

// colour is a tone on a screen.
func (t Tone) colour() string {
	switch t {
	case Ink:
		return "#212b32"
	case Quiet:
		return "#4c6272"
	case Shade:
		return "#e8edee"
	case Paper:
		return "#ffffff"
	}
	return "none"
}
