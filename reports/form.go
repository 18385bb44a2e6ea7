package reports

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"countersign/batch"
	"countersign/protocol"
	"countersign/register"
	"countersign/register/label"
)

// FormInput is everything that a numbered blank is made from.
type FormInput struct {
	Blank    register.Blank
	Protocol *protocol.Protocol
	Site     register.Site
	Settings map[string]batch.Setting // what the site sets, as in force; by name
	Zone     *time.Location
	Software string
}

// Form lays out a numbered blank: every step of the protocol with its
// instruction, an empty box for every value with its unit and limits, room for
// two signatures, and on each page the blank's number, also as a DataMatrix
// (EXE-15). The same input gives the same bytes. It also says how many pages
// there are.
func Form(in FormInput) (pdf []byte, pages int, err error) {
	f, err := layForm(in)
	if err != nil {
		return nil, 0, err
	}
	title := gate("Blank " + in.Blank.ID + " – " + in.Protocol.Title)
	raw, err := draw(f.sheet, f.running(), title, in.Blank.Printed.At)
	if err != nil {
		return nil, 0, err
	}
	pdf, err = finish(raw, about{title: title, producer: gate("Countersign " + in.Software), subject: "Blank " + in.Blank.ID, at: in.Blank.Printed.At})
	return pdf, len(f.pages), err
}

// form is a blank on its way to paper. What a step asks for is set out in the
// words of the printed protocol.
type form struct {
	*master
	FormInput
}

// Room to write by hand, as the leading of an empty line.
var (
	writeStyle = style{face: regular, size: 900, lead: 2000}
	signStyle  = style{face: regular, size: 900, lead: 2600}
)

func layForm(in FormInput) (f *form, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("print blank: %v", fault)
		}
	}()
	p := in.Protocol
	inner := masterInput{Protocol: p, Site: in.Site, Zone: in.Zone, Software: in.Software}
	f = &form{&master{masterInput: inner, paper: newPaper(), clock: clock{in.Zone}, digest: hex.EncodeToString(p.Digest[:])}, in}
	f.front()
	f.steps()
	f.end()
	return f, f.numbered()
}

// front is for whom the blank is used, with what, and who wrote on it.
func (f *form) front() {
	p, b := f.FormInput.Protocol, f.Blank
	f.frame(cell{
		{style{face: bold, size: 1500}, "Blank " + b.ID},
		{style{face: bold, size: 1100}, p.Title},
		{plainStyle, fmt.Sprintf("Printed from protocol %s, version %d, for the time when nobody can record at a terminal.", p.Name, p.Version)},
		{plainStyle, "By " + b.Printed.Name + ", " + f.at(b.Printed.At) + ", because: " + b.Reason},
	}, 150)
	f.write(cell{
		{boldStyle, "How it is filled in"},
		{plainStyle, "In ink, at the moment, with the time by a clock that was compared. What is wrong is struck out once so that it can still be read, with initials, time and the reason. " +
			"What is not done is struck out. No step is begun before the one before it is signed. Outside a limit: stop, and call a quality lead."},
		{plainStyle, "Afterwards all of it is entered in Countersign with the times from here, every sheet is scanned, and a second person compares. All sheets are kept with the record. If it is not used, it is returned."},
	})
	f.part("Whom it is for")
	t := f.boxes(column{"", 24}, column{"", 76})
	for _, what := range []string{"Patient: name", "Patient: date of birth", "Patient: number, as on the wristband", "Order and prescriber", "Batch, once it is opened"} {
		written := ""
		if strings.HasPrefix(what, "Order") {
			written = b.Reference
		}
		t.add(say(what), cell{{writeStyle, written}})
	}
	for i := range p.Order {
		o := &p.Order[i]
		t.add(cell{{plainStyle, first(o.Title, o.Name)}, {smallStyle, o.Input.Words()}, {smallStyle, "approved: " + o.Low.String() + " to " + o.High.String()}}, cell{{writeStyle, ""}})
	}
	f.grid(t)
	if len(p.SiteValues) > 0 {
		f.part("What this site has set")
		t := f.boxes(column{"", 50}, column{"In force when this was printed", 50})
		for i := range p.SiteValues {
			v := &p.SiteValues[i]
			t.add(say(first(v.Title, v.Name)), strong(orDash(f.Settings[v.Name].Text)))
		}
		f.grid(t)
	}
	if len(p.Items) > 0 {
		f.part("What is used")
		t := f.boxes(column{"Item", 28}, column{"Must be", 24}, column{"Number of lot or machine", 30}, column{"Expiry", 18})
		for i := range p.Items {
			item := &p.Items[i]
			t.add(say(first(item.Title, item.Name)), small(listed(item.MustBe)), cell{{writeStyle, ""}}, cell{{writeStyle, ""}})
		}
		f.grid(t)
	}
	f.part("Who writes on it")
	people := f.boxes(column{"Name", 40}, column{"Role", 24}, column{"Initials", 14}, column{"Signature", 22})
	for range 4 {
		people.add(cell{{writeStyle, ""}}, cell{{writeStyle, ""}}, cell{{writeStyle, ""}}, cell{{writeStyle, ""}})
	}
	f.grid(people)
}

// boxes is a table of which every cell is framed, so that it can be filled in.
func (f *form) boxes(columns ...column) *table {
	t := newTable(columns...)
	t.boxed = true
	return t
}

// steps sets out every step with room for what it asks for; a loop's rounds
// and a table's rows each have their own.
func (f *form) steps() {
	f.part("Every step in order")
	p := f.FormInput.Protocol
	for i := range p.Sections {
		s := &p.Sections[i]
		f.heading("Section: "+s.Name, 9000)
		f.introduce(f.flowWords(i))
		for j := range s.Steps {
			step := &s.Steps[j]
			f.together(func() { f.blankStep(step) })
		}
	}
}

