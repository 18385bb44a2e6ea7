package trend

import (
	"fmt"
	"math/big"
	"slices"
)

// leastToCompare is how many points a unit needs, and all the others together,
// before it is held against them.
const leastToCompare = 5

// Drifting says in sentences which units of a chart lie apart from the others:
// the mean of a unit's points is further from the mean of all the others' than
// three standard deviations of a mean of so many (DEV-08).
func (c *Chart) Drifting() []string {
	var units []string
	for i := range c.Points {
		if unit := c.Points[i].Unit; !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	slices.Sort(units)
	var told []string
	for _, unit := range units {
		var own, others []Observation
		for _, o := range c.Points {
			if o.Unit == unit {
				own = append(own, o)
			} else {
				others = append(others, o)
			}
		}
		if len(own) < leastToCompare || len(others) < leastToCompare {
			continue
		}
		if apart := new(big.Rat).Sub(mean(own), mean(others)); far(apart, c.spread(others), len(own)) {
			told = append(told, fmt.Sprintf("Unit %s lies %s the others: its mean over %d is %s, theirs over %d is %s.",
				unit, above(apart.Sign()), len(own), c.Show(mean(own)), len(others), c.Show(mean(others))))
		}
	}
	return told
}

// spread is the variance of a single point.
func (c *Chart) spread(points []Observation) *big.Rat {
	if c.Series.Kind == Exceptions {
		return mean(points)
	}
	s := sigma(points)
	return s.Mul(s, s)
}

// far says that a distance exceeds three standard deviations of a mean of n.
// Squares are compared, so that nothing is rounded.
func far(apart, variance *big.Rat, n int) bool {
	left := new(big.Rat).Mul(apart, apart)
	left.Mul(left, big.NewRat(int64(n), 9))
	return left.Cmp(variance) > 0
}
