package pppl

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmjp.internal/modernbert/pkg/encoder"
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

// What a crash leaves is not computed again, and the end is the same.
func TestResume(t *testing.T) {
	all, o := list(t, testModel), everything(8)
	o.Encoder.BatchTokens = 64 // groups of few documents
	whole := measure(t, all, o, documents)
	journal := filepath.Join(t.TempDir(), "journal")
	most := interrupted(t, all, o, journal)
	// A row that a crash cut short is computed again.
	f, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"m":0,"i":3,"score":{"id":`); err != nil {
		t.Fatal(err)
	}
	f.Close()
	said, least := "", 0
	o.Progress = func(_, total int) { least = total }
	o.Report = func(line string) { said += line + "\n" }
	again, finish, err := Measure(t.Context(), all, o, journal, documents)
	if err != nil {
		t.Fatal(err)
	}
	if least == 0 || least >= most {
		t.Errorf("%d masked copies after the interruption, %d in all", least, most)
	}
	if !strings.Contains(said, "finished documents are kept from before") {
		t.Errorf("%q", said)
	}
	// The rest is padded in other company: equal up to the rounding of float32.
	if diff := cmp.Diff(whole[0].Scores, again[0].Scores, cmpopts.EquateApprox(1e-5, 0)); diff != "" {
		t.Error(diff)
	}
	if err := finish(); err != nil {
		t.Error(err)
	}
}

// interrupted stops in the middle of so many masked copies.
func interrupted(t *testing.T, all []models.Model, o Options, journal string) (copies int) {
	t.Helper()
	o.Encoder.BatchTokens = 64 // groups of few documents
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(done, total int) {
		if copies = max(copies, total); done > total/2 {
			stop()
		}
	}
	if _, _, err := Measure(ctx, all, o, journal, documents); err == nil {
		t.Fatal("it was not interrupted")
	}
	return copies
}

// A journal serves the work that wrote it alone.
func TestJournalOfOtherWork(t *testing.T) {
	all, o := list(t, testModel), everything(4)
	journal := filepath.Join(t.TempDir(), "journal")
	interrupted(t, all, o, journal)
	for name, change := range map[string]func(*Options){
		"positions": func(o *Options) { o.Positions = 5 }, "seed": func(o *Options) { o.Seed = 1 },
		"length": func(o *Options) { o.MaxLength = 50 }, "compute": func(o *Options) { o.Encoder.Compute = "bfloat16" },
	} {
		other := o
		change(&other)
		_, _, err := Measure(t.Context(), all, other, journal, documents)
		if err == nil || !strings.Contains(err.Error(), journal) || !strings.Contains(err.Error(), "remove it to begin anew") {
			t.Errorf("another %s: %v", name, err)
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
	for _, s := range r.Summary(r.Models[0]) {
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
	if len(r.Findings()) < 2 {
		t.Errorf("findings %q", r.Findings())
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

func TestRefused(t *testing.T) {
	noMask := twin(t)
	config := filepath.Join(noMask, "tokenizer_config.json")
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	write(t, config, strings.ReplaceAll(string(data), `"mask_token"`, `"another_token"`))
	ids := filepath.Join(t.TempDir(), "ids.jsonl")
	write(t, ids, `{"ids": [5, 6]}`)
	empty := filepath.Join(t.TempDir(), "empty.jsonl")
	write(t, empty, `{"text": ""}`)
	binned := everything(2)
	binned.PerBin, binned.Bins = 1, []result.LengthBin{{Above: 0, To: 20}}
	short := everything(2)
	short.MaxLength = 2
	for _, c := range []struct {
		model, input, want string
		o                  Options
	}{
		{noMask, documents, "twin: the tokenizer has no mask token", everything(2)},
		{"../testdata/bert", documents, "a masked language model is needed", everything(2)},
		{testModel, ids, "ids.jsonl:1: the line holds ids", everything(2)},
		{testModel, empty, "none of the 1 texts falls into a bin (1 to 20 tokens", binned},
		{testModel, documents, "have none between the special ones", short},
		{testModel, documents, "at least one position", everything(0)},
	} {
		journal := filepath.Join(t.TempDir(), "j")
		_, _, err := Measure(t.Context(), list(t, c.model), c.o, journal, c.input)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if _, err := os.Stat(journal); !os.IsNotExist(err) {
			t.Errorf("%s: a journal without a row is left", c.want)
		}
	}
	// Only empty texts: scored, but no figure can be drawn of them.
	scores := measure(t, list(t, testModel), everything(2), empty)
	if _, err := Result(t.Context(), scores, everything(2), time.Now(), empty); err == nil || !strings.Contains(err.Error(), "has no documents") {
		t.Errorf("a result without documents: %v", err)
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
