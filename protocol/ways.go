package protocol

import (
	"fmt"
	"math/big"
)

// mostWays bounds how many ways are counted out; more are called more.
const mostWays = 1_000_000_000_000

// Ways counts the ways through a protocol: which steps are part of a batch and
// how often a loop goes round. Steps without an order between them count once,
// since every order of them is allowed. exact is false when there are more than
// a million million.
func (p *Protocol) Ways() (count int64, exact bool) {
	total := big.NewInt(1)
	for i := range p.Sections {
		total.Mul(total, p.Sections[i].ways())
		if total.Cmp(big.NewInt(mostWays)) > 0 {
			return mostWays, false
		}
	}
	return total.Int64(), true
}

func (s *Section) ways() *big.Int {
	one := big.NewInt(1)
	for i := range s.Steps {
		if s.Steps[i].When != nil && s.Steps[i].Round < 2 {
			one.Lsh(one, 1)
		}
	}
	all := new(big.Int).Set(one)
	if s.Loop != nil {
		all.SetInt64(0)
		for rounds := int64(1); rounds <= int64(s.Loop.Most); rounds++ {
			all.Add(all, new(big.Int).Exp(one, big.NewInt(rounds), nil))
		}
	}
	if s.When != nil {
		all.Add(all, big.NewInt(1))
	}
	return all
}

// WaysText says how many ways there are, as the checker does.
func (p *Protocol) WaysText() string {
	count, exact := p.Ways()
	switch {
	case !exact:
		return fmt.Sprintf("more than %d ways through it", count)
	case count == 1:
		return "one way through it"
	}
	return fmt.Sprintf("%d ways through it", count)
}
