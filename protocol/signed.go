package protocol

// signed joins the sign of a range's figure to it, as in "-30 to -20 Cel": both
// ends of a range are figures. Elsewhere a minus stays the operation that it is.
func signed(in []piece) []piece {
	var out []piece
	for i := 0; i < len(in); i++ {
		if in[i].cel != "-" || i+1 == len(in) || in[i+1].leaf == nil || in[i+1].leaf.op != opLiteral {
			out = append(out, in[i])
			continue
		}
		first := len(out) == 0 || out[len(out)-1].leaf == nil && out[len(out)-1].cel != ")"
		low := first && i+2 < len(in) && in[i+2].word == "to"
		high := len(out) > 0 && out[len(out)-1].word == "to"
		if !low && !high {
			out = append(out, in[i])
			continue
		}
		figure, leaf := in[i+1], *in[i+1].leaf
		leaf.qty.Number = "-" + leaf.qty.Number
		leaf.offset = in[i].offset
		figure.leaf, figure.offset = &leaf, in[i].offset
		out = append(out, figure)
		i++
	}
	return out
}
