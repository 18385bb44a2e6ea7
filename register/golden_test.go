package register

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"countersign/audit"
)

// sample fills every member of an event with its own name, or with something
// that is not nothing.
func sample(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.ToLower(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		sample(v.Index(0), name)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				sample(v.Field(i), v.Type().Field(i).Name)
			}
		}
	}
}

// TestThePayloadsOfProductsUnitsAndDeviationsStayAsTheyAre: kinds are added, never
// changed. A line that differs from the golden file would make old logs
// unreadable.
func TestThePayloadsOfProductsUnitsAndDeviationsStayAsTheyAre(t *testing.T) {
	stay(t, "testdata/golden/products-and-units.txt", "product", "unit")
	stay(t, "testdata/golden/deviations.txt", "deviation")
	stay(t, "testdata/golden/blanks.txt", "blank")
	stay(t, "testdata/golden/lots.txt", "lot", "stock")
	stay(t, "testdata/golden/samples.txt", "sample")
	stay(t, "testdata/golden/settings.txt", "setting")
	stay(t, "testdata/golden/readings.txt", "equipment", "logbook", "readings")
}

func stay(t *testing.T, file string, rooms ...string) {
	t.Helper()
	var got bytes.Buffer
	for _, zero := range append(events(), earlier()...) {
		if !slices.Contains(rooms, zero.room()) {
			continue
		}
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		sample(v, "")
		ev, ok := v.Interface().(Event)
		if !ok {
			t.Fatalf("%T is no event", zero)
		}
		payload, err := audit.Canonical(ev)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&got, "%s %d %s\n", ev.Kind(), versionOf(ev), payload)
		kind, version := ev.Kind(), versionOf(ev)
		if old, ok := ev.(older); ok {
			ev = old.today()
		}
		var opened map[string]string
		if sealing, ok := ev.(sealer); ok {
			opened = sealing.sealed()
		}
		again, err := DecodeEvent(audit.Entry{Kind: kind, KindVersion: version, Payload: payload}, opened)
		if err != nil || !reflect.DeepEqual(again, ev) {
			t.Errorf("%s comes back as %+v, %v", ev.Kind(), again, err)
		}
	}
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got.Bytes()) {
		t.Errorf("the payloads are\n%s\nand were\n%s", got.String(), want)
	}
}
