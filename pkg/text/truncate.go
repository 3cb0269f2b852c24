package text

// cut keeps n tokens of a text: its first, or its last if left is true.
func cut(e Encoding, n int, left bool) Encoding {
	if n >= len(e.IDs) {
		return e
	}
	from, to := 0, n
	if left {
		from, to = len(e.IDs)-n, len(e.IDs)
	}
	out := Encoding{IDs: e.IDs[from:to]}
	if e.Offsets != nil {
		out.Offsets = e.Offsets[from:to]
	}
	return out
}

// longestFirst divides room tokens between texts of a and b tokens as the
// tokenizers library does. The shorter text stays whole if it fits into half of
// the room; else each gets half, and the longer text the odd token.
func longestFirst(a, b, room int) (int, int) {
	if a+b <= room {
		return a, b
	}
	short, long := min(a, b), room-min(a, b)
	if long < short {
		short = room / 2
		long = room - short
	}
	if a > b {
		return long, short
	}
	return short, long
}

// longestFirstSlow divides room as transformers' own Python tokenizers do. It
// cuts the longer text to the length of the other, then takes the rest from
// both in halves; if the rest is odd and the first text was the longer one, the
// first text keeps one token more.
func longestFirstSlow(a, b, room int) (int, int) {
	remove := a + b - room
	if remove <= 0 {
		return a, b
	}
	first := min(max(a-b, b-a), remove)
	rest := remove - first
	if a > b {
		return a - first - rest/2, b - (rest - rest/2)
	}
	return a - rest/2, b - first - (rest - rest/2)
}