func (f *form) blankStep(s *protocol.Step) {
	title := "Step: " + s.Name
	if s.Critical {
		title += "  [CRITICAL]"
	}
	f.heading(title, 4000)
	lines := cell{{style{face: regular, size: 950}, f.told(s.Do)}, {smallStyle, f.duties(s)}}
	for _, words := range f.around(s) {
		lines = append(lines, text{smallStyle, words})
	}
	f.introduce(lines)
	t := f.boxes(column{"What", 24}, column{"How it is written", 20}, column{"Limit", 22}, column{"Value", 20}, column{"Time, initials", 14})
	room := func() cell { return cell{{writeStyle, ""}} }
	if s.Timed {
		t.add(say("Begun"), small("date and time"), small("–"), room(), room())
	}
	for _, scan := range s.Scans {
		t.add(say("Code of: "+scan.Field), small("as it is printed, by hand"), small(f.mustBe(scan)), room(), room())
	}
	for i := range s.Inputs {
		in := &s.Inputs[i]
		t.add(blankName(s, in), entered(in), limitWords(in.Limits), room(), room())
	}
	for i := range s.Calcs {
		c := &s.Calcs[i]
		t.add(cell{{plainStyle, first(c.Title, c.Name)}, {smallStyle, "= " + c.Formula}}, cell{{smallStyle, c.Unit.Display + ", worked out by one person and again by another"}},
			limitWords(c.Limits), room(), room())
	}
	f.grid(t)
	signs := f.boxes(column{"", 22}, column{"Name", 28}, column{"Signature", 28}, column{"Date and time", 22})
	signs.add(say("Performed by"), cell{{signStyle, ""}}, cell{{signStyle, ""}}, cell{{signStyle, ""}})
	second := "Second person"
	if s.CheckedBy != "" && s.Witness {
		second = "Witnessed by"
	} else if s.CheckedBy != "" {
		second = "Checked by"
	}
	if s.CheckedBy == "" {
		signs.add(cell{{plainStyle, second}, {smallStyle, "not asked for here"}}, cell{{signStyle, "–"}}, cell{{signStyle, "–"}}, cell{{signStyle, "–"}})
	} else {
		signs.add(say(second), cell{{signStyle, ""}}, cell{{signStyle, ""}}, cell{{signStyle, ""}})
	}
	f.grid(signs)
}

// blankName is what is written into a box.
func blankName(s *protocol.Step, in *protocol.Input) cell {
	if t := s.Table(in.Cell.Table); t != nil && in.Cell.Row > 0 {
		return cell{{plainStyle, t.Title + ": " + t.Column(in.Cell.Column).Title}, {smallStyle, t.Row(in.Cell.Row)}}
	}
	return say(first(in.Title, in.Name))
}

// limitWords are the limits of a value beside its box.
func limitWords(limits []protocol.Limit) cell {
	var all cell
	for i := range limits {
		all = append(all, text{smallStyle, limits[i].Words()})
	}
	if len(all) == 0 {
		return small("–")
	}
	return all
}

// end is for what no step has room for.
func (f *form) end() {
	f.part("Remarks and departures")
	t := f.boxes(column{"Time", 14}, column{"What happened, and what was done", 66}, column{"Signature", 20})
	for range 4 {
		t.add(cell{{signStyle, ""}}, cell{{signStyle, ""}}, cell{{signStyle, ""}})
	}
	f.grid(t)
}

// numbered puts the blank's number on every page, with the page's, for people
// and as a DataMatrix for a scanner.
func (f *form) numbered() error {
	for i, p := range f.pages {
		text := fmt.Sprintf("%s/%d", f.Blank.ID, i+1)
		dots, err := modules(label.Code{Text: text})
		if err != nil {
			return err
		}
		const module pt = 130
		left, top := marginLeft+bodyWidth-pt(len(dots))*module, pt(2300)
		for y, row := range dots {
			for x := 0; x < len(row); x++ {
				from := x
				for x < len(row) && row[x] {
					x++
				}
				if x > from {
					at := dot{left + pt(from)*module, top + pt(y)*module}
					p.marks = append(p.marks, mark{kind: markShape, shape: &figure{
						kind: protocol.Rectangle, spots: []dot{at, {at.x + pt(x-from)*module, at.y + module}}, fill: protocol.Ink, line: protocol.None,
					}})
				}
			}
		}
		number := style{face: bold, size: 1300}
		p.print([]line{{number, text}}, left-400-width(number.face, number.size, text), top+400)
	}
	return nil
}

func (f *form) running() running {
	p := f.FormInput.Protocol
	band := "BLANK " + f.Blank.ID + " – COUNTS ONLY WITH THIS NUMBER – FILL IN BY HAND"
	across := ""
	if f.FormInput.Site.Kind != register.Live {
		band, across = strings.ToUpper(f.FormInput.Site.Kind)+" – NOT FOR USE – BLANK "+f.Blank.ID, strings.ToUpper(f.FormInput.Site.Kind)
	}
	around := running{
		left: []string{
			strings.TrimSpace(p.Product.Name + ", " + p.Product.Strength), "Protocol " + p.ID() + ": " + p.Title,
			f.FormInput.Site.Name + ", " + f.FormInput.Site.Unit,
		},
		band: band, across: across,
		foot: []string{
			"Protocol's text SHA-256 " + f.digest,
			fmt.Sprintf("Printed by %s, %s, with Countersign %s. Patient's number:  . . . . . . . . . . . . . . . . . .", f.Blank.Printed.Name, f.at(f.Blank.Printed.At), f.FormInput.Software),
		},
	}
	if p.Status != "" {
		around.warning = "PROTOCOL STATUS: " + p.Status
	}
	return around
}
