package config

import (
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Field is one thing that can be configured.
type Field struct {
	// Key in the file, dotted: "sign_in.lock_after".
	Key string
	// Default in the words of the file; empty if there is none.
	Default string
	// Sample stands in the example file where there is no default.
	Sample string
	// Doc is one or more sentences.
	Doc string
	// Required fields have no default and may not be left out.
	Required bool
	// Choices, if the value is one of a few words.
	Choices []string
	// Least and Most bound numbers and durations, in the words of the file.
	Least, Most string

	// in gives the place in a Config: *string, *int, *time.Duration, *Secret or **time.Location.
	in func(*Config) any
	// check says what is wrong with a text, or nothing.
	check func(string) string
}

// Env is the field's name in the environment: COUNTERSIGN_SIGN_IN_LOCK_AFTER.
func (f Field) Env() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(f.Key, ".", "_"))
}

// Flag is the field's name as a flag, without its dashes. Secrets have none: a command line is for all to read.
func (f Field) Flag() string {
	if f.Secret() {
		return ""
	}
	return strings.NewReplacer(".", "-", "_", "-").Replace(f.Key)
}

// Secret reports whether the value is hidden when printed.
func (f Field) Secret() bool {
	_, ok := f.in(&Config{}).(*Secret)
	return ok
}

const prefix = "COUNTERSIGN_"

