package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/register"
	"countersign/web/site"
)

// MaterialView is what lots are lots of.
type MaterialView struct {
	Material string   `json:"material" doc:"the name that protocols use"`
	Title    string   `json:"title"`
	Codes    []string `json:"codes"`
	Unit     string   `json:"unit,omitempty" doc:"that its lots are counted in; absent for pieces"`
}

// LotView is one delivery of one lot.
type LotView struct {
	Lot      string     `json:"lot" doc:"the site's own number"`
	Material string     `json:"material"`
	Number   string     `json:"number" doc:"the maker's lot number"`
	Serial   string     `json:"serial,omitempty" doc:"of a pack that has one"`
	Code     string     `json:"code"`
	Status   string     `json:"status"`
	Quantity string     `json:"quantity"`
	Left     string     `json:"left"`
	Until    *time.Time `json:"until,omitempty" doc:"the last moment at which it may be used"`
	Personal bool       `json:"personal" doc:"it is one patient's"`
	// What it came from and what came of it (COI-05).
	Donations []string    `json:"donations" doc:"the code of every donation in it, unaltered"`
	From      []LotSource `json:"from" doc:"the lots and donations that it was made of; none of a delivery"`
	Into      []string    `json:"into" doc:"the lots that were made of it"`
	Chain     string      `json:"chain,omitempty" doc:"the chain of identity identifier that it carries"`
	Held      string      `json:"held,omitempty" doc:"why it cannot be used: a lot that it was made of is stopped"`
}

// LotSource is a lot or a donation that went into a lot.
type LotSource struct {
	Lot      string `json:"lot,omitempty" doc:"the site's own number; absent for a donation that never was a lot here"`
	Donation string `json:"donation,omitempty"`
	Amount   string `json:"amount,omitempty" doc:"absent where nobody knows"`
}

// EquipmentView is a machine, an instrument or a room.
type EquipmentView struct {
	Equipment  string     `json:"equipment" doc:"the site's own number"`
	Kind       string     `json:"kind"`
	Title      string     `json:"title"`
	Code       string     `json:"code"`
	Qualified  *time.Time `json:"qualified,omitempty" doc:"until when"`
	Calibrated *time.Time `json:"calibrated,omitempty" doc:"until when"`
	Clean      bool       `json:"clean"`
	Out        string     `json:"out,omitempty" doc:"why it is out of service"`
	Retired    bool       `json:"retired"`
	Holder     string     `json:"holder,omitempty" doc:"the batch that has it"`
	Software   string     `json:"software,omitempty" doc:"software or firmware, and recipe"`
	Interface  int        `json:"interface,omitempty" doc:"under which its data are accepted now; absent for none"`
	Interfaces int        `json:"interfaces,omitempty" doc:"how many there were"`
}

type registersOutput struct {
	Body struct {
		Materials []MaterialView  `json:"materials"`
		Lots      []LotView       `json:"lots"`
		Equipment []EquipmentView `json:"equipment"`
	}
}

type registerProposalInput struct {
	Credentials
	Body struct {
		Command json.RawMessage `json:"command" doc:"an act on a register, as in receive lot"`
	}
}

type registerSignatureInput struct {
	Credentials
	Body struct {
		Nonce    string          `json:"nonce"`
		Command  json.RawMessage `json:"command" doc:"the same as was proposed"`
		Password string          `json:"password" maxLength:"256"`
	}
}

func (a *api) registers(to huma.API) {
	offer(to, http.MethodGet, "/registers", "Materials, lots and equipment", func(ctx context.Context, in *Credentials) (*registersOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		out := &registersOutput{}
		now := a.site.Now()
		err = a.site.Registers(ctx, who, func(b *register.Books) { showBooks(out, b, now) })
		if err != nil {
			return nil, problem(err)
		}
		return out, nil
	})
	offer(to, http.MethodPost, "/registers/proposals", "Draw the sheet of an act on a register", func(ctx context.Context, in *registerProposalInput) (*proposalOutput, error) {
		who, command, err := a.registerCommand(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		sheet, err := a.site.ProposeRegister(ctx, who, command)
		if err != nil {
			return nil, problem(err)
		}
		view := SheetView{Nonce: sheet.Nonce, Lines: sheet.Lines, Meaning: string(sheet.Meaning)}
		for _, role := range sheet.Roles {
			view.Roles = append(view.Roles, string(role))
		}
		return &proposalOutput{view}, nil
	})
	offer(to, http.MethodPost, "/registers/signatures", "Sign an act on a register", func(ctx context.Context, in *registerSignatureInput) (*struct{}, error) {
		who, command, err := a.registerCommand(ctx, in.Credentials, in.Body.Command)
		if err != nil {
			return nil, err
		}
		return nil, problem(a.site.SignRegister(ctx, who, in.Body.Nonce, command, in.Body.Password))
	})
}

func (a *api) registerCommand(ctx context.Context, c Credentials, body json.RawMessage) (site.Session, register.Command, error) {
	who, err := a.session(ctx, c)
	if err != nil {
		return site.Session{}, nil, err
	}
	command, err := register.UnmarshalCommand(body)
	if err != nil {
		return site.Session{}, nil, &Problem{Status: http.StatusBadRequest, Code: "bad_command", Title: err.Error()}
	}
	return who, command, nil
}

func showBooks(out *registersOutput, b *register.Books, now time.Time) {
	out.Body.Materials, out.Body.Lots, out.Body.Equipment = []MaterialView{}, []LotView{}, []EquipmentView{}
	for _, m := range b.Materials() {
		out.Body.Materials = append(out.Body.Materials, MaterialView{Material: m.Name, Title: m.Title, Codes: m.Codes, Unit: m.Unit})
	}
	for _, l := range b.Lots() {
		from := []LotSource{}
		for _, source := range l.From {
			from = append(from, LotSource(source))
		}
		out.Body.Lots = append(out.Body.Lots, LotView{
			Lot: l.ID, Material: l.Material, Number: l.Number, Serial: l.Serial, Code: l.Code, Status: string(l.Status), Quantity: l.Quantity.String(),
			Left: l.Left.String(), Until: moment(l.Last()), Personal: l.Personal,
			Donations: append([]string{}, l.Donations...), From: from, Into: append([]string{}, b.Into(l.ID)...), Chain: l.Chain, Held: b.Held(l),
		})
	}
	for _, m := range b.Machines() {
		fit, _ := b.Scanned(m.Code, now)
		out.Body.Equipment = append(out.Body.Equipment, EquipmentView{
			Equipment: m.ID, Kind: m.Kind, Title: m.Title, Code: m.Code, Qualified: moment(m.Qualified), Calibrated: moment(m.Calibrated),
			Clean: fit.Clean && fit.UsedBy == "", Out: m.Out, Retired: m.Retired, Holder: m.Holder, Software: m.Firmware, Interface: numberOf(m.InForce()),
			Interfaces: len(m.Interfaces),
		})
	}
}

// moment leaves out what is not there.
func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
