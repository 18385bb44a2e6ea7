package site

import (
	"context"
	"errors"

	"countersign/register"
	"countersign/register/label"
	"countersign/register/scan"
	"countersign/reports"
)

// errLiveBand: a real wristband is the hospital's, put on by whoever knows the
// patient. One from here would prove nothing, and pass for one (COI-03).
var errLiveBand = &Refusal{Code: "live_site", Sentence: "A patient's wristband comes from the hospital. Only a training or rehearsal site prints one to practise with."}

// WristbandFile gives the wristband of a batch's patient as a PDF, to practise
// with; at a live site there is none.
func (s *Service) WristbandFile(ctx context.Context, who Session, id string) ([]byte, error) {
	if s.info.Kind == register.Live {
		return nil, errLiveBand
	}
	state, err := s.Batch(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if state.Masked {
		return nil, errLabelMasked
	}
	now, p := s.Now(), state.Patient
	band, err := label.PracticeBand(
		label.Patient{Name: p.Name, Born: p.Born, Number: p.Number, NumberType: p.NumberType}, register.Label(p.Wristband), s.info.Kind,
		scan.Date{Year: now.Year(), Month: int(now.Month()), Day: now.Day()})
	if err != nil {
		return nil, unprintable(err)
	}
	pdf, err := reports.WristbandPDF(band)
	if err != nil {
		return nil, unprintable(err)
	}
	return pdf, nil
}

// unprintable is a wristband's code or text that no band of ours can hold. What
// it says is not repeated: it may name the patient.
func unprintable(err error) error {
	var unfit *reports.Unfit
	if errors.As(err, &unfit) {
		return &Refusal{Code: "wristband_unfit", Sentence: "The wristband to practise with has no room for what this patient's says."}
	}
	return &Refusal{Code: "wristband_code", Sentence: "This patient's wristband has a code that cannot be printed here."}
}
