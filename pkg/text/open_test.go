package text_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/text"
)

const ours = "../../data/tokenizer"

func open(t testing.TB, dir string) text.Tokenizer {
	t.Helper()
	tok, err := text.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func TestVectors(t *testing.T) {
	tok := open(t, ours)
	for _, c := range []struct {
		text string
		want []int32
	}{
		{"こんにちは", []int32{5, 39801, 6}},
		{"", []int32{5, 6}},
		{"a\nb", []int32{5, 283, 18, 28731, 6}},
		{"日本の首都は<MASK|LLM-jp>であり、", []int32{5, 99027, 77761, 29282, 3, 279, 78562, 6}},
	} {
		got, err := tok.Encode(c.text, true, 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.IDs); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, diff)
		}
	}
	pair, err := tok.EncodePair("今日", "明日", 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int32{5, 46274, 6, 50014, 6}, pair.IDs); diff != "" {
		t.Errorf("pair (-want +got):\n%s", diff)
	}
}
