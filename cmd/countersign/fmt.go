package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"countersign/protocol"
)

// standardInput is the file name that stands for what is piped in.
const standardInput = "-"

func fmtCommand(out, errs io.Writer) *cobra.Command {
	var check bool
	c := &cobra.Command{
		Use: "fmt PROTOCOL.yaml…", Short: "Lay protocols out in the one canonical way", Args: cobra.MinimumNArgs(1),
		Long: "Rewrites each file whose layout is not the canonical one. Every comment and every value stays, but a protocol\n" +
			"is its text: one that was approved is approved anew after its layout changed. Behind - the text is read from\n" +
			"standard input and written to standard output.\n\n" +
			"Exit 0: everything is laid out. 1: a text cannot be laid out, or with --check, is not. 2: wrong call.",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) > 1 && slices.Contains(files, standardInput) {
				return errors.New("- stands alone, since its text goes to standard output")
			}
			l := layouter{in: c.InOrStdin(), out: out, errs: errs, check: check}
			for _, name := range files {
				if err := l.file(name); err != nil {
					return err
				}
			}
			if l.refused {
				return exit(exitRefused)
			}
			return nil
		},
	}
	c.Flags().BoolVar(&check, "check", false, "list the files that are not in the canonical layout, and write nothing")
	return c
}

// layouter lays out one file after the other. One that cannot be laid out
// does not keep the next from it.
type layouter struct {
	in        io.Reader
	out, errs io.Writer
	check     bool
	refused   bool
}

func (l *layouter) file(name string) error {
	text, err := l.read(name)
	if err != nil {
		return err
	}
	formatted, problems := protocol.Format(name, text)
	same := bytes.Equal(text, formatted)
	switch {
	case len(problems) > 0:
		l.refused = true
		for _, problem := range problems {
			fmt.Fprintln(l.errs, problem) // never into a text that is piped on
		}
	case l.check && !same:
		l.refused = true
		fmt.Fprintln(l.out, name)
	case l.check:
	case name == standardInput:
		_, err = l.out.Write(formatted)
	case !same:
		err = replace(name, formatted)
	}
	return err
}

func (l *layouter) read(name string) ([]byte, error) {
	if name == standardInput {
		return io.ReadAll(l.in)
	}
	return os.ReadFile(name)
}

// replace puts a new text in a file's place at once: a crash leaves the old
// text or the new one, and at worst a file beside it whose name begins with a
// dot. A link stays a link.
func replace(name string, text []byte) (err error) {
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(beside.Name()))
		}
	}()
	_, err = beside.Write(text)
	if err = errors.Join(err, beside.Chmod(info.Mode().Perm()), beside.Sync(), beside.Close()); err != nil {
		return err
	}
	return os.Rename(beside.Name(), path)
}
