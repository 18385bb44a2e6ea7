package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"countersign/audit/ledger"
	"countersign/register"
	"countersign/reports"
)

// MostScan bounds the scan of a blank's sheets, in bytes.
const MostScan = ledger.MostFile

// KeepScan keeps the scan of a blank's sheets, and gives its SHA-256 in
// hexadecimal. It is part of no record before somebody has signed that
// everything on the blank is entered, which names it (EXE-15).
func (s *Service) KeepScan(ctx context.Context, who Session, file []byte) (string, error) {
	if err := requireFit(who); err != nil {
		return "", err
	}
	finish := register.FinishBlank{}
	if _, roles := finish.Signs(); !slices.ContainsFunc(roles, who.Person.Has) {
		return "", &Refusal{Code: "no_role", Sentence: "You hold no role that may end a blank."}
	}
	switch {
	case len(file) == 0:
		return "", &Refusal{Code: "no_scan", Sentence: "Give the scan of the sheets: the file that was sent is empty."}
	case len(file) > MostScan:
		return "", &Refusal{Code: "too_large", Sentence: fmt.Sprintf("The scan has more than %d MB. Scan the sheets with less detail.", MostScan>>20)}
	}
	sum, err := s.ledger.KeepFile(ctx, file)
	if err != nil {
		return "", s.broken("keep a scan", err)
	}
	return hex.EncodeToString(sum[:]), nil
}

// Scan gives the scan of a blank's sheets, with the name that it was signed
// under. It shows what stands on the sheets, so that whoever may not know who
// the patient is does not see it (COI-09).
func (s *Service) Scan(ctx context.Context, who Session, blank string) (name string, file []byte, err error) {
	f, err := s.Blank(ctx, who, blank)
	if err != nil {
		return "", nil, err
	}
	if !seesPatients(who.Person) {
		return "", nil, &Refusal{Code: "masked", Sentence: "The scan may show who the patient is. Your role does not see that."}
	}
	file, err = s.scan(ctx, f.Scan.SHA256)
	if err == nil && file == nil {
		err = &Refusal{Code: "no_scan", Sentence: "No scan of blank " + f.ID + " is kept here."}
	}
	return f.Scan.File, file, err
}

// scan gives a scan that is kept; nil when none is: programs before this one
// kept none.
func (s *Service) scan(ctx context.Context, named string) ([]byte, error) {
	sum, ok := sumOf(named)
	if !ok {
		return nil, nil
	}
	file, err := s.ledger.File(ctx, sum)
	if errors.Is(err, ledger.ErrNoFile) {
		return nil, nil
	}
	if err != nil {
		return nil, s.broken("read a scan", err)
	}
	return file, nil
}

// scansOf are the scans that a batch's record names, as far as they are kept.
func (s *Service) scansOf(ctx context.Context, id string) (files [][]byte, err error) {
	var named []string
	err = s.read(ctx, func(m *models) error {
		state, err := m.batch(ctx, id)
		if err != nil || state == nil {
			return err
		}
		named = reports.ScansNamed(state)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, sum := range named {
		file, err := s.scan(ctx, sum)
		if err != nil {
			return nil, err
		}
		if file != nil {
			files = append(files, file)
		}
	}
	return files, nil
}

func sumOf(text string) (sum [sha256.Size]byte, ok bool) {
	raw, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) != len(sum) {
		return sum, false
	}
	return [sha256.Size]byte(raw), true
}