// Fields are all there is, in the order of the example file.
func Fields() []Field {
	return []Field{
		{
			Key: "site.origin", Required: true, Sample: "royal-example.countersign", check: checkOrigin,
			Doc: "The name of this site's log for ever: lower case letters, digits, dots, hyphens. It stands in every entry and never changes. A training or rehearsal site has that word in it.",
			in:  func(c *Config) any { return &c.Site.Origin },
		},
		{
			Key: "site.name", Required: true, Sample: "Royal Example Hospital",
			Doc: "The site as a person calls it. It stands on every page and record.",
			in:  func(c *Config) any { return &c.Site.Name },
		},
		{
			Key: "site.address", Sample: "1 Example Road, Exampleton EX1 1EX",
			Doc: "The site's postal address, as the record shows it.",
			in:  func(c *Config) any { return &c.Site.Address },
		},
		{
			Key: "site.unit", Sample: "Pharmacy Aseptic Unit",
			Doc: "The unit within the site where medicines are made.",
			in:  func(c *Config) any { return &c.Site.Unit },
		},
		{
			Key: "site.control_site.name", Sample: "Example Control Site",
			Doc: "The control site that oversees this one.",
			in:  func(c *Config) any { return &c.Site.ControlSite.Name },
		},
		{
			Key: "site.control_site.address", Sample: "2 Example Road, Exampleton EX1 1EX",
			Doc: "The control site's postal address.",
			in:  func(c *Config) any { return &c.Site.ControlSite.Address },
		},
		{
			Key: "site.control_site.licence", Sample: "MIA 00000",
			Doc: "The manufacturer's licence that the control site holds.",
			in:  func(c *Config) any { return &c.Site.ControlSite.Licence },
		},
		{
			Key: "site.kind", Default: "live", Choices: []string{"live", "training", "rehearsal"},
			Doc: "What the site's records are. Those of a training or rehearsal site are marked on every page and never pass for real.",
			in:  func(c *Config) any { return &c.Site.Kind },
		},
		{
			Key: "site.time_zone", Default: "Europe/London",
			Doc: "The zone in which times are shown, by its IANA name. Times are kept in UTC whatever is said here.",
			in:  func(c *Config) any { return &c.Site.TimeZone },
		},
		{
			Key: "listen", Default: "127.0.0.1:8440", check: checkListen,
			Doc: "The address and port to serve on. Port 0 takes any free one.",
			in:  func(c *Config) any { return &c.Listen },
		},
		{
			Key: "public_url", check: checkURL, Sample: "",
			Doc: "The address that people's browsers use, if it differs from listen. It must be https unless it is this machine's own.",
			in:  func(c *Config) any { return &c.PublicURL },
		},
		{
			Key: "tls.cert",
			Doc: "The file with the server's certificate chain (PEM). Without one the daemon speaks plain HTTP, for a proxy on the same machine.",
			in:  func(c *Config) any { return &c.TLS.Certificate },
		},
		{
			Key: "tls.key",
			Doc: "The file with the certificate's private key (PEM).",
			in:  func(c *Config) any { return &c.TLS.Key },
		},
		{
			Key: "data_dir", Default: "/var/lib/countersign",
			Doc: "The directory for the private database and the site's key. A relative path begins at the working directory.",
			in:  func(c *Config) any { return &c.DataDir },
		},
		{
			Key: "database.dsn",
			Doc: "PostgreSQL's data source name for the runtime role. Empty means that the daemon runs a private server in data_dir. May be file:/path.",
			in:  func(c *Config) any { return &c.Database.DSN },
		},
		{
			Key: "database.owner_dsn",
			Doc: "The data source name for the owner role, which init and migrate use. The daemon does not need it to serve. May be file:/path.",
			in:  func(c *Config) any { return &c.Database.OwnerDSN },
		},
		{
			Key: "database.binaries",
			Doc: "The directory of postgres and initdb for the private server. Empty means that the usual places are searched.",
			in:  func(c *Config) any { return &c.Database.Binaries },
		},
		{
			Key: "database.user",
			Doc: "The account that the private server runs as when the daemon runs as root, which PostgreSQL refuses. Empty means countersign, postgres or nobody, the first that exists.",
			in:  func(c *Config) any { return &c.Database.User },
		},
		{
			Key: "database.max_connections", Default: "16", Least: "4", Most: "500",
			Doc: "The most connections that the daemon holds.",
			in:  func(c *Config) any { return &c.Database.MaxConnections },
		},
		{
			Key: "database.statement_timeout", Default: "15s", Least: "1s", Most: "10m",
			Doc: "How long a statement may take. A connection that is silent a little longer than this is given up.",
			in:  func(c *Config) any { return &c.Database.StatementTimeout },
		},
		{
			Key: "sign_in.lock_after", Default: "5", Least: "3", Most: "20",
			Doc: "How many failed sign-ins or signatures in a row lock an account.",
			in:  func(c *Config) any { return &c.SignIn.LockAfter },
		},
		{
			Key: "sign_in.lock_for", Default: "15m", Least: "1m", Most: "24h",
			Doc: "How long a locked account stays locked unless an administrator unlocks it.",
			in:  func(c *Config) any { return &c.SignIn.LockFor },
		},
		{
			Key: "sign_in.idle_lock", Default: "5m", Least: "1m", Most: "1h",
			Doc: "After how long without a touch a terminal locks. What was entered is kept.",
			in:  func(c *Config) any { return &c.SignIn.IdleLock },
		},
		{
			Key: "sign_in.session_life", Default: "12h", Least: "10m", Most: "24h",
			Doc: "After how long a person must sign in again in any case.",
			in:  func(c *Config) any { return &c.SignIn.SessionLife },
		},
		{
			Key: "sign_in.rate", Default: "30", Least: "1", Most: "600",
			Doc: "How many sign-ins a minute one address may try.",
			in:  func(c *Config) any { return &c.SignIn.Rate },
		},
		{
			Key: "mail.host", Sample: "mail.example.nhs.uk", check: checkHost,
			Doc: "The mail server that takes what the site sends to its people. Empty means that no mail is sent.",
			in:  func(c *Config) any { return &c.Mail.Host },
		},
		{
			Key: "mail.port", Default: "587", Least: "1", Most: "65535",
			Doc: "The mail server's port.",
			in:  func(c *Config) any { return &c.Mail.Port },
		},
		{
			Key: "mail.tls", Default: "starttls", Choices: []string{"starttls", "tls", "none"},
			Doc: "How the connection is kept from being read. Without TLS mail goes to this machine itself only.",
			in:  func(c *Config) any { return &c.Mail.TLS },
		},
		{
			Key: "mail.ca",
			Doc: "The file with the certificates (PEM) that the mail server's has to come from. Empty means those that this machine trusts.",
			in:  func(c *Config) any { return &c.Mail.CA },
		},
		{
			Key: "mail.user",
			Doc: "The name with which the site signs in at the mail server. Empty means that it does not.",
			in:  func(c *Config) any { return &c.Mail.User },
		},
		{
			Key: "mail.password",
			Doc: "The password with which the site signs in at the mail server. May be file:/path.",
			in:  func(c *Config) any { return &c.Mail.Password },
		},
		{
			Key: "mail.from", Sample: "countersign@example.nhs.uk", check: checkAddress,
			Doc: "The address that the site's mails come from.",
			in:  func(c *Config) any { return &c.Mail.From },
		},
		{
			Key: "scanner.separators", Sample: "~ {GS}",
			Doc: "What this site's scanners send for FNC1, the separator inside GS1 codes, where they do not send the GS character itself; several divided by blanks. The page Equipment, Try a scanner, shows what comes.",
			in:  func(c *Config) any { return &c.Scanner.Separators },
		},
		{
			Key: "scanner.separators_sent", Default: "no", Choices: []string{"yes", "no"},
			Doc: "Whether it was shown of every scanner here that it sends a separator wherever a code holds one. With no, a code that could have lost one, and would then read otherwise, is refused.",
			in:  func(c *Config) any { return &c.Scanner.SeparatorsSent },
		},
		{
			Key: "scanner.identifiers", Default: "unknown", Choices: []string{"always", "never", "unknown"},
			Doc: "Whether the scanners put the symbology identifier, such as ]d2, in front of every code. With always, a bedside scan that comes without one is refused as typed.",
			in:  func(c *Config) any { return &c.Scanner.Identifiers },
		},
		{
			Key: "log.level", Default: "info", Choices: []string{"debug", "info", "warn", "error"},
			Doc: "The least that the operational log tells. It is not the record.",
			in:  func(c *Config) any { return &c.Log.Level },
		},
		{
			Key: "log.format", Default: "text", Choices: []string{"text", "json"},
			Doc: "How the operational log is written.",
			in:  func(c *Config) any { return &c.Log.Format },
		},
	}
}

