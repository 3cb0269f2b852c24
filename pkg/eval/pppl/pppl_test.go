package pppl

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/result"
)

const (
	testModel = "../testdata/modernbert" // takes 96 tokens
	documents = "../testdata/documents.jsonl"
)

// golden is what transformers computes (pkg/eval/testdata/pppl.py).
type golden struct {
	Documents []struct {
		Length int
		Losses []float64 // at positions 1, 2, …
	}
}

func readGolden(t *testing.T) (g golden) {
	t.Helper()
	data, err := os.ReadFile("../testdata/pppl.json")
	if err == nil {
		err = json.Unmarshal(data, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func list(t *testing.T, refs ...string) []models.Model {
	t.Helper()
	all, err := models.List(refs...)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// measure runs to the end and puts the journal away.
func measure(t *testing.T, all []models.Model, o Options, inputs ...string) []Scores {
	t.Helper()
	journal := filepath.Join(t.TempDir(), "journal")
	scores, finish, err := Measure(t.Context(), all, o, journal, inputs...)
	if err == nil {
		err = finish()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(journal); !os.IsNotExist(err) {
		t.Errorf("the journal is left: %v", err)
	}
	return scores
}

// everything takes all documents.
func everything(positions int) Options {
	return Options{Positions: positions, Seed: 42, MaxLength: PaperMaxLength, Encoder: encoder.Options{BatchTokens: 512}}
}

func TestTransformers(t *testing.T) {
	g := readGolden(t)
	s := measure(t, list(t, testModel), everything(30), documents)[0]
	if len(s.Scores) != len(g.Documents) {
		t.Fatalf("%d scores of %d documents", len(s.Scores), len(g.Documents))
	}
	repeats, empty, cut := 0, 0, 0
	for i, got := range s.Scores {
		want := g.Documents[i]
		if got.Length != want.Length {
			t.Errorf("document %d: %d tokens, want %d", i, got.Length, want.Length)
		}
		if s.Documents[i].Cut {
			cut++
		}
		if got.Length < shortest {
			empty++
			if got.PPPL != nil || len(got.Positions) > 0 || len(got.Losses) > 0 {
				t.Errorf("document %d has no token but %+v", i, got)
			}
			continue
		}
		sum := 0.0
		seen := map[int]bool{}
		for k, at := range got.Positions {
			if at < 1 || at > got.Length-2 {
				t.Fatalf("document %d: position %d of %d tokens", i, at, got.Length)
			}
			if seen[at] {
				repeats++
			}
			seen[at] = true
			sum += want.Losses[at-1]
			if off := math.Abs(got.Losses[k]/want.Losses[at-1] - 1); !(off < 1e-4) {
				t.Errorf("document %d, position %d: loss %v, want %v", i, at, got.Losses[k], want.Losses[at-1])
			}
		}
		if len(got.Positions) != 30 || len(got.Losses) != 30 {
			t.Errorf("document %d: %d positions, %d losses", i, len(got.Positions), len(got.Losses))
		}
		if want := math.Exp(sum / 30); !(math.Abs(*got.PPPL/want-1) < 1e-4) {
			t.Errorf("document %d: pseudo-perplexity %v, want %v", i, *got.PPPL, want)
		}
	}
	if repeats == 0 || empty == 0 || cut == 0 {
		t.Errorf("%d repeated positions, %d empty and %d cut texts: the test needs some of each", repeats, empty, cut)
	}
	for i, want := range []string{`"a"`, "7", "2", `"記号\""`, "-1.5", "5"} {
		if got := string(s.Scores[i].ID); got != want {
			t.Errorf("id of document %d is %s, want %s", i, got, want)
		}
	}
}

func TestEveryToken(t *testing.T) {
	g := readGolden(t)
	texts, err := Read(t.Context(), documents)
	if err != nil {
		t.Fatal(err)
	}
	e, err := list(t, testModel)[0].Load(t.Context(), model.MaskedLM, encoder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	got, err := EveryToken(t.Context(), e, texts[0].Text)
	if err != nil {
		t.Fatal(err)
	}
	want, sum := g.Documents[0].Losses, 0.0
	if len(got.Losses) != len(want) || len(got.Tokens) != len(want) || got.Tokens[0] != "▁" {
		t.Fatalf("%+v", got)
	}
	for i, x := range want {
		sum += x
		if off := math.Abs(got.Losses[i]/x - 1); !(off < 1e-4) {
			t.Errorf("token %d (%s): loss %v, want %v", i, got.Tokens[i], got.Losses[i], x)
		}
	}
	if want := math.Exp(sum / float64(len(want))); !(math.Abs(got.PPPL/want-1) < 1e-4) {
		t.Errorf("pseudo-perplexity %v, want %v", got.PPPL, want)
	}
	if _, err := EveryToken(t.Context(), e, ""); err == nil || !strings.Contains(err.Error(), "no token to mask") {
		t.Errorf("an empty text: %v", err)
	}
}

func TestDraw(t *testing.T) {
	if got := Draw(2, 10, 42, 0); len(got) != 0 {
		t.Errorf("positions of an empty text: %v", got)
	}
	if diff := cmp.Diff([]int{1, 1, 1}, Draw(3, 3, 42, 0)); diff != "" {
		t.Error(diff)
	}
	a := Draw(500, 100, 42, 3)
	if !cmp.Equal(a, Draw(500, 100, 42, 3)) || cmp.Equal(a, Draw(500, 100, 43, 3)) || cmp.Equal(a, Draw(500, 100, 42, 4)) {
		t.Error("positions are no function of seed and document")
	}
	// Uniform on [1, 9]: 90,000 draws, each count within 5 deviations.
	counts := make([]int, 11)
	for _, at := range Draw(11, 90_000, 1, 0) {
		counts[at]++
	}
	for at, n := range counts {
		if want := map[bool]int{false: 10_000, true: 0}[at == 0 || at == 10]; math.Abs(float64(n-want)) > 5*math.Sqrt(10_000) || want == 0 && n > 0 {
			t.Errorf("position %d was drawn %d times, want about %d", at, n, want)
		}
	}
}

func TestExperiment(t *testing.T) {
	o := everything(4)
	o.PerBin, o.Bins, o.Seed = 4, []result.LengthBin{{Above: 0, To: 20}, {Above: 20, To: 60}, {Above: 60, To: 95}, {Above: 95, To: 200}}, 7
	r, err := Experiment(t.Context(), list(t, testModel), o, filepath.Join(t.TempDir(), "j"), documents)
	if err != nil {
		t.Fatal(err)
	}
	var counts []int
	for _, s := range finding.Bins(r, r.Models[0]) {
		counts = append(counts, s.N)
	}
	// What the texts have: more than 4 of the first two lengths, 3 of the third.
	g, want := readGolden(t), []int{0, 0, 0, 0}
	for _, d := range g.Documents {
		for i, b := range o.Bins[:3] {
			if d.Length >= shortest && b.Holds(d.Length) {
				want[i] = min(want[i]+1, o.PerBin)
			}
		}
	}
	if diff := cmp.Diff(want, counts); diff != "" || want[2] == 0 || want[2] == o.PerBin || want[0] < o.PerBin {
		t.Errorf("documents a bin: %v, want %v", counts, want)
	}
	notes := strings.Join(r.Provenance.Notes, "\n")
	for _, want := range []string{"of 4 documents of 61 to 95 tokens: the input has no more", "0 of 4 documents of 96 to 200 tokens: the input has no more, texts are cut at 96", "float32"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no %q in %s", want, notes)
		}
	}
	if strings.Contains(notes, "21 to 60") {
		t.Errorf("a full bin is said to lack documents: %s", notes)
	}
	if len(finding.Of(r)) < 2 {
		t.Errorf("findings %q", finding.Of(r))
	}
	again, err := Experiment(t.Context(), list(t, testModel), o, filepath.Join(t.TempDir(), "j"), documents)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Models, again.Models); diff != "" {
		t.Error(diff)
	}
	o.Seed = 8
	other, err := Experiment(t.Context(), list(t, testModel), o, filepath.Join(t.TempDir(), "j"), documents)
	if err != nil || cmp.Equal(r.Models, other.Models) {
		t.Errorf("another seed chooses the same documents (%v)", err)
	}
}

// With two tokenizers the same length bin holds other texts, unless the first
// one's are asked for.
func TestTokenizers(t *testing.T) {
	o := everything(2)
	o.PerBin, o.Bins = 3, []result.LengthBin{{Above: 0, To: 20}, {Above: 20, To: 50}}
	two := list(t, testModel, otherTokenizer(t))
	indices := func(s Scores) (all []int) { return s.indices() }
	own := measure(t, two, o, documents)
	if cmp.Equal(indices(own[0]), indices(own[1])) || own[0].Documents[0].Index == own[1].Documents[0].Index && own[0].Scores[0].Length == own[1].Scores[0].Length {
		t.Errorf("documents %v and %v", indices(own[0]), indices(own[1]))
	}
	o.Same = true
	same := measure(t, two, o, documents)
	if diff := cmp.Diff(indices(same[0]), indices(same[1])); diff != "" {
		t.Error(diff)
	}
}

// otherTokenizer is the test model with a tokenizer that knows fewer pieces.
func otherTokenizer(t *testing.T) string {
	t.Helper()
	dir := twin(t)
	path := filepath.Join(dir, "tokenizer.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(data)
	for _, word := range []string{"東京", "日本", "京都", "首都", "富士山", "です", "である", "の", "は", "で", "あ", "る", "、", "。", "が", "い"} {
		changed = strings.ReplaceAll(changed, `"`+word+`"`, `"`+word+`〓"`)
	}
	if changed == string(data) {
		t.Fatal("the tokenizer is as it was")
	}
	write(t, path, changed)
	return dir
}

func twin(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "twin")
	if err := os.CopyFS(dir, os.DirFS(testModel)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestParseBins(t *testing.T) {
	got, err := ParseBins("1024, 2048,4096,8191")
	if diff := cmp.Diff(result.PaperBins(), got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	for _, bad := range []string{"", "0", "5,5", "9,3", "a", "1,,2"} {
		if _, err := ParseBins(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
