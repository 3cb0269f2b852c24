package figure

import "testing"

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
