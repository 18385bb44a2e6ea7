package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Example is a configuration file with every field, its meaning and its default. A field without a default is shown
// with a sample if it is required and commented out otherwise. config.example.yaml holds it; a test keeps it so.
func Example() string {
	var b strings.Builder
	b.WriteString("# The configuration of a Countersign site. Every field there is stands here, with its default.\n" +
		"# A field can also be given in the environment or as a flag, which win over this file in that order.\n")
	var open []string
	for _, f := range Fields() {
		indent := headings(&b, &open, f.Key, true)
		name := f.Key[strings.LastIndex(f.Key, ".")+1:]
		wrap(&b, indent+"# ", f.Doc+bounds(f))
		line := "Environment: " + f.Env()
		if f.Flag() != "" {
			line += ", flag: --" + f.Flag()
		}
		b.WriteString(indent + "# " + line + "\n")
		switch {
		case f.Required:
			b.WriteString(indent + name + ": " + scalar(f, f.Sample) + "\n")
		case f.Default != "":
			b.WriteString(indent + name + ": " + scalar(f, f.Default) + "\n")
		default:
			b.WriteString(strings.TrimRight(indent+"# "+name+": "+scalarOrNothing(f, f.Sample), " ") + "\n")
		}
	}
	return b.String()
}

func bounds(f Field) string {
	switch {
	case f.Required:
		return " Required."
	case len(f.Choices) > 0:
		return " One of " + list(f.Choices) + "."
	case f.Least != "":
		return " From " + f.Least + " to " + f.Most + "."
	}
	return ""
}

// Redacted is the configuration in force as the file would have it, with secrets hidden. It is what countersignd config
// prints, and it may be shown to anybody who may know the site's name.
func (c Config) Redacted() string {
	var b strings.Builder
	var open []string
	for _, f := range Fields() {
		indent := headings(&b, &open, f.Key, false)
		name := f.Key[strings.LastIndex(f.Key, ".")+1:]
		b.WriteString(indent + name + ": " + scalar(f, f.text(&c)) + "\n")
	}
	return b.String()
}

// text is the field's value in the words of the file.
func (f Field) text(c *Config) string {
	switch p := f.in(c).(type) {
	case *string:
		return *p
	case *Secret:
		return p.String()
	case *int:
		return strconv.Itoa(*p)
	case *time.Duration:
		return duration(*p)
	case **time.Location:
		if *p != nil {
			return (*p).String()
		}
	}
	return ""
}

// duration without the zeros that Go's own text ends in: 15m and not 15m0s.
func duration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// scalar writes a value as YAML: numbers, durations and words of a closed list bare, all else in quotes, since a bare
// word may be a truth or nothing at all to YAML.
func scalar(f Field, text string) string {
	switch f.in(&Config{}).(type) {
	case *int, *time.Duration:
		return text
	}
	if slices.Contains(f.Choices, text) {
		return text
	}
	return strconv.Quote(text)
}

func scalarOrNothing(f Field, text string) string {
	if text == "" {
		return ""
	}
	return scalar(f, text)
}

// headings opens the groups that key stands in and gives the indent of its line.
func headings(b *strings.Builder, open *[]string, key string, spaced bool) string {
	groups := strings.Split(key, ".")
	groups = groups[:len(groups)-1]
	same := 0
	for same < len(groups) && same < len(*open) && groups[same] == (*open)[same] {
		same++
	}
	if spaced {
		b.WriteString("\n")
	}
	for i := same; i < len(groups); i++ {
		fmt.Fprintf(b, "%s%s:\n", strings.Repeat("  ", i), groups[i])
	}
	*open = groups
	return strings.Repeat("  ", len(groups))
}

// wrap writes words in lines of at most 100.
func wrap(b *strings.Builder, lead, text string) {
	line := lead
	for _, w := range strings.Fields(text) {
		if len(line)+len(w) > 100 && line != lead {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			line = lead
		}
		line += w + " "
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}
