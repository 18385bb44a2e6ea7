package label

import (
	"fmt"
	"strings"

	"countersign/register/patient"
	"countersign/register/scan"
)

// Wristband is a wristband to practise with: at a training or rehearsal site
// nobody wears one. A real one is the hospital's to print.
type Wristband struct {
	Code   Code
	Number string // the patient's number, which stands in a linear code too
	Lines  []Line
}

// PracticeBand makes the wristband that a batch knows its patient by: the code
// is the one that was scanned when the order was taken, field by field as GS1
// writes it where a standard explains it (COI-02), and else as it is. Mark is
// what kind of site it is for.
func PracticeBand(p Patient, code, mark string, today scan.Date) (Wristband, error) {
	made := Wristband{Code: Code{Text: strings.TrimSpace(code), Line: scan.Spelled(strings.TrimSpace(code))}, Number: p.Number}
	settings := scan.Settings{Today: today, NamesAsTyped: true}
	read, err := scan.Read(code, settings)
	if err != nil {
		return Wristband{}, fmt.Errorf("read the wristband's code: %w", err)
	}
	if len(read.Elements) > 0 {
		text, line, err := scan.Label(read.Elements, settings)
		if err != nil {
			return Wristband{}, fmt.Errorf("write the wristband's code: %w", err)
		}
		made.Code = Code{Text: text, GS1: true, Line: line}
	}
	if number, err := patient.Read(patient.Type(p.NumberType), p.Number); err == nil {
		made.Number = number.Digits
	}
	var l lines
	l.patient(p)
	l.add(Notice, strings.ToUpper(mark)+". NOT A PATIENT'S WRISTBAND.")
	made.Lines = l
	return made, nil
}
