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
	return Encoding{IDs: e.IDs[from:to], Offsets: e.Offsets[from:to]}
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
