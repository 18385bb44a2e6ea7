package protocol

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mutation is one kind of slip of an author: it changes a line, or takes one
// away, wherever it finds one that it fits.
type mutation struct {
	name   string
	line   *regexp.Regexp
	change func(line string) string // "" takes the line away
	// above says that the fault may be told at the item or key that holds the
	// line; anywhere, that it is told where the lost thing is missed.
	above, anywhere bool
	// fits narrows the slip to places where it is one: the lines of the step or
	// entry around it tell.
	fits func(around string) bool
}

func replaced(old, new string) func(string) string {
	return func(line string) string { return regexp.MustCompile(old).ReplaceAllString(line, new) }
}

func dropped(string) string { return "" }

// mutations are slips that no sound protocol survives: each changes what the
// text means, or leaves it without meaning.
func mutations() []mutation {
	limit := regexp.MustCompile(`^ +(accept|reject|action|warn)[a-z ]*: .*\d`)
	return []mutation{
		{name: "a limit in another unit", line: regexp.MustCompile(`^ +(accept|reject|action|warn)[a-z ]*: .*\d (mL|g/L|MBq|Cel|%|g)\b?`), change: replaced(` (mL|g/L|MBq|Cel|%|g)\s*$`, " kPa")},
		{name: "a limit of an unknown unit", line: regexp.MustCompile(`^ +(accept|reject|action|warn)[a-z ]*: .*\d (mL|g/L|MBq|Cel|%)$`), change: replaced(` (mL|g/L|MBq|Cel|%)$`, " mLs")},
		{name: "a limit with a place too many", line: regexp.MustCompile(`^ +(accept|reject|action|warn)[a-z ]*: (at most|at least|above|below)? ?\d+\.\d+ `), change: replaced(`(\d+\.\d+) `, "${1}0 ")},
		{name: "a range upside down", line: regexp.MustCompile(`^ +(accept|reject outside): [\d.]+ to [\d.]+ `), change: replaced(`([\d.]+) to ([\d.]+)`, "$2 to $1")},
		{name: "a limit without its number", line: limit, change: replaced(`\d[\d.]*`, "some")},
		{name: "an approved range upside down", line: regexp.MustCompile(`^ +(allow: |\w+: )[\d.]+ to [\d.]+ \S+$`), change: replaced(`([\d.]+) to ([\d.]+) (\S+)$`, "$2 to $1 $3")},
		{name: "a renamed value", line: regexp.MustCompile(`^ +(formula|holds|until|when): .*[a-z]\.[a-zA-Z]`), change: replaced(`\.([a-zA-Z]\w*)`, ".${1}x")},
		{name: "a formula of another dimension", line: regexp.MustCompile(`^ +formula: .* [*/] `), change: replaced(`(.*) ([*/]) (.*)`, "$1 + $3")},
		{name: "a worked example with another result", line: regexp.MustCompile(`^ +(example:|-) .* = \d`), change: replaced(` = (\d)`, " = 9$1")},
		{name: "no worked example", line: regexp.MustCompile(`^ +example: .*=`), change: dropped, above: true},
		{name: "no unit", line: regexp.MustCompile(`^ +unit: `), change: dropped, above: true},
		{name: "an unknown unit", line: regexp.MustCompile(`^ +unit: \S+$`), change: replaced(`unit: .*`, "unit: furlong")},
		{name: "no places", line: regexp.MustCompile(`^ +places: `), change: dropped, above: true},
		{name: "an unknown class", line: regexp.MustCompile(`^ +class: `), change: replaced(`class: .*`, "class: important")},
		{name: "a choice that a limit names is gone", line: regexp.MustCompile(`^ +reject is: `), change: replaced(`is: .*`, "is: purple")},
		{name: "no second person for a critical step", line: regexp.MustCompile(`^ +checked by: `), change: dropped, above: true, fits: holding("critical: yes")},
		{name: "a second person who is the first", line: regexp.MustCompile(`^ +checked by: `), change: replaced(`by: .*`, "by: preparer"), above: true},
		{name: "a second person whom nobody plays", line: regexp.MustCompile(`^ +checked by: `), change: replaced(`by: .*`, "by: somebody"), above: true},
		{name: "steps that nobody plays", line: regexp.MustCompile(`^ +by: `), change: replaced(`by: .*`, "by: somebody"), anywhere: true},
		{name: "an unknown role", line: regexp.MustCompile(`^  (preparer|operator|checker): `), change: replaced(`: \w+`, ": surgeon")},
		{name: "a scan of nothing", line: regexp.MustCompile(`^ +scan: \w+$`), change: replaced(`scan: .*`, "scan: nothing")},
		{name: "a machine that sends and is not there", line: regexp.MustCompile(`^ +sent by: `), change: replaced(`by: .*`, "by: nothing"), above: true},
		{name: "a use of nothing", line: regexp.MustCompile(`^ +uses: \w+$`), change: replaced(`uses: .*`, "uses: nothing"), above: true},
		{name: "an item that is never used", line: regexp.MustCompile(`^materials:$`), change: replaced(`$`, "\n  spare: {need: 1, must be: released}"), anywhere: true},
		{name: "two steps of one name", line: regexp.MustCompile(`^ +- step: (receipt|look|load|harvest|draw up)`), change: replaced(`step: .*`, "step: patient"), anywhere: true},
		{name: "a figure shown as nothing known", line: regexp.MustCompile(`^ +shown as: dose`), change: replaced(`as: .*`, "as: result")},
		{name: "a misspelt key", line: regexp.MustCompile(`^ +(critical|enter|title|wait|timed|class|otherwise): `), change: replaced(`(critical|enter|title|wait|timed|class|otherwise):`, "${1}s:"), anywhere: true},
		{name: "a switch that is neither yes nor no", line: regexp.MustCompile(`^ +(critical|timed|censored|decision|alongside): yes`), change: replaced(`yes`, "perhaps")},
		{name: "a wait without a bound", line: regexp.MustCompile(`^ +wait: `), change: replaced(`wait: .*`, "wait: a while")},
		{name: "a wait that nothing begins", line: regexp.MustCompile(`^ +timed: yes`), change: dropped, anywhere: true, fits: func(around string) bool {
			return strings.Contains(around, "wait:") && !strings.Contains(around, "scan:")
		}},
		{name: "a window from nowhere", line: regexp.MustCompile(`^    from: .* (done|started|scanned|out)$`), change: replaced(`from: .*`, "from: nowhere done"), above: true},
		{name: "a window to nowhere", line: regexp.MustCompile(`^    to: .* (done|started|scanned|back)$`), change: replaced(`to: .*`, "to: nowhere done"), above: true},
		{name: "a window that allows nothing", line: regexp.MustCompile(`^    (allow|at most): `), change: replaced(`: .*`, ": soon")},
		{name: "no word on a breach", line: regexp.MustCompile(`^    otherwise: `), change: dropped, above: true},
		{name: "an unknown breach", line: regexp.MustCompile(`^ +otherwise: `), change: replaced(`: .*`, ": shout")},
		{name: "a critical value without its limit", line: regexp.MustCompile(`^ +(accept|reject [a-z]+): `), change: dropped, above: true, fits: func(around string) bool {
			return strings.Contains(around, "class: critical parameter") || strings.Contains(around, "class: quality attribute")
		}},
		{name: "a loop without an end", line: regexp.MustCompile(`^ +until: .* at least`), change: dropped, above: true},
		{name: "a loop without a bound", line: regexp.MustCompile(`^      at most: `), change: dropped, above: true},
		{name: "a loop that nothing ends", line: regexp.MustCompile(`^ +until: .* at least`), change: replaced(`until: .*`, "until: order.weight above 40 kg")},
		{name: "a way that cannot be gone", line: regexp.MustCompile(`^ +when: .* below `), change: replaced(`(\S+ \S+ ?\S*)( below )(.*)`, "$1$2$3 and $1 above 90.0 %")},
		{name: "a decision of a technician", line: regexp.MustCompile(`^ +by: lead`), change: replaced(`lead`, "operator"), above: true},
		{name: "a late result without a day", line: regexp.MustCompile(`^    due: `), change: dropped, above: true},
		{name: "a late result that concerns nobody", line: regexp.MustCompile(`^    tell: `), change: dropped, above: true},
		{name: "a late result called known", line: regexp.MustCompile(`^    known: later`), change: dropped, above: true},
		{name: "a criterion from nowhere", line: regexp.MustCompile(`^    from: \w+( \w+)*$`), change: replaced(`from: .*`, "from: nowhere")},
		{name: "a criterion without a source", line: regexp.MustCompile(`^    from: \w+( \w+)*$`), change: dropped, above: true},
		{name: "a value that no site sets, in a limit", line: regexp.MustCompile(`^ +accept: .*site\.`), change: replaced(`site\.(\w+)`, "site.${1}x")},
		{name: "a value that no site sets, in an instruction", line: regexp.MustCompile(`\{site\.`), change: replaced(`\{site\.(\w+)`, "{site.${1}x"), above: true},
		{name: "a value of a site that nothing uses", line: regexp.MustCompile(`\{site\.duty`), change: replaced(`\{site\.[^}]*\}`, "the number on the board"), anywhere: true},
		{name: "a value of a site of another dimension", line: regexp.MustCompile(`^    allow: .* min$`), change: replaced(`min$`, "mL"), anywhere: true},
		{name: "a value of a site of no kind", line: regexp.MustCompile(`^    type: text$`), change: dropped, above: true},
		{name: "a value of a site that leaves nothing to set", line: regexp.MustCompile(`^    allow: .* min$`), change: replaced(`[\d.]+ to `, "")},
		{name: "a table of unknown length", line: regexp.MustCompile(`^ +rows: \d`), change: replaced(`rows: .*`, "rows: enough")},
		{name: "a table without its rows", line: regexp.MustCompile(`^ +rows: `), change: dropped, above: true},
		{name: "a table of fewer rows than its example", line: regexp.MustCompile(`^ +rows: (3|\[)`), change: replaced(`rows: .*`, "rows: 50"), anywhere: true},
		{name: "rows that are called alike", line: regexp.MustCompile(`^ +rows: \[`), change: replaced(`\[(.*?), `, "[$1, $1, ")},
		{name: "a column of another name", line: regexp.MustCompile(`^ +(formula|holds): .*(mean|sum|max|min)\(`), change: replaced(`\.(\w+)\)`, ".${1}x)")},
		{name: "a column as one value", line: regexp.MustCompile(`^ +(formula|holds): .*(mean|sum|max|min)\(`), change: replaced(`(mean|sum|max|min)\(([^()]*)\)`, "$2")},
		{name: "a function of another column's words", line: regexp.MustCompile(`^ +bag: \{`), change: replaced(`bag: .*`, "bag: {type: text}"), anywhere: true},
		{name: "no version", line: regexp.MustCompile(`^version: `), change: dropped, above: true},
		{name: "no form", line: regexp.MustCompile(`^  (form|strength|licence|control site|container|storage): `), change: dropped, above: true},
	}
}

