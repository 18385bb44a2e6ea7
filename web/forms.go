package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"countersign/batch"
)

// form is what a browser sent: readable text, each name once.
type form map[string]string

// secrets never leave the request that brought them.
var secrets = []string{"password", "current", "next", "again"}

// ours are the members that belong to a form's working and not to its content.
var ours = []string{"key", "seen", "act", "command", "nonce", "to", "kept", "back", "step", "field", "row", "item", "draft"}

func isSecret(name string) bool { return contains(secrets, name) }

func contains(list []string, name string) bool {
	for _, one := range list {
		if one == name {
			return true
		}
	}
	return false
}

// errForm sentences are safe to show.
var (
	errTooLarge = &refusal{
		status: http.StatusRequestEntityTooLarge, title: "That is too much at once",
		sentence: "What was sent is larger than this form can hold, so it was refused and nothing was done.",
	}
	errNotText = &refusal{
		status: http.StatusBadRequest, title: "That is not readable text",
		sentence: "The form holds characters that are not readable text (not valid UTF-8), so it was refused and nothing was done.",
	}
	errForm = &refusal{
		status: http.StatusBadRequest, title: "That form cannot be read",
		sentence: "The form did not arrive whole, so it was refused and nothing was done. Open the page again and send it once more.",
	}
)

// readForm reads a posted form. The body is already bounded.
func readForm(r *http.Request) (form, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, errForm
	}
	if kind == "multipart/form-data" {
		err = r.ParseMultipartForm(maxProtocol)
	} else {
		err = r.ParseForm()
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case err != nil:
		return nil, errForm
	}
	return decodeForm(r.PostForm)
}

// decodeForm keeps the first value of each name and refuses what is not text.
// A browser writes line ends as CR LF; a form holds LF.
func decodeForm(posted url.Values) (form, error) {
	decoded := form{}
	for name, values := range posted {
		if !utf8.ValidString(name) || len(values) == 0 {
			return nil, errNotText
		}
		for _, value := range values {
			if !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				return nil, errNotText
			}
		}
		decoded[name] = strings.ReplaceAll(values[0], "\r\n", "\n")
	}
	return decoded, nil
}

// keep writes a form down without its secrets, to be shown again.
func (f form) keep() string {
	values := url.Values{}
	for name, value := range f {
		if !isSecret(name) {
			values.Set(name, value)
		}
	}
	return values.Encode()
}

// recover reads what keep wrote; anything else is an empty form.
func recoverForm(kept string) form {
	values, err := url.ParseQuery(kept)
	if err != nil {
		return form{}
	}
	f, err := decodeForm(values)
	if err != nil {
		return form{}
	}
	for _, name := range secrets {
		delete(f, name)
	}
	return f
}

// unsigned reads the command of a form that does something at once. What a
// person typed travels as typed; the rules read it.
func (f form) unsigned() (batch.Command, error) {
	if c, ok, err := f.afterwards(); ok {
		return c, err
	}
	switch f["act"] {
	case "begin":
		return f.told("begin", batch.Tell{Step: f["step"]}, batch.Begin{Step: f["step"]}), nil
	case "scan":
		return batch.Scan{Step: f["step"], Field: f["field"], Raw: f["raw"]}, nil
	case "typecode":
		return batch.TypeCode{Step: f["step"], Field: f["field"], Text: strings.TrimSpace(f["typed"]), Reason: f["reason"], Words: strings.TrimSpace(f["words"])}, nil
	case "takereading":
		return f.reading()
	case "typeinstead":
		return batch.TypeInstead{Step: f["step"], Field: f["field"], Text: strings.TrimSpace(f["text"]), Reason: strings.TrimSpace(f["reason"])}, nil
	case "move":
		return f.told("move", batch.Tell{Item: f["item"], To: f["direction"]}, batch.Move{Item: f["item"], To: f["direction"]}), nil
	case "setout":
		item := batch.Item{Name: f["item"], Code: f["code"], Amount: strings.TrimSpace(f["amount"])}
		return batch.SetOut{Item: item, Reason: strings.TrimSpace(f["reason"])}, nil
	case "correct":
		return batch.Correct{Step: f["step"], Field: f["field"], Text: strings.TrimSpace(f["text"]), Reason: strings.TrimSpace(f["reason"])}, nil
	case "dropcorrection":
		number, err := readNumber(f["correction"])
		return batch.DropCorrection{Step: f["step"], Correction: int(number), Reason: strings.TrimSpace(f["reason"])}, err
	case "putonhold":
		return batch.PutOnHold{Kind: batch.HoldKind(f["kind"]), Reason: strings.TrimSpace(f["reason"])}, nil
	case "note":
		return batch.Note{Step: f["step"], Text: strings.TrimSpace(f["text"])}, nil
	case "raise":
		return batch.Raise{Step: f["step"], Text: strings.TrimSpace(f["text"]), Blocks: f["blocks"] == "yes", Class: f["class"]}, nil
	case "closekept":
		number, err := readNumber(f["number"])
		return batch.CloseKept{Kept: int(number), Reason: strings.TrimSpace(f["reason"])}, err
	case "promote":
		note, err := readNumber(f["note"])
		if err != nil {
			return nil, errForm
		}
		return batch.Promote{Note: note, Text: strings.TrimSpace(f["text"])}, nil
	case "tellsupply":
		return batch.TellSupply{Whom: f["whom"], Name: f["name"], How: f["how"], When: f["when"], Document: f["document"]}, nil
	}
	return nil, errForm
}

