package finding

import (
	"fmt"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// Answers sums up a model's answers.
type Answers struct {
	Right    int     // sentences whose best guess is an expected answer
	Among    int     // sentences that have one among their guesses
	Possible int     // sentences with an expected answer that is one token
	Sure     float64 // mean probability of the best guess over all sentences
	// Table3 is the number of right answers to the paper's printed sentences,
	// of Table3Of that have an expected one.
	Table3, Table3Of int
}

// AnswersOf sums up the answers of the model of that number.
func AnswersOf(f *result.FillMask, model int) (s Answers) {
	for _, g := range f.Sentences {
		s.Sure += g.Answers[model][0].Score / float64(len(f.Sentences))
		right, known := g.Right(model)
		if known && printed(g.Number) {
			s.Table3Of++
			if right {
				s.Table3++
			}
		}
		if !g.Possible(model) {
			continue
		}
		s.Possible++
		if right {
			s.Right++
		}
		if slices.ContainsFunc(g.Answers[model], func(x result.Guess) bool { return slices.Contains(g.Expected, x.Token) }) {
			s.Among++
		}
	}
	return s
}

// printed tells whether the paper's Table 3 has the sentence of that number.
func printed(number int) bool {
	return slices.ContainsFunc(result.PaperTable3(), func(p result.PaperAnswer) bool { return p.Number == number })
}

// PaperAnswers counts the printed sentences with an expected answer in f that
// each of the paper's models answers right, in the order of PaperTable3.
func PaperAnswers(f *result.FillMask) (right [3]int, of int) {
	for _, g := range f.Sentences {
		for _, p := range result.PaperTable3() {
			if p.Number != g.Number || len(g.Expected) == 0 {
				continue
			}
			of++
			for k, answer := range []string{p.BERT, p.ModernBERTJa, p.LLMJP} {
				if slices.Contains(g.Expected, answer) {
					right[k]++
				}
			}
		}
	}
	return right, of
}

// fillMask describes how often the best guess of each final model is an
// expected answer, and how sure it was, beside the paper's Table 3.
func fillMask(f *result.FillMask) []string {
	var out []string
	paper, of := PaperAnswers(f)
	best, most, final := -1, 0, 0
	for k, m := range f.Models {
		s := AnswersOf(f, k)
		if !m.Baseline() && s.Right > most {
			best, most = k, s.Right
		}
		if !m.Final(f.Models) {
			continue
		}
		final = max(final, s.Right)
		low, high := metric.ShareInterval(s.Right, s.Possible)
		words := fmt.Sprintf("%s: the best token is the expected answer in %d of the %d sentences that have one of a single token (95 %% interval of the share: %.2f to %.2f; among the best %d: in %d)", m.Label(), s.Right, s.Possible, low, high, len(f.Sentences[0].Answers[k]), s.Among)
		if of > 0 {
			words += fmt.Sprintf("; of the %d sentences with an answer that the paper prints in %d, the paper's %s in %d", of, s.Table3, result.PaperModel, paper[2])
		}
		out = append(out, fmt.Sprintf("%s. The mean probability of its best token over all %d sentences is %.2f.", words, len(f.Sentences), s.Sure))
	}
	if most > final {
		out = append(out, fmt.Sprintf("Of the checkpoints %s has the most right answers (%d).", f.Models[best].Label(), most))
	}
	return out
}
