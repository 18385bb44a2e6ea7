package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"countersign/batch"
	"countersign/identity"
	"countersign/protocol"
	"countersign/protocol/library"
)

// readerLine is one person on the list of who has acknowledged a version.
type readerLine struct{ Name, Username, Roles, Read, To string }

// readersView is who has acknowledged a version, and who has not yet (CTL-14).
type readersView struct {
	Read, Waiting []readerLine
	Missing       string // roles that nobody holds who has acknowledged it
	Mine          string // where whoever is signed in acknowledges it; "" when there is nothing to do
}

// readersOf lists the people of an approved version; nil before that.
func readersOf(version *library.Version, people []identity.Person, me identity.PersonID, zone *time.Location) *readersView {
	if version.Approved == nil {
		return nil
	}
	p, v := version.Protocol, &readersView{}
	for _, reader := range library.Readers(p, people) {
		one := readerLine{Name: reader.Person.Name, Username: reader.Person.Username, Roles: roleWords(reader.Person.Roles), To: personAddress(reader.Person.ID)}
		if reader.Read != nil {
			one.Read = when(reader.Read.At, zone)
			v.Read = append(v.Read, one)
			continue
		}
		v.Waiting = append(v.Waiting, one)
		if reader.Person.ID == me {
			v.Mine = readAddress(p, "", "")
		}
	}
	words := make([]string, 0, len(p.Parts))
	for _, role := range library.Unread(p, people) {
		words = append(words, string(role))
	}
	v.Missing = strings.Join(words, ", ")
	return v
}

// readAddress is where a version is acknowledged: by the person of a username,
// or by whoever is signed in. Back is where the work goes on then.
func readAddress(p *protocol.Protocol, username, back string) string {
	to := fmt.Sprintf("/protocols/read?protocol=%s&version=%d", queryEscape(p.Name), p.Version)
	if username != "" {
		to += "&username=" + queryEscape(username)
	}
	if back != "" {
		to += "&back=" + queryEscape(back)
	}
	return to
}

// readPage draws the sheet with which a version is acknowledged. It writes
// nothing but a refusal.
func (s *Server) readPage(w http.ResponseWriter, r *http.Request, v visit) error {
	asked, err := decodeForm(r.URL.Query())
	if err != nil {
		return err
	}
	v.form = form{"act": "acknowledge"}
	for _, name := range []string{"protocol", "version", "username", "back"} {
		v.form[name] = asked[name]
	}
	return s.drawProtocolSheet(w, r, v, http.StatusOK, nil)
}

// notRead is what a refusal says of somebody who has not acknowledged a
// batch's version: with the way to do so at once, and back to the work.
func notRead(code, sentence string, p *protocol.Protocol, username, back string) *problem {
	if code != "not_acknowledged" || p == nil {
		return nil
	}
	return &problem{
		Title: "Read this version first", To: readAddress(p, username, back),
		Sentences: []string{sentence, "Press here to read it and sign: it takes a moment, and leads back to this place."},
	}
}

// toRead asks whoever works in a batch to acknowledge its version before they
// type anything; nil when they have, or have no part in it.
func (s *Server) toRead(r *http.Request, v visit, state *batch.State, back string) (*problem, error) {
	if state.Protocol == nil || state.Ended() {
		return nil, nil
	}
	readers, err := s.svc.Readers(r.Context(), v.who, state.Protocol.Name, state.Protocol.Version)
	if err != nil {
		return nil, err
	}
	for _, reader := range readers {
		if reader.Person.ID == v.who.Person.ID && reader.Read == nil {
			sentence := fmt.Sprintf("You have not acknowledged %s version %d yet, by which this batch is made.", state.Protocol.Name, state.Protocol.Version)
			return notRead("not_acknowledged", sentence, state.Protocol, "", back), nil
		}
	}
	return nil, nil
}
