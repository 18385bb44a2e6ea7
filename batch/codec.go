package batch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
)

// commands lists the closed set by the names that travel in forms and the
// API. Each call gives fresh zero values.
func commands() map[string]Command {
	return map[string]Command{
		"open": Open{}, "begin": Begin{}, "scan": Scan{}, "typecode": TypeCode{}, "witnesscode": WitnessCode{}, "record": Record{}, "move": Move{}, "setout": SetOut{},
		"tell": Tell{}, "putonhold": PutOnHold{}, "lifthold": LiftHold{}, "handovershift": HandOverShift{}, "takeovershift": TakeOverShift{}, "confirmtyped": ConfirmTyped{},
		"perform": Perform{}, "check": Check{}, "correct": Correct{}, "confirmcorrection": ConfirmCorrection{}, "dropcorrection": DropCorrection{}, "note": Note{}, "raise": Raise{},
		"resolve": Resolve{}, "decidetogether": DecideTogether{}, "afterstop": AfterStop{}, "abort": Abort{}, "review": Review{}, "certify": Certify{}, "reject": Reject{},
		"demandfullreview": DemandFullReview{}, "withdrawdemand": WithdrawDemand{}, "lookat": LookAt{},
		"takereading": TakeReading{}, "typeinstead": TypeInstead{}, "answeralarm": AnswerAlarm{},
		"recall":  Recall{},
		"promote": Promote{}, "attachdeviation": AttachDeviation{}, "ruledeviation": RuleDeviation{}, "followblank": FollowBlank{},
		"proposeredline": ProposeRedline{}, "approveredline": ApproveRedline{}, "dropredline": DropRedline{}, "readredline": ReadRedline{},
		"recordroute": RecordRoute{}, "supply": Supply{}, "tellsupply": TellSupply{},
		"handin": HandIn{}, "enterkept": EnterKept{}, "closekept": CloseKept{},
		"takeover": TakeOver{}, "linknumber": LinkNumber{}, "confirmnumber": ConfirmNumber{},
		"printlabel": PrintLabel{}, "reprint": Reprint{}, "applylabel": ApplyLabel{}, "destroylabel": DestroyLabel{}, "attachlabel": AttachLabel{},
		"immediateuse": ImmediateUse{},
		"reportnews":   ReportNews{}, "tellnews": TellNews{}, "recordfate": RecordFate{}, "witnessfate": WitnessFate{}, "account": Account{}, "setapart": SetApart{},
	}
}

// CommandName gives the written name of a command, as in "perform".
func CommandName(c Command) string { return strings.ToLower(reflect.TypeOf(c).Name()) }

// MarshalCommand writes a command as one JSON object whose member "command"
// names it.
func MarshalCommand(c Command) ([]byte, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("encode command: %w", err)
	}
	name, err := json.Marshal(CommandName(c))
	if err != nil {
		return nil, fmt.Errorf("encode command: %w", err)
	}
	out := append([]byte(`{"command":`), name...)
	if !bytes.Equal(body, []byte("{}")) {
		out = append(out, ',')
	}
	return append(out, body[1:]...), nil
}

// UnmarshalCommand reads what MarshalCommand wrote. A name outside the closed
// set, an unknown member or anything after the object is an error whose text
// is safe to show.
func UnmarshalCommand(raw []byte) (Command, error) {
	var head struct {
		Command string `json:"command"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	zero, ok := commands()[head.Command]
	if !ok {
		return nil, errors.New("no such command")
	}
	target := reflect.New(reflect.TypeOf(zero))
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, errors.New("the command is not a JSON object")
	}
	delete(members, "command")
	rest, err := json.Marshal(members)
	if err != nil {
		return nil, fmt.Errorf("read command: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(rest))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target.Interface()); err != nil {
		return nil, fmt.Errorf("a member of the command %q does not fit: its name or its type is wrong", head.Command)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the command")
	}
	command, ok := target.Elem().Interface().(Command)
	if !ok {
		return nil, errors.New("no such command")
	}
	return command, nil
}
