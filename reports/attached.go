package reports

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// mostAttached bounds the attached data once expanded, in bytes.
const mostAttached = 256 << 20

// attached takes the machine-readable data out of a record. It reads only the
// structure that finish writes: a file that was saved anew, signed or joined
// by another program is not the record, and says so.
func attached(pdf []byte) ([]byte, error) {
	if !bytes.HasPrefix(pdf, []byte("%PDF-1.7\n")) {
		return nil, errors.New("the file is not a PDF batch record")
	}
	objects, trailer, err := splitObjects(pdf)
	if err != nil {
		return nil, err
	}
	catalog, err := follow(objects, trailer, "/Root ")
	if err != nil {
		return nil, err
	}
	spec, err := follow(objects, catalog.dict, "/AF [")
	if err != nil {
		return nil, err
	}
	file, err := follow(objects, spec.dict, "/EF <</F ")
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

// scansIn takes the scans out of a record: what is attached beside its data.
func scansIn(pdf []byte) (scans, error) {
	objects, trailer, err := splitObjects(pdf)
	if err != nil {
		return nil, err
	}
	catalog, err := follow(objects, trailer, "/Root ")
	if err != nil {
		return nil, err
	}
	_, rest, _ := bytes.Cut(catalog.dict, []byte("/AF ["))
	listed, _, _ := bytes.Cut(rest, []byte("]"))
	var files [][]byte
	for room := int64(mostAttached); ; {
		_, listed, _ = bytes.Cut(listed, []byte(" 0 R ")) // behind the data, which come first
		if len(listed) == 0 {
			return scansOf(files), nil
		}
		spec, err := follow(objects, listed, "")
		if err != nil {
			return nil, err
		}
		file, err := follow(objects, spec.dict, "/EF <</F ")
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
