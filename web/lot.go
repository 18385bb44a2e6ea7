package web

import (
	"net/http"
	"slices"
	"time"

	"countersign/identity"
	"countersign/register"
)

// lotView is everything of one lot, and what whoever looks may do with it now.
type lotView struct {
	Stands  string
	Bad     bool
	Facts   []field
	Acts    []actView
	Waits   string // why no release is offered
	Uses    []useLine
	History []pastAct
	Trail   string
	Recall  string // where a recall of it is begun; "" for who may not
	Links   []lotLink
	Pool    string // where it is pooled, and Split where it is split; "" while it cannot be
	Split   string
}

// lotLink is a lot or a donation that went into a lot, or a lot that was made
// of it (COI-05).
type lotLink struct{ Way, Text, To, Amount, Stands string }

func (s *Server) lotPage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	return s.showLot(w, r, v, http.StatusOK, r.PathValue("lot"), f, nil)
}

func (s *Server) showLot(w http.ResponseWriter, r *http.Request, v visit, status int, id string, f form, p *problem) error {
	names, err := s.names(r, v)
	if err != nil {
		return err
	}
	var view lotView
	var title string
	err = s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
		if lot, ok := b.Lot(id); ok {
			material, _ := b.Material(lot.Material)
			title = "Lot " + lot.ID + ": " + titleOr(material.Title, lot.Material)
			view = lotOf(lot, material, v, f, s.svc.Now(), s.svc.Info().Location, names)
			view.originOf(b, lot, s.svc.Now())
			if view.Pool != "" && maySign(v.who.Person, register.SplitLot{}) {
				view.Split = lotAddress(lot.ID) + "/split"
			} else {
				view.Pool = ""
			}
			if lot.Status != register.Recalled && v.who.Person.Has(identity.QualityLead) {
				view.Recall = "/recalls/new?kind=" + queryEscape(register.OfLot) + "&name=" + queryEscape(lot.ID)
			}
		}
	})
	if err != nil {
		return err
	}
	if title == "" {
		return noSuch("lot", id)
	}
	return s.render(w, r, v, status, "lot", page{Title: title, Problem: p, View: view, Back: &link{Text: "Stock", To: "/stock"}})
}

func lotOf(lot *register.Lot, material register.Material, v visit, f form, now time.Time, zone *time.Location, names map[identity.PersonID]string) lotView {
	view := lotView{
		Stands: lotWords(lot, now), Bad: lot.Status == register.Quarantined || ended(lot) || past(lot, now),
		Uses: useLines(lot.Uses, names, zone), History: pastActs(lot.History, names, zone), Trail: lotAddress(lot.ID) + "/trail",
	}
	for _, one := range []field{
		{"Lot number", lot.Number},
		{"Left", register.Pieces(lot.Left) + " of " + register.Pieces(lot.Quantity)},
		{"May be used until", lastWords(lot, zone)},
		{"Expiry on its label", orElse(wholeWords(lot.Expiry, zone), "none")},
		{"Opened", wholeWords(lot.Opened, zone)},
		{"Thawed", wholeWords(lot.Thawed, zone)},
		{"For", whoseWords(lot, v)},
		{"Code of its label", register.Visible(lot.Code)},
		{"Received exactly", spelledOr(lot.Sent)},
		{"Serial number", lot.Serial},
		{"Donation codes", donationWords(lot.Donations)},
		{"Chain of identity", lot.Chain},
		{"Supplier", orElse(lot.Supplier, "not said")},
		{"Came with", lot.Document},
		{"Released by", lot.Release},
		{"Storage", material.Storage},
	} {
		if one.Value != "" {
			view.Facts = append(view.Facts, one)
		}
	}
	view.offers(lot, material, v.who.Person, f, now)
	return view
}

