package audit

// alreadyCanonical reports that raw, which is valid UTF-8, is canonical as it stands, in one pass and without memory.
// Entries and statements are written in that form by those who know it, and asking costs a tenth of writing them again.
// It answers false for some that are canonical: escaped characters, names beyond ASCII, integers of more than 15 digits.
func alreadyCanonical(raw []byte) bool {
	s := scan{raw: raw}
	return s.value(0) && s.at == len(raw)
}

type scan struct {
	raw []byte
	at  int
}

func (s *scan) next() byte {
	if s.at == len(s.raw) {
		return 0
	}
	return s.raw[s.at]
}

func (s *scan) take(text string) bool {
	if len(s.raw)-s.at < len(text) || string(s.raw[s.at:s.at+len(text)]) != text {
		return false
	}
	s.at += len(text)
	return true
}

func (s *scan) value(depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch s.next() {
	case '"':
		_, ok := s.text()
		return ok
	case '{':
		return s.object(depth + 1)
	case '[':
		return s.array(depth + 1)
	case 't':
		return s.take("true")
	case 'f':
		return s.take("false")
	case 'n':
		return s.take("null")
	default:
		return s.integer()
	}
}

// text takes a string without escapes and gives what is between its quotes.
func (s *scan) text() ([]byte, bool) {
	if s.next() != '"' {
		return nil, false
	}
	s.at++
	for from := s.at; s.at < len(s.raw); s.at++ {
		switch c := s.raw[s.at]; {
		case c == '"':
			s.at++
			return s.raw[from : s.at-1], true
		case c == '\\' || c < 0x20:
			return nil, false
		}
	}
	return nil, false
}

func (s *scan) integer() bool {
	s.take("-")
	from := s.at
	for c := s.next(); c >= '0' && c <= '9'; c = s.next() {
		s.at++
	}
	digits := s.raw[from:s.at]
	switch {
	case len(digits) == 0 || len(digits) > 15:
		return false
	case digits[0] == '0':
		return len(digits) == 1 && (from == 0 || s.raw[from-1] != '-')
	}
	return true
}

func (s *scan) array(depth int) bool {
	s.at++
	if s.take("]") {
		return true
	}
	for {
		if !s.value(depth) {
			return false
		}
		if s.take("]") {
			return true
		}
		if !s.take(",") {
			return false
		}
	}
}

func (s *scan) object(depth int) bool {
	s.at++
	if s.take("}") {
		return true
	}
	var last []byte
	for first := true; ; first = false {
		name, ok := s.text()
		if !ok || (!first && string(name) <= string(last)) || !s.take(":") {
			return false
		}
		for _, c := range name {
			if c >= 0x80 { // UTF-16 orders these otherwise
				return false
			}
		}
		last = name
		if !s.value(depth) {
			return false
		}
		if s.take("}") {
			return true
		}
		if !s.take(",") {
			return false
		}
	}
}
