package fillmask

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRows(t *testing.T) {
	guesses := func(tokens ...string) (all []Guess) {
		for _, token := range tokens {
			all = append(all, Guess{Token: token, Score: 0.25})
		}
		return all
	}
	got := Rows([]string{"一つの{}", "{}と{}"}, [][][]Guess{{guesses("a", "b")}, {guesses("c"), guesses("d")}})
	want := [][]string{
		{"一つの{}", "a (25.0 %)", "b (25.0 %)"},
		{"{}と{} (mask 1)", "c (25.0 %)"},
		{"{}と{} (mask 2)", "d (25.0 %)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
