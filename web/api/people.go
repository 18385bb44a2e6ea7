package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/identity"
	"countersign/web/site"
)

// PersonView is one person, without any secret.
type PersonView struct {
	ID       string          `json:"id"`
	Username string          `json:"username"`
	Name     string          `json:"name"`
	Roles    []identity.Role `json:"roles"`
	Proposed []identity.Role `json:"proposed_roles,omitempty" doc:"which count once another person has confirmed them"`
	Active   bool            `json:"active"`
	MaySign  bool            `json:"may_sign" doc:"a key is enrolled and somebody has confirmed who holds it"`
	Training []TrainingView  `json:"training"`
}

// TrainingView is one proof of competence.
type TrainingView struct {
	Protocol string    `json:"protocol"`
	Version  int       `json:"version"`
	Until    time.Time `json:"until"`
}

// RegisteredView answers a registration or a reset. The one-time password is
// shown this once.
type RegisteredView struct {
	Person          string `json:"person"`
	OneTimePassword string `json:"one_time_password"`
}

type peopleOutput struct {
	Body struct {
		People []PersonView `json:"people"`
	}
}

// PersonPath names a person.
type PersonPath struct {
	Credentials
	ID string `path:"id" maxLength:"64" doc:"the person's id"`
}

// Keyed is the idempotency key of an act.
type Keyed struct {
	Key string `json:"key" doc:"32 hexadecimal digits, new for each act"`
}

type registerInput struct {
	Credentials
	Body struct {
		Keyed
		Username        string          `json:"username" maxLength:"64"`
		Name            string          `json:"name" maxLength:"200"`
		Roles           []identity.Role `json:"roles"`
		IdentityChecked string          `json:"identity_checked" maxLength:"200" doc:"the document that was seen"`
	}
}

type registeredOutput struct{ Body RegisteredView }

type actInput struct {
	PersonPath
	Body struct {
		Keyed
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

type roleInput struct {
	PersonPath
	Body struct {
		Keyed
		Role   identity.Role `json:"role"`
		Reason string        `json:"reason,omitempty" maxLength:"500"`
	}
}

type trainingInput struct {
	PersonPath
	Body struct {
		Keyed
		Protocol string    `json:"protocol" maxLength:"100"`
		Version  int       `json:"version" minimum:"1"`
		Until    time.Time `json:"until"`
	}
}

func (a *api) people(to huma.API) {
	offer(to, http.MethodGet, "/people", "List people", func(ctx context.Context, in *Credentials) (*peopleOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		all, err := a.site.People(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		out := &peopleOutput{}
		out.Body.People = make([]PersonView, len(all))
		for i, person := range all {
			out.Body.People[i] = personView(person)
		}
		return out, nil
	})
	offer(to, http.MethodPost, "/people", "Register a person", func(ctx context.Context, in *registerInput) (*registeredOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		id, oneTime, err := a.site.Register(ctx, who, in.Body.Key, identity.Registration{
			Username: in.Body.Username, Name: in.Body.Name, Roles: in.Body.Roles, IdentityChecked: in.Body.IdentityChecked,
		})
		if err != nil {
			return nil, problem(err)
		}
		return &registeredOutput{RegisteredView{Person: string(id), OneTimePassword: oneTime}}, nil
	})
	a.personAct(to, "/attestations", "Confirm who holds a person's key", func(ctx context.Context, who site.Session, in *actInput) error {
		return a.site.AttestKey(ctx, who, in.Body.Key, identity.PersonID(in.ID))
	})
	a.personAct(to, "/suspensions", "Suspend a person", func(ctx context.Context, who site.Session, in *actInput) error {
		return a.site.Suspend(ctx, who, in.Body.Key, identity.PersonID(in.ID), in.Body.Reason)
	})
	a.personAct(to, "/restorations", "Restore a suspended person", func(ctx context.Context, who site.Session, in *actInput) error {
		return a.site.Restore(ctx, who, in.Body.Key, identity.PersonID(in.ID), in.Body.Reason)
	})
	a.personAct(to, "/unlocks", "Unlock an account that wrong passwords locked", func(ctx context.Context, who site.Session, in *actInput) error {
		return a.site.UnlockAccount(ctx, who, in.Body.Key, identity.PersonID(in.ID))
	})
	offer(to, http.MethodPost, "/people/{id}/resets", "Replace a forgotten password by a one-time password", func(ctx context.Context, in *actInput) (*registeredOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		oneTime, err := a.site.ResetPassword(ctx, who, in.Body.Key, identity.PersonID(in.ID))
		if err != nil {
			return nil, problem(err)
		}
		return &registeredOutput{RegisteredView{Person: in.ID, OneTimePassword: oneTime}}, nil
	})
	offer(to, http.MethodPost, "/people/{id}/training", "Attest training", func(ctx context.Context, in *trainingInput) (*struct{}, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		return nil, problem(a.site.Train(ctx, who, in.Body.Key, identity.PersonID(in.ID), identity.Training{
			Protocol: in.Body.Protocol, Version: in.Body.Version, Until: in.Body.Until.UTC(),
		}))
	})
	a.roleAct(to, "/roles", "Give a role", a.giveRole)
	a.roleAct(to, "/confirmed-roles", "Confirm a role that an administrator proposed", a.confirmRole)
	a.roleAct(to, "/withdrawn-roles", "Withdraw a role", a.withdrawRole)
}

func (a *api) giveRole(ctx context.Context, who site.Session, in *roleInput) error {
	return a.site.GiveRole(ctx, who, in.Body.Key, identity.PersonID(in.ID), in.Body.Role)
}

func (a *api) confirmRole(ctx context.Context, who site.Session, in *roleInput) error {
	return a.site.ConfirmRole(ctx, who, in.Body.Key, identity.PersonID(in.ID), in.Body.Role)
}

func (a *api) withdrawRole(ctx context.Context, who site.Session, in *roleInput) error {
	return a.site.WithdrawRole(ctx, who, in.Body.Key, identity.PersonID(in.ID), in.Body.Role, in.Body.Reason)
}

func (a *api) personAct(to huma.API, path, summary string, do func(context.Context, site.Session, *actInput) error) {
	offer(to, http.MethodPost, "/people/{id}"+path, summary, func(ctx context.Context, in *actInput) (*struct{}, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		return nil, problem(do(ctx, who, in))
	})
}

func (a *api) roleAct(to huma.API, path, summary string, do func(context.Context, site.Session, *roleInput) error) {
	offer(to, http.MethodPost, "/people/{id}"+path, summary, func(ctx context.Context, in *roleInput) (*struct{}, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		return nil, problem(do(ctx, who, in))
	})
}

func personView(p identity.Person) PersonView {
	view := PersonView{
		ID: string(p.ID), Username: p.Username, Name: p.Name, Roles: p.Roles, Active: p.Active, Training: []TrainingView{},
	}
	for _, one := range p.Proposed {
		view.Proposed = append(view.Proposed, one.Role)
	}
	for _, key := range p.Keys {
		view.MaySign = view.MaySign || key.Attested && key.Until == 0
	}
	for _, training := range p.Training {
		view.Training = append(view.Training, TrainingView{Protocol: training.Protocol, Version: training.Version, Until: training.Until})
	}
	return view
}
