package figure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTabulate(t *testing.T) {
	table, err := Tabulate("sizes", "Sizes", []string{"Part", "Count"}, []string{"a|b", "1,000"}, []string{"c", "20.5 %"})
	if err != nil {
		t.Fatal(err)
	}
	const want = "**Sizes**\n\n| Part | Count |\n|---|---:|\n| a\\|b | 1,000 |\n| c | 20.5 % |\n"
	if got := table.Markdown(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := Tabulate("sizes", "", []string{"Part"}, []string{"a", "b"}); err == nil {
		t.Error("a row that is too long is taken")
	}
}

func TestRows(t *testing.T) {
	type part struct {
		name  string
		shape []int
		std   float64
	}
	parts := []part{{"a", []int{2, 3}, 0.125}, {"b", nil, 1}}
	got := Rows(parts, func(p part) []any { return []any{p.name, p.shape, p.std} })
	if diff := cmp.Diff([][]string{{"a", "[2 3]", "0.12"}, {"b", "[]", "1.00"}}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{0.125, 1}, Each(parts, func(p part) float64 { return p.std })); diff != "" {
		t.Error(diff)
	}
}
