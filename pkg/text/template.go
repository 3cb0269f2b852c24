package text

// template holds the places of special tokens around a text and around a pair,
// as tokenizer.json's post_processor has them.
type template struct {
	single, pair []part
}

// part is a place in a template: a special token, or the text A or B.
type part struct {
	text    byte // 'A', 'B', 0 for a special token
	ids     []int32
	typeIDs int32
}

// specials counts the special tokens of a sequence of parts.
func specials(parts []part) int {
	n := 0
	for _, p := range parts {
		n += len(p.ids)
	}
	return n
}

// plain is the template without special tokens.
var plain = template{
	single: []part{{text: 'A'}},
	pair:   []part{{text: 'A'}, {text: 'B', typeIDs: 1}},
}

// around returns the template [first] A [last] and, for pairs,
// [first] A [last] [between] B [last]. Ids below 0 are left out.
func around(first, last int32, between []int32, second int32) template {
	special := func(id, typeID int32) []part {
		if id < 0 {
			return nil
		}
		return []part{{ids: []int32{id}, typeIDs: typeID}}
	}
	var t template
	t.single = append(append(special(first, 0), part{text: 'A'}), special(last, 0)...)
	t.pair = append(t.pair, t.single...)
	for _, id := range between {
		t.pair = append(t.pair, special(id, second)...)
	}
	t.pair = append(append(t.pair, part{text: 'B', typeIDs: second}), special(last, second)...)
	return t
}

// fill puts texts without special tokens into a template.
func fill(parts []part, a, b Encoding) Encoding {
	n := specials(parts) + len(a.IDs) + len(b.IDs)
	out := Encoding{
		IDs: make([]int32, 0, n), TypeIDs: make([]int32, 0, n),
		Special: make([]bool, 0, n),
	}
	placed := a.Offsets != nil || b.Offsets != nil
	if placed {
		out.Offsets = make([][2]int, 0, n)
	}
	for _, p := range parts {
		from := Encoding{IDs: p.ids}
		switch p.text {
		case 'A':
			from = a
		case 'B':
			from = b
		}
		out.IDs = append(out.IDs, from.IDs...)
		for i := range from.IDs {
			out.TypeIDs = append(out.TypeIDs, p.typeIDs)
			out.Special = append(out.Special, p.text == 0)
			if placed && p.text == 0 {
				out.Offsets = append(out.Offsets, [2]int{})
			} else if placed {
				out.Offsets = append(out.Offsets, from.Offsets[i])
			}
		}
	}
	return out
}
