package config_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"countersign/config"
)

const least = "site:\n  origin: royal-example.countersign\n  name: Royal Example Hospital\n"

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "countersign.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func load(t *testing.T, text string, environ ...string) (config.Config, error) {
	t.Helper()
	return config.Load(config.Source{File: write(t, text), Environ: environ})
}

func TestALittleIsEnough(t *testing.T) {
	c, err := load(t, least)
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8440" || c.PublicURL != "http://127.0.0.1:8440" || c.Site.Kind != "live" {
		t.Errorf("defaults: %+v", c)
	}
	if c.Site.TimeZone.String() != "Europe/London" || c.SignIn.IdleLock != 5*time.Minute || c.SignIn.LockAfter != 5 {
		t.Errorf("defaults: %+v", c)
	}
}

func TestALaterSourceWins(t *testing.T) {
	fs := pflag.NewFlagSet("countersignd", pflag.ContinueOnError)
	config.AddFlags(fs)
	if err := fs.Parse([]string{"--listen", "127.0.0.1:3", "--sign-in-idle-lock=3m"}); err != nil {
		t.Fatal(err)
	}
	text := least + "listen: 127.0.0.1:1\nsign_in: {idle_lock: 1m, lock_for: 20m, rate: 7}\n"
	c, err := config.Load(config.Source{
		File:    write(t, text),
		Environ: []string{"COUNTERSIGN_LISTEN=127.0.0.1:2", "COUNTERSIGN_SIGN_IN_LOCK_FOR=40m", "HOME=/", "COUNTERSIGN_LOG_LEVEL="},
		Flags:   fs,
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.SignIn.IdleLock != 3*time.Minute {
		t.Errorf("a flag must win: %s %s", c.Listen, c.SignIn.IdleLock)
	}
	if c.SignIn.LockFor != 40*time.Minute {
		t.Errorf("the environment must win over the file: %s", c.SignIn.LockFor)
	}
	if c.SignIn.Rate != 7 || c.Log.Level != "info" {
		t.Errorf("what nobody overrode: %+v", c)
	}
}

func TestTheEnvironmentNamesTheFile(t *testing.T) {
	c, err := config.Load(config.Source{Environ: []string{"COUNTERSIGN_CONFIG=" + write(t, least)}})
	if err != nil || c.Site.Name != "Royal Example Hospital" {
		t.Fatal(c.Site.Name, err)
	}
}

func TestEachMistakeIsNamedWithItsPlace(t *testing.T) {
	for _, c := range []struct{ name, text, env, says string }{
		{"mail without a sender", least + "mail: {host: mail.example.nhs.uk}\n", "", "mails come from somebody"},
		{"mail in the clear", least + "mail: {host: mail.example.nhs.uk, from: c@example.nhs.uk, tls: none}\n", "", "mail would cross the network in the clear"},
		{"a password in the clear", least + "mail: {host: 127.0.0.1, from: c@example.nhs.uk, tls: none, user: c, password: x}\n", "", "it would be sent in the clear"},
		{"a user without a password", least + "mail: {host: mail.example.nhs.uk, from: c@example.nhs.uk, user: c}\n", "", "needs a password"},
		{"a sender with a line of its own", least + "mail: {host: mail.example.nhs.uk, from: \"c@example.nhs.uk\\r\\nBcc: d@e.example\"}\n", "", "mail.from"},
		{"a mail server that is none", least + "mail: {host: \"mail server\"}\n", "", "must be the name or address of a machine"},
		{"unknown key", least + "lissten: x\n", "", `countersign.yaml:4: "lissten" is nothing that can be configured; did you mean listen?`},
		{"unknown nested key", least + "sign_in:\n  idle_lok: 5m\n", "", `countersign.yaml:5: "sign_in.idle_lok" is nothing that can be configured; did you mean idle_lock?`},
		{"key at the wrong level", least + "idle_lock: 5m\n", "", "did you mean sign_in.idle_lock?"},
		{"key in capitals", least + "Listen: 127.0.0.1:1\n", "", "did you mean listen?"},
		{"bare duration", least + "sign_in:\n  idle_lock: 5\n", "", "countersign.yaml:5: sign_in.idle_lock must be a length of time with its unit"},
		{"duration without a unit", least + "sign_in:\n  idle_lock: \"5\"\n", "", "must be a length of time with its unit"},
		{"duration too short", least + "sign_in: {idle_lock: 5ns}\n", "", "must be between 1m and 1h"},
		{"number in words", least + "sign_in: {rate: ten}\n", "", "sign_in.rate must be a whole number"},
		{"number as text", least + "sign_in: {rate: \"10\"}\n", "", "must be a whole number"},
		{"huge number", least + "sign_in: {rate: " + strings.Repeat("9", 100000) + "}\n", "", "must be a whole number"},
		{"number for text", least + "data_dir: 5\n", "", "must be text; put it in quotes"},
		{"list for text", least + "listen: [a]\n", "", "must be one value"},
		{"text for group", least + "tls: yes please\n", "", "tls must be a group"},
		{"said twice", least + "listen: 127.0.0.1:1\nlisten: 127.0.0.1:2\n", "", "listen is said twice"},
		{"no choice", least + "log: {level: debugg}\n", "", "must be debug, info, warn or error; did you mean debug?"},
		{"zone", least + "  time_zone: Europe/Londn\n", "", "is no time zone that this machine knows"},
		{"local zone", least + "  time_zone: Local\n", "", "must be an IANA name"},
		{"listen", least + "listen: \"8440\"\n", "", "must be an address and a port"},
		{"plain public address", least + "public_url: http://countersign.example.org\n", "", "must begin with https"},
		{"alias", "listen: &a x\ndata_dir: *a\n", "", "uses an anchor or an alias"},
		{"tag", least + "listen: !!binary aGFsbG8=\n", "", "has a tag"},
		{"two documents", least + "---\n" + least, "", "more than one document"},
		{"not YAML", "\t:", "", "is not YAML"},
		{"not UTF-8", "site: \xff", "", "is not UTF-8"},
		{"half of TLS", least + "tls: {cert: /a.pem}\n", "", "needs both cert and key"},
		{"owner without runtime", least + "database: {owner_dsn: x}\n", "", "database.owner_dsn is set"},
		{"control characters", least + "data_dir: \"/a\\u0007b\"\n", "", "cannot be printed"},
		{"nothing given", "", "", "site.origin must be given, for example royal-example.countersign"},
		{"origin", "site: {origin: Royal Example, name: x}", "", "lower case letters"},
		{"rehearsal without the word", least + "  kind: rehearsal\n", "", "must have the word rehearsal in it"},
		{"live with the word", "site: {origin: rehearsal.example, name: x}", "", "has the word rehearsal in it, but site.kind is live"},
		{"misspelt variable", least, "COUNTERSIGN_LISTN=x", "COUNTERSIGN_LISTN: is no variable of Countersign's; did you mean COUNTERSIGN_LISTEN?"},
		{"variable in small letters", least, "countersign_listen=x", "is no variable of Countersign's"},
		{"wrong variable", least, "COUNTERSIGN_SIGN_IN_RATE=1000000", "COUNTERSIGN_SIGN_IN_RATE: sign_in.rate must be between 1 and 600"},
		{"secret without its file", least + "database: {dsn: \"file:/nowhere/dsn\"}\n", "", "cannot be read from its file"},
		{"secret by a relative path", least + "database: {dsn: \"file:dsn\"}\n", "", "absolute path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.text, c.env)
			var problems config.Problems
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("want %q, got: %v", c.says, err)
			}
		})
	}
}

