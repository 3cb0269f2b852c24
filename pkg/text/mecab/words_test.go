package mecab_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/text/mecab"
)

func dictionary(t testing.TB) *mecab.Dictionary {
	t.Helper()
	d, err := mecab.Load()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func words(d *mecab.Dictionary, text string) []string {
	out := []string{}
	for _, w := range d.Words(text) {
		out = append(out, text[w.Start:w.End])
	}
	return out
}

// TestWords holds the words to those of MeCab 0.996 (fugashi 1.5.2) with
// unidic-lite 1.0.8.
func TestWords(t *testing.T) {
	d := dictionary(t)
	for text, want := range map[string][]string{
		"":             {},
		"  \n ":        {},
		"すもももももももものうち": {"すもも", "も", "もも", "も", "もも", "の", "うち"},
		"  外国人 参政権\t":  {"外国", "人", "参政", "権"},
		"ABC123":       {"ABC", "123"},
		"〇一二三年":        {"〇", "一", "二", "三", "年"},
		"한국어":          {"한국어"},
		"𠮷野家":          {"𠮷", "野家"},
		"a\x00b":       {"a"},
		"東京都に住む。":      {"東京", "都", "に", "住む", "。"},
		"ゔゎゐ":          {"ゔゎゐ"},
		"、。、。":         {"、", "。", "、", "。"},
		"鬱鬱鬱鬱":         {"鬱鬱", "鬱鬱"},
		"2024年1月":      {"2024", "年", "1", "月"},
		"x\u3000y":     {"x", "\u3000", "y"},
		"ヴェネツィアンガラスィズム":               {"ヴェネツィアンガラスィズム"},
		strings.Repeat("ア", 24) + "ッ": {strings.Repeat("ア", 24) + "ッ"}, // a group of 25
		strings.Repeat("ン", 30):       {"ン", "ンン", "ンン", strings.Repeat("ン", 25)},
	} {
		if diff := cmp.Diff(want, words(d, text)); diff != "" {
			t.Errorf("%q (-MeCab +ours):\n%s", text, diff)
		}
	}
}

// FuzzWords checks that the words of any text are in order, are not empty, and
// leave out nothing but spaces.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"", " ", "東京都 に\n住む", "a\x00b", "\xff\xfe", "ｱ゙", "👨‍👩‍👧", strings.Repeat("ん", 70)} {
		f.Add(s)
	}
	d := dictionary(f)
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 || !utf8.ValidString(text) {
			return
		}
		text, _, _ = strings.Cut(text, "\x00")
		at := 0
		for _, w := range d.Words(text) {
			if w.Start < at || w.End <= w.Start || w.End > len(text) {
				t.Fatalf("%q: the word %v after byte %d", text, w, at)
			}
			if gap := text[at:w.Start]; strings.Trim(gap, " \t\n\v") != "" {
				t.Fatalf("%q: %q is in no word", text, gap)
			}
			at = w.End
		}
		if rest := text[at:]; strings.Trim(rest, " \t\n\v") != "" {
			t.Fatalf("%q: %q is in no word", text, rest)
		}
	})
}

func BenchmarkWords(b *testing.B) {
	d := dictionary(b)
	text := strings.Repeat("国境の長いトンネルを抜けると雪国であった。夜の底が白くなった。信号所に汽車が止まった。", 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d.Words(text)
	}
}
