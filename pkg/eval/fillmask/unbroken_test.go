package fillmask

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/encoder"
)

// A mask that does not break the text leaves the tokens of the whole text
// around it, as pretraining does; one of the authors' way begins a word.
func TestUnbroken(t *testing.T) {
	e := load(t)
	tok, err := e.Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	mask := tok.Token(tok.Special().Mask)
	pieces := func(s string, o Options) string {
		rows, positions, err := maskedRows(e, tok, []string{s}, o)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, id := range rows[0].IDs[1 : len(rows[0].IDs)-1] {
			words = append(words, tok.Token(id))
		}
		for _, at := range positions[0] {
			if rows[0].IDs[at] != tok.Special().Mask {
				t.Errorf("%s: no mask at %d", s, at)
			}
		}
		return strings.ReplaceAll(strings.Join(words, " "), mask, "[]")
	}
	for text, want := range map[string][2]string{ // broken, unbroken
		"首都は{}である":        {"▁ 首都 は [] ▁ である", "▁ 首都 は [] である"},
		"{}である":           {"[] ▁ である", "[] である"},
		"首都{}":            {"▁ 首都 []", "▁ 首都 []"},
		"Tokyo {} {}です":   {"▁ Tokyo ▁ [] ▁ ▁ [] ▁ です", "▁ Tokyo [] [] です"},
		mask + "は{}":      {"[] ▁ は []", "[] は []"},
		"首都は{}\nである。{}名前": {"▁ 首都 は [] ▁ <0x0A> である 。 [] ▁ 名前", "▁ 首都 は [] <0x0A> である 。 [] 名前"},
	} {
		got := [2]string{pieces(text, Options{}), pieces(text, Options{Unbroken: true})}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	_, _, err = maskedRows(e, tok, []string{"{}" + standIn}, Options{Unbroken: true})
	if err == nil || !strings.Contains(err.Error(), "U+E000") {
		t.Errorf("a text with the stand-in: %v", err)
	}
	// What is cut keeps its masks and its last special token.
	long := strings.Repeat("猫", 200)
	rows, positions, err := maskedRows(e, tok, []string{"{}" + long}, Options{Unbroken: true})
	if err != nil || len(rows[0].IDs) != 96 || rows[0].IDs[95] != tok.Special().SEP || len(positions[0]) != 1 {
		t.Errorf("%v %v %v", rows, positions, err)
	}
}

// Guesses for an unbroken mask are those at the masked id of the whole text.
func TestUnbrokenGuesses(t *testing.T) {
	e := load(t)
	whole, _, err := e.EncodeText("日本の首都は東京である。", 0)
	if err != nil {
		t.Fatal(err)
	}
	tok, _ := e.Tokenizer()
	id, _ := tok.ID("東京")
	at := where(whole.IDs, id)
	if len(at) != 1 {
		t.Fatalf("%v", whole.IDs)
	}
	whole.IDs[at[0]] = tok.Special().Mask
	var want []Guess
	if err := e.Logits(t.Context(), []encoder.Row{whole}, [][]int{at}, func(_, _ int, logits []float32) (err error) {
		want, err = best(logits, 3)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	got, err := Fill(t.Context(), e, []string{"日本の首都は{}である。"}, Options{TopK: 3, Unbroken: true})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		want[i].Token, want[i].Shown = tok.Token(want[i].ID), Decoded(tok, want[i].ID)
	}
	if diff := cmp.Diff(want, got[0][0]); diff != "" {
		t.Error(diff)
	}
}
