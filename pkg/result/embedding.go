package result

import (
	"errors"
	"fmt"
	"math"
)

// AlignmentUniformity is Figure 3: the place of each checkpoint's sentence
// embeddings between alignment and uniformity (Wang and Isola, 2020).
type AlignmentUniformity struct {
	Provenance Provenance `json:"provenance"`
	Pairs      int        `json:"pairs"` // positive pairs under the alignment
	Texts      int        `json:"texts"` // random texts under the uniformity
	// Checkpoints are in the order of time, Baselines in any.
	Checkpoints []EmbeddingScore `json:"checkpoints"`
	Baselines   []EmbeddingScore `json:"baselines,omitempty"`
}

// An EmbeddingScore is one model's point. With L2-normalised embeddings
// alignment is the mean of |x-y|² over positive pairs, in [0, 4]; uniformity
// the log of the mean of exp(-2|x-y|²) over pairs of different random texts,
// in [-8, 0]. IsoScore (Rudman et al., 2022), in [0, 1], is the isotropy of the
// same random texts around their mean: 1 where they spread evenly over all
// dimensions. It is nil in results of earlier versions, and where all texts lie
// in one point.
type EmbeddingScore struct {
	Checkpoint
	Alignment  float64  `json:"alignment"`
	Uniformity float64  `json:"uniformity"`
	IsoScore   *float64 `json:"isoscore,omitempty"`
}

// Distance returns how far two points lie from each other in Figure 3.
func (s EmbeddingScore) Distance(other EmbeddingScore) float64 {
	return math.Hypot(s.Uniformity-other.Uniformity, s.Alignment-other.Alignment)
}

// Kind returns "alignment-uniformity".
func (*AlignmentUniformity) Kind() string { return "alignment-uniformity" }

// slack allows for the error that float32 rounding adds to the bounds of exact arithmetic.
const slack = 1e-3

// Validate refuses values that no embeddings can have and checkpoints out of
// order.
func (a *AlignmentUniformity) Validate() error {
	if len(a.Checkpoints)+len(a.Baselines) == 0 {
		return errors.New("checkpoints and baselines are empty")
	}
	for i, s := range a.Checkpoints {
		if err := s.validate(fmt.Sprintf("checkpoints[%d]", i)); err != nil {
			return err
		}
		if i > 0 && s.before(a.Checkpoints[i-1].Checkpoint) {
			return fmt.Errorf("checkpoints[%d]: %s comes before %s in time", i, s.Label(), a.Checkpoints[i-1].Label())
		}
	}
	for i, s := range a.Baselines {
		if err := s.validate(fmt.Sprintf("baselines[%d]", i)); err != nil {
			return err
		}
	}
	return nil
}

func (s EmbeddingScore) validate(name string) error {
	if s.IsoScore != nil {
		if err := number(name+".isoscore", *s.IsoScore, -slack, 1+slack); err != nil {
			return err
		}
	}
	return first(
		number(name+".alignment", s.Alignment, -slack, 4+slack),
		number(name+".uniformity", s.Uniformity, -8-slack, slack))
}

// Similarity is Figure 4: how far apart positive and random pairs lie.
type Similarity struct {
	Provenance Provenance `json:"provenance"`
	// Models have checkpoints first, in the order of time, then baselines.
	Models []PairDistances `json:"models"`
}

// PairDistances holds one model's squared distances 2-2cos of pairs of
// L2-normalised embeddings, in [0, 4].
type PairDistances struct {
	Checkpoint
	Positive []float32 `json:"positive"`
	Random   []float32 `json:"random"`
}

// Kind returns "similarity".
func (*Similarity) Kind() string { return "similarity" }

// Validate refuses models without pairs and distances outside [0, 4].
func (s *Similarity) Validate() error {
	if len(s.Models) == 0 {
		return errors.New("models is empty")
	}
	for i, m := range s.Models {
		for name, distances := range map[string][]float32{"positive": m.Positive, "random": m.Random} {
			if len(distances) == 0 {
				return fmt.Errorf("models[%d] (%s) has no %s pairs", i, m.Label(), name)
			}
			for j, d := range distances {
				if err := number(fmt.Sprintf("models[%d].%s[%d]", i, name, j), float64(d), -slack, 4+slack); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Retrieval is Table 4: for a passage, finding the passage that belongs to it.
type Retrieval struct {
	Provenance Provenance `json:"provenance"`
	// Task names the pairs: "MIRACL-ja train", "Wikipedia pairs, valid".
	Task string         `json:"task"`
	N    int            `json:"n"` // queries, and passages ranked
	Rows []RetrievalRow `json:"rows"`
}

// The names of rows that need no model.
const (
	EditDistance = "edit distance"
	EditShare    = "edit distance by length"
	JaccardWords = "Jaccard, words"
	JaccardChars = "Jaccard, characters"
)

// A RetrievalRow is one model or measure.
type RetrievalRow struct {
	Checkpoint
	Recall10 float64 `json:"recall@10"`
	MRR10    float64 `json:"mrr@10"`
}

// Kind returns "retrieval".
func (*Retrieval) Kind() string { return "retrieval" }

// Validate refuses an empty task and scores outside [0, 1].
func (r *Retrieval) Validate() error {
	if len(r.Rows) == 0 || r.N <= 0 {
		return errors.New("rows is empty or n is not positive")
	}
	for i, row := range r.Rows {
		name := fmt.Sprintf("rows[%d]", i)
		if err := first(share(name+".recall@10", row.Recall10), share(name+".mrr@10", row.MRR10)); err != nil {
			return err
		}
		if row.MRR10 > row.Recall10+1e-9 {
			return fmt.Errorf("%s: mrr@10 %v is above recall@10 %v", name, row.MRR10, row.Recall10)
		}
	}
	return nil
}

// Chance returns the Recall@10 of a random order of the passages.
func (r *Retrieval) Chance() float64 { return min(1, 10/float64(r.N)) }
