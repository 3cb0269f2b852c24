package finding

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/result"
)

func guesses(words ...string) (out []result.Guess) {
	for i, w := range words {
		out = append(out, result.Guess{Token: w, Score: 0.5 / float64(i+1)})
	}
	return out
}

func gaps() *result.FillMask {
	return &result.FillMask{
		Models: []result.Checkpoint{{Stage: 1, Step: 0}, {Stage: 1, Step: 9}, {Name: "other"}},
		Sentences: []result.Gap{
			{Number: 30, Expected: []string{"12"}, Tokens: []int{1, 1, 1}, Answers: [][]result.Guess{guesses("12", "3"), guesses("3", "12"), guesses("の", "を")}},
			{Number: 55, Expected: []string{"猫", "ねこ"}, Tokens: []int{1, 1, 2}, Answers: [][]result.Guess{guesses("ねこ"), guesses("猫"), guesses("犬")}},
			{Number: 2, Answers: [][]result.Guess{guesses("本"), guesses("本"), guesses("本")}},
		},
	}
}

func TestFillMaskScore(t *testing.T) {
	f := gaps()
	var got []Answers
	for k := range f.Models {
		got = append(got, AnswersOf(f, k))
	}
	if diff := cmp.Diff([]Answers{
		{Right: 2, Among: 2, Possible: 2, Sure: 0.5, Table3: 1, Table3Of: 1},
		{Right: 1, Among: 2, Possible: 2, Sure: 0.5, Table3: 0, Table3Of: 1},
		{Right: 0, Among: 0, Possible: 1, Sure: 0.5, Table3: 0, Table3Of: 1},
	}, got); diff != "" {
		t.Error(diff)
	}
	if right, of := PaperAnswers(f); right != [3]int{0, 0, 1} || of != 1 {
		t.Errorf("the paper's models: %v of %d", right, of)
	}
	findings := Of(f)
	contains(t, findings, "stage 1, 9: the best token is the expected answer in 1 of the 2", "interval of the share: 0.09 to 0.91", "the paper's llm-jp-modernbert-base in 1", "Of the checkpoints stage 1, 0 has the most right answers (2)")
	if strings.Contains(findings[0], "stage 1, 0") || len(findings) != 3 {
		t.Errorf("findings of the final models, and the best checkpoint: %q", findings)
	}
	f.Sentences[1].Answers[1] = guesses("犬")
	f.Sentences[0].Answers[0], f.Sentences[1].Answers[0] = guesses("の"), guesses("の")
	if all := strings.Join(Of(f), "\n"); strings.Contains(all, "most right answers") {
		t.Errorf("no checkpoint has a right answer, but %s", all)
	}
}

func document(id string, length int, pppl float64) result.DocumentScore {
	return result.DocumentScore{ID: id, Length: length, PPPL: pppl}
}

func TestPerplexityFindings(t *testing.T) {
	documents := func(short float64, long ...float64) []result.DocumentScore {
		out := []result.DocumentScore{document("a", 100, short), document("b", 200, short)}
		for i, x := range long {
			out = append(out, document(fmt.Sprint(i), 1500, x))
		}
		return out
	}
	p := &result.PseudoPerplexity{Positions: 10, Wanted: 2, Bins: result.PaperBins()[:2], Models: []result.ModelScores{
		{Checkpoint: step(9), Documents: documents(3, 30, 3, 300)}, {Checkpoint: result.Checkpoint{Stage: 2, Step: 4}, Documents: documents(4, 15, 1.4, 160)},
		{Checkpoint: result.Checkpoint{Name: "other"}, Documents: documents(2, 2)},
	}}
	contains(t, Of(p), "stage 1, 9: the median is 3 in 2 documents of 1 to 1024 tokens and 30 in 3 of 1025 to 2048 tokens; 2 of 5 documents lie above 20",
		"of the same 3 documents of 1025 to 2048 tokens is multiplied by 0.4", "it falls, as in the paper",
		"Fewer than the 2 documents that were asked for: other has 1 of 1025 to 2048 tokens")
	p.Models[1].Documents = documents(4, 15, 6, 300) // halved, doubled, the same
	contains(t, Of(p), "cannot be told from unchanged; the paper's falls")
	p.Models[1].Documents = documents(4, 60, 6.1, 620)
	contains(t, Of(p), "it rises; the paper's falls")
	p.Models = p.Models[2:]
	p.Wanted = 0
	if got := Of(p); len(got) != 1 || !strings.HasPrefix(got[0], "other: ") {
		t.Errorf("%q", got)
	}
}
