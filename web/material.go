package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/register"
)

// materialView is the form with which a material is listed, or said anew.
type materialView struct {
	Typed form
	Known bool // it is listed already
	May   bool
}

func (s *Server) materialPage(w http.ResponseWriter, r *http.Request, v visit) error {
	f, err := s.draftOf(r, v)
	if err != nil {
		return err
	}
	if name := r.URL.Query().Get("material"); f["act"] == "" && name != "" {
		err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) {
			if m, ok := b.Material(name); ok {
				f = materialForm(register.ListMaterial{
					Material: m.Name, Title: m.Title, Codes: m.Codes, Unit: m.Unit, Opened: spanText(m.Opened), Thawed: spanText(m.Thawed), Storage: m.Storage,
				})
			}
		})
		if err != nil {
			return err
		}
	}
	return s.showMaterial(w, r, v, http.StatusOK, f, nil)
}

func (s *Server) showMaterial(w http.ResponseWriter, r *http.Request, v visit, status int, f form, p *problem) error {
	view := materialView{Typed: f, May: maySign(v.who.Person, register.ListMaterial{})}
	err := s.svc.Registers(r.Context(), v.who, func(b *register.Books) { _, view.Known = b.Material(strings.TrimSpace(f["material"])) })
	if err != nil {
		return err
	}
	title := "List a material"
	if view.Known {
		title = "Change the description of a material"
	}
	return s.render(w, r, v, status, "material", page{Title: title, Problem: p, View: view, Back: &link{Text: "Materials", To: "/stock/materials"}})
}

// listing reads the form for a material.
func listing(f form) register.ListMaterial {
	text := func(name string) string { return strings.TrimSpace(f[name]) }
	return register.ListMaterial{
		Material: text("material"), Title: text("title"), Codes: strings.FieldsFunc(f["codes"], func(r rune) bool { return r == ',' || r == '\n' || r == ' ' }),
		Unit: text("unit"), Opened: text("opened"), Thawed: text("thawed"), Storage: text("storage"),
	}
}

func materialForm(c register.ListMaterial) form {
	return form{
		"act": c.Name(), "material": c.Material, "title": c.Title, "codes": strings.Join(c.Codes, "\n"), "unit": c.Unit,
		"opened": c.Opened, "thawed": c.Thawed, "storage": c.Storage,
	}
}

// spanText is a length of time as a protocol writes it: in whole minutes, or
// in seconds where it is not of whole minutes.
func spanText(span time.Duration) string {
	switch {
	case span == 0:
		return ""
	case span%time.Hour == 0:
		return fmt.Sprintf("%d h", span/time.Hour)
	case span%time.Minute == 0:
		return fmt.Sprintf("%d min", span/time.Minute)
	}
	return fmt.Sprintf("%d s", span/time.Second)
}

func spanWords(span time.Duration) string {
	if span == 0 {
		return "until its expiry"
	}
	return spanText(span)
}

func sortableSpan(span time.Duration) string {
	if span == 0 {
		return "9"
	}
	return fmt.Sprintf("0%020d", int64(span))
}

func commas(list []string) string { return strings.Join(list, ", ") }
