package batch

import "countersign/audit"

// begunFirst, recordedFirst, movedFirst and performedFirst are acts as version 1
// of their kinds had them: at the moment, by whoever did them.
type begunFirst struct {
	By   `json:"by"`
	Step string `json:"step"`
}

type recordedFirst struct {
	By     `json:"by"`
	Step   string `json:"step"`
	Field  string `json:"field"`
	Text   string `json:"text"`
	Value  string `json:"value"`
	Level  string `json:"level"`
	Reason string `json:"limit"`
	Repeat bool   `json:"repeat"`
}

type movedFirst struct {
	By   `json:"by"`
	Item string `json:"item"`
	To   string `json:"to"`
}

type performedFirst struct {
	By      `json:"by"`
	Step    string     `json:"step"`
	Results []ResultOf `json:"results"`
}

// Kind is that of every such act.
func (begunFirst) Kind() audit.Kind     { return kindBegun }
func (recordedFirst) Kind() audit.Kind  { return kindRecorded }
func (movedFirst) Kind() audit.Kind     { return kindMoved }
func (performedFirst) Kind() audit.Kind { return kindPerformed }

func (e begunFirst) today() Event { return StepBegun{By: e.By, Step: e.Step} }

func (e recordedFirst) today() Event {
	return ValueRecorded{
		By: e.By, Step: e.Step, Field: e.Field, Text: e.Text, Value: e.Value, Level: e.Level, Reason: e.Reason, Repeat: e.Repeat,
	}
}

func (e movedFirst) today() Event { return ItemMoved{By: e.By, Item: e.Item, To: e.To} }

func (e performedFirst) today() Event {
	return StepPerformed{By: e.By, Step: e.Step, Results: e.Results}
}

// closed: nothing of these is sealed.
func (e begunFirst) closed() Event     { return e }
func (e recordedFirst) closed() Event  { return e }
func (e movedFirst) closed() Event     { return e }
func (e performedFirst) closed() Event { return e }
