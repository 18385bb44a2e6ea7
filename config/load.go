package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // site.time_zone must be found on machines without a zone database

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// FileVariable names the configuration file in the environment.
const FileVariable = prefix + "CONFIG"

// Limits on what is read.
const (
	maxFile   = 1 << 20
	maxSecret = 64 << 10
)

// A Source says where the configuration comes from. Nothing else is looked at.
type Source struct {
	// File is the YAML file. Empty means the one that COUNTERSIGN_CONFIG names, or none.
	File string
	// Environ as of os.Environ. An empty variable is as good as none.
	Environ []string
	// Flags that AddFlags prepared, parsed; nil for none.
	Flags *pflag.FlagSet
}

// A Problem is one thing that is wrong, and where.
type Problem struct {
	Where   string // "countersign.yaml:12", "COUNTERSIGN_LISTEN", "--listen", or "default"
	Key     string // dotted; empty if it is not about one
	Message string
}

func (p Problem) String() string {
	if p.Key == "" {
		return p.Where + ": " + p.Message
	}
	return p.Where + ": " + p.Key + " " + p.Message
}

// Problems are all that is wrong with a configuration. Their text never repeats a secret.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, 0, len(p)+1)
	lines = append(lines, "the configuration cannot be used:")
	for _, x := range p {
		lines = append(lines, "  "+x.String())
	}
	return strings.Join(lines, "\n")
}

// AddFlags gives fs one flag for each field that is no secret.
func AddFlags(fs *pflag.FlagSet) {
	for _, f := range Fields() {
		if name := f.Flag(); name != "" {
			fs.String(name, f.Default, f.Doc)
		}
	}
}

// Load reads, merges and checks the configuration: default, then file, then environment, then flags. It returns
// [Problems] with everything that is wrong.
func Load(src Source) (Config, error) {
	file := src.File
	if file == "" {
		for _, kv := range src.Environ {
			if k, v, ok := strings.Cut(kv, "="); ok && k == FileVariable {
				file = v
			}
		}
	}
	var text []byte
	if file != "" {
		var err error
		if text, err = readLimited(file, maxFile); err != nil {
			return Config{}, fmt.Errorf("read the configuration: %w", err)
		}
	}
	return decode(filepath.Base(file), text, src.Environ, src.Flags)
}

func readLimited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	return text, nil
}

// decode is Load without the reading of the file.
func decode(name string, text []byte, environ []string, flags *pflag.FlagSet) (Config, error) {
	fields := Fields()
	l := &layers{v: viper.New(), where: map[string]string{}}
	for _, f := range fields {
		l.v.SetDefault(f.Key, f.Default)
	}
	if err := errors.Join(l.file(name, text, fields), l.environment(environ, fields), l.flags(flags, fields)); err != nil {
		return Config{}, fmt.Errorf("merge the configuration: %w", err)
	}

	var c Config
	for _, f := range fields {
		l.put(&c, f)
	}
	if len(l.problems) == 0 {
		across(&c, func(key, message string) { l.say(l.at(key), key, message) })
	}
	if len(l.problems) > 0 {
		sort.SliceStable(l.problems, func(i, j int) bool { return l.problems[i].line() < l.problems[j].line() })
		return Config{}, l.problems
	}
	if c.PublicURL == "" {
		scheme := "http"
		if c.TLS.Certificate != "" {
			scheme = "https"
		}
		c.PublicURL = scheme + "://" + c.Listen
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return Config{}, fmt.Errorf("data_dir: %w", err)
	}
	c.DataDir = dir
	return c, nil
}

// line puts problems in the order of the file, and those from elsewhere after them.
func (p Problem) line() int {
	_, after, ok := strings.Cut(p.Where, ":")
	if n, err := strconv.Atoi(after); ok && err == nil {
		return n
	}
	return maxFile + 1
}

// layers are the sources on top of each other, and what was found wrong with them.
type layers struct {
	v        *viper.Viper
	where    map[string]string // key → where its value stands
	problems Problems
}

func (l *layers) say(where, key, message string) {
	l.problems = append(l.problems, Problem{Where: where, Key: key, Message: message})
}

