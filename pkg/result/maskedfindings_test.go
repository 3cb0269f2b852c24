package result

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFinal(t *testing.T) {
	list := []Checkpoint{{Stage: 1, Step: 0}, {Stage: 1, Step: 9}, {Stage: 2, Step: 3}, {Name: "a"}, {Name: "b"}}
	for i, want := range []bool{false, true, true, true, true} {
		if list[i].Final(list) != want {
			t.Errorf("%s is final: %v", list[i].Label(), !want)
		}
	}
}

func guesses(words ...string) (out []Guess) {
	for i, w := range words {
		out = append(out, Guess{Token: w, Score: 0.5 / float64(i+1)})
	}
	return out
}

func fillMask() *FillMask {
	return &FillMask{
		Models: []Checkpoint{{Stage: 1, Step: 0}, {Stage: 1, Step: 9}, {Name: "other"}},
		Sentences: []Gap{
			{Number: 30, Expected: []string{"12"}, Tokens: []int{1, 1, 1}, Answers: [][]Guess{guesses("12", "3"), guesses("3", "12"), guesses("の", "を")}},
			{Number: 55, Expected: []string{"猫", "ねこ"}, Tokens: []int{1, 1, 2}, Answers: [][]Guess{guesses("ねこ"), guesses("猫"), guesses("犬")}},
			{Number: 2, Answers: [][]Guess{guesses("本"), guesses("本"), guesses("本")}},
		},
	}
}

func TestFillMaskScore(t *testing.T) {
	f := fillMask()
	var got []FillMaskScore
	for k := range f.Models {
		got = append(got, f.Score(k))
	}
	if diff := cmp.Diff([]FillMaskScore{
		{Right: 2, Among: 2, Possible: 2, Sure: 0.5, Table3: 1, Table3Of: 1},
		{Right: 1, Among: 2, Possible: 2, Sure: 0.5, Table3: 0, Table3Of: 1},
		{Right: 0, Among: 0, Possible: 1, Sure: 0.5, Table3: 0, Table3Of: 1},
	}, got); diff != "" {
		t.Error(diff)
	}
	if right, of := f.PaperScores(); right != [3]int{0, 0, 1} || of != 1 {
		t.Errorf("the paper's models: %v of %d", right, of)
	}
	findings := f.Findings()
	contains(t, findings, "stage 1, 9: the best token is the expected answer in 1 of the 2", "the paper's llm-jp-modernbert-base in 1", "Of the checkpoints stage 1, 0 has the most right answers (2)")
	if strings.Contains(findings[0], "stage 1, 0") || len(findings) != 3 {
		t.Errorf("findings of the final models, and the best checkpoint: %q", findings)
	}
	f.Sentences[1].Answers[1] = guesses("犬")
	f.Sentences[0].Answers[0], f.Sentences[1].Answers[0] = guesses("の"), guesses("の")
	if all := strings.Join(f.Findings(), "\n"); strings.Contains(all, "most right answers") {
		t.Errorf("no checkpoint has a right answer, but %s", all)
	}
}

func TestPerplexityFindings(t *testing.T) {
	documents := func(short, long float64) []DocumentScore {
		return []DocumentScore{{"a", 100, short}, {"b", 200, short}, {"c", 1500, long}}
	}
	p := &PseudoPerplexity{Positions: 10, Wanted: 2, Bins: PaperBins()[:2], Models: []ModelScores{
		{step(9), documents(3, 30)}, {Checkpoint{Stage: 2, Step: 4}, documents(4, 9)}, {Checkpoint{Name: "other"}, documents(2, 2)},
	}}
	contains(t, p.Findings(), "stage 1, 9: the median is 3 in 2 documents of 1 to 1024 tokens and 30 in 1 of 1025 to 2048 tokens; 1 of 3 documents lie above 20",
		"From stage 1 to stage 2 the median of the longest documents (1025 to 2048 tokens) fell from 30 to 9; the paper's falls",
		"Fewer than the 2 documents that were asked for: stage 1, 9 has 1 of 1025 to 2048 tokens; stage 2, 4 has 1")
	p.Models = p.Models[2:]
	p.Wanted = 0
	if got := p.Findings(); len(got) != 1 || !strings.HasPrefix(got[0], "other: ") {
		t.Errorf("%q", got)
	}
}

func TestUniformityOfPairs(t *testing.T) {
	d := []float32{0, 0.5, 2}
	near(t, "uniformity", PairDistances{Random: d}.Uniformity(), math.Log((1+math.Exp(-1)+math.Exp(-4))/3))
	if !slices.Equal(d, []float32{0, 0.5, 2}) {
		t.Error("the distances were changed")
	}
}
