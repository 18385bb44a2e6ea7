package scan

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CheckDigit gives the last digit of a GS1 key from the others: weights 3 and
// 1 by turns from the right, up to the next ten (GS1 General Specifications,
// check digit calculations). There is none for anything but digits.
func CheckDigit(others string) (byte, bool) {
	if !digits(others) {
		return 0, false
	}
	sum := 0
	for i := range len(others) {
		digit := int(others[len(others)-1-i] - '0')
		if i%2 == 0 {
			digit *= 3
		}
		sum += digit
	}
	return byte('0' + (10-sum%10)%10), true
}

// checkDigit says whether a key's last digit fits the others.
func checkDigit(key string) bool {
	if len(key) < 2 {
		return false
	}
	want, ok := CheckDigit(key[:len(key)-1])
	return ok && key[len(key)-1] == want
}

// checkPair verifies the two check characters of an alphanumeric key (AI 8013
// and 8014): the values of the characters in set 82, weighted from the right
// with the primes in order, modulo 1021, written as two digits to the base 32.
func checkPair(key string) bool {
	const set = `!"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz`
	const base = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
	if len(key) < 3 {
		return false
	}
	body, pair := key[:len(key)-2], key[len(key)-2:]
	sum, prime := 0, 1
	for i := len(body) - 1; i >= 0; i-- {
		prime = nextPrime(prime)
		value := strings.IndexByte(set, body[i])
		if value < 0 {
			return false
		}
		sum += value * prime
	}
	sum %= 1021
	return pair[0] == base[sum/32] && pair[1] == base[sum%32]
}

func nextPrime(after int) int {
	for n := after + 1; ; n++ {
		prime := true
		for d := 2; d*d <= n; d++ {
			if n%d == 0 {
				prime = false
				break
			}
		}
		if prime {
			return n
		}
	}
}

// percented says whether every percent sign begins two hexadecimal digits, as
// in RFC 3986.
func percented(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if len(s)-i < 3 || hex(s[i+1]) < 0 || hex(s[i+2]) < 0 {
			return false
		}
		i += 2
	}
	return true
}

// decoded takes percent signs away. What would not be text stays as it is.
func decoded(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && len(s)-i >= 3 && hex(s[i+1]) >= 0 && hex(s[i+2]) >= 0 {
			b.WriteByte(byte(hex(s[i+1])<<4 | hex(s[i+2])))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	if !printable(b.String()) {
		return s
	}
	return b.String()
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// printable says whether a text is whole and shows as it is: no control
// characters, nothing invisible, nothing that is no UTF-8.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if !unicode.IsGraphic(r) || r == utf8.RuneError {
			return false
		}
	}
	return true
}

// check37 is the check character of a donation number, 0 to 36 (ISO/IEC 7064
// modulus 37-2), or false where a character has no value.
func check37(s string) (int, bool) {
	sum := 0
	for i := range len(s) {
		value := strings.IndexByte(alphabet37, s[i])
		if value < 0 || s[i] == '*' {
			return 0, false
		}
		sum = (sum + value) * 2 % 37
	}
	return (38 - sum) % 37, s != ""
}

// alphabet37 are the characters of the check, by value.
const alphabet37 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
