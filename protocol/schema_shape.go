package protocol

import "strings"

// schemaShape is the part of JSON Schema that the language needs. A struct and not
// a map, so that what matters to a reader comes first.
type schemaShape struct {
	Schema      string   `json:"$schema,omitempty"`
	Ref         string   `json:"$ref,omitempty"`
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Type        any      `json:"type,omitempty"` // a word, or a list of them
	Const       string   `json:"const,omitempty"`
	Enum        []string `json:"enum,omitempty"`
	Pattern     string   `json:"pattern,omitempty"`
	// Hint is what yaml-language-server says in the pattern's place.
	Hint          string         `json:"patternErrorMessage,omitempty"`
	MaxLength     int            `json:"maxLength,omitempty"`
	Minimum       *int           `json:"minimum,omitempty"`
	Maximum       *int           `json:"maximum,omitempty"`
	Examples      []string       `json:"examples,omitempty"`
	MinItems      int            `json:"minItems,omitempty"`
	Items         *schemaShape   `json:"items,omitempty"`
	Required      []string       `json:"required,omitempty"`
	Properties    keys           `json:"properties,omitempty"`
	Patterns      keys           `json:"patternProperties,omitempty"`
	Additional    any            `json:"additionalProperties,omitempty"` // false, or a schemaShape
	PropertyNames *schemaShape   `json:"propertyNames,omitempty"`
	AllOf         []*schemaShape `json:"allOf,omitempty"`
	AnyOf         []*schemaShape `json:"anyOf,omitempty"`
	OneOf         []*schemaShape `json:"oneOf,omitempty"`
	Not           *schemaShape   `json:"not,omitempty"`
	If            *schemaShape   `json:"if,omitempty"`
	Then          *schemaShape   `json:"then,omitempty"`
	Else          *schemaShape   `json:"else,omitempty"`
	Defs          keys           `json:"$defs,omitempty"`
}

// keys are the keys of an object with their shapes.
type keys map[string]*schemaShape

// says gives a schemaShape the sentence that an editor shows for it.
func (s *schemaShape) says(sentence string) *schemaShape {
	s.Description = sentence
	return s
}

func (s *schemaShape) atMost(letters int) *schemaShape {
	s.MaxLength = letters
	return s
}

// scalar lists what YAML makes of a word without quotes. Parse reads each as
// it is written, so that a number or true where words stand is no fault.
func scalar() []string { return []string{"string", "number", "boolean"} }

// wording is any single value that is not empty.
func wording() *schemaShape { return refer("wording") }

func anyWording() *schemaShape {
	return &schemaShape{Type: scalar(), Pattern: `\S`, Hint: "the value is empty"}
}

// matching is a text that is written in one way.
func matching(pattern, hint string) *schemaShape {
	return &schemaShape{Type: "string", Pattern: pattern, Hint: hint}
}

func protocolName() *schemaShape {
	s := matching(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, "write it as in aso-intrathecal").atMost(60)
	s.Type = []string{"string", "boolean"} // true is a name, though a poor one
	return s
}

// amount is a quantity, so far as its schemaShape goes.
func amount() *schemaShape {
	s := matching(`^-?[0-9]+(\.[0-9]+)?(%| \S.*)?$`, "write it as in: 2; or 370 MBq")
	s.Type = []string{"string", "number"}
	return s
}

func hours() *schemaShape {
	return matching("^[0-9]{1,2}:[0-9]{2} and [0-9]{1,2}:[0-9]{2}$", "write it as in: 08:00 and 16:00")
}

// rowsShape is a number of rows, or from how many to how many.
func rowsShape() *schemaShape {
	low, high := 2, mostRows
	const several = "([2-9]|[1-4][0-9]|50)"
	text := matching("^("+several+"|([1-9]|[1-4][0-9]|50) to "+several+")$", "write it as in: 3; 2 to 6; or [start, 15 min, 30 min]")
	return &schemaShape{AnyOf: []*schemaShape{{Type: "integer", Minimum: &low, Maximum: &high}, text}}
}

// oneOf is one of a closed list of words.
func oneOf(list ...string) *schemaShape { return &schemaShape{Enum: list} }

// flag is a switch. true and false stay underlined, as Parse refuses them; it
// takes an editor that reads YAML 1.2, to which yes is a word.
func flag() *schemaShape { return refer("switch") }

// whole is a whole number, in quotes or without.
func whole(low, high int) *schemaShape {
	return &schemaShape{AnyOf: []*schemaShape{{Type: "integer", Minimum: &low, Maximum: &high}, {Type: "string", Pattern: "^(0|[1-9][0-9]*)$"}}}
}

