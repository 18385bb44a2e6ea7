package batch

import "countersign/audit"

// mannerSecond is how an act came into the record before anything was copied
// from a numbered blank.
type mannerSecond struct {
	Done     string `json:"done"`
	Typed    string `json:"typed"`
	Late     string `json:"late"`
	Doer     string `json:"doer"`
	Name     string `json:"name"`
	Username string `json:"username"`
	Role     string `json:"role"`
	Training string `json:"training"`
	Scribed  string `json:"scribed"`
}

func (m mannerSecond) today() Manner {
	return Manner{
		Done: m.Done, Typed: m.Typed, Late: m.Late, Doer: m.Doer, Name: m.Name, Username: m.Username, Role: m.Role, Training: m.Training, Scribed: m.Scribed,
	}
}

// begunSecond, recordedSecond, movedSecond and performedSecond are acts as
// version 2 of their kinds had them.
type begunSecond struct {
	By     `json:"by"`
	Step   string       `json:"step"`
	Manner mannerSecond `json:"manner"`
}

type recordedSecond struct {
	By     `json:"by"`
	Step   string       `json:"step"`
	Field  string       `json:"field"`
	Text   string       `json:"text"`
	Value  string       `json:"value"`
	Level  string       `json:"level"`
	Reason string       `json:"limit"`
	Repeat bool         `json:"repeat"`
	Manner mannerSecond `json:"manner"`
}

type movedSecond struct {
	By     `json:"by"`
	Item   string       `json:"item"`
	To     string       `json:"to"`
	Manner mannerSecond `json:"manner"`
}

type performedSecond struct {
	By      `json:"by"`
	Step    string       `json:"step"`
	Results []ResultOf   `json:"results"`
	Manner  mannerSecond `json:"manner"`
}

// Kind is that of every such act.
func (begunSecond) Kind() audit.Kind     { return kindBegun }
func (recordedSecond) Kind() audit.Kind  { return kindRecorded }
func (movedSecond) Kind() audit.Kind     { return kindMoved }
func (performedSecond) Kind() audit.Kind { return kindPerformed }

func (e begunSecond) today() Event {
	return StepBegun{By: e.By, Step: e.Step, Manner: e.Manner.today()}
}

func (e recordedSecond) today() Event {
	return ValueRecorded{
		By: e.By, Step: e.Step, Field: e.Field, Text: e.Text, Value: e.Value, Level: e.Level, Reason: e.Reason, Repeat: e.Repeat, Manner: e.Manner.today(),
	}
}

func (e movedSecond) today() Event {
	return ItemMoved{By: e.By, Item: e.Item, To: e.To, Manner: e.Manner.today()}
}

func (e performedSecond) today() Event {
	return StepPerformed{By: e.By, Step: e.Step, Results: e.Results, Manner: e.Manner.today()}
}

// closed: nothing of these is sealed.
func (e begunSecond) closed() Event     { return e }
func (e recordedSecond) closed() Event  { return e }
func (e movedSecond) closed() Event     { return e }
func (e performedSecond) closed() Event { return e }
