package text_test

import (
	"errors"
	"iter"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/text"
)

func sequence(texts []string, end error) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, s := range texts {
			if !yield(s, nil) {
				return
			}
		}
		if end != nil {
			yield("", end)
		}
	}
}

func TestCover(t *testing.T) {
	texts := []string{"日本", "𩸽", ""}
	for dir, want := range map[string][]text.Coverage{
		// 𩸽 (a fish) is no piece: a space's piece and its four bytes, or all of it lost.
		ours:      {{Texts: 1, Characters: 2, Tokens: 1}, {Texts: 1, Characters: 1, Tokens: 5, Bytes: 4}, {Texts: 1}},
		wordPiece: {{Texts: 1, Characters: 2, Tokens: 1}, {Texts: 1, Characters: 1, Tokens: 1, Unknown: 1}, {Texts: 1}},
	} {
		got, err := text.Cover(open(t, dir), sequence(texts, nil))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", dir, diff)
		}
		sum := text.Sum(got)
		if sum.Texts != 3 || sum.Characters != 3 || sum.Bytes+sum.Unknown != want[1].Bytes+want[1].Unknown {
			t.Errorf("%s: in all %v", dir, sum)
		}
	}
	bad := errors.New("no more")
	if _, err := text.Cover(open(t, ours), sequence(texts, bad)); !errors.Is(err, bad) {
		t.Errorf("error %v, want %v", err, bad)
	}
}

func TestPieces(t *testing.T) {
	got, err := text.Pieces(open(t, ours), "𩸽")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"▁", "<0xF0>", "<0xA9>", "<0xB8>", "<0xBD>"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCountKinds(t *testing.T) {
	tok := open(t, ours)
	counts, sum := text.CountKinds(tok), 0
	for i, n := range counts {
		if n == 0 {
			t.Errorf("no piece is of the kind %q", text.Kinds[i])
		}
		sum += n
	}
	if sum != tok.VocabSize() || counts[5] != 256 {
		t.Errorf("%d pieces of %d, %d of them bytes", sum, tok.VocabSize(), counts[5])
	}
}
