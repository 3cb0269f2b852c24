package text

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// unit is an element of the double array in a SentencePiece character map
// (Darts: label, leaf flag and offset to the children in 32 bits).
type unit uint32

func (u unit) label() uint32  { return uint32(u) & (1<<31 | 0xFF) }
func (u unit) leaf() bool     { return u>>8&1 == 1 }
func (u unit) offset() uint32 { return uint32(u) >> 10 << (uint32(u) & (1 << 9) >> 6) }
func (u unit) value() int     { return int(u & (1<<31 - 1)) }

// checkCharsMap walks through a precompiled_charsmap: the size of its trie in
// bytes, the trie, and the texts that the trie's values are offsets into. The
// library looks elements up without checking.
func checkCharsMap(data []byte) error {
	if len(data) == 0 {
		return errors.New("is empty")
	}
	if len(data) < 4 {
		return errors.New("is cut short")
	}
	size := binary.LittleEndian.Uint32(data)
	rest := data[4:]
	if uint64(size) > uint64(len(rest)) || size < 4 {
		return errors.New("is cut short")
	}
	trie := make([]unit, size/4)
	for i := range trie {
		trie[i] = unit(binary.LittleEndian.Uint32(rest[4*i:]))
	}
	texts := rest[4*len(trie):]
	if !utf8.Valid(texts) {
		return errors.New("holds a text that is not UTF-8")
	}
	return walk(trie, texts)
}

// walk visits every state that a text can reach.
func walk(trie []unit, texts []byte) error {
	seen := make([]bool, len(trie))
	at := []uint32{trie[0].offset()}
	for len(at) > 0 {
		state := at[len(at)-1]
		at = at[:len(at)-1]
		if int(state) < len(trie) {
			if seen[state] {
				continue
			}
			seen[state] = true
		}
		for c := uint32(1); c < 256; c++ {
			child := state ^ c
			if int64(child) >= int64(len(trie)) {
				return errors.New("points out of its trie")
			}
			u := trie[child]
			if u.label() != c {
				continue
			}
			next := child ^ u.offset()
			if int64(next) >= int64(len(trie)) {
				return errors.New("points out of its trie")
			}
			if u.leaf() && !starts(texts, trie[next].value()) {
				return errors.New("points out of its texts")
			}
			at = append(at, next)
		}
	}
	return nil
}

// starts reports whether a text may begin at a byte.
func starts(texts []byte, at int) bool {
	return at == len(texts) || at < len(texts) && utf8.RuneStart(texts[at])
}
