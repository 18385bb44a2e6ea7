package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
	"countersign/register"
	"countersign/web/api"
)

// member is one of the people who play in the demo and in rehearsals.
type member struct {
	username, name string
	roles          []identity.Role
}

// The cast. The first two are present at the founding ceremony.
func cast() []member {
	return []member{
		{"ruth", "Ruth Adeyemi", []identity.Role{identity.Administrator}},
		{"priya", "Priya Nair", []identity.Role{identity.QualityLead}},
		{"quentin", "Quentin Moss", []identity.Role{identity.QualityLead}},
		{"asha", "Asha Okafor", []identity.Role{identity.Technician}},
		{"tom", "Tom Reilly", []identity.Role{identity.Technician}},
		{"omar", "Omar Haddad", []identity.Role{identity.Pharmacist}},
		{"helen", "Helen Marsh", []identity.Role{identity.Pharmacist}},
		{"iris", "Iris Bello", []identity.Role{identity.ProtocolAuthor}},
		{"felix", "Felix Grant", []identity.Role{identity.ProtocolApprover}},
		{"grace", "Grace Lindqvist", []identity.Role{identity.Inspector}},
		{"clara", "Clara Whitfield", []identity.Role{identity.ControlSite}},
	}
}

// theUnit is where the cast works.
const theUnit = "U-1"

// company is the cast, signed in at one site.
type company struct {
	base    string
	members map[string]*client
	people  map[string]string // username → person id
	settled bool              // its unit is active
}

// assemble brings the whole cast into a newly founded site through its API:
// the founders choose their passwords, the administrator registers the others,
// they choose theirs, and the quality lead confirms who holds which key.
func assemble(ctx context.Context, base string, founders map[string]string, password func(username string) string, tell func(string)) (*company, error) {
	c := &company{base: base, members: map[string]*client{}, people: map[string]string{}}
	for _, m := range cast() {
		oneTime, founder := founders[m.username]
		if !founder {
			var registered api.RegisteredView
			err := c.members["ruth"].call(ctx, http.MethodPost, "/people", map[string]any{
				"key": key(), "username": m.username, "name": m.name, "roles": m.roles,
				"identity_checked": "staff badge, seen in person",
			}, &registered)
			if err != nil {
				return nil, fmt.Errorf("register %s: %w", m.username, err)
			}
			oneTime = registered.OneTimePassword
		}
		person := newClient(base, m.username, oneTime)
		if err := person.choosePassword(ctx, password(m.username)); err != nil {
			return nil, fmt.Errorf("%s chooses a password: %w", m.username, err)
		}
		if err := person.signIn(ctx); err != nil {
			return nil, fmt.Errorf("%s signs in: %w", m.username, err)
		}
		var session api.SessionView
		if err := person.call(ctx, http.MethodGet, "/session", nil, &session); err != nil {
			return nil, err
		}
		c.members[m.username], c.people[m.username] = person, session.Person
		if !founder {
			err := c.members["priya"].call(ctx, http.MethodPost, "/people/"+session.Person+"/attestations", map[string]any{"key": key()}, nil)
			if err != nil {
				return nil, fmt.Errorf("confirm %s's key: %w", m.username, err)
			}
		}
		tell(m.name + " works here as " + string(m.roles[0]))
	}
	return c, nil
}

// adopt makes a protocol effective: its author, an independent reviewer and a
// quality approver sign, and a quality lead puts it into effect (MBR-01). Who
// works by it is trained, and acknowledges it (CTL-10, CTL-14).
func (c *company) adopt(ctx context.Context, text []byte, now time.Time) (*protocol.Protocol, error) {
	p, problems := protocol.Parse("protocol", text)
	if len(problems) > 0 {
		return nil, fmt.Errorf("the protocol has faults: %s", problems[0])
	}
	for _, act := range []struct {
		who     string
		command library.Command
	}{
		{"iris", library.Submit{Text: string(text)}},
		{"felix", library.Review{Protocol: p.Name, Version: p.Version}},
		{"quentin", library.Approve{Protocol: p.Name, Version: p.Version}},
		{"priya", library.MakeEffective{Protocol: p.Name, Version: p.Version}},
	} {
		if err := c.members[act.who].signProtocol(ctx, act.command); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", act.who, library.Name(act.command), err)
		}
	}
	if err := c.permit(ctx, p); err != nil {
		return nil, err
	}
	for _, m := range cast() {
		if m.roles[0] == identity.Administrator || m.roles[0] == identity.Inspector || m.roles[0] == identity.ControlSite {
			continue
		}
		trainer := "priya"
		if m.username == trainer {
			trainer = "helen"
		}
		err := c.members[trainer].call(ctx, http.MethodPost, "/people/"+c.people[m.username]+"/training", map[string]any{
			"key": key(), "protocol": p.Name, "version": p.Version, "until": now.AddDate(1, 0, 0),
		}, nil)
		if err != nil {
			return nil, fmt.Errorf("train %s: %w", m.username, err)
		}
		if !slices.ContainsFunc(p.Parts, func(part protocol.Part) bool { return identity.Role(part.Role) == m.roles[0] }) {
			continue
		}
		if err := c.members[m.username].signProtocol(ctx, library.Acknowledge{Protocol: p.Name, Version: p.Version}); err != nil {
			return nil, fmt.Errorf("%s acknowledges: %w", m.username, err)
		}
	}
	return p, nil
}

// set sets what a protocol leaves to the site; without values there is nothing
// to do.
func (c *company) set(ctx context.Context, p *protocol.Protocol, values map[string]string) error {
	if len(values) == 0 {
		return nil
	}
	command := library.SetSiteValues{Protocol: p.Name, Version: p.Version, Values: values}
	if err := c.members["priya"].signProtocol(ctx, command); err != nil {
		return fmt.Errorf("priya: %s: %w", library.Name(command), err)
	}
	return nil
}

// permit has the site be allowed to make what a protocol makes: its unit
// becomes active, once, and its product is entered, unless it was.
func (c *company) permit(ctx context.Context, p *protocol.Protocol) error {
	who := map[identity.Role]string{identity.QualityLead: "priya", identity.ControlSite: "clara"}
	acts := register.PermitProduct(p, theUnit)
	if !c.settled {
		acts = append(register.PermitUnit(register.Mode(p.Product.Mode), theUnit, "ward 4, room 2"), acts...)
	}
	for _, act := range acts {
		if err := c.members[who[act.Role]].signRegister(ctx, act.Command); err != nil {
			return fmt.Errorf("%s: %s: %w", who[act.Role], act.Command.Name(), err)
		}
	}
	c.settled = true
	return nil
}

// sign signs one act of a protocol's life.
func (c *client) signProtocol(ctx context.Context, command library.Command) error {
	raw, err := library.MarshalCommand(command)
	if err != nil {
		return err
	}
	return c.signAt(ctx, "/protocols", raw)
}

// signRegister does the same for an act on a register.
func (c *client) signRegister(ctx context.Context, command register.Command) error {
	raw, err := register.MarshalCommand(command)
	if err != nil {
		return err
	}
	return c.signAt(ctx, "/registers", raw)
}

func (c *client) signAt(ctx context.Context, path string, command json.RawMessage) error {
	var sheet api.SheetView
	if err := c.call(ctx, http.MethodPost, path+"/proposals", map[string]any{"command": command}, &sheet); err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path+"/signatures", map[string]any{"command": command, "nonce": sheet.Nonce, "password": c.password}, nil)
}
