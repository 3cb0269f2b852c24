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

// longestFirst shares room tokens between texts of a and b tokens as the
// tokenizers library does: the shorter text is kept whole if it fits in half
// of the room, else the room is halved and the longer text gets the odd token.
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

// longestFirstSlow shares room as transformers' own Python tokenizers do: first
// the longer text is cut to the length of the other, then what is left to
// remove is halved, and of an odd number the first text, where it was the
// longer one, keeps one token more.
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
