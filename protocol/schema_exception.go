package protocol

// exception is what is said of one class of exceptions.
func (in schemaSpot) exception() *schemaShape {
	return in.filled(closed("What follows when an exception of this class arises.", keys{
		"severity":    in.open(oneOf(severities()...)).says("How serious it is; never milder than the class allows."),
		"blocks":      in.open(oneOf(holdings()...)).says("What it holds up until it is decided; never less than the class does."),
		"approved by": manyOf(in.open(oneOf(deciding()...))).says("Who decides: one role, or two in a list for two people."),
		"deviation":   in.open(flag()).says("Whether a deviation is raised for it."),
	}))
}

// exceptionsSchema is what is said of classes of exceptions.
func exceptionsSchema(in schemaSpot) *schemaShape {
	all := keys{}
	for _, class := range ExceptionClasses() {
		all[class.Name] = refer(in.called("exception")).says("When " + class.Arises + ".")
	}
	return in.filled(closed("Classes of exceptions.", all))
}

func outOfSpecificationSchema() *schemaShape {
	return closed("What is due when a product is supplied out of specification.", keys{
		"notify": manyOf(oneOf(notified()...)).says("Who is told of it."),
		"within": durationShape().says("How soon after the supply, as in 48 h."),
	}, "notify", "within")
}
