package ledger

import "sync"

// subscribers are told the new size of the log after each group. A slow one misses sizes, never the latest.
type subscribers struct {
	mu   sync.Mutex
	next int
	all  map[int]chan int64
}

func (s *subscribers) add() (<-chan int64, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[int]chan int64)
	}
	id, ch := s.next, make(chan int64, 1)
	s.next++
	s.all[id] = ch
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, there := s.all[id]; there {
			delete(s.all, id)
			close(ch)
		}
	}
}

// tell is called by one goroutine only: after a stale size is taken out there is room.
func (s *subscribers) tell(size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, ch := range s.all {
		select {
		case <-ch:
		default:
		}
		ch <- size
	}
}

func (s *subscribers) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, ch := range s.all {
		delete(s.all, id)
		close(ch)
	}
}
