package api

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"countersign/batch"
	"countersign/register"
)

// dataPerMinute bounds how many messages one address may send.
const dataPerMinute = 1200

// ReceivedView is a message of a machine as the site took it in.
type ReceivedView struct {
	ID        string    `json:"id" doc:"interface and running number, as in 2/18"`
	Kind      string    `json:"kind" doc:"reading or alarm"`
	Interface int       `json:"interface"`
	Number    int64     `json:"number" doc:"the machine's own"`
	Quantity  string    `json:"quantity,omitempty"`
	Value     string    `json:"value,omitempty" doc:"exactly as sent"`
	Unit      string    `json:"unit,omitempty"`
	Text      string    `json:"text,omitempty" doc:"of an alarm"`
	Severity  string    `json:"severity,omitempty" doc:"of an alarm"`
	Time      string    `json:"time" doc:"by the machine's clock"`
	Received  time.Time `json:"received" doc:"by the site's clock"`
	Clock     string    `json:"clock,omitempty" doc:"by how much the clocks differ, where that is more than the interface allows"`
	File      string    `json:"file,omitempty" doc:"name of the raw file"`
	SHA256    string    `json:"sha256,omitempty" doc:"of the raw file"`
	Kept      bool      `json:"kept" doc:"the raw file is kept here"`
	Batch     string    `json:"batch,omitempty" doc:"into which the reading was taken, or which had the machine when the alarm came"`
	Answers   []string  `json:"answers" doc:"acknowledgements of an alarm, with who and why"`
	Message   string    `json:"message" doc:"byte for byte, as signed"`
	Signature string    `json:"signature" doc:"Ed25519, base64"`
}

// MachinePath names a piece of equipment.
type MachinePath struct {
	ID string `path:"id" maxLength:"64" doc:"the equipment's number" example:"E-0003"`
}

type messageInput struct {
	MachinePath
	Body struct {
		Message   string `json:"message" maxLength:"4096" doc:"a JSON object as text, in the bytes that were signed; see docs/devices.md"`
		Signature string `json:"signature" maxLength:"100" doc:"Ed25519 over these bytes, base64"`
		Raw       []byte `json:"raw,omitempty" doc:"the raw file, base64; its SHA-256 stands in the message"`
	}
}

type receivedOutput struct{ Body ReceivedView }

// MachineInput asks for one.
type MachineInput struct {
	Credentials
	MachinePath
}

type messagesOutput struct {
	Body struct {
		Messages []ReceivedView `json:"messages" doc:"the newest last"`
	}
}

type rawInput struct {
	MachineInput
	Interface int   `path:"interface" minimum:"1"`
	Number    int64 `path:"number" minimum:"1"`
}

// sendsData says whether a path takes what machines send.
func sendsData(path string) bool {
	return strings.HasPrefix(path, "/equipment/") && strings.HasSuffix(path, "/messages")
}

// devices offers the way for what machines send, and for reading it again
// (EXE-13). Interfaces are accepted, and alarms acknowledged, as other acts on
// registers are.
func (a *api) devices(to huma.API) {
	const messages = "/equipment/{id}/messages"
	huma.Register(to, huma.Operation{
		OperationID: operationID("Send a reading or an alarm"), Method: http.MethodPost, Path: root + messages, Summary: "Send a reading or an alarm",
		Description: "For a machine's gateway. Nobody is signed in: the message is signed with the key of the machine's interface. The same message sent again is answered the same.",
		// The limit is that of New, which goes by the path of the request.
		MaxBodyBytes: most("/equipment/E/messages"), BodyReadTimeout: 30 * time.Second,
	}, func(ctx context.Context, in *messageInput) (*receivedOutput, error) {
		got, err := a.site.TakeMessage(ctx, in.ID, in.Body.Message, in.Body.Signature, in.Body.Raw)
		if err != nil {
			return nil, problem(err)
		}
		return &receivedOutput{receivedView(got)}, nil
	})
	offer(to, http.MethodGet, messages, "What a machine has sent", func(ctx context.Context, in *MachineInput) (*messagesOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		all, err := a.site.Received(ctx, who, in.ID)
		if err != nil {
			return nil, problem(err)
		}
		out := &messagesOutput{}
		out.Body.Messages = []ReceivedView{}
		for _, got := range all {
			out.Body.Messages = append(out.Body.Messages, receivedView(got))
		}
		return out, nil
	})
	offer(to, http.MethodGet, messages+"/{interface}/{number}/file", "The raw file of a reading", func(ctx context.Context, in *rawInput) (*fileOutput, error) {
		who, err := a.session(ctx, in.Credentials)
		if err != nil {
			return nil, err
		}
		name, file, err := a.site.RawFile(ctx, who, in.ID, in.Interface, in.Number)
		if err != nil {
			return nil, problem(err)
		}
		return &fileOutput{ContentType: "application/octet-stream", Disposition: mime.FormatMediaType("attachment", map[string]string{"filename": name}), Body: file}, nil
	})
}

func receivedView(r *register.Received) ReceivedView {
	view := ReceivedView{
		ID: r.ID(), Kind: r.Kind, Interface: r.Interface, Number: r.Number, Quantity: r.Quantity, Value: r.Value, Unit: r.Unit, Text: r.Text,
		Severity: r.Severity, Time: r.Message.Time, Received: r.At.At, Clock: r.ClockWords(), File: r.File, SHA256: r.SHA256, Kept: r.Kept,
		Batch: r.Batch + r.TakenBy, Answers: []string{}, Message: r.Signed, Signature: r.Signature,
	}
	for _, answer := range r.Answers {
		view.Answers = append(view.Answers, answer.Name+": "+answer.Comment)
	}
	return view
}

// numberOf is an interface's number; 0 for none.
func numberOf(face *register.Interface) int {
	if face == nil {
		return 0
	}
	return face.Number
}

// SentView is where a value came from that a machine sent.
type SentView struct {
	Equipment string `json:"equipment"`
	ID        string `json:"id" doc:"interface and running number, as in 2/18"`
	Value     string `json:"value" doc:"exactly as sent, with its unit"`
	Time      string `json:"time" doc:"by the machine's clock"`
	Received  string `json:"received" doc:"by the site's clock"`
	SHA256    string `json:"sha256" doc:"of the raw file"`
	Kept      bool   `json:"kept" doc:"the raw file is kept at the site"`
	Message   string `json:"message" doc:"byte for byte, as signed"`
	Signature string `json:"signature" doc:"Ed25519, base64"`
}

func sentView(s *batch.Source) (sent *SentView, instead string) {
	if s == nil || s.Equipment == "" {
		if s != nil {
			instead = s.Instead
		}
		return nil, instead
	}
	value := s.Message.Value
	if q, err := s.Message.Measured(); err == nil {
		value = q.Coded()
	}
	return &SentView{
		Equipment: s.Equipment, ID: register.MessageID(s.Message.Interface, s.Message.Number), Value: value, Time: s.Message.Time, Received: s.Sent.Received,
		SHA256: s.Message.SHA256, Kept: s.Sent.Kept, Message: s.Sent.Message, Signature: s.Sent.Signature,
	}, ""
}
