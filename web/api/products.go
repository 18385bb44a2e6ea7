package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/register"
)

// ProductView is a medicine as licence, designation and master file describe it.
type ProductView struct {
	Product     string           `json:"product" doc:"the code that protocols name"`
	Name        string           `json:"name"`
	Supply      string           `json:"supply"`
	Activity    string           `json:"activity"`
	ATMP        bool             `json:"atmp"`
	Immediate   bool             `json:"immediate_use"`
	Designation *DesignationView `json:"designation,omitempty"`
	Forms       []FormView       `json:"forms"`
	MasterFiles []MasterFileView `json:"master_files"`
	Certifiers  []CertifierView  `json:"certifiers" doc:"whom a licence names to certify; where it names nobody every quality lead may"`
	Questions   []string         `json:"open_change_requests" doc:"references of those that touch what the designation rests on"`
}

// CertifierView is somebody whom a licence names to certify.
type CertifierView struct {
	Licence      string `json:"licence"`
	Name         string `json:"name"`
	Username     string `json:"username"`
	Capacity     string `json:"capacity"`
	Registration string `json:"registration"`
	Document     string `json:"document"`
}

// DesignationView is the regulator's designation.
type DesignationView struct {
	Mode        string   `json:"mode"`
	Date        string   `json:"date"`
	Reference   string   `json:"reference"`
	Indication  string   `json:"indication"`
	Assumptions []string `json:"assumptions"`
	Ended       string   `json:"ended,omitempty" doc:"why it counts no longer"`
}

// FormView is a dosage form on the licence.
type FormView struct {
	Form    string `json:"form"`
	Licence string `json:"licence"`
	Mode    string `json:"mode"`
	Status  string `json:"status"`
}

// MasterFileView is one version of a product's master file.
type MasterFileView struct {
	Document  string    `json:"document"`
	Version   string    `json:"version"`
	From      time.Time `json:"from"`
	Units     []string  `json:"units"`
	Effective bool      `json:"effective" doc:"it is the one that counts now"`
	Withdrawn string    `json:"withdrawn,omitempty" doc:"why"`
}

// UnitView is a site or unit at which batches are made.
type UnitView struct {
	Unit        string   `json:"unit"`
	Title       string   `json:"title"`
	Marking     string   `json:"marking"`
	Place       string   `json:"place"`
	Relocatable bool     `json:"relocatable"`
	Mode        string   `json:"mode"`
	Status      string   `json:"status"`
	May         bool     `json:"may_begin" doc:"batches may begin in it now"`
	Why         string   `json:"why_not,omitempty"`
	Missing     []string `json:"missing_evidence"`
	Stops       int      `json:"stops" doc:"how many it ever had"`
}

type productsOutput struct {
	Body struct {
		Products []ProductView `json:"products"`
	}
}

type unitsOutput struct {
	Body struct {
		Units []UnitView `json:"units"`
	}
}

func (a *api) products(to huma.API) {
	offer(to, http.MethodGet, "/products", "Products with their licence, designation and master files", func(ctx context.Context, in *Credentials) (*productsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		out, now := &productsOutput{}, a.site.Now()
		out.Body.Products = []ProductView{}
		err = a.site.Registers(ctx, who, func(b *register.Books) {
			for _, p := range b.Products() {
				out.Body.Products = append(out.Body.Products, productView(p, now))
			}
		})
		return out, problem(err)
	})
	offer(to, http.MethodGet, "/units", "Units and where they stand", func(ctx context.Context, in *Credentials) (*unitsOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		out := &unitsOutput{}
		out.Body.Units = []UnitView{}
		err = a.site.Registers(ctx, who, func(b *register.Books) {
			for _, u := range b.Units() {
				stands := b.UnitStanding(u.ID)
				out.Body.Units = append(out.Body.Units, UnitView{
					Unit: u.ID, Title: u.Title, Marking: u.Marking, Place: u.Place, Relocatable: u.Relocatable, Mode: string(u.Mode), Status: string(u.Status),
					May: stands.May(), Why: stands.Why(), Missing: append([]string{}, u.Missing()...), Stops: len(u.Stops),
				})
			}
		})
		return out, problem(err)
	})
}

func productView(p *register.Product, now time.Time) ProductView {
	view := ProductView{
		Product: p.Code, Name: p.Name, Supply: p.Supply, Activity: string(p.Activity), ATMP: p.ATMP, Immediate: p.Immediate,
		Forms: []FormView{}, MasterFiles: []MasterFileView{}, Certifiers: []CertifierView{}, Questions: []string{},
	}
	if d := p.Designation; d != nil {
		view.Designation = &DesignationView{
			Mode: string(d.Mode), Date: d.Date, Reference: d.Reference, Indication: d.Indication, Assumptions: append([]string{}, d.Assumptions...), Ended: d.Ended,
		}
	}
	for _, scope := range p.Scopes {
		view.Forms = append(view.Forms, FormView{Form: scope.Form, Licence: scope.Licence, Mode: string(scope.Mode), Status: string(scope.Status)})
	}
	for _, c := range p.Certifiers {
		view.Certifiers = append(view.Certifiers, CertifierView{
			Licence: c.Licence, Name: c.Title, Username: c.Username, Capacity: string(c.Capacity), Registration: c.Registration, Document: c.Document,
		})
	}
	counts, ok := p.Effective(now)
	for _, file := range p.Files {
		view.MasterFiles = append(view.MasterFiles, MasterFileView{
			Document: file.Document, Version: file.Version, From: file.From, Units: append([]string{}, file.Units...), Withdrawn: file.Gone,
			Effective: ok && file.Document == counts.Document && file.Version == counts.Version && file.From.Equal(counts.From),
		})
	}
	for _, change := range p.Questioned() {
		view.Questions = append(view.Questions, change.Reference)
	}
	return view
}
