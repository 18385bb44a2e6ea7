package site

import (
	"slices"
	"time"

	"countersign/audit"
	"countersign/identity"
	"countersign/register"
)

// besideOrigin gives what an act that makes lots of others brings with it: the
// parts' own streams and the rows in the stock of each source. All of it rests
// on those lots and on everything that they came from: nothing is taken,
// stopped or recalled between the look and the entry (COI-05).
func (s *Service) besideOrigin(m *models, w register.Written, by identity.PersonID, now time.Time) (drafts []audit.Draft, rests []audit.Condition, err error) {
	for _, one := range register.Beside(m.books, w) {
		draft, err := register.DraftOf(one, by, now, s.salt)
		if err != nil {
			return nil, nil, err
		}
		drafts = append(drafts, draft)
	}
	for _, stream := range register.RestsOn(m.books, w) {
		if !slices.ContainsFunc(rests, func(c audit.Condition) bool { return c.Stream == stream }) {
			rests = append(rests, audit.Condition{Stream: stream, Version: m.books.Version(stream)})
		}
	}
	return drafts, rests, nil
}
