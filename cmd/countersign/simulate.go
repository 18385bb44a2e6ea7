package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"countersign/batch"
	"countersign/protocol"
)

// answers is a file that says what a simulated batch is told. What it leaves
// out is answered with a value that keeps every limit.
type answers struct {
	Starts  time.Time           `yaml:"starts"`
	Order   map[string]string   `yaml:"order"`
	Site    map[string]string   `yaml:"site"`    // what the simulated site has set
	Answers map[string]sequence `yaml:"answers"` // "draw up.drawn": one text, or one for each round or repeat
	Delays  map[string]string   `yaml:"delays"`  // step: how long it is left waiting
	Budgets map[string]string   `yaml:"budgets"` // budget: how long its item is out of its storage
}

// sequence is one text or a list of them.
type sequence []string

func (s *sequence) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*s = sequence{n.Value}
		return nil
	}
	var list []string
	err := n.Decode(&list)
	*s = list
	return err
}

func simulateCommand(out io.Writer) *cobra.Command {
	var file, picture string
	var explore bool
	var most int
	c := &cobra.Command{
		Use: "simulate PROTOCOL.yaml", Short: "Run a protocol with given or generated answers", Args: cobra.ExactArgs(1),
		Long: "Makes a batch of a protocol with the rules that hold at the bedside, and prints its path, its times, its\n" +
			"exceptions and its release criteria. Answers come from a file; what it leaves out is answered with what\n" +
			"keeps every limit. With --explore the answers are varied until every step, branch, limit, window and\n" +
			"budget was reached, and what no run reached is named; of the file, only starts counts then.\n\n" +
			"The file of --answers is YAML. Every key may stay away, and a key that has no meaning is refused:\n\n" +
			"  starts: 2026-01-05T09:00:00Z    # when the batch is opened\n" +
			"  order:                          # set-points, without their unit; else the lowest that is approved\n" +
			"    dose: 12.0\n" +
			"  site:                           # what the site has set, where the protocol leaves it to the site\n" +
			"    room: 20.0 Cel\n" +
			"  answers:                        # step.value, as typed at the bedside\n" +
			"    draw up.drawn: 5.0\n" +
			"    count.beads: [200, 150, 80]   # one for each round or repeat; the last serves for all that follow\n" +
			"  delays:                         # how long a step is left waiting before it begins\n" +
			"    give: 3 h 30 min\n" +
			"  budgets:                        # how long a budget's item is out of its storage, all in all\n" +
			"    out of the carton: 29 h\n\n" +
			"Exit 0: the batch was given, or everything was reached. 1: it was not. 2: wrong call.",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := readProtocol(out, args[0])
			if err != nil {
				return err
			}
			told, err := readAnswers(file)
			if err != nil {
				return err
			}
			if explore {
				return exploring(out, p, told.Starts, most, picture)
			}
			return simulating(out, p, told, picture)
		},
	}
	c.Flags().StringVar(&file, "answers", "", "a YAML file with starts, order, site, answers, delays and budgets")
	c.Flags().StringVar(&picture, "picture", "", "an SVG file for the way through the protocol, with what was reached marked")
	c.Flags().BoolVar(&explore, "explore", false, "vary the answers until everything was reached")
	c.Flags().IntVar(&most, "runs", 2000, "how many runs an exploration may make")
	return c
}