func TestEverythingWrongIsSaidAtOnce(t *testing.T) {
	_, err := load(t, "site: {kind: lve}\nlissten: x\nsign_in: {idle_lock: 5, rate: many}\nlog: {format: xml}\n", "COUNTERSIGN_LISTN=1")
	var problems config.Problems
	if !errors.As(err, &problems) || len(problems) != 8 {
		t.Fatalf("want eight problems, got: %v", err)
	}
}

func TestASecretIsReadFromItsFileAndNeverShown(t *testing.T) {
	const dsn = "host=db user=countersign_runtime password=hunter2"
	path := filepath.Join(t.TempDir(), "dsn")
	if err := os.WriteFile(path, []byte(dsn+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := load(t, least, "COUNTERSIGN_DATABASE_DSN=file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.DSN.Reveal() != dsn {
		t.Fatalf("got %q", c.Database.DSN.Reveal())
	}
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("configuration", "config", c, "dsn", c.Database.DSN)
	slog.New(slog.NewTextHandler(&logged, nil)).Info("configuration", "config", c, "dsn", c.Database.DSN)
	js, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for how, text := range map[string]string{
		"redacted": c.Redacted(), "logged": logged.String(), "json": string(js),
		"%v": fmt.Sprintf("%v", c), "%+v": fmt.Sprintf("%+v", c), "%#v": fmt.Sprintf("%#v", c), "String": c.Database.DSN.String(),
		"%q": fmt.Sprintf("%q", c.Database.DSN), "%x": fmt.Sprintf("%x", c.Database.DSN),
	} {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") {
			t.Errorf("%s shows the secret: %s", how, text)
		}
	}
	if !strings.Contains(c.Redacted(), `dsn: "(set, not shown)"`) {
		t.Errorf("the print-out does not say that a secret is set:\n%s", c.Redacted())
	}
}

func TestSecretsHaveNoFlag(t *testing.T) {
	fs := pflag.NewFlagSet("countersignd", pflag.ContinueOnError)
	config.AddFlags(fs)
	if fs.Lookup("database-dsn") != nil || fs.Lookup("database-owner-dsn") != nil {
		t.Error("a secret on a command line is for all to read")
	}
}

func TestTheExampleFileIsInStep(t *testing.T) {
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile("config.example.yaml", []byte(config.Example()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("config.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != config.Example() {
		t.Error("config.example.yaml differs from the table of fields; run UPDATE=1 go test ./config")
	}
	c, err := load(t, string(text))
	if err != nil {
		t.Fatal(err)
	}
	want, err := load(t, least)
	if err != nil {
		t.Fatal(err)
	}
	if c.Redacted() != want.Redacted() {
		t.Errorf("the example is not the default:\n%s\n%s", c.Redacted(), want.Redacted())
	}
}

func TestThePrintOutCanBeReadBack(t *testing.T) {
	c, err := load(t, least+"  address: \"1 Example Road\\nExampleton\"\nsign_in: {lock_for: 90m, session_life: 10h}\n")
	if err != nil {
		t.Fatal(err)
	}
	again, err := load(t, c.Redacted())
	if err != nil {
		t.Fatalf("%v\n%s", err, c.Redacted())
	}
	if again.Redacted() != c.Redacted() {
		t.Errorf("got\n%s\nwant\n%s", again.Redacted(), c.Redacted())
	}
}

func TestEveryFieldIsDocumentedAndNamedOnce(t *testing.T) {
	keys, envs, flags := map[string]bool{}, map[string]bool{config.FileVariable: true}, map[string]bool{}
	for _, f := range config.Fields() {
		if !strings.HasSuffix(f.Doc, ".") || len(f.Doc) < 20 {
			t.Errorf("%s has no sentence", f.Key)
		}
		if keys[f.Key] || envs[f.Env()] || (f.Flag() != "" && flags[f.Flag()]) {
			t.Errorf("%s shares a name with another field", f.Key)
		}
		keys[f.Key], envs[f.Env()], flags[f.Flag()] = true, true, true
	}
}
