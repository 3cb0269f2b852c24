package result

import (
	"fmt"
	"strings"
)

// String says what one look at the validation text found.
func (e Evaluation) String() string {
	line := fmt.Sprintf("step %d: loss %.4f, accuracy %.4f", e.Step, e.Loss, e.Accuracy)
	if e.Recall10 != nil && e.MRR10 != nil {
		line += fmt.Sprintf(", Recall@10 %.3f, MRR@10 %.3f", *e.Recall10, *e.MRR10)
	}
	return line
}

// String says in a line how the stages ended. As each result's String it ends
// with the provenance; the numbers themselves are in its fields.
func (c *TrainingCurve) String() string {
	var ends []string
	for _, s := range c.Stages {
		ends = append(ends, fmt.Sprintf("stage %d, %s", s.Stage, s.Last()))
	}
	return fmt.Sprintf("training curve: %s (%s)", strings.Join(ends, "; "), c.Provenance)
}

// String says how many sentences how many models filled.
func (f *FillMask) String() string {
	return fmt.Sprintf("fill-mask: %d sentences, %d models (%s)", len(f.Sentences), len(f.Models), f.Provenance)
}

// String says how many models' embeddings were measured on how many pairs.
func (a *AlignmentUniformity) String() string {
	return fmt.Sprintf("alignment and uniformity: %d models, %d pairs (%s)", len(a.Checkpoints)+len(a.Baselines), a.Pairs, a.Provenance)
}

// String says of how many models it has the distances.
func (s *Similarity) String() string {
	return fmt.Sprintf("distances of pairs: %d models (%s)", len(s.Models), s.Provenance)
}

// String names the task and the best row.
func (r *Retrieval) String() string {
	if len(r.Rows) == 0 {
		return "retrieval: no rows"
	}
	best := r.Rows[0]
	for _, row := range r.Rows {
		if row.Recall10 > best.Recall10 {
			best = row
		}
	}
	return fmt.Sprintf("retrieval, %s: %d queries, %d rows, best Recall@10 %.3f of %s (%s)", r.Task, r.N, len(r.Rows), best.Recall10, best.Label(), r.Provenance)
}

// String says how many models were measured at how many positions.
func (p *PseudoPerplexity) String() string {
	return fmt.Sprintf("pseudo-perplexity: %d models, %d bins of length, %d positions a document (%s)", len(p.Models), len(p.Bins), p.Positions, p.Provenance)
}

// String says how many runs of how many models there are.
func (j *JGLUE) String() string {
	return fmt.Sprintf("JGLUE: %d runs of %d models (%s)", len(j.Runs), len(j.Models), j.Provenance)
}

// String says how many cases were measured, and where.
func (b *Bench) String() string {
	return fmt.Sprintf("speed: %d rows on %s (%s)", len(b.Rows), b.Machine.Name, b.Provenance)
}
