package main

import (
	"encoding/json"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Every page that the daemon serves is opened in a browser, by following links
// from the first page as the people do, and axe finds no serious fault on any.
// A page that no link leads to is a fault, too.
func TestBrowserOpensEveryPage(t *testing.T) {
	ground, err := openGround(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer ground.close()
	given, running := demoScript(t, "given"), demoScript(t, "running")
	st, err := ground.set(t.Context(), given, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	for i, script := range []*script{given, running} {
		if err := demoBatch(t.Context(), st.house, st.company, script, st.p, demoID(st.house, i), func(string) {}); err != nil {
			t.Fatal(err)
		}
	}
	s := newScreen(t, st.base, true)
	s.prefix = "every-"
	s.signIn("priya")
	s.happens(demoID(st.house, 0))

	unseen := pagePatterns(t)
	for pattern, at := range map[string]string{ // where answers lead, not links
		"/sign-in": "/sign-in", "/log/verify/{check}": "", "/reached": "", "/batches/{id}/kept": "/batches/" + demoID(st.house, 0) + "/kept", "/protocols/read": "/protocols/read?protocol=" + st.p.Name + "&version=1",
	} {
		if at != "" {
			s.open(at)
			s.look(pictureName(pattern))
		}
		delete(unseen, pattern)
	}
	for _, who := range []string{"priya", "omar", "ruth", "clara", "iris", "grace"} {
		s.signIn(who)
		s.stroll(unseen, map[string]bool{})
	}
	// A sheet is what a form leads to, and the browser test of a whole dose looks at each kind.
	for pattern := range unseen {
		if !strings.HasSuffix(pattern, "/sign") && !strings.HasSuffix(pattern, "/sheet") && !strings.HasSuffix(pattern, "/signed") {
			t.Errorf("no link leads to %s", pattern)
		}
	}
}

func demoScript(t *testing.T, name string) *script {
	t.Helper()
	text, err := demoScripts.ReadFile("demo/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	script, err := readScript(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// happens does what a single batch does not bring: a deviation, a blank for
// paper and a recall.
func (s *screen) happens(id string) {
	s.t.Helper()
	sign := func() { s.send("", "", map[string]string{"password": rehearsalPassword("priya")}) }
	s.open("/deviations/new")
	s.eval(`document.getElementsByName("risk")[0].checked = true; ""`)
	s.send("open deviation", "", map[string]string{"what": "A cabinet alarm rang", "immediate": "The work was moved to the other cabinet", "batch": id})
	s.look("sheet-deviation")
	sign()
	s.open("/blanks")
	s.fill("from", "", "", map[string]string{"reason": "For the day of the network's upgrade"})
	s.look("sheet-blank")
	sign()
	s.open("/recalls/new")
	s.send("open", "", map[string]string{"name": "L-0001", "reason": "The maker found particles", "document": "Field safety notice FSN-7"})
	s.look("sheet-recall")
	sign()
	s.open("/samples")
	s.send("draw sample", "", map[string]string{"basis": "by chance", "of": "equipment", "size": "2", "reason": "The month's sample."})
	s.look("sheet-sample")
	sign()
	s.open("/log")
	s.fill("key", "", "", nil)
	s.shows("The log holds")
	s.look("log-verified")
}

// shows waits for a page that comes by itself.
func (s *screen) shows(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		got, err := chromedp.Run(s.ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? document.body.innerText : ""`))
		if err == nil && strings.Contains(got, text) {
			return
		}
	}
	s.t.Fatalf("the page never said %q", text)
}

var routed = regexp.MustCompile(`(?m)^\s*(?:open|signedIn)\("GET (/[^"]*)"`)

// pagePatterns are the pages that the daemon serves, as its routes say.
func pagePatterns(t *testing.T) map[string]*regexp.Regexp {
	t.Helper()
	source, err := os.ReadFile("../../web/web.go")
	if err != nil {
		t.Fatal(err)
	}
	patterns := map[string]*regexp.Regexp{}
	paths := []string{"/work", "/work/all", "/review"} // routed by the lists that there are
	for _, m := range routed.FindAllStringSubmatch(string(source), -1) {
		paths = append(paths, strings.TrimSuffix(m[1], "{$}"))
	}
	for _, path := range paths {
		switch {
		case strings.HasSuffix(path, ".pdf"), strings.HasSuffix(path, "/scan"), strings.HasSuffix(path, "/file"), strings.HasSuffix(path, "/pdf"), strings.HasSuffix(path, "/zpl"), strings.HasSuffix(path, "/events"):
			continue // no page
		case path == "/", path == "/lock", path == "/password", strings.HasSuffix(path, "/signed"), strings.HasSuffix(path, "/do"):
			continue // answered by sending people to where they belong
		}
		expression := regexp.MustCompile(`\\\{[a-z]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `[^/?]+`)
		patterns[path] = regexp.MustCompile(`^` + expression + `(\?.*)?$`)
	}
	if len(patterns) < 50 {
		t.Fatalf("only %d pages are routed as this test reads them", len(patterns))
	}
	return patterns
}

// stroll follows the links of page after page, and looks at the first page of
// each pattern that nobody has seen.
func (s *screen) stroll(unseen map[string]*regexp.Regexp, walked map[string]bool) {
	s.t.Helper()
	for ahead := []string{"/work"}; len(ahead) > 0; ahead = ahead[1:] {
		path := ahead[0]
		if walked[shape(path)] {
			continue
		}
		walked[shape(path)] = true
		s.open(path)
		pattern := ""
		for candidate, matches := range unseen { // the most exact one: /people/new is nobody's page
			if matches.MatchString(path) && (pattern == "" || strings.Count(candidate, "{") < strings.Count(pattern, "{")) {
				pattern = candidate
			}
		}
		if pattern != "" {
			delete(unseen, pattern)
			s.look(pictureName(pattern))
		}
		var links []string
		if err := json.Unmarshal([]byte(s.eval(`JSON.stringify([...document.querySelectorAll("a[href]")]
			.map(a => new URL(a.href)).filter(u => u.origin === location.origin).map(u => u.pathname + u.search))`)), &links); err != nil {
			s.t.Fatal(err)
		}
		for _, link := range links {
			if !file.MatchString(link) && !walked[shape(link)] && !slices.Contains(ahead, link) {
				ahead = append(ahead, link)
			}
		}
	}
}

// file matches the links that bring a file and no page.
var file = regexp.MustCompile(`csv|[./](pdf|zpl|yaml|json)($|\?)|^/(assets|api)/`)

func pictureName(pattern string) string {
	return strings.Trim(strings.NewReplacer("/", "-", "{", "", "}", "").Replace(pattern), "-")
}

var lotPage = regexp.MustCompile(`^/stock/L-[0-9]+$`) // what can be done with a lot depends on it

// shape is a path without what tells one batch, lot or person from another, so
// that a stroll sees one of each.
func shape(link string) string {
	at, err := url.Parse(link)
	if err != nil || lotPage.MatchString(at.Path) {
		return link
	}
	return regexp.MustCompile(`(/[^/]*[0-9][^/]*|/steps/[^/]+|/protocols/[^/]+)`).ReplaceAllString(at.Path, "/1")
}
