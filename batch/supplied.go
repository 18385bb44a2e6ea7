package batch

import (
	"cmp"
	"slices"
	"time"

	"countersign/register/label"
)

// UnlicensedSupply is a line of the record of unlicensed supply: what the law
// asks to be kept of each (DEV-07).
type UnlicensedSupply struct {
	Batch     string
	Product   string
	Source    string    // where it was made
	Made      time.Time // zero while it is not
	Order     string    // of the recipient
	Recipient string    // "" where the reader need not know
	Released  time.Time
	Given     time.Time // when it was begun to be given; zero while it was not
	Quantity  string
	Reactions []string // suspected adverse reactions that were reported, a sentence each
	Fates     []string // what became of what was not given
}

// UnlicensedSupplies gives a line for each batch of an unlicensed medicine that
// was certified or supplied, whatever became of it since, the first first. It
// is derived from the log alone.
func UnlicensedSupplies(all []*Line) []UnlicensedSupply {
	var lines []UnlicensedSupply
	for _, l := range all {
		if l.Unlicensed != nil {
			lines = append(lines, *l.Unlicensed)
		}
	}
	slices.SortFunc(lines, func(a, b UnlicensedSupply) int {
		return cmp.Or(a.Released.Compare(b.Released), cmp.Compare(a.Batch, b.Batch))
	})
	return lines
}

func (s *State) unlicensedLine() *UnlicensedSupply {
	released := s.released()
	if s.Protocol == nil || released == nil {
		return nil
	}
	product := s.Protocol.Product
	supply, known := label.SupplyOf(product.Supply, product.ATMP)
	if !known || supply != label.Special && supply != label.ExemptATMP {
		return nil
	}
	line := &UnlicensedSupply{
		Batch: s.ID, Product: product.Name, Source: s.Site, Order: s.Reference, Recipient: s.Patient.Name, Released: released.At, Quantity: product.BatchSize,
	}
	if s.Basis.Unit != "" {
		line.Source += "; unit " + s.Basis.Unit + ", " + s.Basis.UnitPlace
	}
	line.Made, _ = s.Completed()
	for i := range s.Steps {
		if st := &s.Steps[i]; bedside(st) && !st.Started.IsZero() && line.Given.IsZero() {
			line.Given = st.Started
		}
	}
	for _, ex := range s.Exceptions {
		if report := s.ReportOf(ex); report != nil && report.Class == AdverseReaction {
			line.Reactions = append(line.Reactions, ex.Text)
		}
	}
	for i := range s.Fates {
		line.Fates = append(line.Fates, s.Fates[i].Sentence())
	}
	return line
}
