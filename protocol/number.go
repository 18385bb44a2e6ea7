package protocol

import (
	"errors"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// maxDigits bounds the digits of a written number, and is the precision of
// what cannot be exact (decay). IEEE 754 decimal128 has as many.
const maxDigits = 34

var errNumber = errors.New("a number is written with digits and at most one point, as in 12 or 5.0")

// checkNumber accepts a plain decimal: an optional minus, digits without a
// needless leading zero, and a point with digits after it. No exponent, no
// thousands mark, no plus, no more than 34 digits (NUM-01). It costs no more
// for a million digits than for forty.
func checkNumber(text string) error {
	digits := strings.TrimPrefix(text, "-")
	if len(digits) > maxDigits+1 {
		return errors.New("a number has no more than 34 digits")
	}
	whole, fraction, point := strings.Cut(digits, ".")
	if !allDigits(whole) || point && !allDigits(fraction) {
		return errNumber
	}
	if len(whole)+len(fraction) > maxDigits {
		return errors.New("a number has no more than 34 digits")
	}
	if len(whole) > 1 && whole[0] == '0' {
		return errors.New("a number does not begin with a needless 0")
	}
	return nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// tenTo is 10^n, exactly.
func tenTo(n int) *big.Rat {
	abs := n
	if abs < 0 {
		abs = -abs
	}
	p := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(abs)), nil)
	if n < 0 {
		return new(big.Rat).SetFrac(big.NewInt(1), p)
	}
	return new(big.Rat).SetInt(p)
}

// roundPlaces rounds half up, away from zero at exactly one half (NUM-03),
// and writes the result with that many decimal places, trailing zeros kept.
// Negative places round to tens, hundreds and so on.
func roundPlaces(r *big.Rat, places int) string {
	scaled := new(big.Rat).Mul(r, tenTo(places))
	n, d := new(big.Int).Abs(scaled.Num()), scaled.Denom()
	n.Lsh(n, 1).Add(n, d)
	n.Quo(n, new(big.Int).Lsh(d, 1))
	sign := ""
	if r.Sign() < 0 && n.Sign() != 0 {
		sign = "-"
	}
	digits := n.String()
	if places <= 0 {
		if n.Sign() != 0 {
			digits += strings.Repeat("0", -places)
		}
		return sign + digits
	}
	if len(digits) <= places {
		digits = strings.Repeat("0", places-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// roundFigures rounds half up to significant figures (NUM-04).
func roundFigures(r *big.Rat, figures int) string {
	if r.Sign() == 0 {
		return roundPlaces(r, figures-1)
	}
	places := figures - 1 - magnitude(r)
	text := roundPlaces(r, places)
	// 9.996 to three figures became 10.00: one digit too many.
	if rounded, ok := new(big.Rat).SetString(text); ok && magnitude(rounded) > magnitude(r) {
		text = roundPlaces(r, places-1)
	}
	return text
}

// magnitude is the power of ten of the first digit: 0 for 5.0, -2 for 0.03.
func magnitude(r *big.Rat) int {
	abs := new(big.Rat).Abs(r)
	guess := len(abs.Num().String()) - len(abs.Denom().String())
	for abs.Cmp(tenTo(guess)) < 0 {
		guess--
	}
	for abs.Cmp(tenTo(guess+1)) >= 0 {
		guess++
	}
	return guess
}

// plain writes a number exactly when 34 digits suffice, and otherwise
// rounded to 34 digits, without trailing zeros.
func plain(r *big.Rat) string {
	if r.Sign() == 0 {
		return "0"
	}
	text := roundFigures(r, maxDigits)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// errDecay says why a decay cannot be calculated.
var errDecay = errors.New("the decay cannot be calculated: the half-life must be above 0, and the time at most 1000 half-lives")

// halvings is 2^-(n), the part that is left after n half-lives, to 34 digits
// by decimal arithmetic alone.
func halvings(n *big.Rat) (*big.Rat, error) {
	if new(big.Rat).Abs(n).Cmp(big.NewRat(1000, 1)) > 0 {
		return nil, errDecay
	}
	// The exponent keeps 60 digits, so that 34 of the result are right.
	exponent, _, err := apd.NewFromString(roundFigures(new(big.Rat).Neg(n), 60))
	if err != nil {
		return nil, errDecay
	}
	context := apd.BaseContext.WithPrecision(60)
	context.Rounding = apd.RoundHalfUp
	left := new(apd.Decimal)
	if _, err := context.Pow(left, apd.New(2, 0), exponent); err != nil {
		return nil, errDecay
	}
	if _, err := context.WithPrecision(maxDigits).Round(left, left); err != nil {
		return nil, errDecay
	}
	r, ok := new(big.Rat).SetString(left.Text('f'))
	if !ok {
		return nil, errDecay
	}
	return r, nil
}

// countOf writes "1 decimal place", "2 decimal places".
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
