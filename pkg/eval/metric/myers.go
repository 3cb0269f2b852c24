package metric

// A pattern is one string prepared for Myers' bit-parallel algorithm in the
// form of Hyyrö (2003): a column of the dynamic programme is kept as vertical
// differences of +1 and -1, 64 rows a word.
type pattern struct {
	ids   []int32
	words int
	// match[id*words+w] has bit i set where the pattern's row 64w+i is id.
	match    []uint64
	plus     []uint64
	minus    []uint64
	alphabet int
}

func newPattern(alphabet int) *pattern { return &pattern{alphabet: alphabet} }

// set makes ids the pattern. It clears only the words that the last one had
// set.
func (p *pattern) set(ids []int32) {
	for _, id := range p.ids {
		clear(p.match[int(id)*p.words : (int(id)+1)*p.words])
	}
	p.ids, p.words = ids, (len(ids)+63)/64
	if need := p.words * p.alphabet; need > cap(p.match) {
		p.match = make([]uint64, need)
	} else {
		p.match = p.match[:need]
	}
	if p.words > len(p.plus) {
		p.plus, p.minus = make([]uint64, p.words), make([]uint64, p.words)
	}
	for i, id := range ids {
		p.match[int(id)*p.words+i/64] |= 1 << (i % 64)
	}
}

// distance returns the Levenshtein distance from the pattern to text.
func (p *pattern) distance(text []int32) int {
	if p.words == 0 || len(text) == 0 {
		return max(len(p.ids), len(text))
	}
	if p.words == 1 {
		return p.short(text)
	}
	plus, minus := p.plus[:p.words], p.minus[:p.words]
	for w := range plus {
		plus[w], minus[w] = ^uint64(0), 0
	}
	score, last := len(p.ids), uint(len(p.ids)-1)%64
	for _, id := range text {
		match := p.match[int(id)*p.words : (int(id)+1)*p.words]
		plus, minus := plus[:len(match)], minus[:len(match)]
		up, down := uint64(1), uint64(0) // horizontal difference that enters a word from above
		var hp, hm uint64
		for w, m := range match {
			vp, vm := plus[w], minus[w]
			x := m | vm
			m |= down
			d := (((m & vp) + vp) ^ vp) | m
			hp = vm | ^(d | vp)
			hm = vp & d
			shiftedUp, shiftedDown := hp<<1|up, hm<<1|down
			up, down = hp>>63, hm>>63
			plus[w] = shiftedDown | ^(x | shiftedUp)
			minus[w] = shiftedUp & x
		}
		score += int(hp>>last&1) - int(hm>>last&1)
	}
	return score
}

// short computes distance for patterns of at most 64 code points.
func (p *pattern) short(text []int32) int {
	vp, vm := ^uint64(0), uint64(0)
	score, last := len(p.ids), uint(len(p.ids)-1)
	for _, id := range text {
		m := p.match[id]
		d := (((m & vp) + vp) ^ vp) | m | vm
		hp := vm | ^(d | vp)
		hm := vp & d
		score += int(hp>>last&1) - int(hm>>last&1)
		hp = hp<<1 | 1
		vp = hm<<1 | ^(d | hp)
		vm = hp & d
	}
	return score
}
