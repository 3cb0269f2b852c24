package result

import (
	"errors"
	"fmt"
)

// FillMask is Table 3: each model's answers for the gap of each sentence.
type FillMask struct {
	Provenance Provenance   `json:"provenance"`
	Models     []Checkpoint `json:"models"`
	Sentences  []Gap        `json:"sentences"`
}

// A Gap is one sentence and its answers.
type Gap struct {
	Number   int    `json:"number"` // in the authors' script, from 1
	Sentence string `json:"sentence"`
	// Expected are answers that count as right; empty where any will do.
	Expected []string `json:"expected,omitempty"`
	// Tokens is, for each model, the least number of tokens in which its
	// vocabulary writes one of the expected answers. A gap is one token: no
	// model can give an answer of more.
	Tokens []int `json:"tokens,omitempty"`
	// Answers are each model's guesses for the gap, best first, in the order
	// of FillMask.Models.
	Answers [][]Guess `json:"answers"`
}

// A Guess is one token for the gap with its probability.
type Guess struct {
	ID    int32   `json:"id"`
	Token string  `json:"token"` // decoded, without a leading space
	Score float64 `json:"score"` // softmax probability over the vocabulary
}

// Kind returns "fill-mask".
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