func readAnswers(file string) (answers, error) {
	told := answers{Starts: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	if file == "" {
		return told, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return told, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&told); err != nil && !errors.Is(err, io.EOF) {
		return told, fmt.Errorf("%s: %w", file, err)
	}
	return told, nil
}

// durations reads the delays of steps and the spendings of budgets.
func durations(texts map[string]string, what string, known func(name string) bool) (map[string]time.Duration, error) {
	all := map[string]time.Duration{}
	for name, text := range texts {
		d, err := protocol.ParseDuration(text)
		switch {
		case !known(name):
			return nil, fmt.Errorf("the protocol has no %s %q", what, name)
		case err != nil:
			return nil, fmt.Errorf("the %s %q: %w", what, name, err)
		}
		all[name] = d
	}
	return all, nil
}

// check refuses answers to what the protocol does not ask.
func (told answers) check(p *protocol.Protocol) error {
	for name := range told.Order {
		if !slices.ContainsFunc(p.Order, func(v protocol.OrderValue) bool { return v.Name == name }) {
			return fmt.Errorf("the order's %q: the protocol has no such set-point", name)
		}
	}
	for name := range told.Answers {
		step, field, _ := strings.Cut(name, ".")
		if s := p.Step(step); s == nil || s.Input(field) == nil {
			return fmt.Errorf("the answer for %q: the protocol asks for no such value", name)
		}
	}
	for name, text := range told.Site {
		value := p.SiteValue(name)
		if value == nil {
			return fmt.Errorf("the site's value %q: the protocol lets no site set it", name)
		}
		if _, err := value.Read(text); err != nil {
			return fmt.Errorf("the site's value %q: %w", name, err)
		}
	}
	return nil
}

func simulating(out io.Writer, p *protocol.Protocol, told answers, picture string) error {
	if err := told.check(p); err != nil {
		return err
	}
	delays, err := durations(told.Delays, "step", func(name string) bool { return p.Step(name) != nil })
	if err != nil {
		return err
	}
	spends, err := durations(told.Budgets, "budget", func(name string) bool {
		return slices.ContainsFunc(p.Budgets, func(b protocol.Budget) bool { return b.Name == name })
	})
	if err != nil {
		return err
	}
	run := batch.Simulate(p, told.Starts, batch.Answers{
		Order: told.Order, Site: told.Site,
		Delay: func(st *batch.StepState) time.Duration { return delays[st.Step.Base] },
		Spend: func(budget string) time.Duration { return spends[budget] },
		Value: func(st *batch.StepState, in *protocol.Input, n int) string {
			list := told.Answers[st.Step.Base+"."+in.Name]
			if len(list) == 0 {
				return ""
			}
			return list[min(max(st.Step.Round-1, 0)+n, len(list)-1)]
		},
	})
	printRun(out, run)
	if err := draw(picture, p, batch.Cover(p, run)); err != nil {
		return err
	}
	if run.State.Status != batch.Given {
		return exit(exitRefused)
	}
	return nil
}

// printRun writes the path of a run, and how it ended.
func printRun(out io.Writer, run batch.Run) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, o := range run.Trail {
		told := ""
		if o.Refusal != nil {
			told = "refused (" + o.Refusal.Code + "): " + o.Refusal.Sentence
		}
		for i, ev := range o.Events {
			if _, refused := ev.(batch.CommandRefused); refused {
				continue
			}
			if i > 0 && told != "" {
				told += " – "
			}
			told += batch.Words(ev)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\n", o.At.Format("02 Jan 15:04:05"), o.Who, told)
	}
	_ = table.Flush() // out answers for itself below
	fmt.Fprintf(out, "\nThe batch ends: %s\n%d exceptions\n", run.Ends, len(run.State.Exceptions))
	for _, result := range run.State.Criteria() {
		word := "not met"
		switch {
		case !result.Known:
			word = "not known"
		case result.Holds:
			word = "met"
		}
		fmt.Fprintf(out, "  %-9s  %s %s\n", word, result.Name, result.Sentence)
	}
}

// draw writes the way through a protocol, if a file is asked for.
func draw(picture string, p *protocol.Protocol, c batch.Coverage) error {
	if picture == "" {
		return nil
	}
	return os.WriteFile(picture, protocol.Flow(p, c.Steps), 0o644)
}

// exploring prints what the runs reached, as a table.
func exploring(out io.Writer, p *protocol.Protocol, starts time.Time, most int, picture string) error {
	c := batch.Explore(p, starts, most)
	if err := draw(picture, p, c); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d runs\n", p.ID(), c.Runs)
	for _, status := range slices.Sorted(maps.Keys(c.Ends)) {
		fmt.Fprintf(out, "  %5d ended %s\n", c.Ends[status], status)
	}
	left := c.Unreached()
	fmt.Fprintf(out, "%d of %d places reached: steps, both ways of every condition, every limit, window and budget broken, and every budget spent to its bound\n", len(c.Reached)-len(left), len(c.Reached))
	for _, name := range left {
		fmt.Fprintf(out, "  never  %s\n", name)
	}
	if !c.Exhausted {
		fmt.Fprintf(out, "The bound of %d runs was met before everything was tried.\n", most)
	}
	if len(left) > 0 {
		return exit(exitRefused)
	}
	return nil
}
