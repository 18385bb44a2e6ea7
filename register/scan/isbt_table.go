package scan

import "strings"

// structures are the ISBT 128 data structures by their data identifiers
// (ICCBBA ST-001 version 6.2.2, index of data structures): number, data
// identifier, form of the data and name. In a form, F is a facility's first
// character (A–N, P–Z, 1–9), G its second and third, N a digit, A a capital or
// digit, B any letter or digit, L a flag, and any other character stands for
// itself.
func structures() [][4]string {
	return [][4]string{
		{"002", "=%", "BBAA", "blood group"},
		{"003", "=<", "AAAAABBB", "product code"},
		{"004", "=>", "NNNNNN", "expiry date"},
		{"005", "&>", "NNNNNNNNNN", "expiry date and time"},
		{"006", "=*", "NNNNNN", "date of collection"},
		{"007", "&*", "NNNNNNNNNN", "date and time of collection"},
		{"008", "=}", "NNNNNN", "date of production"},
		{"009", "&}", "NNNNNNNNNN", "date and time of production"},
		{"010", "&(", "AAAAA", "special testing"},
		{"011", "={", "NNNNNNNNNNNNNNNNNN", "red cell antigens (retired)"},
		{"012", `=\`, "NNNNNNNNNNNNNNNNNN", "red cell antigens"},
		{"013", `&\`, "NNNNNNNNNNNNNNNNNN", "red cell antigens, Finnish"},
		{"014", "&{", "BBBBBBBBBBBBBBBBBB", "platelet antigens"},
		{"015", "=[", "BBBBBBBBBBBBBBBBBB", "HLA-A and HLA-B alleles (retired)"},
		{"016", `="`, "BBBBBBBBBBBBBBBBBB", "HLA-DRB1 alleles (retired)"},
		{"017", "=)", "BBBBBBBBBB", "container's manufacturer and catalogue number"},
		{"018", "&)", "BBBBBBBBBB", "container's lot"},
		{"019", "=;", "FGGNNBBBBBBBBBBBBBBBB", "donor's number"},
		{"020", "='", "FGGNNAAAAAA", "member of staff"},
		{"021", "=-", "AABBBBBBBB", "manufacturer and catalogue number"},
		{"022", "&-", "BBBBBBBBBB", "manufacturer's lot"},
		{"023", "=+", "NNNNN", "compound message"},
		{"024", "=#", "NNNNNNNNNN", "patient's date of birth"},
		{"026", "=]", "NNNNNN", "month and year of expiry"},
		{"027", `&"`, "NNNNNNNNNNNNNNNNNN", "infection markers"},
		{"028", "=$", "FGGNNNNNNNNNNNNN", "consignment"},
		{"031", "=(", "BBBBNNNNNNNNNNNN", "date and time of something"},
		{"032", "=,", "AAAAAA", "division of the product"},
		{"033", "&+", "FGGNNBBBBBB", "processing facility"},
		{"034", "=/", "FGGNNBBBBBBBBBBB", "processor's product"},
		{"035", "&,1", "AAAAAAAAAAAAAAAAAA", "lot"},
		{"036", "&,2", "AAAAAAAAAAAAAAAAAA", "supplemental number"},
		{"037", "&,3", "NNNNAAAAAAAAAAAAAAA", "donor's registration (retired)"},
		{"038", "&,4", "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB", "Single European Code"},
		{"039", "&:", "NNNNAAAAAAAAAAAAANN", "donor's registration"},
		{"040", "&/", "CHFGGNNNNAAAAAA", "chain of identity identifier"},
	}
}

func unknownStructure() error {
	return refuse("unknown_field", "This ISBT 128 code holds a part that is not known here. Scan the label's codes one by one.")
}

func misread() error {
	return refuse("form", "This ISBT 128 code does not have its form: it was misread or cut short. Scan it again.")
}

// structure takes the first data structure off a text. All have a length that
// their identifier gives, but for three that say it themselves, and for those
// that ICCBBA did not define, which run to the end.
func structure(text string) (one Structure, rest string, err error) {
	if len(text) < 3 || text[0] != '=' && text[0] != '&' {
		return Structure{}, "", misread()
	}
	if text[0] == '=' && ofForm('F', text[1]) {
		return formedAs("001", "=", "FGGNNNNNNNNNNLL", "donation identification number", text)
	}
	for _, row := range structures() {
		if strings.HasPrefix(text, row[1]) {
			return formedAs(row[0], row[1], row[2], row[3], text)
		}
	}
	switch mark := text[:2]; mark {
	case "&#": // location, length, number
		return repeated("025", mark, "patient's number", text, 4, 2, 1)
	case "&$": // count, dimensions of fourteen characters
		return repeated("029", mark, "dimensions", text, 2, 2, 14)
	case "&%": // count, antigens of ten characters
		return repeated("030", mark, "red cell antigens with their history", text, 3, 3, 10)
	}
	if text[0] == '&' && (text[1] >= 'a' && text[1] <= 'z' || text[1] == ';' || text[1] == '!') {
		if !printable(text) {
			return Structure{}, "", misread()
		}
		return Structure{Name: "structure of a nation's or facility's own", Mark: text[:2], Data: text[2:]}, "", nil
	}
	return Structure{}, "", unknownStructure()
}

// formedAs takes a structure of a known form.
func formedAs(number, mark, form, name, text string) (Structure, string, error) {
	body := text[len(mark):]
	if len(body) < len(form) {
		return Structure{}, "", misread()
	}
	for i := range len(form) {
		if !ofForm(form[i], body[i]) && (form[i] != body[i] || form[i] != 'C' && form[i] != 'H') {
			return Structure{}, "", misread()
		}
	}
	return Structure{number, name, mark, body[:len(form)]}, body[len(form):], nil
}

// ofForm says whether a character is of a form's class.
func ofForm(class, c byte) bool {
	digit, upper, lower := c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z'
	switch class {
	case 'N':
		return digit
	case 'A':
		return digit || upper
	case 'B':
		return digit || upper || lower
	case 'F':
		return upper && c != 'O' || digit && c != '0'
	case 'G':
		return upper && c != 'O' || digit
	case 'L':
		return digit || upper && c != 'I' && c != 'O' && c != 'Q' && c != 'Z'
	}
	return false
}

// repeated takes a structure that counts its own characters: the last digits
// of its head say how many pieces of a size follow.
func repeated(number_, mark, name, text string, head, count, size int) (Structure, string, error) {
	body := text[len(mark):]
	if len(body) < head || !digits(body[:head]) {
		return Structure{}, "", misread()
	}
	length := head + number(body[head-count:head])*size
	if len(body) < length {
		return Structure{}, "", misread()
	}
	for i := range length {
		if !ofForm('B', body[i]) {
			return Structure{}, "", misread()
		}
	}
	return Structure{number_, name, mark, body[:length]}, body[length:], nil
}
