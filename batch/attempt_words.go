package batch

// AttemptWords says what somebody tried whose attempt was refused, as in "print
// a label": what follows "refused to". The name of a command that this program
// does not know stands as it is.
func AttemptWords(command string) string {
	if words := attempts()[command]; words != "" {
		return words
	}
	return command
}

// attempts has words for every command; a test sees to it.
func attempts() map[string]string {
	return map[string]string{
		"open": "open the batch", "begin": "begin", "scan": "take a scanned code", "typecode": "take a code typed in place of a scan",
		"witnesscode": "witness a typed code", "record": "record a value", "move": "record where an item is", "setout": "set out another item",
		"tell": "tell what was done earlier, or by a colleague", "putonhold": "put the batch on hold", "lifthold": "lift the hold", "handovershift": "hand over the shift",
		"takeovershift": "take over the shift", "confirmtyped": "sign what a colleague typed for them",
		"perform": "sign as performed", "check": "sign as checked", "correct": "correct a value", "confirmcorrection": "confirm a correction",
		"dropcorrection": "drop a correction", "note": "write a note", "raise": "raise an exception",
		"resolve": "decide an exception", "decidetogether": "decide exceptions together", "afterstop": "decide what follows a stop", "abort": "abort the batch",
		"review": "sign the production review", "certify": "certify the batch", "reject": "reject the batch",
		"demandfullreview": "demand a full review", "withdrawdemand": "withdraw the demand for a full review", "lookat": "sign a part as looked at",
		"handin": "hand in what a terminal kept", "enterkept": "sign a kept entry", "closekept": "close a kept entry",
		"recall":  "take in a recall",
		"promote": "make an exception of a remark", "attachdeviation": "attach the exception to a deviation", "ruledeviation": "take in what a deviation decided", "followblank": "follow a paper blank",
		"proposeredline": "propose a change to the protocol for this batch", "approveredline": "approve a change to the protocol for this batch",
		"dropredline": "drop a change to the protocol for this batch", "readredline": "sign a change to the protocol for this batch as read",
		"recordroute": "record who agreed to supply out of specification", "supply": "supply the batch out of specification", "tellsupply": "record who was told of the supply",
		"takeover": "take over custody", "linknumber": "link another number of the patient", "confirmnumber": "confirm another number of the patient",
		"printlabel": "print a label", "reprint": "print a label again", "applylabel": "apply a label", "destroylabel": "destroy a label", "attachlabel": "record that a label was attached to a paper",
		"immediateuse": "take the batch for immediate use",
		"reportnews":   "report what became known after release", "tellnews": "record who was told of it", "recordfate": "record what became of the medicine",
		"witnessfate": "witness what became of the medicine", "account": "account for a material", "setapart": "set the batch apart", "takereading": "take a reading", "answeralarm": "acknowledge an alarm", "typeinstead": "type a value in place of a reading",
	}
}
