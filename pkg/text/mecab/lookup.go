package mecab

import "github.com/ikawaha/kagome-dict/dict"

// lookup adds the words that may begin at a byte of the text, after spaces: words
// of the dictionary, and unknown ones by the category of their first character
// (MeCab's Tokenizer::lookup).
func (d *Dictionary) lookup(l *lattice, text string, at int) {
	var first character
	begin := at
	for ; begin < len(text); begin += first.size {
		if first = d.character(text[begin:]); first.kinds != 1<<space {
			break
		}
	}
	if begin == len(text) {
		return
	}
	known := len(l.nodes)
	d.kagome.Index.Da.CommonPrefixSearchCallback(text[begin:], func(id, size int) {
		if size <= 3 && added(text[begin:begin+size]) {
			return
		}
		for i := id; i <= id+int(d.kagome.Index.Dup[int32(id)]); i++ {
			l.add(begin, begin+size, d.kagome.Morphs[i])
		}
	})
	if len(l.nodes) > known && !first.invoke {
		return
	}

	end := begin + first.size
	grouped := none
	if first.group {
		bytes, characters := d.group(first, text[end:])
		grouped = end + bytes
		if characters <= maxGroup {
			d.unknown(l, begin, grouped, first)
		}
	}
	for i, end := 0, end; i < first.length && end != grouped; i++ {
		d.unknown(l, begin, end, first)
		next := d.character(text[end:])
		if !first.kindOf(next) {
			break
		}
		end += next.size
	}
	if len(l.nodes) == known {
		d.unknown(l, begin, end, first)
	}
}

// unknown adds an unknown word once for each part of speech that it may be.
func (d *Dictionary) unknown(l *lattice, begin, end int, first character) {
	id := d.kagome.UnkDict.Index[int32(first.class)]
	for i := id; i <= id+d.kagome.UnkDict.IndexDup[int32(first.class)]; i++ {
		l.add(begin, end, d.kagome.UnkDict.Morphs[i])
	}
}

// add appends a node.
func (l *lattice) add(begin, end int, m dict.Morph) {
	l.nodes = append(l.nodes, node{
		start: int32(begin), end: int32(end),
		left: m.LeftID, right: m.RightID, weight: m.Weight,
	})
}
