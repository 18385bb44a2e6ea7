package reports

import (
	"fmt"
	"strings"
	"time"

	"countersign/batch"
	"countersign/register"
)

// disposition shows the review, the certification or other end with its
// statement, and what came after it (section 17 H).
func (r *record) disposition() {
	s := r.State
	r.part("Review, certification, disposition")
	r.heading("Production review", 4000)
	if len(s.Reviews) == 0 {
		r.frame(strong(signOpen+" NOT REVIEWED"), 60)
	}
	for _, a := range s.Reviews {
		r.frame(append(cell{{plainStyle, r.statementAt(a.Index)}}, r.signatureLines(a)...), 60)
	}
	r.heading("Disposition", 4000)
	if s.Certification != nil && (s.Disposition == nil || s.Certification.Index != s.Disposition.Index) {
		r.disposed(*s.Certification)
	}
	if s.Disposition == nil {
		r.frame(strong(signOpen+" NOT CERTIFIED – no disposition has been signed"), 100)
		r.heading("What stands between this batch and certification", 2000)
		for _, sentence := range s.CertifyBlocks(r.last().Time) {
			r.write(say("– " + sentence))
		}
	} else {
		r.disposed(*s.Disposition)
	}
	r.heading("After certification", 2000)
	t := newTable(column{"Entry", 12}, column{"When", 28}, column{"What", 60})
	if s.Certification != nil {
		for _, e := range r.Trail {
			if e.Version > s.Certification.Version {
				t.add(say(fmt.Sprint(e.Version)), small(r.at(e.Time)), say(r.eventWords(e)))
			}
		}
	}
	if len(t.rows) == 0 {
		r.write(say("Nothing was entered after a certification."))
	}
	r.grid(t)
	r.given()
	r.cameToLight()
}

func (r *record) disposed(d batch.Disposition) {
	words := cell{{style{face: bold, size: 1100}, "Disposition: " + string(d.Status)}}
	for _, line := range d.Lines {
		words = append(words, text{plainStyle, "– " + line})
	}
	for _, late := range d.Later {
		if due, err := time.Parse(time.RFC3339, late.Due); err == nil {
			words = append(words, text{plainStyle, "Still to come, by " + r.at(due) + ": " + late.Name})
		}
	}
	if d.Statement != "" {
		words = append(words, text{plainStyle, d.Statement})
	}
	if d.Place != "" {
		words = append(words, text{plainStyle, "Place attested by the signer: " + d.Place})
	}
	words = append(words, text{smallStyle, fmt.Sprintf("Signed over a batch of %d entries, the last of which has the hash", d.Entries)}, text{codeStyle, d.Head})
	if d.Digest != "" {
		words = append(words, text{smallStyle, "Digest (SHA-256) of what is certified"}, text{codeStyle, d.Digest})
	}
	r.frame(append(words, r.signatureLines(d.Act)...), 120)
}

// statementAt gives the words of a review from its entry, and what it says of the
// audit trail (AUD-05).
func (r *record) statementAt(index int64) string {
	if reviewed, ok := r.byIndex[index].Event.(batch.BatchReviewed); ok {
		return strings.TrimSpace(reviewed.Statement + " " + trailWords(reviewed))
	}
	return "–"
}

// signatures lists every signature of the batch (section 17 I, number 33). The
// lines that were on the screen repeat what the pages say of the step; they
// stand, like the whole key and value, in the attached data.
func (r *record) signatures() {
	r.part("All signatures")
	r.introduce(small("Each signature covers its entry, the hash of the entry before it, the signer as named here and the lines that the signer saw on the screen. Those lines, the key and the signature stand in full in the attached data; what is here is shortened to 16 digits."))
	t := newTable(column{"Entry, log", 8}, column{"Meaning, signer", 26}, column{"When", 20}, column{"What was signed", 46})
	for _, e := range r.Trail {
		for _, s := range e.Signatures {
			shown := cell{{smallStyle, r.eventWords(e)}, {codeStyle, fmt.Sprintf("key %.16s…  signature %X…", s.Key, s.Value[:min(8, len(s.Value))])}}
			t.add(small(fmt.Sprintf("%d\n(%d)", e.Version, e.Index)),
				cell{{style{face: bold, size: 720}, s.Meaning + ": " + s.Name}, {smallStyle, "(" + s.Username + "), " + s.Role + ", by " + s.Method}},
				small(r.at(s.Time)), shown)
		}
	}
	if len(t.rows) == 0 {
		r.write(say("Nothing was signed."))
	}
	r.grid(t)
}

