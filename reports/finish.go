package reports

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// about is what a document says of itself.
type about struct {
	title, producer, subject string
	at                       time.Time
}

// attachment is a file inside the document, such as the machine-readable
// companion (PDF-07).
type attachment struct {
	name, description string
	data              []byte
	kind              string // "application/pdf"; "" for JSON
	relation          string // to the document: "Data" unless it says otherwise
}

const (
	flate       = "/Filter /FlateDecode "
	toUnicodeAt = "begincmap"
)

// finish turns the PDF library's raw output into what PDF/A-3b asks for
// (ISO 19005-3; the rule's number stands beside each piece): binary comment,
// file identifier, metadata, output intent, attached data with its
// relationship, ToUnicode ranges, and streams compressed by deflate.
func finish(raw []byte, a about, files ...attachment) ([]byte, error) {
	objects, _, err := splitObjects(raw)
	if err != nil {
		return nil, fmt.Errorf("finish record: %w", err)
	}
	catalog, info := len(objects)-1, len(objects)-2
	if !bytes.Contains(objects[catalog].dict, []byte("/Type /Catalog")) {
		return nil, errors.New("finish record: the catalogue is not where it was")
	}
	for n := range objects[1:] {
		if err := objects[n+1].recode(); err != nil {
			return nil, fmt.Errorf("finish record: object %d: %w", n+1, err)
		}
	}
	add := func(o object) int {
		objects = append(objects, o)
		return len(objects) - 1
	}
	// 6.2.4.3: colours are meant as sRGB.
	profile := add(packed("/N 3 ", srgbProfile()))
	intent := add(object{dict: fmt.Appendf(nil, "<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) /DestOutputProfile %d 0 R>>", profile)})
	// 6.6.2: metadata, not compressed so that anybody finds it.
	meta := add(object{dict: []byte("<</Type /Metadata /Subtype /XML /Length 0>>"), stream: a.xmp()})
	objects[meta].dict = fmt.Appendf(nil, "<</Type /Metadata /Subtype /XML /Length %d>>", len(objects[meta].stream))
	// 6.8: the attached data, with type and relationship.
	var names, related []string
	for _, f := range files {
		file := add(packed(fmt.Sprintf("/Type /EmbeddedFile /Subtype /%s /Params <</Size %d%s>> ", strings.ReplaceAll(cmp.Or(f.kind, "application/json"), "/", "#2F"), len(f.data), a.dated("/ModDate")), f.data))
		spec := add(object{dict: fmt.Appendf(nil, "<</Type /Filespec /F (%s) /UF %s /Desc %s /AFRelationship /%s /EF <</F %d 0 R /UF %d 0 R>>>>",
			f.name, pdfText(f.name), pdfText(f.description), cmp.Or(f.relation, "Data"), file, file)})
		names = append(names, fmt.Sprintf("(%s) %d 0 R", f.name, spec))
		related = append(related, fmt.Sprintf("%d 0 R", spec))
	}
	slices.Sort(names)

	objects[info].dict = fmt.Appendf(nil, "<</Title %s /Subject %s /Creator %s /Producer %s%s%s>>",
		pdfText(a.title), pdfText(a.subject), pdfText(creator), pdfText(a.producer), a.dated("/CreationDate"), a.dated("/ModDate"))
	members := fmt.Appendf(nil, "/Names <</EmbeddedFiles <</Names [%s]>>>> /AF [%s] /Metadata %d 0 R /OutputIntents [%d 0 R] /ViewerPreferences <</DisplayDocTitle true>>>>",
		strings.Join(names, " "), strings.Join(related, " "), meta, intent)
	head, _, ok := bytes.Cut(objects[catalog].dict, []byte("/Names <<"))
	if !ok {
		return nil, errors.New("finish record: the catalogue has no names")
	}
	objects[catalog].dict = append(bytes.Clone(head), members...)

	sum := sha256.New()
	for _, o := range objects {
		sum.Write(o.dict)
		sum.Write(o.stream)
	}
	return assemble(objects, catalog, info, sum.Sum(nil)[:16]), nil // 6.1.3
}

const creator = "Countersign"

// recode gives a stream our own compression and mends the fonts' maps.
func (o *object) recode() error {
	if o.stream == nil {
		return nil
	}
	data := o.stream
	extra := ""
	if bytes.Contains(o.dict, []byte("/FlateDecode")) {
		var err error
		if data, err = inflate(data, 16<<20); err != nil {
			return err
		}
		if bytes.Contains(o.dict, []byte("/Length1")) {
			extra = fmt.Sprintf("/Length1 %d ", len(data))
		}
	}
	if bytes.Contains(data[:min(len(data), 512)], []byte(toUnicodeAt)) {
		data = toUnicode()
	}
	*o = packed(extra, data)
	return nil
}

// packed is a stream object with some dictionary members of its own.
func packed(members string, data []byte) object {
	stream := deflate(data)
	return object{fmt.Appendf(nil, "<<%s%s/Length %d>>", members, flate, len(stream)), stream}
}

// toUnicode maps character codes, which are Unicode's own, to themselves: one
// range for every 256, as 6.2.11.7 and the CMap format want.
func toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	const rows = lastRune>>8 + 1
	fmt.Fprintf(&b, "%d beginbfrange\n", rows)
	for row := range rows {
		fmt.Fprintf(&b, "<%02X00> <%02XFF> <%02X00>\n", row, row, row)
	}
	b.WriteString("endbfrange\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.Bytes()
}

// pdfText is a text string: UTF-16 with its mark, in hexadecimal.
func pdfText(s string) string {
	out := []byte{0xFE, 0xFF}
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.BigEndian.AppendUint16(out, unit)
	}
	return fmt.Sprintf("<%X>", out)
}

// dated is a member with the document's moment; a document without one has no
// such member.
func (a about) dated(member string) string {
	if a.at.IsZero() {
		return ""
	}
	return " " + member + " " + pdfDate(a.at)
}

func pdfDate(t time.Time) string { return t.UTC().Format("(D:20060102150405+00'00')") }
