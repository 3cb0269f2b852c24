package finding

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// collapsed is the uniformity above which embeddings are taken to have
// collapsed: nearly all texts lie in one point, and so do pairs. The least
// spread baseline of the paper's Figure 3 has -0.31.
const collapsed = -0.1

// alignmentUniformity describes the points beside the paper's section 3.6: at
// step 0 uniformity is low and alignment high; up to 100k steps uniformity
// rises and alignment falls; then both go back and forth. A point has no
// uncertainty in the result, so the sentences state numbers; package claims
// judges over runs.
func alignmentUniformity(a *result.AlignmentUniformity) []string {
	var out []string
	if n := len(a.Checkpoints); n > 1 {
		first, last := a.Checkpoints[0], a.Checkpoints[n-1]
		out = append(out, fmt.Sprintf("From %s to %s uniformity went from %.3f to %.3f and alignment from %.3f to %.3f; in the paper uniformity rises and alignment falls up to 100k of 500k steps.",
			first.Label(), last.Label(), first.Uniformity, last.Uniformity, first.Alignment, last.Alignment))
		top := slices.MaxFunc(a.Checkpoints, func(x, y result.EmbeddingScore) int { return cmp.Compare(x.Uniformity, y.Uniformity) })
		out = append(out, fmt.Sprintf("The embeddings are most crowded at %s (uniformity %.3f).", top.Label(), top.Uniformity))
		near := slices.MinFunc(result.PaperFigure3(), func(x, y result.EmbeddingScore) int { return cmp.Compare(x.Distance(last), y.Distance(last)) })
		out = append(out, fmt.Sprintf("Of the paper's baselines, whose pairs are others, %s is nearest to the last checkpoint (%.2f away); the paper's own ends near modernbert-ja-130m.", near.Label(), near.Distance(last)))
	}
	var flat []string
	for _, s := range a.Checkpoints {
		if s.Uniformity > collapsed {
			flat = append(flat, s.Label())
		}
	}
	if len(flat) > 0 {
		out = append(out, fmt.Sprintf("Collapsed, nearly all texts in one point (uniformity above %g): %s. There a low alignment says nothing about meaning.", collapsed, join(flat)))
	}
	for _, b := range a.Baselines {
		out = append(out, fmt.Sprintf("%s: uniformity %.3f, alignment %.3f.", b.Label(), b.Uniformity, b.Alignment))
	}
	return out
}

// retrieval describes the rows beside the paper's Table 4: a supervised model
// comes near to 1, BERT models and the released model lie above edit distance,
// that above Jaccard and chance.
func retrieval(r *result.Retrieval) []string {
	if len(r.Rows) == 0 {
		return nil
	}
	byRecall := func(x, y result.RetrievalRow) int { return cmp.Compare(x.Recall10, y.Recall10) }
	best := slices.MaxFunc(r.Rows, byRecall)
	low, high := metric.ShareInterval(int(math.Round(best.Recall10*float64(r.N))), r.N)
	out := []string{fmt.Sprintf("Best is %s with Recall@10 %.3f (95 %% interval %.3f to %.3f over %d queries) and MRR@10 %.3f; a random order reaches %.4f.",
		best.Label(), best.Recall10, low, high, r.N, best.MRR10, r.Chance())}
	var trained []result.RetrievalRow
	for _, row := range r.Rows {
		if !row.Baseline() {
			trained = append(trained, row)
		}
	}
	edit := slices.IndexFunc(r.Rows, func(x result.RetrievalRow) bool { return x.Name == result.EditDistance })
	if edit >= 0 && len(trained) > 0 {
		above, below := 0, 0
		for _, row := range trained {
			switch d := row.Recall10 - r.Rows[edit].Recall10; {
			case !metric.Significant(d, metric.DifferenceError(row.Recall10, r.Rows[edit].Recall10, r.N)):
			case d > 0:
				above++
			default:
				below++
			}
		}
		paper := result.PaperRetrieval(result.PaperModel + " (README)")
		out = append(out, fmt.Sprintf("Of %d checkpoints %d are above edit distance (%.3f) and %d below it by more than chance explains at %d queries; the paper's released model is above it (%.3f against %.3f).",
			len(trained), above, r.Rows[edit].Recall10, below, r.N, paper.Recall10, result.PaperRetrieval(result.EditDistance).Recall10))
	}
	if n := len(trained); n > 1 {
		top, last := slices.MaxFunc(trained, byRecall), trained[n-1]
		words := fmt.Sprintf("Of the checkpoints %s is best (%.3f)", top.Label(), top.Recall10)
		switch d := top.Recall10 - last.Recall10; {
		case top.Checkpoint == last.Checkpoint:
			words += ", the last one."
		case metric.Significant(d, metric.DifferenceError(top.Recall10, last.Recall10, r.N)):
			words += fmt.Sprintf(", more than chance explains above the last one (%.3f); the paper's retrieval is best at 15k of 500k steps, then declines.", last.Recall10)
		default:
			words += fmt.Sprintf(", not told apart from the last one (%.3f) at %d queries.", last.Recall10, r.N)
		}
		out = append(out, words)
	}
	return out
}
