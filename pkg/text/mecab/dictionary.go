package mecab

import (
	"errors"
	"fmt"
	"sync"

	"github.com/ikawaha/kagome-dict/dict"
	"github.com/ikawaha/kagome-dict/uni"
)

// Dictionary is UniDic 2.1.2. It may be used by many goroutines at once.
type Dictionary struct {
	kagome  *dict.Dict
	scratch sync.Pool // of *lattice
}

// Load reads the dictionary that is compiled into the program. The first call
// takes about two seconds and 150 MB, later ones nothing.
func Load() (*Dictionary, error) { return load() }

var load = sync.OnceValues(func() (d *Dictionary, err error) {
	defer func() {
		if r := recover(); r != nil { // kagome panics on a damaged dictionary
			d, err = nil, fmt.Errorf("read the UniDic dictionary: %v", r)
		}
	}()
	k := uni.DictShrink()
	if len(k.CharClass) != len(categories) || k.CharClass[kanjiNumeric] != "KANJINUMERIC" {
		return nil, errors.New("the UniDic dictionary has other character categories than UniDic 2.1.2: rebuild with the versions in go.mod")
	}
	d = &Dictionary{kagome: k}
	d.scratch.New = func() any { return new(lattice) }
	return d, nil
})

// added reports whether kagome added a word to UniDic's own: single letters,
// digits and some symbols, of half and full width.
func added(word string) bool {
	if len(word) == 1 {
		c := word[0]
		return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= '[' && c <= 'z'
	}
	if len(word) != 3 || word[0] != 0xEF {
		return false
	}
	r := []rune(word)[0]
	return r >= '０' && r <= '９' || r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ'
}