// closed is an object that has these keys and no others.
func closed(says string, properties keys, required ...string) *schemaShape {
	return &schemaShape{Type: "object", Description: says, Properties: properties, Additional: false, Required: required}
}

// mapOf is an object whose keys the protocol itself names.
func mapOf(each *schemaShape) *schemaShape { return &schemaShape{Type: "object", Additional: each} }

// names is an object whose keys are names that formulas can hold.
func names(in schemaSpot, each *schemaShape) *schemaShape {
	s := mapOf(each)
	s.PropertyNames = in.name()
	return s
}

// reserved lists the words that mean something in formulas, so that no name
// holds them.
func reserved() []string {
	return []string{
		"and", "or", "not", "is", "above", "below", "least", "most", "yes", "no",
		"within", "of", "to", "from", "true", "false", "in", "null",
	}
}

const nameWords = `[A-Za-z][A-Za-z0-9_]*( [A-Za-z][A-Za-z0-9_]*)*`

// name is a name that can be told apart in a formula, as validName has it.
func (in schemaSpot) name() *schemaShape { return refer(in.called("name")) }

func (in schemaSpot) anyName() *schemaShape {
	n := matching("^"+nameWords+"$", "a name is words of letters, digits and underscores, with single spaces between").atMost(60)
	n.Not = &schemaShape{Pattern: "(^| )(" + strings.Join(reserved(), "|") + ")( |$)"}
	return in.open(n)
}

// placeholder is a word of a block that is not filled in yet.
const placeholder = `\{[^{}]+\}`

// open lets placeholders through where the schemaShape stands in a block.
func (in schemaSpot) open(s *schemaShape) *schemaShape {
	if in == aSection {
		return s
	}
	return &schemaShape{AnyOf: []*schemaShape{s, {Type: "string", Pattern: placeholder}}}
}

// filled lets keys with placeholders through where the object stands in a block.
func (in schemaSpot) filled(s *schemaShape) *schemaShape {
	if in == aBlock {
		s.Patterns = keys{placeholder: {Type: append(scalar(), "object", "array")}}
	}
	return s
}

// refer points to a definition.
func refer(name string) *schemaShape { return &schemaShape{Ref: "#/$defs/" + name} }

// listOf is a list of them, or a single one, which is a list of one.
func listOf(one *schemaShape) *schemaShape {
	return &schemaShape{AnyOf: []*schemaShape{{Type: "array", Items: one}, one}}
}

// manyOf is a single value or a list of them; a list is the rarer.
func manyOf(one *schemaShape) *schemaShape {
	return &schemaShape{AnyOf: []*schemaShape{one, {Type: "array", Items: one}}}
}

// having asks for every one of the keys, anyOf for at least one.
func having(list ...string) *schemaShape { return &schemaShape{Required: list} }

func anyOf(list ...string) *schemaShape {
	s := &schemaShape{}
	for _, key := range list {
		s.AnyOf = append(s.AnyOf, having(key))
	}
	return s
}

// scan is what the builder's scan reads.
func (in schemaSpot) scan() *schemaShape {
	s := matching("^"+nameWords+"(, or stop)?$", "write it as in: patient, or stop; for several scans, write a list")
	s.Examples = []string{"patient", "label", "patient, or stop"}
	return in.open(s)
}

// breachShape is what the builder's breach reads: words, and commas between.
func breachShape() *schemaShape { return refer("breach") }

func anyBreach() *schemaShape {
	list := consequences()
	one := "(" + strings.Join(list, "|") + ")"
	s := matching("^"+one+"(, "+one+")*$", "what can follow: "+strings.Join(list, ", "))
	s.Examples = list
	return manyOf(s)
}

// durationWords is what ParseDuration reads, so far as its schemaShape goes.
const durationWords = `(0|[1-9][0-9]{0,6})\s+(d|h|min|s)(\s+(0|[1-9][0-9]{0,6})\s+(d|h|min|s))*`

func durationShape() *schemaShape { return refer("duration") }

func anyDuration() *schemaShape {
	return matching("^"+durationWords+"$", "write it as in 30 min, 4 h or 1 h 30 min")
}

// spanShape is what parseSpan reads.
func spanShape() *schemaShape { return refer("span") }

func anySpan() *schemaShape {
	return matching(`^(at (least|most)\s+|`+durationWords+`\s+to\s+)`+durationWords+"$", "write it as in: at least 5 min, at most 4 h or 1 min to 3 min")
}

// momentShape is a name and one of the moments that steps and items have.
func momentShape() *schemaShape { return refer("moment") }

func anyMoment() *schemaShape {
	list := append(momentsOfStep(), momentsOfItem()...)
	return matching(". ("+strings.Join(list, "|")+")$", "it ends in "+strings.Join(list, ", "))
}
