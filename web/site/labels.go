package site

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/batch"
	"countersign/reports"
)

// drawn fills in what a command to print labels comes to on paper: its size and
// the hash of the PDF. Whatever the caller said of them is not believed. What
// the rules refuse, or what cannot be drawn, stays undrawn, and Decide says why.
func drawn(state *batch.State, c batch.Command, f batch.Facts, now time.Time) batch.Command {
	print, first := c.(batch.PrintLabel)
	again, reprint := c.(batch.Reprint)
	if !first && !reprint {
		return c
	}
	var on batch.Drawn
	if labels, err := batch.ToPrint(state, c, f, now); err == nil {
		size := reports.LabelSizeOf(state.Protocol)
		_, hash, err := reports.LabelImage(size, labels)
		var unfit *reports.Unfit
		switch {
		case err == nil:
			on = batch.Drawn{Image: hash, Width: size.Width, Height: size.Height}
		case errors.As(err, &unfit):
			on = batch.Drawn{Unfit: unfit.Error()}
		}
	}
	if first {
		print.Drawn = on
		return print
	}
	again.Drawn = on
	return again
}

// errLabelMasked is for whoever may not see patients.
var errLabelMasked = &Refusal{Code: "masked", Sentence: "The patient is masked for you, and a label names the patient."}

// LabelFile gives a printing's labels as they were printed, "pdf" or "zpl". The
// PDF is the one whose hash is in the log, or there is none.
func (s *Service) LabelFile(ctx context.Context, who Session, id string, printing int, kind string) ([]byte, error) {
	state, err := s.Batch(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if state.Masked {
		return nil, errLabelMasked
	}
	if printing < 1 || printing > len(state.Labellings) {
		return nil, &Refusal{Code: "no_such_label", Sentence: "No such labels of this batch were printed."}
	}
	held := state.Labellings[printing-1]
	pdf, drawing, err := reports.LabelAgain(held)
	if err != nil {
		return nil, s.broken("draw a label", err)
	}
	if kind != "zpl" {
		return pdf, nil
	}
	var all strings.Builder
	for _, one := range held.Labels {
		text, err := reports.LabelZPL(one, reports.LabelSize{Width: held.Width, Height: held.Height}, drawing)
		if err != nil {
			return nil, s.broken("write a label", err)
		}
		all.WriteString(text)
	}
	return []byte(all.String()), nil
}
