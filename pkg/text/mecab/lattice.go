package mecab

import "math"

// node is a word at a place in the text.
type node struct {
	start, end  int32 // bytes of the word itself
	left, right int16 // ids in the connection matrix
	weight      int16
	before      int32 // the best node before it
	sameEnd     int32 // another node that ends at the same byte
	cost        int64 // of the best path that ends with this node
}

const none = -1

// lattice holds the possible words of a text. It is reused between texts to
// save allocations.
type lattice struct {
	nodes []node
	ends  []int32 // by byte: the last node that was added and ends there
	words []Word
}

// Word is the place of a word in its text, in bytes.
type Word struct{ Start, End int }

// Words splits a text into words along the path of least cost through the
// lattice. Spaces (tab, line feed, vertical tab, space) are in no word. The text
// ends at its first NUL, as in MeCab.
func (d *Dictionary) Words(text string) []Word {
	for i := range len(text) {
		if text[i] == 0 {
			text = text[:i]
			break
		}
	}
	l := d.scratch.Get().(*lattice)
	defer d.scratch.Put(l)
	l.begin(len(text))
	for at := range len(text) {
		if l.ends[at] == none {
			continue
		}
		first := len(l.nodes)
		d.lookup(l, text, at)
		for i := len(l.nodes) - 1; i >= first; i-- { // the order decides ties
			d.connect(l, at, int32(i))
		}
	}
	return l.best(d, len(text))
}

// begin clears the lattice for a text of size bytes.
func (l *lattice) begin(size int) {
	l.nodes = append(l.nodes[:0], node{before: none, sameEnd: none})
	l.ends = l.ends[:0]
	for range size + 1 {
		l.ends = append(l.ends, none)
	}
	l.ends[0] = 0
}

// connect finds the best predecessor of a new node among the nodes that end at
// a byte, and enters the new node at its own end. The last node added wins a tie.
func (d *Dictionary) connect(l *lattice, at int, i int32) {
	n := &l.nodes[i]
	n.before, n.cost = l.cheapest(d, at, n.left)
	n.cost += int64(n.weight)
	n.sameEnd = l.ends[n.end]
	l.ends[n.end] = i
}

func (l *lattice) cheapest(d *Dictionary, at int, left int16) (int32, int64) {
	matrix := &d.kagome.Connection
	row := matrix.Vec[int64(left)*matrix.Row : (int64(left)+1)*matrix.Row]
	best, least := int32(none), int64(math.MaxInt64)
	for j := l.ends[at]; j != none; j = l.nodes[j].sameEnd {
		before := &l.nodes[j]
		if cost := before.cost + int64(row[before.right]); cost < least {
			best, least = j, cost
		}
	}
	return best, least
}

// best walks the cheapest path back from the end of the text, or from the last
// word where only spaces follow.
func (l *lattice) best(d *Dictionary, size int) []Word {
	for l.ends[size] == none {
		size--
	}
	i, _ := l.cheapest(d, size, 0)
	l.words = l.words[:0]
	for ; i != 0; i = l.nodes[i].before {
		l.words = append(l.words, Word{int(l.nodes[i].start), int(l.nodes[i].end)})
	}
	words := make([]Word, len(l.words))
	for k, w := range l.words {
		words[len(words)-1-k] = w
	}
	return words
}