var origin = regexp.MustCompile(`^[a-z0-9]([a-z0-9./-]{0,98}[a-z0-9])?$`)

func checkOrigin(s string) string {
	if !origin.MatchString(s) {
		return "must be at most 100 lower case letters, digits, dots, slashes and hyphens, such as royal-example.countersign"
	}
	return ""
}

func checkListen(s string) string {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return "must be an address and a port, such as 127.0.0.1:8440"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Sprintf("has no port that exists: %q", port)
	}
	if strings.ContainsAny(host, "/ ") {
		return fmt.Sprintf("has no host that could exist: %q", host)
	}
	return ""
}

func checkURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return "must be an address such as https://countersign.example.nhs.uk"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/"):
		return "must be a scheme and a host only"
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "must begin with https: passwords would cross the network in the clear"
	}
	return ""
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

func checkHost(s string) string {
	if !hostName.MatchString(s) && net.ParseIP(s) == nil {
		return "must be the name or address of a machine, such as mail.example.nhs.uk"
	}
	return ""
}

func checkAddress(s string) string {
	if read, err := mail.ParseAddress(s); err != nil || read.Address != s || strings.ContainsAny(s, " <>\"\r\n") {
		return "must be an address, such as countersign@example.nhs.uk"
	}
	return ""
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || (ip != nil && ip.IsLoopback())
}

// across are the rules between fields.
func across(c *Config, say func(key, message string)) {
	if (c.TLS.Certificate == "") != (c.TLS.Key == "") {
		say("tls", "needs both cert and key, or neither")
	}
	if c.Database.DSN == "" && c.Database.OwnerDSN != "" {
		say("database.owner_dsn", "is set, but database.dsn is not: a private server needs neither")
	}
	if c.SignIn.IdleLock > c.SignIn.SessionLife {
		say("sign_in.idle_lock", "is longer than sign_in.session_life, so no terminal would ever lock")
	}
	acrossMail(c, say)
	words := strings.FieldsFunc(c.Site.Origin, func(r rune) bool { return strings.ContainsRune("./-", r) })
	for _, kind := range []string{"training", "rehearsal"} {
		has := false
		for _, w := range words {
			has = has || w == kind
		}
		switch {
		case c.Site.Origin == "":
		case c.Site.Kind == kind && !has:
			say("site.origin", fmt.Sprintf("must have the word %s in it, since site.kind is %s: try %s.%s", kind, kind, kind, c.Site.Origin))
		case c.Site.Kind != kind && has:
			say("site.origin", fmt.Sprintf("has the word %s in it, but site.kind is %s", kind, c.Site.Kind))
		}
	}
}

// acrossMail are the rules between the fields of mail.
func acrossMail(c *Config, say func(key, message string)) {
	switch {
	case c.Mail.Host == "":
		return
	case c.Mail.From == "":
		say("mail.from", "must be given where mail.host is: mails come from somebody")
	case (c.Mail.User == "") != (c.Mail.Password == ""):
		say("mail.user", "needs a password, and mail.password a user")
	}
	if c.Mail.TLS == "none" && !loopback(c.Mail.Host) {
		say("mail.tls", "may be none only where mail.host is this machine itself: mail would cross the network in the clear")
	}
	if c.Mail.TLS == "none" && c.Mail.User != "" {
		say("mail.tls", "may not be none with a password: it would be sent in the clear")
	}
}

// zone finds a time zone by name. Local is refused: it is whatever the machine says today.
func zone(name string) (*time.Location, error) {
	if name == "Local" || name == "" {
		return nil, fmt.Errorf("must be an IANA name such as Europe/London")
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("is no time zone that this machine knows: %q", name)
	}
	return z, nil
}
