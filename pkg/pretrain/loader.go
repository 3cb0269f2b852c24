package pretrain

import (
	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/train"
)

// A loader makes the batch of a step from the corpus, the settings and the step
// alone.
type loader struct {
	rows     corpus.Rows
	settings Settings
	masker   masker
	planner  train.Planner
	layout   layout
	rank     int // of ranks that share each batch's rows
	ranks    int
}

// draw makes the batch of a step (from 1) without its tensors.
func (l *loader) draw(step int) (*batch, error) {
	rows, err := corpus.Batch(l.rows, l.settings.Seed, step-1, l.settings.BatchSize, l.settings.MaxLength)
	if err != nil {
		return nil, err
	}
	b := &batch{step: step, ids: rows, labels: make([][]int32, len(rows))}
	lengths := make([]int, len(rows))
	for i, row := range rows {
		b.labels[i] = l.masker.mask(row, trainingMasks, step, i)
		lengths[i] = len(row)
	}
	b.parts = l.plan(lengths)
	return b, nil
}

// plan cuts the batch into micro-batches: by length, or by order, as the authors
// do, for a loss that is the mean of the micro-batches' means.
func (l *loader) plan(lengths []int) []train.Part {
	if l.settings.LossAverage == "tokens" {
		return l.planner.Plan(lengths)
	}
	var parts []train.Part
	for from := 0; from < len(lengths); from += l.settings.MicroRows {
		to := min(from+l.settings.MicroRows, len(lengths))
		one := l.planner
		one.Tokens = l.settings.MicroRows * max(l.settings.MaxLength, 1)
		one.Lengths = one.Lengths[len(one.Lengths)-1:]
		part := one.Plan(lengths[from:to])[0]
		for i := range part.Rows {
			part.Rows[i] += from
		}
		parts = append(parts, part)
	}
	return parts
}

// share returns the rows of a part that rank r computes: all ranks compute
// equally many, in the part's order, and the last may have fewer or none that
// are not empty.
func (l *loader) share(part train.Part, r int) train.Part {
	height := part.Height / l.ranks
	from := min(r*height, len(part.Rows))
	to := min(from+height, len(part.Rows))
	return train.Part{Rows: part.Rows[from:to], Height: height, Length: part.Length}
}

// makeTensors makes the tensors of this rank's share of the micro-batches. Their
// shapes are the same on every rank. It scales the micro-batches' losses so that
// they add up to the mean over the batch's masked tokens, or to the mean of the
// micro-batches' means. The loss is 0 if nothing is masked.
func (l *loader) makeTensors(b *batch) {
	total := b.masked()
	for _, part := range b.parts {
		most := 0
		for r := range l.ranks {
			most = max(most, b.partMasked(l.share(part, r)))
		}
		micro := train.MicroBatch{Inputs: l.layout.inputs(b.ids, b.labels, l.share(part, l.rank), most)}
		if n := total; n > 0 {
			micro.Scale = 1 / float64(n)
		}
		if l.settings.LossAverage == "micro" {
			micro.Scale = 0
			if n := b.partMasked(part); n > 0 {
				micro.Scale = 1 / float64(n*len(b.parts))
			}
		}
		b.micro = append(b.micro, micro)
	}
}
