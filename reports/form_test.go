package reports

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/protocol"
	"countersign/register"
)

// TestABlankAsksForEverythingOnNumberedPages: every step, every value with its
// unit, and the blank's number on each page (EXE-15).
func TestABlankAsksForEverythingOnNumberedPages(t *testing.T) {
	for name, text := range exampleTexts(t) {
		t.Run(name, func(t *testing.T) {
			p, problems := protocol.Parse(name, text)
			if p == nil {
				t.Fatal(problems)
			}
			in := FormInput{
				Blank:    register.Blank{ID: "F-2026-0001", Reason: "The network is down.", Printed: register.Act{Name: "Asha Rao", At: time.Date(2026, 11, 20, 8, 50, 0, 0, time.UTC)}},
				Protocol: p, Site: register.Site{Kind: register.Live, Name: "The Royal", Unit: "unit 1"}, Zone: time.UTC, Software: "0.1",
			}
			pdf, count, err := Form(in)
			if err != nil {
				t.Fatal(err)
			}
			if again, _, err := Form(in); err != nil || !bytes.Equal(pdf, again) {
				t.Errorf("the same blank comes out otherwise the second time: %v", err)
			}
			if keep := os.Getenv("COUNTERSIGN_PICTURES"); keep != "" {
				_ = os.WriteFile(keep+"/blank-"+p.Name+".pdf", pdf, 0o600)
			}
			run(t, "qpdf", "--check", store(t, pdf))
			whole, pages := flat(t, pdf)
			if len(pages) != count {
				t.Errorf("it has %d pages and says %d", len(pages), count)
			}
			for i, page := range pages {
				if !strings.Contains(page, fmt.Sprintf("F-2026-0001/%d", i+1)) {
					t.Errorf("page %d does not bear its number:\n%s", i+1, page)
				}
			}
			for _, section := range p.Sections {
				for i := range section.Steps {
					step := &section.Steps[i]
					if !strings.Contains(whole, "Step: "+step.Name) || !strings.Contains(whole, strings.Join(strings.Fields(p.Told(step.Do, nil)), " ")) {
						t.Errorf("step %s is not there as it is to be done", step.Name)
					}
					for _, in := range step.Inputs {
						for _, word := range slices.Concat(strings.Fields(strings.ReplaceAll(in.Title, ",", "")), strings.Fields(in.Unit.Display)) {
							if !strings.Contains(whole, word) {
								t.Errorf("%q of %q is not there", word, in.Name)
							}
						}
					}
				}
			}
		})
	}
}

// TestAPageOfABlankIsReadByAScanner: the DataMatrix of each page is that page's
// number (EXE-15).
func TestAPageOfABlankIsReadByAScanner(t *testing.T) {
	p, problems := protocol.Parse("full", exampleTexts(t)["full"])
	if p == nil {
		t.Fatal(problems)
	}
	pdf, _, err := Form(FormInput{
		Blank: register.Blank{ID: "F-2026-0042", Reason: "The network is down.", Printed: register.Act{Name: "Asha Rao"}}, Protocol: p,
		Site: register.Site{Kind: register.Live}, Zone: time.UTC,
	})
	if err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(t.TempDir(), "page")
	run(t, "pdftoppm", "-png", "-r", "200", "-f", "2", "-l", "2", "-singlefile", "-x", "1200", "-y", "0", "-W", "454", "-H", "220", store(t, pdf), picture)
	if read := run(t, "dmtxread", "--stop-after=1", picture+".png"); read != "F-2026-0042/2" {
		t.Errorf("the scanner reads %q", read)
	}
}