// originOf shows both ends of every link: what went into the lot, what was made
// of it, and what holds it because of where it came from.
func (view *lotView) originOf(b *register.Books, lot *register.Lot, now time.Time) {
	for _, source := range lot.From {
		one := lotLink{Way: "Made of", Text: "donation " + register.Visible(source.Donation), Amount: orElse(source.Amount, "not known")}
		if from, ok := b.Lot(source.Lot); ok {
			one.Text, one.To, one.Stands = "lot "+from.ID, lotAddress(from.ID), lotStands(b, from, now)
		}
		view.Links = append(view.Links, one)
	}
	for _, id := range b.Into(lot.ID) {
		into, _ := b.Lot(id)
		one := lotLink{Way: "Went into", Text: "lot " + id, To: lotAddress(id), Stands: lotStands(b, into, now)}
		for _, source := range into.From {
			if source.Lot == lot.ID {
				one.Amount = source.Amount
			}
		}
		view.Links = append(view.Links, one)
	}
	if waits := b.WaitsFor(lot); waits != "" && !ended(lot) && lot.Status != register.Released {
		view.Waits = waits
		view.Acts = slices.DeleteFunc(view.Acts, func(a actView) bool { return a.Act == (register.ReleaseLot{}).Name() })
	}
	held := b.Held(lot)
	if held != "" {
		view.Acts = slices.DeleteFunc(view.Acts, func(a actView) bool {
			return a.Act == (register.OpenLot{}).Name() || a.Act == (register.ThawLot{}).Name()
		})
		view.Bad, view.Stands = true, view.Stands+". It cannot be used: "+held
	}
	if !ended(lot) && lot.Status != register.Quarantined && held == "" && !past(lot, now) && !lot.Spent() {
		view.Pool = "/stock/pool?from=" + queryEscape(lot.ID)
	}
}

// offers are the acts that the lot can see now, to who may sign them. The rules
// decide when they are signed.
func (view *lotView) offers(lot *register.Lot, material register.Material, me identity.Person, f form, now time.Time) {
	add := func(c register.Command, bad bool, title, words string, fields ...actField) {
		if maySign(me, c) {
			a := offer(c, "lot", lot.ID, "", title, words, f, fields...)
			a.Bad = bad
			view.Acts = append(view.Acts, a)
		}
	}
	reason := actField{Name: "reason", Label: "Why"}
	standing := !ended(lot)
	if standing && lot.Status != register.Released && maySign(me, register.ReleaseLot{}) {
		switch {
		case past(lot, now):
			view.Waits = "It is out of date, so it cannot be released."
		case lot.Received.Person == me.ID:
			view.Waits = "You took it in, so somebody else releases it."
		default:
			add(register.ReleaseLot{}, false, "Release it", "Batches can use it then.", actField{Name: "document", Label: "Certificate or control number that it is released by"})
		}
	}
	usable := standing && lot.Status != register.Quarantined && !lot.Spent() && !past(lot, now)
	if usable && lot.Opened.IsZero() {
		add(register.OpenLot{}, false, "It is opened now", "Its time in use begins: "+spanWords(material.Opened)+".")
	}
	if usable && lot.Thawed.IsZero() && material.Thawed > 0 {
		add(register.ThawLot{}, false, "It is thawed now", "Its time after thawing begins: "+spanWords(material.Thawed)+".")
	}
	add(register.AdjustStock{}, false, "Put its stock right", "What was destroyed, lost or found at a count, outside of any batch.",
		actField{Name: "left", Label: "What is left now, in " + countedIn(lot.Left.Unit.Display), Hint: "The register says " + register.Pieces(lot.Left) + ". " + amountHint(lot.Left.Unit.Display)}, reason)
	if standing && lot.Status != register.Quarantined {
		add(register.QuarantineLot{}, true, "Quarantine it", "No batch can use it until it is released anew. Anybody who handles materials may stop a lot.", reason)
	}
	if standing {
		add(register.RejectLot{}, true, "Reject it", "For good.", reason)
	}
}

func (s *Server) lotTrail(w http.ResponseWriter, r *http.Request, v visit) error {
	id := r.PathValue("lot")
	return s.showTrail(w, r, v, register.LotStream(id), page{Title: "Audit trail of lot " + shortened(id), Back: &link{Text: "The lot", To: lotAddress(id)}})
}

func wholeWords(at time.Time, zone *time.Location) string {
	if at.IsZero() {
		return ""
	}
	return minuteWords(at, zone)
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}
