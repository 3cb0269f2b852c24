package result

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Findings says what the points show beside what the paper says of its
// Figure 3 (section 3.6): at step 0 uniformity is low and alignment high; up
// to 100k steps uniformity rises and alignment falls; then both fluctuate; the
// last checkpoint is near modernbert-ja-130m.
func (a *AlignmentUniformity) Findings() []string {
	var out []string
	if n := len(a.Checkpoints); n > 1 {
		first, last := a.Checkpoints[0], a.Checkpoints[n-1]
		same := "as the paper's do up to 100k steps"
		if last.Uniformity <= first.Uniformity || last.Alignment >= first.Alignment {
			same = "where the paper's uniformity rises and its alignment falls up to 100k steps"
		}
		out = append(out, fmt.Sprintf("From %s to %s uniformity %s from %.3f to %.3f and alignment %s from %.3f to %.3f, %s.",
			first.Label(), last.Label(), went(first.Uniformity, last.Uniformity), first.Uniformity, last.Uniformity,
			went(first.Alignment, last.Alignment), first.Alignment, last.Alignment, same))
		top := slices.MaxFunc(a.Checkpoints, func(x, y EmbeddingScore) int { return cmp.Compare(x.Uniformity, y.Uniformity) })
		if top.Uniformity-last.Uniformity < 0.01 {
			out = append(out, "The embeddings are most crowded at the last checkpoint: no turn yet.")
		} else {
			out = append(out, fmt.Sprintf("The embeddings are most crowded at %s (uniformity %.3f), then spread again to %.3f.", top.Label(), top.Uniformity, last.Uniformity))
		}
		near := slices.MinFunc(PaperFigure3(), func(x, y EmbeddingScore) int { return cmp.Compare(x.far(last), y.far(last)) })
		out = append(out, fmt.Sprintf("Of the paper's baselines, whose pairs are others, %s is nearest to the last checkpoint; the paper's own ends near modernbert-ja-130m.", near.Label()))
	}
	for _, b := range a.Baselines {
		out = append(out, fmt.Sprintf("%s: uniformity %.3f, alignment %.3f.", b.Label(), b.Uniformity, b.Alignment))
	}
	return out
}

// far is how far two points lie from each other in the figure.
func (s EmbeddingScore) far(from EmbeddingScore) float64 {
	return math.Hypot(s.Uniformity-from.Uniformity, s.Alignment-from.Alignment)
}

func went(from, to float64) string {
	switch {
	case to > from:
		return "rose"
	case to < from:
		return "fell"
	}
	return "stayed"
}

// Findings says what the ranks show beside what the paper says of its Table 4
// (Appendix B): a supervised model comes near to 1, BERT models and the
// released model lie above edit distance, that above Jaccard and chance; along
// a run (Figure 1) retrieval is best early.
func (r *Retrieval) Findings() []string {
	if len(r.Rows) == 0 {
		return nil
	}
	best := slices.MaxFunc(r.Rows, func(x, y RetrievalRow) int { return cmp.Compare(x.Recall10, y.Recall10) })
	out := []string{fmt.Sprintf("Best is %s with Recall@10 %.3f and MRR@10 %.3f; a random order reaches %.4f.", best.Label(), best.Recall10, best.MRR10, r.Chance())}
	edit := slices.IndexFunc(r.Rows, func(x RetrievalRow) bool { return x.Name == EditDistance })
	var trained []RetrievalRow
	above := 0
	for _, row := range r.Rows {
		if row.Baseline() {
			continue
		}
		trained = append(trained, row)
		if edit >= 0 && row.Recall10 > r.Rows[edit].Recall10 {
			above++
		}
	}
	if n := len(trained); n > 0 && edit >= 0 {
		out = append(out, fmt.Sprintf("%d of %d checkpoints are above edit distance (%.3f); the paper's released model is (0.574 against 0.289).", above, n, r.Rows[edit].Recall10))
	}
	if n := len(trained); n > 1 {
		top := slices.MaxFunc(trained, func(x, y RetrievalRow) int { return cmp.Compare(x.Recall10, y.Recall10) })
		last := trained[n-1]
		then := "the last one: no decline yet"
		if top.Checkpoint != last.Checkpoint {
			then = fmt.Sprintf("and the last one has %.3f; the paper's retrieval is best at 15k of 500k steps, then declines", last.Recall10)
		}
		out = append(out, fmt.Sprintf("Of the checkpoints %s is best (%.3f), %s.", top.Label(), top.Recall10, then))
	}
	return out
}
