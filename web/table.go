package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// table is a list that sorts, filters, pages and exports, all by its address,
// so that it does so without script.
type table struct {
	Caption string
	Columns []column
	Rows    []row
	Empty   string // the sentence when there is nothing

	Action, Query   string
	Sort            int // column, from 1; 0 as given
	Down            bool
	Found, All      int
	Page, Pages     int
	Before, Further string // addresses of the pages beside this one
	Export          string
}

type column struct {
	Title, To, Order string // Order: "ascending", "descending" or ""
}

// cell is one value; Sort orders it when the text does not, and Whole is what
// a file gets when the text on the page is shortened.
type cell struct {
	Text, To, Sort, Whole string
	Mono, Line            bool // Line: never broken
}

type row []cell

const rowsOnPage = 100

// arrange filters, sorts and pages as the address asks.
func (t *table) arrange(r *http.Request) {
	t.narrow(r)
	asked := r.URL.Query()
	t.Down = asked.Get("down") == "yes"
	if n, err := strconv.Atoi(asked.Get("sort")); err == nil && n >= 1 && n <= len(t.Columns) {
		t.Sort = n
		slices.SortStableFunc(t.Rows, func(a, b row) int {
			order := strings.Compare(a[n-1].order(), b[n-1].order())
			if t.Down {
				return -order
			}
			return order
		})
	}
	for i := range t.Columns {
		down := "no"
		if t.Sort == i+1 {
			t.Columns[i].Order = "ascending"
			if t.Down {
				t.Columns[i].Order = "descending"
			} else {
				down = "yes"
			}
		}
		t.Columns[i].To = t.address(asked, "sort", strconv.Itoa(i+1), "down", down, "page", "")
	}
	t.Export = t.address(asked, "as", "csv", "page", "")
	if asked.Get("as") == "csv" {
		return
	}
	t.Pages = max(1, (t.Found+rowsOnPage-1)/rowsOnPage)
	t.Page = 1
	if n, err := strconv.Atoi(asked.Get("page")); err == nil {
		t.Page = min(max(n, 1), t.Pages)
	}
	if t.Page > 1 {
		t.Before = t.address(asked, "page", strconv.Itoa(t.Page-1))
	}
	if t.Page < t.Pages {
		t.Further = t.address(asked, "page", strconv.Itoa(t.Page+1))
	}
	t.Rows = t.Rows[(t.Page-1)*rowsOnPage : min(t.Found, t.Page*rowsOnPage)]
}

// narrow keeps the rows that the address asks for.
func (t *table) narrow(r *http.Request) {
	t.Action, t.Query, t.All = r.URL.Path, strings.TrimSpace(r.URL.Query().Get("q")), len(t.Rows)
	if t.Query != "" {
		words := strings.Fields(strings.ToLower(t.Query))
		t.Rows = slices.DeleteFunc(t.Rows, func(one row) bool { return !one.holds(words) })
	}
	t.Found = len(t.Rows)
}

// address is this page's with some members changed; "" takes one away.
func (t *table) address(asked url.Values, pairs ...string) string {
	changed := url.Values{}
	for name, values := range asked {
		if name != "done" && len(values) > 0 {
			changed.Set(name, values[0])
		}
	}
	for i := 0; i < len(pairs); i += 2 {
		changed.Del(pairs[i])
		if pairs[i+1] != "" {
			changed.Set(pairs[i], pairs[i+1])
		}
	}
	return t.Action + "?" + changed.Encode()
}

func (c cell) order() string {
	if c.Sort != "" {
		return c.Sort
	}
	return strings.ToLower(c.Text)
}

func (one row) holds(words []string) bool {
	var all strings.Builder
	for _, c := range one {
		all.WriteString(strings.ToLower(c.Text) + "\n")
	}
	for _, word := range words {
		if !strings.Contains(all.String(), word) {
			return false
		}
	}
	return true
}

// number is a cell that sorts by its number.
func number(n int64) cell { return cell{Text: strconv.FormatInt(n, 10), Sort: fmt.Sprintf("%020d", n)} }

// writeCSV gives the whole list as a file. A value that a spreadsheet would
// take for a formula is quoted so that it stays text.
func (t *table) writeCSV(w http.ResponseWriter, name string) error {
	var whole bytes.Buffer
	out := csv.NewWriter(&whole)
	line := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		line[i] = c.Title
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, one := range t.Rows {
		for i, c := range one {
			if line[i] = plainText(c.Text); c.Whole != "" {
				line[i] = plainText(c.Whole)
			}
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name+".csv"))
	if _, err := whole.WriteTo(w); err != nil {
		return nil //nolint:nilerr // the browser has gone
	}
	return out.Error()
}

// plainText keeps a spreadsheet from reading a text as a formula. A figure
// stays one.
func plainText(text string) string {
	if _, err := strconv.ParseFloat(text, 64); err != nil && text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
