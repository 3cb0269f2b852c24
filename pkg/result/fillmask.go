package result

import (
	"errors"
	"fmt"
	"slices"
)

// FillMask is Table 3: what each model puts in the gap of each sentence.
type FillMask struct {
	Provenance Provenance   `json:"provenance"`
	Models     []Checkpoint `json:"models"`
	Sentences  []Gap        `json:"sentences"`
}

// Gap is one sentence and its answers.
type Gap struct {
	Number   int    `json:"number"` // in the authors' script, from 1
	Sentence string `json:"sentence"`
	// Expected are answers that count as right; empty where any will do.
	Expected []string `json:"expected,omitempty"`
	// Tokens is, for each model, in how few tokens its vocabulary writes one of
	// the expected answers. A gap is one token: what takes more cannot be given.
	Tokens []int `json:"tokens,omitempty"`
	// Answers are each model's guesses for the gap, best first, in the order
	// of FillMask.Models.
	Answers [][]Guess `json:"answers"`
}

// Guess is one token for the gap with its probability.
type Guess struct {
	ID    int32   `json:"id"`
	Token string  `json:"token"` // decoded, without a leading space
	Score float64 `json:"score"` // softmax probability over the vocabulary
}

// Kind is "fill-mask".
func (*FillMask) Kind() string { return "fill-mask" }

// Validate refuses a sentence without an answer from each model, and scores
// that are no probabilities or are not in descending order.
func (f *FillMask) Validate() error {
	if len(f.Models) == 0 || len(f.Sentences) == 0 {
		return errors.New("models or sentences is empty")
	}
	for i, s := range f.Sentences {
		if len(s.Answers) != len(f.Models) {
			return fmt.Errorf("sentences[%d] has answers of %d models, want %d", i, len(s.Answers), len(f.Models))
		}
		if n := len(s.Tokens); n != 0 && n != len(f.Models) {
			return fmt.Errorf("sentences[%d].tokens has %d numbers, want %d", i, n, len(f.Models))
		}
		for j, guesses := range s.Answers {
			if len(guesses) == 0 {
				return fmt.Errorf("sentences[%d].answers[%d] is empty", i, j)
			}
			for k, g := range guesses {
				name := fmt.Sprintf("sentences[%d].answers[%d][%d].score", i, j, k)
				if err := share(name, g.Score); err != nil {
					return err
				}
				if k > 0 && g.Score > guesses[k-1].Score {
					return fmt.Errorf("%s is above the one before it", name)
				}
			}
		}
	}
	return nil
}

// Possible tells whether a model can give an expected answer, which is one
// token in its vocabulary.
func (g Gap) Possible(model int) bool {
	return len(g.Expected) > 0 && (len(g.Tokens) == 0 || g.Tokens[model] == 1)
}

// Right tells whether the best guess of a model is an expected answer;
// known is false where the sentence has none.
func (g Gap) Right(model int) (right, known bool) {
	for _, e := range g.Expected {
		if g.Answers[model][0].Token == e {
			return true, true
		}
	}
	return false, len(g.Expected) > 0
}

// FillMaskScore sums up a model's answers.
type FillMaskScore struct {
	Right    int     // sentences whose best guess is an expected answer
	Among    int     // sentences that have one among their guesses
	Possible int     // sentences with an expected answer that is one token
	Sure     float64 // mean probability of the best guess over all sentences
	// Table3 is the number of right answers to the paper's printed sentences,
	// of Table3Of that have an expected one.
	Table3, Table3Of int
}

// Score sums up the answers of the model of that number.
func (f *FillMask) Score(model int) (s FillMaskScore) {
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
		if slices.ContainsFunc(g.Answers[model], func(x Guess) bool { return slices.Contains(g.Expected, x.Token) }) {
			s.Among++
		}
	}
	return s
}

// printed tells whether the paper's Table 3 has the sentence of that number.
func printed(number int) bool {
	return slices.ContainsFunc(PaperTable3(), func(p PaperAnswer) bool { return p.Number == number })
}

// PaperScores is how many of its printed sentences with an expected answer in
// f each of the paper's models answers right, in the order of PaperTable3.
func (f *FillMask) PaperScores() (right [3]int, of int) {
	for _, g := range f.Sentences {
		for _, p := range PaperTable3() {
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

// Findings says in sentences how often the best guess of each final model is
// an expected answer, and how sure it was, beside the paper's Table 3.
func (f *FillMask) Findings() []string {
	var out []string
	paper, of := f.PaperScores()
	best, most, final := -1, 0, 0
	for k, m := range f.Models {
		s := f.Score(k)
		if !m.Baseline() && s.Right > most {
			best, most = k, s.Right
		}
		if !m.Final(f.Models) {
			continue
		}
		final = max(final, s.Right)
		words := fmt.Sprintf("%s: the best token is the expected answer in %d of the %d sentences that have one of a single token (among the best %d: in %d)", m.Label(), s.Right, s.Possible, len(f.Sentences[0].Answers[k]), s.Among)
		if of > 0 {
			words += fmt.Sprintf("; of the %d sentences with an answer that the paper prints in %d, the paper's %s in %d", of, s.Table3, PaperModel, paper[2])
		}
		out = append(out, fmt.Sprintf("%s. The mean probability of its best token over all %d sentences is %.2f.", words, len(f.Sentences), s.Sure))
	}
	if most > final {
		out = append(out, fmt.Sprintf("Of the checkpoints %s has the most right answers (%d).", f.Models[best].Label(), most))
	}
	return out
}
