package site

import (
	"context"

	"countersign/audit"
	"countersign/identity"
	"countersign/web/post"
)

// SetAddress says where somebody gets mail; "" for nowhere. They do it
// themselves, or a site administrator does.
func (s *Service) SetAddress(ctx context.Context, who Session, key string, id identity.PersonID, address string) error {
	if err := requireFit(who); err != nil {
		return err
	}
	if err := checkKey(key); err != nil {
		return err
	}
	if _, done, err := s.ledger.Recall(ctx, key); err != nil || done {
		if err != nil {
			return s.broken("look for an earlier answer", err)
		}
		return nil
	}
	var draft audit.Draft
	err := s.read(ctx, func(m *models) (err error) {
		person, ok := m.people.Person(id)
		if !ok {
			return &Refusal{Code: "no_such_person", Sentence: "Nobody of that name works here."}
		}
		actor, _ := m.people.Person(who.Person.ID)
		draft, err = post.SetAddress(actor, person, address, s.Now(), s.salt)
		return err
	})
	if err != nil {
		return err
	}
	return s.write(ctx, key, "set an address", nil, []audit.Draft{draft})
}

// Address is where somebody gets mail: for themselves and for a site
// administrator; "" for everybody else.
func (s *Service) Address(ctx context.Context, who Session, id identity.PersonID) (address string, err error) {
	if err := requireFit(who); err != nil {
		return "", err
	}
	if who.Person.ID != id && !who.Person.Has(identity.Administrator) {
		return "", nil
	}
	err = s.read(ctx, func(m *models) error {
		address = m.post.Address(id)
		return nil
	})
	return address, err
}

// Mails gives the letters that went last, the newest first, and those that
// are due, without where they go.
func (s *Service) Mails(ctx context.Context, who Session) (gone []post.Gone, due []post.Letter, names map[identity.PersonID]string, err error) {
	if err := requireFit(who); err != nil {
		return nil, nil, nil, err
	}
	if due, err = s.Letters(ctx); err != nil {
		return nil, nil, nil, err
	}
	for i := range due {
		due[i].Address = ""
	}
	names = map[identity.PersonID]string{}
	err = s.read(ctx, func(m *models) error {
		gone = m.post.Gone()
		for _, p := range m.people.People() {
			names[p.ID] = p.Name
		}
		return nil
	})
	return gone, due, names, err
}

// Letters gives every letter that is due, for the daemon.
func (s *Service) Letters(ctx context.Context) (due []post.Letter, err error) {
	err = s.read(ctx, func(m *models) error {
		now := s.Now()
		items, err := s.items(ctx, m, now)
		if err != nil {
			return err
		}
		due = m.post.Due(s.info.Origin, items, m.people.People(), now)
		return nil
	})
	return due, err
}

// Sent writes down that a mail server took a letter. Written twice it stands
// once: the letter's number is the key.
func (s *Service) Sent(ctx context.Context, l post.Letter) error {
	if _, done, err := s.ledger.Recall(ctx, l.Number); err != nil || done {
		if err != nil {
			return s.broken("look whether a letter has gone", err)
		}
		return nil
	}
	draft, err := post.Sent(l, s.Now())
	if err != nil {
		return s.broken("write down that a letter has gone", err)
	}
	return s.write(ctx, l.Number, "send a mail", nil, []audit.Draft{draft})
}
