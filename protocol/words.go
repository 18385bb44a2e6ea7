package protocol

// Words is a limit with its level, as the author wrote it, as in "reject below
// 70.0 %" or "accept within 2 % of volume".
func (l *Limit) Words() string { return l.written() }

// Words says what follows when a bound is not kept, as in "an exception, and
// nothing goes on until it is decided".
func (b Breach) Words() string { return b.written() }

// Words is what is entered, as in "decimal in mL with 1 decimal place".
func (in *Input) Words() string { return in.kind() }

// Words is the duty of a part, as in "pharmacist, not the preparer".
func (p *Part) Words() string { return p.written() }

// Words is the condition of a criterion as written; "" when the record itself
// answers it.
func (c *Criterion) Words() string { return c.condition() }

// Words is what a rule says of a class of exceptions.
func (r *ExceptionRule) Words() string { return r.written() }

// Words says who is told of a supply out of specification, and how soon.
func (o *OutOfSpecification) Words() string { return o.written() }