// trail is the audit trail: every entry of the batch in order, in words, with
// its hash; the other streams of the attached proof by pointer (number 34).
func (r *record) trail() {
	r.part("Audit trail")
	r.introduce(small("Every entry of this batch in the order of the site's log. The hash is the entry's leaf in the log's Merkle tree (RFC 6962, SHA-256), shortened to 16 digits; the entries stand in full in the attached data."))
	t := newTable(column{"Entry, log", 8}, column{"When", 20}, column{"Who", 20}, column{"What", 38}, column{"Hash", 14})
	for _, e := range r.Trail {
		name := "the system"
		if by, ok := actorOf(e.Event); ok && e.Actor != "system" {
			name = orDash(by.Name)
			if by.Role != "" {
				name += ", " + by.Role
			}
		}
		what := cell{{smallStyle, r.eventWords(e)}}
		for _, s := range e.Signatures {
			what = append(what, text{style{face: bold, size: 720}, "signed: " + s.Meaning + ", " + s.Name})
		}
		t.add(small(fmt.Sprintf("%d\n(%d)", e.Version, e.Index)), small(r.at(e.Time)), small(name), what, code(fmt.Sprintf("%x", e.Hash[:8])))
	}
	r.grid(t)
	if len(r.Other) == 0 {
		return
	}
	r.heading("What else the attached data prove", 3000)
	others := newTable(column{"Stream", 30}, column{"Entries", 10}, column{"Hash of the last", 60})
	for _, s := range r.Other {
		others.add(say(string(s.ID)), say(fmt.Sprint(s.Entries)), code(fmt.Sprintf("%x", s.Head[:])))
	}
	r.grid(others)
}

// integrity says how to check the record and how to read it (number 35, 36).
func (r *record) integrity() {
	r.part("How to check and read this record")
	r.heading("Check it", 3000)
	r.write(cell{
		{plainStyle, "This file carries its own data: the attachment record.json holds every entry of the batch, of the people in it, of the protocol and of the site, the proof that each stands in the site's log, and the log's signed checkpoint. The program countersign needs neither a network nor a database to check it:"},
		{codeStyle, "countersign verify --site-key '" + r.SiteKey + "' record.pdf"},
		{plainStyle, "Take the site's key from a source that you trust, such as the control site, and not from this page: somebody who forged the record would have forged the page as well. The program checks every signature and proof, decides the whole batch again from its entries, lays the pages out anew and compares them with this file byte by byte."},
	})
	t := newTable(column{"", 28}, column{"", 72})
	t.add(small("Key of the site's log"), code(r.SiteKey))
	t.add(small("Checkpoint covers"), say(fmt.Sprintf("%d entries of %s", r.Size, r.Site.Origin)))
	t.add(small("Content hash"), cell{{codeStyle, r.content}, {smallStyle, "SHA-256 of record.json"}})
	t.add(small("Attachments"), say(r.attachments()))
	t.add(small("Revision"), say(fmt.Sprintf("%d: a record made after a further entry has a higher number, and the audit trail shows what came in between", len(r.Trail))))
	t.add(small("Generated by"), say(orDash(r.GeneratedBy)+", with Countersign "+r.Software+fmt.Sprintf(", layout %d", layout)))
	r.grid(t)
	r.heading("Read it", 3000)
	symbols := newTable(column{"Sign", 22}, column{"Meaning", 78})
	for _, row := range [][2]string{
		{signHolds, "holds, matched, accepted; always beside a word"},
		{signBroken, "broken, refused, not accepted; always beside a word"},
		{signOpen, "missing or still open"},
		{"UNSIGNED", "the signature was given, and a later change took away what it stood for; it counts no more and is shown struck through"},
		{masked, "the value identifies the patient and was left out of this copy; its commitment stands in the log"},
	} {
		symbols.add(strong(row[0]), say(row[1]))
	}
	symbols.rows = append(symbols.rows, []cell{{{oldStyle, "5.3 mL"}}, say("what was entered first and later corrected; the new value stands below it with who, when and why")})
	symbols.rows = append(symbols.rows, []cell{say("angle brackets"), say("a character that this document does not draw as it is stands as its Unicode code point between angle brackets, as in U+1F600; a byte that is no text stands as 0x and two digits. Nothing is left out.")})
	r.grid(symbols)
	zone := r.zone.String()
	r.write(say("Times are the server's, kept in universal time (UTC) and shown in the site's time zone, " + zone + ", with the offset from UTC in hours and minutes after each time. Durations are taken from universal time. Limits of time and value are inclusive unless the protocol says otherwise. Results are rounded half up, once, at the end; unrounded and rounded results are both shown."))
	if r.Site.Kind != register.Live {
		r.write(strong("This record comes from a " + r.Site.Kind + " site. Nothing in it was made for a patient."))
	}
}
