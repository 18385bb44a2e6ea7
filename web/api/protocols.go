package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/web/site"
)

// ProtocolView is one version of a protocol.
type ProtocolView struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Title   string `json:"title"`
	Marked  string `json:"marked,omitempty" doc:"as in: example, not for use in patients"`
	Status  string `json:"status" enum:"draft,reviewed,approved,effective,superseded,withdrawn" doc:"at this moment"`
	Digest  string `json:"digest" doc:"SHA-256 of the text"`
	Text    string `json:"text"`
	// SiteValues are what the version lets a site set, and how that stands.
	SiteValues []SetView `json:"site_values,omitempty" doc:"what this version lets the site set, and how it stands"`

	From  *time.Time      `json:"effective_from,omitempty" doc:"from when it is effective; it may be still to come"`
	Until *time.Time      `json:"effective_until,omitempty" doc:"when the next version takes its place"`
	Life  []LifeView      `json:"life" doc:"who signed what, in order"`
	Read  []ReaderView    `json:"acknowledgements" doc:"everybody whose role appears in it, once it is approved"`
	Needs []identity.Role `json:"not_acknowledged_by_any,omitempty" doc:"roles that nobody holds who has acknowledged it: no batch can be opened while there is one"`
}

// SetView is a value that a site sets, and what it stands at.
type SetView struct {
	Name     string     `json:"name"`
	Title    string     `json:"title"`
	Approved string     `json:"approved" doc:"what the protocol lets a site set, as in 350 to 450 mL"`
	Set      bool       `json:"set" doc:"while one is not set, no batch can be opened"`
	Entered  string     `json:"entered,omitempty"`
	Value    string     `json:"value,omitempty" doc:"as read, with its unit"`
	Version  int        `json:"version,omitempty" doc:"the version of the protocol for which it was set; later ones may have taken it over"`
	SetBy    string     `json:"set_by,omitempty"`
	SetAt    *time.Time `json:"set_at,omitempty"`
	Entry    *int64     `json:"entry,omitempty" doc:"the entry of the site's log that set it"`
	Not      string     `json:"not_taken_over,omitempty" doc:"why what was set for the version before does not stand on"`
}

func setViews(values []library.SiteValue) []SetView {
	var views []SetView
	for _, v := range values {
		view := SetView{Name: v.Of.Name, Title: v.Of.Title, Approved: v.Of.Approved(), Set: v.Set, Not: v.Not}
		if v.Set {
			view.Entered, view.Value, view.Version = v.Text, v.As.String(), v.Version
			view.SetBy, view.SetAt, view.Entry = v.By.Name, &v.By.At, &v.By.Index
		}
		views = append(views, view)
	}
	return views
}

// LifeView is one signed act in a version's life.
type LifeView struct {
	Act  string    `json:"act" enum:"submitted,reviewed,approved,put into effect,withdrawn"`
	Name string    `json:"name"`
	Role string    `json:"role"`
	At   time.Time `json:"at"`
}

// ReaderView is one person whose role appears in a protocol.
type ReaderView struct {
	Person string     `json:"person"`
	Name   string     `json:"name"`
	At     *time.Time `json:"acknowledged,omitempty" doc:"left out while they have not"`
}

type protocolsOutput struct {
	Body struct {
		Protocols []ProtocolView `json:"protocols"`
	}
}

// ProtocolPath names one version of a protocol.
type ProtocolPath struct {
	Credentials
	Name    string `path:"name" maxLength:"60"`
	Version int    `path:"version" minimum:"1"`
}

type protocolProposalInput struct {
	Credentials
	Body struct {
		Command  json.RawMessage `json:"command" doc:"submit, review, approve, make effective, set site values, withdraw or acknowledge"`
		Username string          `json:"username,omitempty" maxLength:"64" doc:"of an acknowledgement: who signs it, when it is not who is signed in"`
	}
}

type protocolSignatureInput struct {
	Credentials
	Body struct {
		Nonce    string          `json:"nonce"`
		Command  json.RawMessage `json:"command" doc:"the same as was proposed"`
		Username string          `json:"username,omitempty" maxLength:"64"`
		Password string          `json:"password" maxLength:"256"`
	}
}

