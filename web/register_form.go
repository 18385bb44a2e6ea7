package web

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"countersign/register"
)

// registerCommand reads what is to be done in a register: the field "act"
// names the command, and each of its members is a field of the same name. What
// cannot be read is named with its place; every sentence is safe to show.
func registerCommand(f form, zone *time.Location) (register.Command, *problem, error) {
	for _, zero := range register.Commands() {
		if zero.Name() != f["act"] {
			continue
		}
		filled := reflect.New(reflect.TypeOf(zero)).Elem()
		wrong := &problem{Title: "Some of this cannot be read"}
		for i := range filled.NumField() {
			name, _, _ := strings.Cut(filled.Type().Field(i).Tag.Get("json"), ",")
			if why := fillMember(filled.Field(i), strings.TrimSpace(f[name]), zone); why != "" {
				wrong.add("", "%s: %s", fieldLabel(f["act"], name), why)
			}
		}
		c, ok := filled.Interface().(register.Command)
		if !ok {
			return nil, nil, errForm
		}
		if len(wrong.Sentences) > 0 {
			return c, wrong, nil
		}
		return c, nil, nil
	}
	return nil, nil, errForm
}

// fillMember puts what was typed into one member of a command, and says why it
// cannot; "" when it could.
func fillMember(member reflect.Value, typed string, zone *time.Location) string {
	switch into := member.Addr().Interface().(type) {
	case *bool:
		*into = typed == "yes"
	case *time.Time:
		at, err := readMoment(typed, zone)
		if err != nil {
			return fmt.Sprintf("%q: write the day as in 2027-01-31 or 31/01/2027, or the moment as in 2027-01-31 09:30.", typed)
		}
		*into = at
	case *[]string:
		*into = strings.Split(typed, "\n")
	case *int:
		if typed == "" {
			return ""
		}
		n, err := readNumber(typed)
		if err != nil {
			return fmt.Sprintf("%q: write a whole number.", typed)
		}
		*into = int(n)
	case *[]register.Shared:
		shared, why := readShared(typed)
		*into = shared
		return why
	case *[]int:
		for _, part := range strings.FieldsFunc(typed, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' }) {
			n, err := strconv.Atoi(part)
			if err != nil {
				return fmt.Sprintf("%q: write the numbers, with commas between them, as in 1, 3.", typed)
			}
			*into = append(*into, n)
		}
	case *[]register.Related:
		for _, line := range strings.Split(typed, "\n") {
			operation, site, ok := strings.Cut(line, " at ")
			if !ok && strings.TrimSpace(line) != "" {
				return fmt.Sprintf("%q: write what is done and where, one a line, as in: testing at the control site's laboratory.", line)
			}
			*into = append(*into, register.Related{Site: site, Operation: operation})
		}
	default:
		if member.Kind() != reflect.String {
			return "This cannot be entered here."
		}
		member.SetString(typed)
	}
	return ""
}

// readMoment reads a day, which is meant to its end, or a moment of one in site
// time; nothing is no time.
func readMoment(typed string, zone *time.Location) (time.Time, error) {
	if at, err := time.ParseInLocation("2006-01-02 15:04", typed, zone); err == nil {
		return at.UTC(), nil
	}
	return readDay(typed, zone)
}
