package mecab

import "unicode/utf8"

// category is an entry of UniDic's char.def: the rules for unknown words that
// begin with one of its characters.
type category struct {
	invoke bool // unknown words also where the dictionary has words
	group  bool // one word of all following characters of this kind
	length int  // words of 1 to length characters
}

// Indices of categories, in the order of char.def, which kagome keeps.
const (
	space        = 1
	kanji        = 2
	symbol       = 3
	kanjiNumeric = 8
)

var categories = [...]category{
	0:  {group: true},                          // DEFAULT
	1:  {group: true},                          // SPACE
	2:  {length: 2},                            // KANJI
	3:  {invoke: true, group: true},            // SYMBOL
	4:  {invoke: true, group: true},            // NUMERIC
	5:  {invoke: true, group: true},            // ALPHA
	6:  {group: true, length: 2},               // HIRAGANA
	7:  {invoke: true, group: true, length: 2}, // KATAKANA
	8:  {group: true},                          // KANJINUMERIC
	9:  {invoke: true, group: true},            // GREEK
	10: {invoke: true, group: true},            // CYRILLIC
}

// maxGroup is MeCab's max-grouping-size, the greatest number of characters after
// the first in a group.
const maxGroup = 24

// character holds MeCab's properties of a character: its category, and the set
// of categories that it is compatible with.
type character struct {
	category
	class byte
	kinds uint16
	size  int // bytes
}

// kindOf reports whether two characters may stand in one unknown word.
func (c character) kindOf(other character) bool { return c.kinds&other.kinds != 0 }

// character looks up the first character of a text. Characters beyond the basic
// plane and the end of the text are DEFAULT, as in MeCab.
func (d *Dictionary) character(text string) character {
	r, size := utf8.DecodeRuneInString(text)
	class := d.kagome.CharCategory[0]
	if size < 4 && size > 0 {
		class = d.kagome.CharCategory[r]
	}
	kinds := uint16(1) << class
	switch {
	case class == kanjiNumeric:
		kinds |= 1 << kanji
	case r == '〇':
		kinds |= 1 << kanjiNumeric
	}
	return character{categories[class], class, kinds, max(size, 1)}
}

// group counts the bytes and characters at the beginning of a text that
// continue a group: each must be of a kind with the one before it.
func (d *Dictionary) group(before character, text string) (bytes, characters int) {
	for bytes < len(text) {
		next := d.character(text[bytes:])
		if !before.kindOf(next) {
			break
		}
		bytes += next.size
		characters++
		before = next
	}
	return bytes, characters
}
