package web

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"countersign/batch/worklist"
	"countersign/identity"
	"countersign/web/site"
)

// Bounds of listening. A person has a few pages open, at a few terminals; the
// oldest of too many is told to stop.
const (
	listenersOfOne = 24
	listenersInAll = 2000
)

// settle is how long news is gathered before pages are told: a recall that
// reaches a hundred batches is one piece of news, and nobody who signs waits
// for those who look on.
const settle = 100 * time.Millisecond

// subject is what a page shows: a batch, or one of the work lists.
type subject struct{ batch, list string }

// listener is one page that is open.
type listener struct {
	of     subject
	person identity.Person
	born   int64
	tell   chan string // the newest stamp; at most one waits
	over   chan struct{}
}

// news tells pages that what they show has changed. However many listen, the
// log is folded and the list worked out once for each piece of news; nothing
// runs while nobody listens.
type news struct {
	svc  *site.Service
	mu   sync.Mutex
	all  map[*listener]bool
	born int64
	end  context.CancelFunc // of the watching; nil while nobody listens
}

func newNews(svc *site.Service) *news { return &news{svc: svc, all: map[*listener]bool{}} }

var errTooMany = errors.New("too many pages listen")

// listen begins to tell a page; the caller calls stop.
func (n *news) listen(of subject, who identity.Person) (l *listener, stop func(), err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.all) >= listenersInAll {
		return nil, nil, errTooMany
	}
	n.makeRoom(who.ID)
	n.born++
	l = &listener{of: of, person: who, born: n.born, tell: make(chan string, 1), over: make(chan struct{})}
	n.all[l] = true
	if n.end == nil {
		ctx, end := context.WithCancel(context.Background())
		n.end = end
		changes, unwatch := n.svc.Watch()
		go func() {
			defer unwatch()
			n.watch(ctx, changes)
		}()
	}
	return l, func() { n.leave(l) }, nil
}

// makeRoom ends the oldest of somebody's listeners when they have too many. The
// caller holds the lock.
func (n *news) makeRoom(id identity.PersonID) {
	var oldest *listener
	count := 0
	for l := range n.all {
		if l.person.ID != id {
			continue
		}
		if count++; oldest == nil || l.born < oldest.born {
			oldest = l
		}
	}
	if count >= listenersOfOne {
		delete(n.all, oldest)
		close(oldest.over)
	}
}

func (n *news) leave(l *listener) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.all, l)
	if len(n.all) == 0 && n.end != nil {
		n.end()
		n.end = nil
	}
}

// watch goes on until nobody listens or the log is closed. Time brings news
// too: a clock that runs out stands in no entry.
func (n *news) watch(ctx context.Context, changes <-chan int64) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-changes:
			if !open {
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(settle):
			}
		case <-tick.C:
		}
		n.spread(ctx)
	}
}

// spread works out how everything stands that somebody looks at, and tells them.
// What cannot be read now is told with the next piece of news.
func (n *news) spread(ctx context.Context) {
	n.mu.Lock()
	listeners := make([]*listener, 0, len(n.all))
	for l := range n.all {
		listeners = append(listeners, l)
	}
	n.mu.Unlock()
	stands, err := n.stands(ctx, listeners)
	if err != nil {
		return
	}
	for i, l := range listeners {
		select { // an older stamp that nobody took is no news any more
		case <-l.tell:
		default:
		}
		select {
		case l.tell <- stands[i]:
		default:
		}
	}
}

// stands gives the stamp of what each listener looks at.
func (n *news) stands(ctx context.Context, listeners []*listener) ([]string, error) {
	var batches []string
	lists := false
	for _, l := range listeners {
		if lists = lists || l.of.list != ""; l.of.batch != "" {
			batches = append(batches, l.of.batch)
		}
	}
	versions, err := n.svc.Versions(ctx, batches)
	if err != nil {
		return nil, err
	}
	var items []worklist.Item
	if lists {
		if items, err = n.svc.Waiting(ctx); err != nil {
			return nil, err
		}
	}
	stamps := make([]string, len(listeners))
	for i, l := range listeners {
		if l.of.batch != "" {
			stamps[i] = strconv.FormatInt(versions[l.of.batch], 10)
			continue
		}
		for _, list := range workLists() {
			if list.name == l.of.list {
				stamps[i] = stamp(list.on(items, l.person))
			}
		}
	}
	return stamps, nil
}