// signed reads the command of a form that leads to a signing sheet. A sheet
// itself carries the command whole.
func (f form) signed() (batch.Command, error) {
	if whole := f["command"]; whole != "" {
		c, err := batch.UnmarshalCommand([]byte(whole))
		if err != nil {
			return nil, errForm
		}
		return c, nil
	}
	switch f["act"] {
	case "answeralarm":
		return f.answerAlarm()
	case "perform":
		return f.told("perform", batch.Tell{Step: f["step"]}, batch.Perform{Step: f["step"]}), nil
	case "confirmtyped":
		return batch.ConfirmTyped{Step: f["step"]}, nil
	case "check":
		return batch.Check{Step: f["step"]}, nil
	case "confirmcorrection":
		number, err := readNumber(f["correction"])
		return batch.ConfirmCorrection{Step: f["step"], Correction: int(number)}, err
	case "enterkept":
		number, err := readNumber(f["number"])
		return batch.EnterKept{Kept: int(number), Code: f["code"]}, err
	case "witnesscode":
		return batch.WitnessCode{Step: f["step"]}, nil
	case "resolve":
		number, err := readNumber(f["exception"])
		if err != nil {
			return nil, errForm
		}
		return batch.Resolve{Exception: int(number), Accept: f["accept"] == "yes", Reason: strings.TrimSpace(f["reason"])}, nil
	case "approveredline":
		number, err := readNumber(f["redline"])
		return batch.ApproveRedline{Redline: int(number)}, err
	case "readredline":
		number, err := readNumber(f["redline"])
		return batch.ReadRedline{Redline: int(number)}, err
	case "lifthold":
		number, err := readNumber(f["hold"])
		return batch.LiftHold{Hold: int(number), Reason: strings.TrimSpace(f["reason"])}, err
	case "handovershift":
		return batch.HandOverShift{Words: strings.TrimSpace(f["words"])}, nil
	case "takeovershift":
		return batch.TakeOverShift{Words: strings.TrimSpace(f["words"])}, nil
	case "decide":
		return f.decisions()
	case "afterstop":
		return batch.AfterStop{Decision: f["decision"], Authority: strings.TrimSpace(f["authority"]), Reason: strings.TrimSpace(f["reason"])}, nil
	case "recordroute":
		return batch.RecordRoute{Stage: f["stage"], Whom: f["whom"], When: f["when"], Document: f["document"], Text: f["text"]}, nil
	case "supply":
		return batch.Supply{Statement: strings.TrimSpace(f["statement"]), Place: strings.TrimSpace(f["place"])}, nil
	case "immediateuse":
		return f.immediateUse(), nil
	case "abort":
		return batch.Abort{Reason: strings.TrimSpace(f["reason"])}, nil
	case "review":
		return batch.Review{Statement: strings.TrimSpace(f["statement"])}, nil
	case "certify":
		return f.certify(), nil
	case "reject":
		return batch.Reject{Reason: strings.TrimSpace(f["reason"])}, nil
	}
	for _, read := range []func() (batch.Command, bool, error){f.afterwards, f.fullReviewAct} {
		if c, ok, err := read(); ok {
			return c, err
		}
	}
	return f.custodyAct()
}

// readNumber reads a small whole number that a form of ours carries.
func readNumber(text string) (int64, error) {
	if text == "" || len(text) > 9 {
		return 0, errForm
	}
	var n int64
	for _, digit := range []byte(text) {
		if digit < '0' || digit > '9' {
			return 0, errForm
		}
		n = n*10 + int64(digit-'0')
	}
	return n, nil
}

// seen is the version that the form was drawn from; 0 when it does not say.
func (f form) seen() int64 {
	n, err := readNumber(f["seen"])
	if err != nil {
		return 0
	}
	return n
}