func (a *api) protocols(to huma.API) {
	offer(to, http.MethodGet, "/protocols", "List protocols", func(ctx context.Context, in *Credentials) (*protocolsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		known, err := a.site.Library(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		people, err := a.site.People(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &protocolsOutput{}
		out.Body.Protocols = []ProtocolView{}
		for _, version := range known.Versions() {
			out.Body.Protocols = append(out.Body.Protocols, protocolView(known, version, people, a.site.Now()))
		}
		return out, nil
	})
	offer(to, http.MethodGet, "/protocols/{name}/{version}/protocol.pdf", "Print a version of a protocol", func(ctx context.Context, in *ProtocolPath) (*fileOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		var pdf bytes.Buffer
		if err := a.site.ProtocolPDF(ctx, who, in.Name, in.Version, &pdf); err != nil {
			return nil, problem(err)
		}
		return &fileOutput{
			ContentType: "application/pdf", Disposition: fmt.Sprintf(`attachment; filename="%s-v%d.pdf"`, in.Name, in.Version), Body: pdf.Bytes(),
		}, nil
	})
	offer(to, http.MethodPost, "/protocols/proposals", "Draw the sheet of an act on a protocol", func(ctx context.Context, in *protocolProposalInput) (*proposalOutput, error) {
		who, command, err := a.libraryCommand(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		sheet, err := a.site.ProposeProtocol(ctx, who, command, in.Body.Username)
		if err != nil {
			return nil, protocolProblem(err)
		}
		view := SheetView{Nonce: sheet.Nonce, Lines: sheet.Lines, Meaning: string(sheet.Meaning)}
		for _, role := range sheet.Roles {
			view.Roles = append(view.Roles, string(role))
		}
		return &proposalOutput{view}, nil
	})
	offer(to, http.MethodPost, "/protocols/signatures", "Sign an act on a protocol", func(ctx context.Context, in *protocolSignatureInput) (*struct{}, error) {
		who, command, err := a.libraryCommand(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		return nil, protocolProblem(a.site.SignProtocol(ctx, who, in.Body.Nonce, command, in.Body.Username, in.Body.Password))
	})
}

func protocolView(known *library.Library, version *library.Version, people []identity.Person, now time.Time) ProtocolView {
	p := version.Protocol
	view := ProtocolView{
		Name: p.Name, Version: p.Version, Title: p.Title, Marked: p.Status, Status: string(version.Status(now)),
		Digest: hexadecimal(p.Digest), Text: string(p.Text), Life: []LifeView{}, Read: []ReaderView{},
		SiteValues: setViews(known.SiteValues(p.Name, p.Version)),
	}
	if !version.From.IsZero() {
		view.From = &version.From
	}
	if !version.Until.IsZero() {
		view.Until = &version.Until
	}
	for _, one := range []struct {
		word string
		act  *library.Act
	}{{"submitted", &version.Drafted}, {"reviewed", version.Reviewed}, {"approved", version.Approved}, {"put into effect", version.InEffect}, {"withdrawn", version.Ended}} {
		if one.act != nil {
			view.Life = append(view.Life, LifeView{Act: one.word, Name: one.act.Name, Role: one.act.Role, At: one.act.At})
		}
	}
	if version.Approved == nil {
		return view
	}
	view.Needs = library.Unread(p, people)
	for _, reader := range library.Readers(p, people) {
		one := ReaderView{Person: string(reader.Person.ID), Name: reader.Person.Name}
		if reader.Read != nil {
			one.At = &reader.Read.At
		}
		view.Read = append(view.Read, one)
	}
	return view
}

func (a *api) libraryCommand(ctx context.Context, c Credentials, body json.RawMessage) (site.Session, library.Command, error) {
	who, err := a.session(ctx, c)
	if err != nil {
		return site.Session{}, nil, err
	}
	command, err := library.UnmarshalCommand(body)
	if err != nil {
		return site.Session{}, nil, &Problem{Status: http.StatusBadRequest, Code: "bad_command", Title: err.Error()}
	}
	return who, command, nil
}

// protocolProblem adds what the checker says of a text to the answer.
func protocolProblem(err error) error {
	var faults protocol.Problems
	if errors.As(err, &faults) {
		p := &Problem{Status: http.StatusUnprocessableEntity, Code: "protocol_faults", Title: "The protocol has faults and cannot be submitted."}
		for _, fault := range faults {
			p.Faults = append(p.Faults, fault.String())
		}
		return p
	}
	return problem(err)
}
