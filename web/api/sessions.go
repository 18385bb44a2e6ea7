package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/identity"
)

// SessionView is who is signed in.
type SessionView struct {
	Token              string          `json:"token,omitempty" doc:"send it as a bearer token; shown once"`
	Person             string          `json:"person"`
	Username           string          `json:"username"`
	Name               string          `json:"name"`
	Roles              []identity.Role `json:"roles"`
	MustChoosePassword bool            `json:"must_choose_password"`
	Since              time.Time       `json:"since"`
}

type signInInput struct {
	Body struct {
		Username string `json:"username" maxLength:"64"`
		Password string `json:"password" maxLength:"256"`
		Terminal string `json:"terminal,omitempty" maxLength:"64" doc:"where the person stands"`
	}
}

type sessionOutput struct{ Body SessionView }

type passwordInput struct {
	Body struct {
		Username string `json:"username" maxLength:"64"`
		Current  string `json:"current" maxLength:"256" doc:"the one-time password, or the one to replace"`
		Next     string `json:"next" maxLength:"256"`
		Accept   bool   `json:"accept" doc:"I accept that my signature here binds me as my handwritten one does"`
	}
}

func (a *api) sessions(to huma.API) {
	offer(to, http.MethodPost, "/sessions", "Sign in", func(ctx context.Context, in *signInInput) (*sessionOutput, error) {
		token, session, err := a.site.SignIn(ctx, in.Body.Username, in.Body.Password, in.Body.Terminal)
		if err != nil {
			return nil, problem(err)
		}
		return &sessionOutput{SessionView{
			Token: token, Person: string(session.Person.ID), Username: session.Person.Username, Name: session.Person.Name,
			Roles: session.Person.Roles, MustChoosePassword: session.MustChange, Since: session.Since,
		}}, nil
	})
	offer(to, http.MethodGet, "/session", "Who is signed in", func(ctx context.Context, in *Credentials) (*sessionOutput, error) {
		session, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		return &sessionOutput{SessionView{
			Person: string(session.Person.ID), Username: session.Person.Username, Name: session.Person.Name,
			Roles: session.Person.Roles, MustChoosePassword: session.MustChange, Since: session.Since,
		}}, nil
	})
	offer(to, http.MethodDelete, "/session", "Sign out", func(ctx context.Context, in *Credentials) (*struct{}, error) {
		return nil, problem(a.site.SignOut(ctx, in.token()))
	})
	offer(to, http.MethodPut, "/password", "Choose a password", func(ctx context.Context, in *passwordInput) (*struct{}, error) {
		return nil, problem(a.site.SetPassword(ctx, in.Body.Username, in.Body.Current, in.Body.Next, in.Body.Accept))
	})
}

// offer adds one operation under /api/v1, with the limits that all share.
func offer[In, Out any](to huma.API, method, path, summary string, do func(context.Context, *In) (*Out, error)) {
	huma.Register(to, huma.Operation{
		OperationID: operationID(summary), Method: method, Path: root + path, Summary: summary,
		MaxBodyBytes: most(path), BodyReadTimeout: 15 * time.Second,
		Security: []map[string][]string{{"session": {}}},
	}, do)
}
