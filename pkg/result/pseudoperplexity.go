package result

import (
	"errors"
	"fmt"
)

// PseudoPerplexity is Figure 2 and Appendix A: the pseudo-perplexity of
// documents against their length, for each model.
type PseudoPerplexity struct {
	Provenance Provenance `json:"provenance"`
	// Positions is the number of masked positions drawn a document.
	Positions int `json:"positions"`
	// Bins are the length bins in tokens; Wanted is the number of documents
	// asked for in each.
	Bins   []LengthBin   `json:"bins"`
	Wanted int           `json:"wanted"`
	Models []ModelScores `json:"models"`
}

// A LengthBin holds documents of Above < length <= To tokens, special tokens
// included.
type LengthBin struct {
	Above int `json:"above"`
	To    int `json:"to"`
}

// PaperBins returns the paper's length bins. The top one is open at 8192, where
// truncated documents lie.
func PaperBins() []LengthBin {
	return []LengthBin{{0, 1024}, {1024, 2048}, {2048, 4096}, {4096, 8191}}
}

// Holds tells whether a document of that length is in the bin.
func (b LengthBin) Holds(length int) bool { return b.Above < length && length <= b.To }

// String writes the bin in words: "1025 to 2048 tokens".
func (b LengthBin) String() string { return fmt.Sprintf("%d to %d tokens", b.Above+1, b.To) }

// ModelScores holds one model's documents.
type ModelScores struct {
	Checkpoint
	Documents []DocumentScore `json:"documents"`
}

// A DocumentScore is the pseudo-perplexity of one document.
type DocumentScore struct {
	ID     string  `json:"id"`
	Length int     `json:"length"` // tokens, special ones included
	PPPL   float64 `json:"pppl"`   // exp of the mean loss at the drawn positions
}

// Kind returns "pseudo-perplexity".
func (*PseudoPerplexity) Kind() string { return "pseudo-perplexity" }

// Validate refuses models without documents, bins out of order, and
// perplexities that are not positive numbers.
func (p *PseudoPerplexity) Validate() error {
	if len(p.Models) == 0 || len(p.Bins) == 0 {
		return errors.New("models or bins is empty")
	}
	for i, b := range p.Bins {
		if b.To <= b.Above || i > 0 && b.Above < p.Bins[i-1].To {
			return fmt.Errorf("bins[%d] is (%d, %d]", i, b.Above, b.To)
		}
	}
	for i, m := range p.Models {
		if len(m.Documents) == 0 {
			return fmt.Errorf("models[%d] (%s) has no documents", i, m.Label())
		}
		for j, d := range m.Documents {
			name := fmt.Sprintf("models[%d].documents[%d]", i, j)
			if err := positive(name+".pppl", d.PPPL); err != nil {
				return err
			}
			if d.Length < 3 {
				return fmt.Errorf("%s.length is %d, want a token between the special ones", name, d.Length)
			}
		}
	}
	return nil
}
