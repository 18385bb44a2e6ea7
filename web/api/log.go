package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// SiteView is which site this is.
type SiteView struct {
	Origin      string    `json:"origin"`
	Name        string    `json:"name"`
	Unit        string    `json:"unit"`
	ControlSite string    `json:"control_site"`
	Licence     string    `json:"licence"`
	Kind        string    `json:"kind" doc:"live, training or rehearsal"`
	Zone        string    `json:"zone"`
	Software    string    `json:"software"`
	Now         time.Time `json:"now" doc:"the site's clock"`
}

// LogState is the log at a glance.
type LogState struct {
	Size       int64     `json:"size"`
	Root       string    `json:"root"`
	At         time.Time `json:"at" doc:"of the checkpoint"`
	Checkpoint string    `json:"checkpoint" doc:"a C2SP signed note"`
	Verifier   string    `json:"verifier" doc:"the site's verifier key"`
}

// VerificationView is what a verification of the whole log found.
type VerificationView struct {
	Holds      bool   `json:"holds"`
	Entries    int64  `json:"entries"`
	Signatures int64  `json:"signatures"`
	Openings   int64  `json:"openings"`
	First      string `json:"first,omitempty" doc:"the first thing that does not hold"`
}

type siteOutput struct{ Body SiteView }

type logOutput struct{ Body LogState }

type verificationOutput struct{ Body VerificationView }

type clockInput struct {
	Credentials
	Body struct {
		Keyed
		Microseconds int64 `json:"microseconds" minimum:"1" doc:"by how much"`
	}
}

func (a *api) log(to huma.API) {
	offer(to, http.MethodGet, "/site", "Which site this is, and its time", func(_ context.Context, _ *struct{}) (*siteOutput, error) {
		info := a.site.Info()
		return &siteOutput{SiteView{
			Origin: info.Origin, Name: info.Name, Unit: info.Unit, ControlSite: info.ControlSite, Licence: info.Licence,
			Kind: info.Kind, Zone: info.Zone, Software: info.Software, Now: a.site.Now(),
		}}, nil
	})
	offer(to, http.MethodGet, "/log", "Show the log's newest checkpoint", func(ctx context.Context, in *Credentials) (*logOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		view, err := a.site.Log(ctx, who)
		if err != nil {
			return nil, problem(err)
		}
		return &logOutput{LogState{Size: view.Size, Root: view.Root, At: view.At, Checkpoint: view.Checkpoint, Verifier: view.Verifier}}, nil
	})
	offer(to, http.MethodPost, "/log/verifications", "Verify the whole log", func(ctx context.Context, in *Credentials) (*verificationOutput, error) {
		who, err := a.session(ctx, *in)
		if err != nil {
			return nil, err
		}
		report, err := a.site.VerifyLog(ctx, who, func(int64, int64) {})
		if err != nil {
			return nil, problem(err)
		}
		view := VerificationView{Holds: report.First == nil, Entries: report.Entries, Signatures: report.Signatures, Openings: report.Openings}
		if report.First != nil {
			view.First = report.First.Error()
		}
		return &verificationOutput{view}, nil
	})
	offer(to, http.MethodPost, "/clock", "Move a training or rehearsal site's clock forward", func(ctx context.Context, in *clockInput) (*siteOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		if err := a.site.MoveClock(ctx, who, in.Body.Key, time.Duration(in.Body.Microseconds)*time.Microsecond); err != nil {
			return nil, problem(err)
		}
		info := a.site.Info()
		return &siteOutput{SiteView{Origin: info.Origin, Name: info.Name, Kind: info.Kind, Zone: info.Zone, Now: a.site.Now()}}, nil
	})
}

// operationID makes a summary an identifier: "List batches" → "list-batches".
func operationID(summary string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(summary))
	return plain
}

func hexadecimal(digest [32]byte) string { return hex.EncodeToString(digest[:]) }