func holding(text string) func(string) bool {
	return func(around string) bool { return strings.Contains(around, text) }
}

// aroundOf is what stands beside a line: its own item or entry.
func aroundOf(lines []string, at int) string {
	indent := func(i int) int { return len(lines[i]) - len(strings.TrimLeft(lines[i], " ")) }
	from, to := at, at
	for from > 0 && (strings.TrimSpace(lines[from-1]) == "" || indent(from-1) >= indent(at)) {
		from--
	}
	for to+1 < len(lines) && (strings.TrimSpace(lines[to+1]) == "" || indent(to+1) >= indent(at)) {
		to++
	}
	return strings.Join(lines[from:to+1], "\n")
}

// header is the line that holds another: the nearest above that is indented
// less.
func header(lines []string, at int) int {
	indent := func(s string) int { return len(s) - len(strings.TrimLeft(s, " -")) }
	for i := at - 1; i >= 0; i-- {
		if strings.TrimSpace(lines[i]) != "" && indent(lines[i]) < indent(lines[at]) || strings.Contains(lines[i], "- step:") || strings.Contains(lines[i], "- criterion:") {
			return i
		}
	}
	return 0
}

// Every slip of the list, made at every place of every example where it fits,
// is named at its line: 95 % at the least, and what escapes is listed.
func TestTheCheckerNamesTheSlipsOfAnAuthor(t *testing.T) {
	made, named := 0, 0
	var escaped []string
	texts := map[string]string{"the manual's tables": manualTables(t)}
	for _, name := range []string{"aso-intrathecal", "redcell-tc99m", "treg", "cart-prodigy"} {
		text, err := fs.ReadFile(Examples(), name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	for name, text := range texts {
		lines := strings.Split(text, "\n")
		for _, m := range mutations() {
			for at, line := range lines {
				if !m.line.MatchString(line) || m.change(line) == line || m.fits != nil && !m.fits(aroundOf(lines, at)) {
					continue
				}
				made++
				if m.caught(lines, at) {
					named++
				} else {
					escaped = append(escaped, fmt.Sprintf("%s:%d: %s: %s", name, at+1, m.name, strings.TrimSpace(line)))
				}
			}
		}
	}
	t.Logf("%d slips made, %d named at their place", made, named)
	if made < 400 || named*100 < made*95 {
		t.Errorf("%d of %d slips are named; these escape:\n%s", named, made, strings.Join(escaped, "\n"))
	} else {
		t.Log("these escape:\n" + strings.Join(escaped, "\n"))
	}
}

// manualTables is the manual's protocol with its tables.
func manualTables(t *testing.T) string {
	t.Helper()
	all := fences(t)
	at := slices.IndexFunc(all, func(f fence) bool { return strings.Contains(f.text, "columns:") })
	return fit(all[0].text, all[at].text)
}

func (m mutation) caught(lines []string, at int) bool {
	changed := slices.Clone(lines)
	changed[at] = m.change(lines[at])
	if changed[at] == "" {
		changed = slices.Delete(changed, at, at+1)
	}
	_, problems := Parse("slip.yaml", []byte(strings.Join(changed, "\n")))
	return slices.ContainsFunc(problems, func(p Problem) bool {
		switch {
		case m.anywhere, p.Line == at+1:
			return true
		case !m.above:
			return false
		}
		for up := header(lines, at); ; up = header(lines, up) {
			// A missing key is told at its item, or at the item's first key.
			if p.Line == up+1 || p.Line == up+2 || up == 0 && p.Line <= 3 {
				return true
			}
			if up == 0 || strings.Contains(lines[up], "- step:") || strings.Contains(lines[up], "- section:") {
				return false
			}
		}
	})
}