func (l *layers) at(key string) string {
	if w, ok := l.where[key]; ok {
		return w
	}
	return "default"
}

func (l *layers) environment(environ []string, fields []Field) error {
	known := map[string]string{FileVariable: ""}
	names := []string{FileVariable}
	for _, f := range fields {
		known[f.Env()] = f.Key
		names = append(names, f.Env())
	}
	values := map[string]any{}
	for _, kv := range environ {
		name, value, ok := strings.Cut(kv, "=")
		if !ok || !strings.HasPrefix(strings.ToUpper(name), prefix) {
			continue
		}
		key, ok := known[name]
		switch {
		case !ok:
			l.say(name, "", "is no variable of Countersign's"+suggest(name, names))
		case key != "" && value != "":
			nest(values, key, value)
			l.where[key] = name
		}
	}
	return l.v.MergeConfigMap(values)
}

func (l *layers) flags(flags *pflag.FlagSet, fields []Field) error {
	if flags == nil {
		return nil
	}
	for _, f := range fields {
		if f.Flag() == "" {
			continue
		}
		flag := flags.Lookup(f.Flag())
		if flag == nil || !flag.Changed {
			continue
		}
		if err := l.v.BindPFlag(f.Key, flag); err != nil {
			return err
		}
		l.where[f.Key] = "--" + f.Flag()
	}
	return nil
}

// nest puts value at a dotted key.
func nest(into map[string]any, key string, value any) {
	for {
		head, rest, more := strings.Cut(key, ".")
		if !more {
			into[key] = value
			return
		}
		next, ok := into[head].(map[string]any)
		if !ok {
			next = map[string]any{}
			into[head] = next
		}
		into, key = next, rest
	}
}

// put checks one field's text and writes its value.
func (l *layers) put(c *Config, f Field) {
	text := l.v.GetString(f.Key)
	wrong := func(message string) { l.say(l.at(f.Key), f.Key, message) }
	if _, secret := f.in(c).(*Secret); secret && strings.HasPrefix(text, "file:") {
		path := strings.TrimPrefix(text, "file:")
		if !filepath.IsAbs(path) {
			wrong("must name its file by an absolute path, such as file:/run/secrets/dsn")
			return
		}
		content, err := readLimited(path, maxSecret)
		if err != nil {
			wrong("cannot be read from its file: " + err.Error())
			return
		}
		if text = strings.TrimRight(string(content), "\r\n"); text == "" {
			wrong("names a file that is empty")
			return
		}
	}
	if strings.ContainsRune(text, 0) || !printable(text) {
		wrong("has characters in it that cannot be printed")
		return
	}
	if text == "" {
		if f.Required {
			wrong("must be given, for example " + f.Sample)
			return
		}
		if f.Default != "" {
			wrong("must not be empty")
			return
		}
		return
	}
	if message := f.parse(c, text); message != "" {
		wrong(message)
	}
}

// parse writes text into its place, or says what is wrong with it.
func (f Field) parse(c *Config, text string) string {
	if len(f.Choices) > 0 && !slices.Contains(f.Choices, text) {
		return "must be " + list(f.Choices) + suggest(text, f.Choices)
	}
	if f.check != nil {
		if message := f.check(text); message != "" {
			return message
		}
	}
	switch p := f.in(c).(type) {
	case *string:
		*p = text
	case *Secret:
		*p = Secret(text)
	case **time.Location:
		z, err := zone(text)
		if err != nil {
			return err.Error()
		}
		*p = z
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return "must be a whole number"
		}
		least, _ := strconv.Atoi(f.Least)
		most, _ := strconv.Atoi(f.Most)
		if n < least || n > most {
			return fmt.Sprintf("must be between %s and %s", f.Least, f.Most)
		}
		*p = n
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return "must be a length of time with its unit, such as 90s, 5m or 12h"
		}
		least, _ := time.ParseDuration(f.Least)
		most, _ := time.ParseDuration(f.Most)
		if d < least || d > most {
			return fmt.Sprintf("must be between %s and %s", f.Least, f.Most)
		}
		*p = d
	}
	return ""
}
