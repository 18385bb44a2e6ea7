package protocol

import (
	"fmt"
	"testing"
)

// A picture that is printed on several pages loses nothing between them: every
// word and every box stands whole on one of them, and no page is over full.
func TestAPictureIsCutBetweenItsPieces(t *testing.T) {
	for name, p := range flowProtocols(t) {
		picture := FlowPicture(p, nil)
		for _, page := range []int{400, 700, 1100, picture.Height - 1, picture.Height} {
			for _, first := range []int{page, page / 2} {
				strips := picture.Strips(first, page)
				cutsWell(t, fmt.Sprintf("%s on pages of %d and %d", name, first, page), picture, strips, first, page)
			}
		}
		if n := len(picture.Strips(picture.Height, picture.Height)); n != 1 {
			t.Errorf("%s: a picture that fits stands in %d strips", name, n)
		}
	}
}

func cutsWell(t *testing.T, name string, p *Picture, strips []Strip, first, page int) {
	t.Helper()
	at := 0
	for i, strip := range strips {
		room := page
		if i == 0 {
			room = first
		}
		if strip.To-strip.From > room || strip.To <= strip.From || strip.From > at {
			t.Errorf("%s: strip %d is %v, after %d", name, i, strip, at)
		}
		at = strip.To
	}
	if at != p.Height {
		t.Errorf("%s: it ends at %d of %d", name, at, p.Height)
	}
	for i := range p.Shapes {
		top, bottom, whole := p.Shapes[i].whole()
		if !whole {
			continue
		}
		found := false
		for _, strip := range strips {
			found = found || strip.From <= top && bottom <= strip.To
		}
		if !found {
			t.Errorf("%s: %q from %d to %d stands whole nowhere in %v", name, p.Shapes[i].Text, top, bottom, strips)
		}
	}
}

// Boxes beside each other may leave no height at which nothing stands.
func TestAPictureThatCannotBeCutRepeatsWhatItCuts(t *testing.T) {
	p := &Picture{Height: 1000}
	for i := range 40 {
		y := i * 20
		p.Shapes = append(p.Shapes, Shape{Kind: Rectangle, At: []Spot{{i % 2 * 100, y}, {i%2*100 + 90, y + 30}}, Whole: true})
	}
	strips := p.Strips(300, 300)
	cutsWell(t, "a wall", p, strips, 300, 300)
	tower := &Picture{Height: 1000, Shapes: []Shape{{Kind: Rectangle, At: []Spot{{0, 100}, {90, 900}}, Whole: true}}}
	if strips := tower.Strips(300, 300); len(strips) != 4 || strips[3].To != 1000 {
		t.Errorf("a box higher than a page: %v", strips)
	}
}
