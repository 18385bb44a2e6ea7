package reports

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"strings"
	"time"
)

// xmp writes the metadata packet. Its members equal those of the document
// information, as ISO 19005-3, 6.6.2 asks.
func (a about) xmp() []byte {
	escape := func(s string) string {
		var b strings.Builder
		if err := xml.EscapeText(&b, []byte(s)); err != nil {
			return ""
		}
		return b.String()
	}
	dates := ""
	if !a.at.IsZero() {
		at := a.at.UTC().Format(time.RFC3339)
		dates = "<xmp:CreateDate>" + at + "</xmp:CreateDate>\n<xmp:ModifyDate>" + at + "</xmp:ModifyDate>\n"
	}
	return fmt.Appendf(nil, `<?xpacket begin="%s" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">%s</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>%s</xmp:CreatorTool>
%s<pdf:Producer>%s</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`, "\uFEFF", escape(a.title), escape(a.subject), creator, dates, escape(a.producer))
}

// srgbProfile builds the smallest colour profile that says sRGB: three
// primaries, a white point and a curve (ICC.1:2001-04, version 2.1; values of
// IEC 61966-2-1 adapted to D50). The curve is a plain power of 2.2, which is
// as close as black, white and one grey need.
func srgbProfile() []byte {
	type tag struct {
		name string
		data []byte
	}
	xyz := func(x, y, z uint32) []byte {
		out := append([]byte("XYZ "), 0, 0, 0, 0)
		for _, v := range []uint32{x, y, z} {
			out = binary.BigEndian.AppendUint32(out, v)
		}
		return out
	}
	description := func(s string) []byte {
		out := append([]byte("desc"), 0, 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(len(s)+1))
		out = append(append(out, s...), 0)
		out = append(out, make([]byte, 8+3+67)...)
		return append(out, make([]byte, (4-len(out)%4)%4)...)
	}
	plain := append(append([]byte("text"), 0, 0, 0, 0), "Public domain\x00\x00\x00"...)
	curve := append([]byte("curv"), 0, 0, 0, 0, 0, 0, 0, 1, 0x02, 0x33, 0, 0)
	tags := []tag{
		{"desc", description("sRGB")},
		{"cprt", plain},
		{"wtpt", xyz(0xF6D6, 0x10000, 0xD32D)},
		{"rXYZ", xyz(0x6FA2, 0x38F5, 0x0390)},
		{"gXYZ", xyz(0x6299, 0xB785, 0x18DA)},
		{"bXYZ", xyz(0x24A0, 0x0F84, 0xB6CF)},
		{"rTRC", curve},
		{"gTRC", curve},
		{"bTRC", curve},
	}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	var body []byte
	start := 128 + 4 + 12*len(tags)
	for _, t := range tags {
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(start+len(body)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
		body = append(body, t.data...)
	}
	head := make([]byte, 128)
	binary.BigEndian.PutUint32(head, uint32(start+len(body)))
	copy(head[8:], []byte{2, 0x10, 0, 0})
	copy(head[12:], "mntrRGB XYZ ")
	binary.BigEndian.PutUint16(head[24:], 2026)
	head[27], head[29] = 1, 1
	copy(head[36:], "acsp")
	binary.BigEndian.PutUint32(head[68:], 0xF6D6)
	binary.BigEndian.PutUint32(head[72:], 0x10000)
	binary.BigEndian.PutUint32(head[76:], 0xD32D)
	return bytes.Join([][]byte{head, table, body}, nil)
}
