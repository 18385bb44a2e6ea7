package protocol

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// full is a protocol that uses the whole model.
func full(t testing.TB) *Protocol {
	t.Helper()
	text, err := os.ReadFile("testdata/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Parse("full.yaml", text)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	return p
}

// derived says that a field follows from others or from the text, so that it
// is no difference of its own.
func derived(in reflect.Type, field string) bool {
	switch in {
	case reflect.TypeFor[Protocol]():
		return field == "Digest" || field == "Text"
	case reflect.TypeFor[OrderValue]():
		return field == "Pos" || field == "Input" // made of the range and the title
	case reflect.TypeFor[Step]():
		return field == "Pos" || field == "Base" || field == "Round" // the name and the loop's place
	case reflect.TypeFor[Input]():
		return field == "Pos" || field == "Cell" // a cell's follows from its table
	case reflect.TypeFor[Criterion]():
		return field == "Pos" // its expression has no other text, so that counts
	}
	return slices.Contains([]string{"Pos", "Expr", "Cond"}, field)
}

// deepCopy copies everything that is reached by exported fields.
func deepCopy(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(deepCopy(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(deepCopy(v.Index(i)))
			}
		}
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

func clone(p *Protocol) *Protocol {
	return deepCopy(reflect.ValueOf(p)).Interface().(*Protocol)
}

// visit changes each thing that can be reached, one at a time, and puts it
// back after it called tell.
func visit(v reflect.Value, path string, tell func(path string)) {
	try := func(what string, value any) {
		kept := reflect.New(v.Type()).Elem()
		kept.Set(v)
		if to := reflect.ValueOf(value).Convert(v.Type()); !reflect.DeepEqual(to.Interface(), kept.Interface()) {
			v.Set(to)
			tell(path + " " + what)
			v.Set(kept)
		}
	}
	switch v.Kind() {
	case reflect.String:
		try("longer", v.String()+"x")
		try("empty", "")
	case reflect.Bool:
		try("turned", !v.Bool())
	case reflect.Int, reflect.Int64:
		step := int64(1)
		if v.Type() == reflect.TypeFor[time.Duration]() {
			step = int64(time.Minute)
		}
		try("more", v.Int()+step)
		try("none", int64(0))
	case reflect.Pointer:
		if _, ok := v.Interface().(*Expression); ok && v.IsNil() {
			try("new", &Expression{Source: "x"})
			return
		} else if v.IsNil() {
			try("new", reflect.New(v.Type().Elem()).Interface())
			return
		}
		try("gone", reflect.Zero(v.Type()).Interface())
		visit(v.Elem(), path, tell)
	case reflect.Slice:
		visitList(v, path, tell, try)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !derived(v.Type(), f.Name) {
				visit(v.Field(i), path+"."+f.Name, tell)
			}
		}
	case reflect.Array, reflect.Uint8:
	default:
		panic("the model holds something new: " + path + " " + v.Kind().String())
	}
}

// visitList takes an element out, doubles one, adds an empty one, and swaps
// two. Rounds after the first follow from the first, and cells from their
// table, so they are left alone.
func visitList(v reflect.Value, path string, tell func(string), try func(string, any)) {
	first := func(i int) bool {
		step, ok := v.Index(i).Interface().(Step)
		in, _ := v.Index(i).Interface().(Input)
		return (!ok || step.Round <= 1) && in.Cell == Cell{}
	}
	empty := reflect.New(v.Type().Elem()).Elem()
	try("with an empty one", reflect.Append(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()+1), v), empty).Interface())
	for i := range v.Len() {
		if !first(i) {
			continue
		}
		at := fmt.Sprintf("without %d", i)
		try(at, reflect.AppendSlice(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()), v.Slice(0, i)), v.Slice(i+1, v.Len())).Interface())
		try(fmt.Sprintf("twice %d", i), reflect.Append(reflect.AppendSlice(reflect.MakeSlice(v.Type(), 0, v.Len()+1), v), v.Index(i)).Interface())
		for j := range i {
			if !first(j) {
				continue
			}
			swapped := deepCopy(v)
			one, other := deepCopy(v.Index(i)), deepCopy(v.Index(j))
			swapped.Index(i).Set(other)
			swapped.Index(j).Set(one)
			try(fmt.Sprintf("swapped %d and %d", i, j), swapped.Interface())
		}
		visit(v.Index(i), fmt.Sprintf("%s[%d]", path, i), tell)
	}
}

// Whatever differs between two models is told, in both directions.
func TestNoDifferenceGoesUntold(t *testing.T) {
	for name, p := range map[string]*Protocol{"full": full(t), "aso": example(t, "aso-intrathecal.yaml")} {
		other, tried := clone(p), 0
		if changes := Diff(p, other); len(changes) != 0 {
			t.Fatalf("%s differs from itself: %v", name, changes)
		}
		visit(reflect.ValueOf(other).Elem(), "", func(path string) {
			tried++
			forth, back := Diff(p, other), Diff(other, p)
			if len(forth) == 0 || len(back) == 0 {
				t.Errorf("%s%s: %d changes forth, %d back", name, path, len(forth), len(back))
			}
			for _, c := range append(forth, back...) {
				if c.Sentence == onlyComments || c.Group < GroupLimits || c.Group > GroupWording || c.Where == "" || len(c.Sentence) < 10 {
					t.Errorf("%s%s: %+v", name, path, c)
				}
			}
		})
		if len(Diff(p, other)) != 0 {
			t.Errorf("%s was not put back", name)
		}
		t.Logf("%s: %d differences", name, tried)
	}
}

// The test above shows nothing about a field that its protocols leave empty
// and that cannot be made up.
func TestTheFullProtocolUsesEveryFieldOfTheModel(t *testing.T) {
	used := map[string]bool{}
	note(reflect.ValueOf(full(t)).Elem(), used)
	for field, set := range used {
		if !set {
			t.Errorf("no %s is set in testdata/full.yaml", field)
		}
	}
}

// note marks each field that is set anywhere.
func note(v reflect.Value, used map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			note(v.Elem(), used)
		}
	case reflect.Slice:
		for i := range v.Len() {
			note(v.Index(i), used)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() || derived(v.Type(), f.Name) {
				continue
			}
			name := v.Type().Name() + "." + f.Name
			used[name] = used[name] || !v.Field(i).IsZero()
			note(v.Field(i), used)
		}
	}
}

// A loop's steps stand in the model once for each round, and are told once.
func TestALoopIsToldOnce(t *testing.T) {
	before := full(t)
	text := strings.Replace(string(before.Text), "at most: 3\n", "at most: 5\n", 1)
	text = strings.Replace(text, "do: Count.", "do: Count the cells.", 1)
	after, problems := Parse("full.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	want := []string{
		"The section grow is now repeated at most 5 times instead of 3.",
		"The instruction of the step count is now “Count the cells.” instead of “Count.”",
	}
	if got := sentences(Diff(before, after)); !slices.Equal(got, want) {
		t.Errorf("it says %q", got)
	}
}

// A section that was renamed and moved is told as both.
func TestARenamedSectionThatMovedIsToldAsBoth(t *testing.T) {
	before := full(t)
	after := clone(before)
	after.Sections[0], after.Sections[1] = after.Sections[1], after.Sections[0]
	after.Sections[0].Name = "see"
	want := []string{
		"The section see moved to another place among the sections.",
		"The section look closer is now called see.",
	}
	if got := sentences(Diff(before, after)); !slices.Equal(got, want) {
		t.Errorf("it says %q", got)
	}
}
