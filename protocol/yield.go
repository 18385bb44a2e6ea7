package protocol

// yieldOf reads that a calculation is the yield of a phase: how much came of it,
// of how much could have come (MAT-04; 21 CFR 211.103).
func (b *builder) yieldOf(o *object, c *Calculation) {
	c.Yield = o.text("yield")
	if c.Yield == "" {
		return
	}
	n := o.values["yield"]
	if c.Unit.Code != "%" {
		b.fail(n, `write unit: "%"`, "a yield is a percentage, and %s is in %s", o.what, c.Unit.name())
	}
	if c.Dose {
		b.fail(n, "leave out shown as", "a yield is no dose")
	}
	for _, limit := range c.Limits {
		if limit.Level != Warn {
			return
		}
	}
	b.fail(n, "add its limits, as in accept: 80.0 to 105.0 %", "the yield of %s has no limit outside which it is investigated", c.Yield)
}

// checkYield: a yield's formula is one recorded amount by another, so that both
// stand in the record and not only their ratio.
func (b *builder) checkYield(c *Calculation, root *node) {
	if c.Yield == "" {
		return
	}
	n := b.nodes[shadow(c.Pos, "formula")]
	if root.op != "_/_" || !recordedAmount(root.args[0]) || !recordedAmount(root.args[1]) {
		b.failAt(b.inside(n, root.offset), "write the name of what came, / and the name of what could have come; calculate either before", "the formula of a yield is the actual amount by the theoretical one, each under its name")
		return
	}
	if root.args[0].name == root.args[1].name {
		b.failAt(b.inside(n, root.args[1].offset), "", "the yield of %s compares %s with itself", c.Yield, root.args[0].name)
	}
}

// recordedAmount says that a part of a formula is one figure under its name.
func recordedAmount(n *node) bool {
	return n.op == opName && (n.sort.class == quantity || n.sort.class == unknown)
}

// Parts are the full names of a yield's actual and theoretical amount, as in
// "harvest.cells".
func (c Calculation) Parts() (actual, theoretical string) {
	return c.Expr.root.args[0].name, c.Expr.root.args[1].name
}

// Amounts gives the actual and the theoretical amount of a yield as they are
// recorded. While one is missing the error is *Missing.
func (c Calculation) Amounts(env Env) (actual, theoretical string, err error) {
	texts := [2]string{}
	for i, part := range c.Expr.root.args {
		_, working, err := (&Expression{Source: part.name, root: part}).run(env)
		if err != nil {
			return "", "", err
		}
		texts[i] = working
	}
	return texts[0], texts[1], nil
}
