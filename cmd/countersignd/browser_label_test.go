package main

import (
	"fmt"
	"strconv"

	"countersign/batch"
)

// labels does what becomes of labels by hand, at the page of a batch's labels,
// and looks at the page after each (LAB-10); it says whether that was it.
func (s *screen) labels(id string, c batch.Command) bool {
	s.t.Helper()
	at, name := "/batches/"+id+"/labels", batch.CommandName(c)
	switch c := c.(type) {
	case batch.PrintLabel:
		s.open(at)
		s.fill("label", string(c.Label), "", map[string]string{"copies": strconv.Itoa(c.Copies)})
		name += "-" + string(c.Label)
	case batch.ApplyLabel:
		s.open(at)
		s.send("apply", "", map[string]string{"raw": c.Raw})
	case batch.DestroyLabel:
		s.open(at)
		s.fill("copy", "", "destroy", map[string]string{"copy": strconv.Itoa(c.Copy), "reason": c.Reason})
	case batch.AttachLabel:
		s.open(at)
		s.fill("copy", "", "attach", map[string]string{"copy": strconv.Itoa(c.Copy), "reason": c.Reason})
	default:
		return false
	}
	s.look("labels-" + name)
	return true
}

// fill fills the form that has a field, with a value where one is given, and
// presses the button of an act, or the only one.
func (s *screen) fill(field, value, act string, typed map[string]string) {
	s.t.Helper()
	set := ""
	for name, text := range typed {
		set += fmt.Sprintf("form.elements[%q].value = %q;", name, text)
	}
	sent := s.eval(fmt.Sprintf(`(() => {
		const form = [...document.forms].find(f => f.elements[%q] && (%q === "" || f.elements[%q].value === %q));
		if (!form) return "there is no such form: " + document.body.innerText.slice(0, 900);
		%s
		const button = [...form.querySelectorAll("button")].find(b => %q === "" || b.value === %q);
		window.sentFrom = true;
		form.requestSubmit(button);
		return "";
	})()`, field, value, field, value, set, act, act))
	if sent != "" {
		s.t.Fatal(sent)
	}
	s.arrived()
}
