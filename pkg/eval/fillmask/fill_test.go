package fillmask

import (
	"context"
	"encoding/json"
	"errors"
	"llmjp.internal/modernbert/pkg/text"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

const testModel = "../testdata/modernbert"

func load(t *testing.T) *encoder.Encoder {
	t.Helper()
	e, err := encoder.Load(context.Background(), testModel, model.MaskedLM, encoder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// The guesses are transformers' (golden.py in ../testdata).
func TestFill(t *testing.T) {
	var golden struct {
		Masks []struct {
			Text  string
			Masks [][]Guess
		}
	}
	data, err := os.ReadFile("../testdata/golden.json")
	if err == nil {
		err = json.Unmarshal(data, &golden)
	}
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	var want [][][]Guess
	for _, m := range golden.Masks {
		texts = append(texts, m.Text, strings.ReplaceAll(m.Text, "<MASK|LLM-jp>", "{}"))
		want = append(want, m.Masks, m.Masks)
	}
	e := load(t)
	got, err := Fill(context.Background(), e, texts, Options{TopK: 5})
	if err != nil {
		t.Fatal(err)
	}
	tok, err := e.Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	for _, masks := range golden.Masks {
		for _, guesses := range masks.Masks {
			for i := range guesses {
				guesses[i].Shown = Decoded(tok, guesses[i].ID)
			}
		}
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-4, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestBest(t *testing.T) {
	logits := []float32{1, 3, 2, 3, -4}
	got, err := best(logits, 9)
	if err != nil {
		t.Fatal(err)
	}
	sum := math.Exp(1) + 2*math.Exp(3) + math.Exp(2) + math.Exp(-4)
	var want []Guess
	for _, id := range []int32{1, 3, 2, 0, 4} { // of equal scores the lower id
		want = append(want, Guess{ID: id, Score: math.Exp(float64(logits[id])) / sum})
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Error(diff)
	}
	if two, _ := best(logits, 2); !cmp.Equal(two, got[:2]) {
		t.Errorf("the best two are %v, of all %v", two, got)
	}
	if _, err := best([]float32{1, float32(math.NaN())}, 1); err == nil {
		t.Error("NaN has a best")
	}
}

func TestFillRefused(t *testing.T) {
	e := load(t)
	long := strings.Repeat("猫", 200)
	for want, text := range map[string]string{
		"has no mask": "猫である。", "a mask lies beyond": long + "{}", "UTF-8": "\xff{}",
	} {
		_, err := Fill(context.Background(), e, []string{"{}", text}, Options{})
		var bad *BadText
		if !errors.As(err, &bad) || bad.Index != 1 || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text[:5], err, want)
		}
	}
	// A text that is cut behind its last mask is answered.
	if got, err := Fill(context.Background(), e, []string{"{}" + long}, Options{}); err != nil || len(got[0]) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestExperiment(t *testing.T) {
	path := t.TempDir() + "/s.jsonl"
	lines := `{"id": 13, "text": "{}は山である。", "answer": "富士山"}
{"text": "日本の首都は{}です。{}", "answer": ["エベレスト", "東京", "Tokyo is"]}
{"text": "{}", "answer": "エベレスト"}
{"text": "{}", "answer": null, "id": "a"}
`
	if err := os.WriteFile(path, []byte(lines), 0o666); err != nil {
		t.Fatal(err)
	}
	sentences, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	list, err := models.List(testModel)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Experiment(context.Background(), list, sentences, Options{TopK: 3}, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Validate(); err != nil {
		t.Fatal(err)
	}
	var got []result.Gap
	for _, s := range r.Sentences {
		if len(s.Answers[0]) != 3 {
			t.Errorf("%d guesses", len(s.Answers[0]))
		}
		s.Answers = nil
		got = append(got, s)
	}
	if diff := cmp.Diff([]result.Gap{
		{Number: 13, Sentence: "{}は山である。", Expected: []string{"富士山"}, Tokens: []int{1}},
		{Number: 2, Sentence: "日本の首都は{}です。{}", Expected: []string{"エベレスト", "東京", "Tokyo is"}, Tokens: []int{1}},
		{Number: 3, Sentence: "{}", Expected: []string{"エベレスト"}, Tokens: []int{15}}, // bytes: its letters are unknown
		{Number: 4, Sentence: "{}"},
	}, got); diff != "" {
		t.Error(diff)
	}
	if r.Provenance.Data[0].Name != "s.jsonl" || len(finding.Of(r)) == 0 {
		t.Errorf("provenance %v, findings %v", r.Provenance, finding.Of(r))
	}
}

func TestReadRefused(t *testing.T) {
	for want, line := range map[string]string{
		":1: field \"answer\"": `{"text": "a", "answer": 3}`, ":1: the line holds ids": `{"ids": [1]}`,
	} {
		path := t.TempDir() + "/s.jsonl"
		if err := os.WriteFile(path, []byte(line), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", line, err)
		}
	}
}

// TestDecodedBytes shows the pieces of a byte-level vocabulary as text.
func TestDecodedBytes(t *testing.T) {
	tok, err := text.New(map[string][]byte{"tokenizer.json": []byte(`{"version":"1.0","pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
		"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
		"model":{"type":"BPE","vocab":{"åº¶æ°ĳ":0,"Ġcapital":1,"åº":2},"merges":[]}}`)})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range []string{"庶民", "capital", "åº"} {
		if got := Decoded(tok, int32(id)); got != want {
			t.Errorf("%s is shown as %q, want %q", tok.Token(int32(id)), got, want)
		}
	}
}

// TestDecoded shows what is no text by itself as it is.
func TestDecoded(t *testing.T) {
	tok, err := load(t).Tokenizer()
	if err != nil {
		t.Fatal(err)
	}
	for piece, want := range map[string]string{"<0xE3>": "<0xE3>", "▁": "▁", "▁東京": "東京", "東京": "東京", "<0x41>": "A"} {
		id, ok := tok.ID(piece)
		if got := Decoded(tok, id); !ok || got != want {
			t.Errorf("%s is shown as %q, want %q", piece, got, want)
		}
	}
}
