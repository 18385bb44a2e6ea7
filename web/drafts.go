package web

import (
	"maps"
	"slices"
	"sync"
)

// drafts keep what led to a signing sheet, so that the sheet is a page that
// can be reloaded and gone back to, and "sign nothing" leads back to a form
// with everything still in it. They live in memory: they hold patients'
// details, a restart asks for them again, and nothing of them is recorded
// before it is signed.
type drafts struct {
	mu   sync.Mutex
	kept []draft // the oldest first
}

type draft struct {
	key, person, terminal string
	form                  form
}

const (
	draftsAtMost = 1024
	draftsOfOne  = 8 // of one person at one terminal
)

// keep remembers a form under a fresh key, without its secrets.
func (d *drafts) keep(key string, v visit, f form) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	mine := 0
	for i := len(d.kept) - 1; i >= 0; i-- {
		if d.kept[i].of(v) {
			if mine++; mine >= draftsOfOne {
				d.kept = slices.Delete(d.kept, i, i+1)
			}
		}
	}
	if len(d.kept) >= draftsAtMost {
		d.kept = slices.Delete(d.kept, 0, 1)
	}
	d.kept = append(d.kept, draft{key: key, person: string(v.who.Person.ID), terminal: v.terminal, form: recoverForm(f.keep())})
	return key
}

// find gives a kept form to whoever it was kept for, and to nobody else.
func (d *drafts) find(key string, v visit) (form, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, one := range d.kept {
		if one.key == key && one.of(v) {
			return maps.Clone(one.form), true
		}
	}
	return nil, false
}

// forget drops what was kept at a terminal: whoever signs out leaves nothing.
func (d *drafts) forget(terminal string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.kept = slices.DeleteFunc(d.kept, func(one draft) bool { return one.terminal == terminal })
}

func (d draft) of(v visit) bool {
	return d.person == string(v.who.Person.ID) && d.terminal == v.terminal
}
