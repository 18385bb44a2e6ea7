// Package countersign holds no code: the product lives in the rooms below.
// This file keeps the house standing.
package countersign

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors gives every package of the house its floor (design: imports go down
// only, and packages on one floor do not lean on each other except where a
// smaller fraction says so). A package that is not here is refused.
var floors = map[string]float64{
	"postgres":          0,
	"postgres/pgtest":   0.1,
	"config":            0,
	"protocol":          1,
	"audit":             1,
	"register/patient":  1,
	"identity":          1.1,
	"register/scan":     1.1,
	"audit/ledger":      1.5,
	"identity/vault":    1.5,
	"batch":             2,
	"batch/batchtest":   2.1,
	"protocol/library":  2,
	"register":          1.6,
	"register/trace":    2.5,
	"batch/trend":       2.5,
	"batch/worklist":    2.6,
	"web/post":          2.7,
	"web/mail":          2.8,
	"web/mail/smtptest": 2.1,
	"register/label":    1.7,
	"reports":           3,
	"web/site":          4,
	"web/api":           4.1,
	"web":               4.2,
	"cmd/countersign":   5,
	"cmd/countersignd":  5,
}

// owners names who alone may import a module or a package of the standard library.
var owners = map[string][]string{
	"github.com/spf13/viper":   {"config"},
	"github.com/go-pdf/fpdf":   {"reports"},
	"github.com/boombuler":     {"reports"},
	"github.com/lib/pq":        {"postgres", "postgres/pgtest", "audit/ledger", "identity/vault"},
	"github.com/jmoiron/sqlx":  {"postgres", "postgres/pgtest", "audit/ledger", "identity/vault", "cmd/countersignd"},
	"net/smtp":                 {"web/mail"},
	"database/sql":             {"postgres", "postgres/pgtest", "audit/ledger", "identity/vault", "cmd/countersignd"},
	"cel.dev/cel-go":           {"protocol"},
	"github.com/pressly/goose": {"postgres"},
}

// pure packages may not reach for a clock, chance, the network or the disk,
// and know no binary floating point.
var pure = []string{"protocol", "audit", "identity", "batch", "batch/trend", "protocol/library", "register", "register/label", "register/patient", "register/scan", "register/trace", "batch/worklist", "web/post"}

// impure is what a pure package may not import.
var impure = []string{"os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "log", "log/slog"}

type source struct {
	dir, path string
	test      bool
	imports   []string
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." {
			switch name := entry.Name(); {
			case strings.HasPrefix(name, "."), name == "tools", name == "node_modules", name == "testdata",
				name == "build", name == "bin", name == "demo", name == "rehearsals":
				return filepath.SkipDir
			}
		}
		if entry.IsDir() || !strings.HasSuffix(path, ".go") || filepath.Dir(path) == "." {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		found := source{dir: filepath.ToSlash(filepath.Dir(path)), path: path, test: strings.HasSuffix(path, "_test.go")}
		for _, spec := range file.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			found.imports = append(found.imports, name)
		}
		all = append(all, found)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestImportsGoDownOnly(t *testing.T) {
	for _, src := range sources(t) {
		floor, known := floors[src.dir]
		if !known {
			t.Errorf("%s: package %s has no floor: give it one in floors_test.go and say in DESIGN.md why it exists", src.path, src.dir)
			continue
		}
		for _, name := range src.imports {
			below, ours := strings.CutPrefix(name, "countersign/")
			if !ours || below == src.dir {
				continue
			}
			if src.test && (below == "postgres/pgtest" || below == src.dir+"/"+filepath.Base(src.dir)+"test") {
				continue // what is made for tests, as batch/batchtest for those of batch
			}
			if under, known := floors[below]; !known || under >= floor {
				if src.test && known && under <= floor {
					continue
				}
				t.Errorf("%s: %s (floor %g) imports %s (floor %g)", src.path, src.dir, floor, below, under)
			}
		}
	}
}

func TestEveryFloorHasItsPackage(t *testing.T) {
	found := map[string]bool{}
	for _, src := range sources(t) {
		found[src.dir] = true
	}
	for dir := range floors {
		if !found[dir] {
			t.Errorf("floors_test.go gives %s a floor, but there is no such package", dir)
		}
	}
}

func TestModulesHaveOneOwner(t *testing.T) {
	for _, src := range sources(t) {
		if src.test {
			continue
		}
		for _, name := range src.imports {
			for module, rooms := range owners {
				if name != module && !strings.HasPrefix(name, module+"/") {
					continue
				}
				allowed := false
				for _, room := range rooms {
					allowed = allowed || room == src.dir
				}
				if !allowed {
					t.Errorf("%s: %s may be imported by %s only", src.path, name, strings.Join(rooms, ", "))
				}
			}
		}
	}
}

func TestThePureRoomsHoldNoClockAndNoFloat(t *testing.T) {
	for _, src := range sources(t) {
		if src.test || !slices.Contains(pure, src.dir) {
			continue
		}
		for _, name := range src.imports {
			if slices.Contains(impure, name) {
				t.Errorf("%s: a pure room may not import %s", src.path, name)
			}
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, src.path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.Ident:
				if node.Name == "float64" || node.Name == "float32" {
					t.Errorf("%s: binary floating point in a pure room", files.Position(node.Pos()))
				}
			case *ast.SelectorExpr:
				owner, ok := node.X.(*ast.Ident)
				if ok && owner.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After"}, node.Sel.Name) {
					t.Errorf("%s: time.%s in a pure room", files.Position(node.Pos()), node.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestTheVerifierLinksNoSQL(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./cmd/countersign").CombinedOutput()
	if err != nil {
		t.Fatalf("list what the verifier links: %v\n%s", err, out)
	}
	for _, name := range strings.Fields(string(out)) {
		if name == "database/sql" || strings.HasPrefix(name, "github.com/lib/pq") || strings.HasPrefix(name, "github.com/jmoiron/sqlx") {
			t.Errorf("the verifier links %s", name)
		}
	}
}

// Only a test may put something cheap in the place of what makes a guess at a
// password dear (SIG-03).
func TestOnlyTestsMakePasswordsCheap(t *testing.T) {
	for _, src := range sources(t) {
		text, err := os.ReadFile(src.path)
		if err != nil {
			t.Fatal(err)
		}
		if !src.test && strings.Contains(string(text), "Stretch:") {
			t.Errorf("%s gives a vault another way to stretch passwords", src.path)
		}
	}
}
