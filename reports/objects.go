package reports

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strconv"
)

// object is one numbered object of a PDF file.
type object struct {
	dict   []byte // without "N 0 obj" and "endobj"; up to the stream, if there is one
	stream []byte // raw; nil when there is none
}

var errStructure = errors.New("the file's structure is not that of a batch record")

// splitObjects reads a PDF with one plain cross-reference table and no gaps in
// it, as the PDF library and the finisher write it. Objects are given by
// number, from 0 (which is none); the trailer's dictionary comes beside.
func splitObjects(raw []byte) ([]object, []byte, error) {
	tail := raw[max(0, len(raw)-64):]
	at := bytes.LastIndex(tail, []byte("startxref\n"))
	if at < 0 {
		return nil, nil, errStructure
	}
	digits, _, ok := bytes.Cut(tail[at+len("startxref\n"):], []byte("\n"))
	table, err := strconv.Atoi(string(digits))
	if !ok || err != nil || table <= 0 || table >= len(raw) {
		return nil, nil, errStructure
	}
	rest, ok := bytes.CutPrefix(raw[table:], []byte("xref\n0 "))
	if !ok {
		return nil, nil, errStructure
	}
	digits, rest, ok = bytes.Cut(rest, []byte("\n"))
	count, err := strconv.Atoi(string(digits))
	if !ok || err != nil || count < 2 || count > len(rest)/20 {
		return nil, nil, errStructure
	}
	type place struct{ number, offset int }
	places := make([]place, 0, count-1)
	for n := 1; n < count; n++ {
		row := rest[n*20 : n*20+20]
		offset, err := strconv.Atoi(string(row[:10]))
		if err != nil || string(row[10:18]) != " 00000 n" || offset <= 0 || offset >= table {
			return nil, nil, errStructure
		}
		places = append(places, place{n, offset})
	}
	_, trailer, ok := bytes.Cut(rest[count*20:], []byte("trailer\n"))
	if !ok {
		return nil, nil, errStructure
	}
	trailer, _, ok = bytes.Cut(trailer, []byte("startxref"))
	if !ok {
		return nil, nil, errStructure
	}
	sort.Slice(places, func(i, j int) bool { return places[i].offset < places[j].offset })
	objects := make([]object, count)
	for i, p := range places {
		end := table
		if i+1 < len(places) {
			end = places[i+1].offset
		}
		body, ok := bytes.CutPrefix(raw[p.offset:end], fmt.Appendf(nil, "%d 0 obj\n", p.number))
		if !ok {
			return nil, nil, errStructure
		}
		body, ok = bytes.CutSuffix(body, []byte("endobj\n"))
		if !ok {
			return nil, nil, errStructure
		}
		objects[p.number] = splitStream(body)
	}
	return objects, bytes.TrimSpace(trailer), nil
}

func splitStream(body []byte) object {
	dict, stream, has := bytes.Cut(body, []byte("stream\n"))
	if has {
		if stream, has = bytes.CutSuffix(stream, []byte("\nendstream\n")); has {
			return object{bytes.TrimSpace(dict), stream}
		}
	}
	return object{dict: bytes.TrimSpace(body)}
}

// assemble writes objects as a PDF 1.7 file; info and root are object numbers.
func assemble(objects []object, root, info int, id []byte) []byte {
	size := 1024
	for _, o := range objects {
		size += len(o.dict) + len(o.stream) + 80
	}
	out := bytes.NewBuffer(make([]byte, 0, size))
	out.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")
	offsets := make([]int, len(objects))
	for n := 1; n < len(objects); n++ {
		offsets[n] = out.Len()
		o := objects[n]
		fmt.Fprintf(out, "%d 0 obj\n", n)
		out.Write(o.dict)
		out.WriteByte('\n')
		if o.stream != nil {
			out.WriteString("stream\n")
			out.Write(o.stream)
			out.WriteString("\nendstream\n")
		}
		out.WriteString("endobj\n")
	}
	table := out.Len()
	fmt.Fprintf(out, "xref\n0 %d\n0000000000 65535 f \n", len(objects))
	for _, offset := range offsets[1:] {
		fmt.Fprintf(out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%X> <%X>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects), root, info, id, id, table)
	return out.Bytes()
}
