package reports

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// mostAttached bounds the attached data once expanded, in bytes.
const mostAttached = 256 << 20

// carried is what a record has attached: its machine-readable data first, and
// then the scans.
type carried struct {
	objects []object
	listed  []byte // the references, as the catalogue has them
}

// carries reads only the structure that finish writes: a file that was saved
// anew, signed or joined by another program is not the record, and says so.
func carries(pdf []byte) (carried, error) {
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.7\n")) {
		return carried{}, errors.New("the file is not a PDF batch record")
	}
	objects, trailer, err := splitObjects(pdf)
	if err != nil {
		return carried{}, err
	}
	catalog, err := follow(objects, trailer, "/Root ")
	if err != nil {
		return carried{}, err
	}
	_, rest, _ := bytes.Cut(catalog.dict, []byte("/AF ["))
	listed, _, _ := bytes.Cut(rest, []byte("]"))
	return carried{objects, listed}, nil
}

// file gives the file to which the first of some references leads.
func (c carried) file(listed []byte) (object, error) {
	spec, err := follow(c.objects, listed, "")
	if err != nil {
		return object{}, err
	}
	return follow(c.objects, spec.dict, "/EF <</F ")
}

// data takes the machine-readable data out of a record.
func (c carried) data() ([]byte, error) {
	file, err := c.file(c.listed)
	if err != nil {
		return nil, err
	}
	if bytes.Contains(file.dict, []byte("/Subtype /application#2Fyaml ")) {
		return nil, errors.New("it is the print of a protocol's text without signatures: there is nothing in it to verify")
	}
	if file.stream == nil || !bytes.Contains(file.dict, []byte("/Subtype /application#2Fjson ")) {
		return nil, errors.New("the record has no data attached")
	}
	data, err := inflate(file.stream, mostAttached)
	if err != nil {
		return nil, fmt.Errorf("read attached data: %w", err)
	}
	return data, nil
}

// scans takes the scans out of a record: what is attached beside its data.
func (c carried) scans() (scans, error) {
	var files [][]byte
	listed, room := c.listed, int64(mostAttached)
	for {
		if _, listed, _ = bytes.Cut(listed, []byte(" 0 R ")); len(listed) == 0 { // behind the data, which come first
			return scansOf(files), nil
		}
		file, err := c.file(listed)
		if err != nil {
			return nil, err
		}
		data, err := inflate(file.stream, room)
		if err != nil {
			return nil, fmt.Errorf("read an attached scan: %w", err)
		}
		room -= int64(len(data))
		files = append(files, data)
	}
}

// follow gives the object to which a dictionary's member refers.
func follow(objects []object, dict []byte, member string) (object, error) {
	_, rest, ok := bytes.Cut(dict, []byte(member))
	if !ok {
		return object{}, errStructure
	}
	digits, _, ok := bytes.Cut(rest, []byte(" 0 R"))
	n, err := strconv.Atoi(string(digits))
	if !ok || err != nil || n < 1 || n >= len(objects) {
		return object{}, errStructure
	}
	return objects[n], nil
}
