package claims

import (
	"math"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// leastFall returns the smallest fall of the validation loss between marked
// steps of stage 1. The paper's first mark, 3 %, is left out: validations are
// evenly spaced, and a short run has none there.
func leastFall(r *Run) (float64, bool) {
	least, before := math.Inf(1), math.NaN()
	for _, share := range []float64{0.1, 0.2, 0.4, 0.6, 0.8, 1} {
		e, ok := at(r, evaluations(r, 1), stageOne, share)
		if !ok {
			return 0, false
		}
		if !math.IsNaN(before) {
			least = min(least, before-e.Loss)
		}
		before = e.Loss
	}
	return least, true
}

// evaluations returns the validations of a stage, none for one that was not run.
func evaluations(r *Run, stage int) []result.Evaluation {
	for _, s := range r.Curve.Stages {
		if s.Stage == stage {
			return s.Evaluations
		}
	}
	return nil
}

// stageOne places a validation of stage 1 among checkpoints.
func stageOne(e result.Evaluation) result.Checkpoint {
	return result.Checkpoint{Stage: 1, Step: e.Step}
}

// secondStageFall returns the fall of the validation loss within stage 2.
func secondStageFall(r *Run) (float64, bool) {
	list := evaluations(r, 2)
	if len(list) < 2 {
		return 0, false
	}
	return list[0].Loss - list[len(list)-1].Loss, true
}

// recallChange returns the change of Recall@10 between two shares of stage 1,
// over all pairs. The shares are fixed: the best of many noisy steps would rise
// by itself.
func recallChange(from, to float64) func(*Run) (float64, bool) {
	return func(r *Run) (float64, bool) {
		if r.Retrieval == nil {
			return 0, false
		}
		checkpoint := func(x result.RetrievalRow) result.Checkpoint { return x.Checkpoint }
		a, ok1 := at(r, r.Retrieval.Rows, checkpoint, from)
		b, ok2 := at(r, r.Retrieval.Rows, checkpoint, to)
		return b.Recall10 - a.Recall10, ok1 && ok2
	}
}

// rise returns the rise of a task's score, times 100, between two shares of
// stage 1: the mean over seeds of the best setting.
func rise(task string, from, to float64) func(*Run) (float64, bool) {
	return func(r *Run) (float64, bool) {
		if r.JGLUE == nil {
			return 0, false
		}
		model := func(m result.JGLUEModel) result.Checkpoint { return m.Checkpoint }
		a, ok1 := at(r, r.JGLUE.Models, model, from)
		b, ok2 := at(r, r.JGLUE.Models, model, to)
		if !ok1 || !ok2 {
			return 0, false
		}
		before, ok1 := finding.Score(r.JGLUE, a.Label(), task)
		after, ok2 := finding.Score(r.JGLUE, b.Label(), task)
		return 100 * (after.Mean - before.Mean), ok1 && ok2
	}
}

// gapsFilled returns the share of sentences whose right word the last checkpoint
// guesses first.
func gapsFilled(r *Run) (float64, bool) {
	if r.Gaps == nil {
		return 0, false
	}
	best := -1
	for i, m := range r.Gaps.Models {
		if !m.Baseline() && (best < 0 || m.Stage > r.Gaps.Models[best].Stage || m.Stage == r.Gaps.Models[best].Stage && m.Step > r.Gaps.Models[best].Step) {
			best = i
		}
	}
	if best < 0 {
		return 0, false
	}
	s := finding.AnswersOf(r.Gaps, best)
	return float64(s.Right) / float64(s.Possible), s.Possible > 0
}

// medians returns the median pseudo-perplexity of the shortest and of the
// longest documents after a stage.
func medians(r *Run, stage int) (short, long float64, ok bool) {
	if r.Perplexity == nil {
		return 0, 0, false
	}
	m, ok := last(r.Perplexity.Models, func(m result.ModelScores) result.Checkpoint { return m.Checkpoint }, stage)
	if !ok {
		return 0, 0, false
	}
	bins := finding.Bins(r.Perplexity, m)
	if n := len(bins); n < 2 || bins[0].N == 0 || bins[n-1].N == 0 {
		return 0, 0, false
	}
	return bins[0].Median, bins[len(bins)-1].Median, true
}

// longDocuments returns the fall from stage 1 to stage 2 of the logarithm of the
// longest documents' median pseudo-perplexity.
func longDocuments(r *Run) (float64, bool) {
	_, one, ok1 := medians(r, 1)
	_, two, ok2 := medians(r, 2)
	return math.Log(one / two), ok1 && ok2
}

// riseWithLength returns how much the logarithm of the median pseudo-perplexity
// after stage 2 rises from the shortest to the longest documents.
func riseWithLength(r *Run) (float64, bool) {
	short, long, ok := medians(r, 2)
	return math.Log(long / short), ok
}

// points returns the scores of two shares of stage 1.
func points(r *Run, from, to float64) (a, b result.EmbeddingScore, ok bool) {
	if r.Points == nil {
		return a, b, false
	}
	score := func(s result.EmbeddingScore) result.Checkpoint { return s.Checkpoint }
	a, ok1 := at(r, r.Points.Checkpoints, score, from)
	b, ok2 := at(r, r.Points.Checkpoints, score, to)
	return a, b, ok1 && ok2
}

// uniformityRise returns the rise of uniformity up to the paper's 100k steps.
func uniformityRise(r *Run) (float64, bool) {
	a, b, ok := points(r, 0, 0.2)
	return b.Uniformity - a.Uniformity, ok
}

// alignmentFall returns the fall of alignment up to the paper's 100k steps.
func alignmentFall(r *Run) (float64, bool) {
	a, b, ok := points(r, 0, 0.2)
	return a.Alignment - b.Alignment, ok
}

// between returns the share of later checkpoints whose uniformity lies between
// those at the paper's 15k and 100k steps.
func between(r *Run) (float64, bool) {
	a, b, ok := points(r, 0.03, 0.2)
	if !ok {
		return 0, false
	}
	low, high := min(a.Uniformity, b.Uniformity), max(a.Uniformity, b.Uniformity)
	inside, all := 0, 0
	for _, s := range r.Points.Checkpoints {
		if s.Stage == 1 && float64(s.Step) < 0.39*float64(r.steps(1)) || s.Stage == 2 && s.Step == 0 {
			continue
		}
		all++
		if s.Uniformity >= low && s.Uniformity <= high {
			inside++
		}
	}
	return float64(inside) / float64(all), all > 0
}

// random returns the median squared distance of random pairs at two shares.
func random(r *Run, from, to float64) (a, b float64, ok bool) {
	if r.Pairs == nil {
		return 0, 0, false
	}
	checkpoint := func(p result.PairDistances) result.Checkpoint { return p.Checkpoint }
	x, ok1 := at(r, r.Pairs.Models, checkpoint, from)
	y, ok2 := at(r, r.Pairs.Models, checkpoint, to)
	if !ok1 || !ok2 {
		return 0, 0, false
	}
	_, a = finding.Medians(x)
	_, b = finding.Medians(y)
	return a, b, true
}

// randomShrink returns how much random pairs approach each other up to the
// paper's 100k steps.
func randomShrink(r *Run) (float64, bool) {
	a, b, ok := random(r, 0, 0.2)
	return a - b, ok
}

// randomApart returns how much random pairs move apart from then on.
func randomApart(r *Run) (float64, bool) {
	a, b, ok := random(r, 0.2, 1)
	return b - a, ok
}

// closer returns the probability that a positive pair is closer than a random one
// at the end of stage 2.
func closer(r *Run) (float64, bool) {
	if r.Pairs == nil {
		return 0, false
	}
	m, ok := last(r.Pairs.Models, func(p result.PairDistances) result.Checkpoint { return p.Checkpoint }, 2)
	if !ok {
		return 0, false
	}
	return metric.Closer(m.Positive, m.Random), true
}

// beats returns by how much Recall@10 of the last checkpoint exceeds that of a
// measure that needs no model.
func beats(measure string) func(*Run) (float64, bool) {
	return func(r *Run) (float64, bool) {
		if r.Retrieval == nil {
			return 0, false
		}
		m, ok := last(r.Retrieval.Rows, func(x result.RetrievalRow) result.Checkpoint { return x.Checkpoint }, 2)
		for _, row := range r.Retrieval.Rows {
			if ok && row.Name == measure {
				return m.Recall10 - row.Recall10, true
			}
		}
		return 0, false
	}
}
