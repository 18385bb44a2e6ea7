package web

import (
	"net/http"
	"net/url"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
)

// unitChoice is a unit in which a batch may be made, or why it may not.
type unitChoice struct {
	ID, Words, To string
	Why           string // "" where a batch may begin
	Chosen        bool
}

// entered is what a site enters in its registers before a first batch.
type entered struct{ Words, To, Link string }

// units lists where a batch of a protocol may begin now, and for each unit where
// it may not, why. A site whose registers hold nothing of the product yet is
// told what to enter first: so is one that came from a version without them.
func (s *Server) units(r *http.Request, v visit, view *openView, p *protocol.Protocol, chosen string) error {
	now := s.svc.Now()
	return s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		free := 0
		for _, unit := range b.Units() {
			one := unitChoice{ID: unit.ID, Words: unit.Title + ", " + unit.Place, To: unitAddress(unit.ID), Chosen: unit.ID == chosen}
			if refusal := batch.CoveredBy(p, b.Standing(p.Product.Code, p.Product.Form, unit.ID, now)); refusal != nil {
				one.Why = refusal.Sentence
			} else if free++; chosen == "" && free == 1 {
				one.Chosen = true
			}
			view.Units = append(view.Units, one)
		}
		if free > 0 {
			return
		}
		for i := range view.Units {
			view.Units[i].Chosen = false
		}
		view.EnterFirst = enterFirst(p, b)
	})
}

func enterFirst(p *protocol.Protocol, b *register.Books) []entered {
	var first []entered
	if len(b.Units()) == 0 {
		first = append(first, entered{"The unit in which it is made, its evidence list, and the control site's signature that makes it active.", "/units", "Units"})
	}
	if _, ok := b.Product(p.Product.Code); !ok {
		first = append(first, entered{
			"The product " + p.Product.Code + ": its designation, its dosage form with the licence and the variation that granted it, and the version of the master file that counts.",
			"/products", "Products",
		})
	}
	return first
}

func productAddress(code string) string { return "/products/" + url.PathEscape(code) }

func unitAddress(id string) string { return "/units/" + url.PathEscape(id) }
