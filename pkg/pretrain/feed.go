package pretrain

import (
	"context"
	"fmt"
	"time"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/train"
)

// A source makes the batch of a step from the corpus, the settings and the step
// alone.
type source struct {
	rows     corpus.Rows
	settings Settings
	masker   masker
	planner  train.Planner
	layout   layout
	rank     int // of ranks that share each batch's rows
	ranks    int
}

// draw makes the batch of a step (from 1) without its tensors.
func (s *source) draw(step int) (*batch, error) {
	rows, err := corpus.Batch(s.rows, s.settings.Seed, step-1, s.settings.BatchSize, s.settings.MaxLength)
	if err != nil {
		return nil, err
	}
	b := &batch{step: step, ids: rows, labels: make([][]int32, len(rows))}
	lengths := make([]int, len(rows))
	for i, row := range rows {
		b.labels[i] = s.masker.mask(row, trainingMasks, step, i)
		lengths[i] = len(row)
	}
	b.parts = s.plan(lengths)
	return b, nil
}

// plan cuts the batch into micro-batches: by length, or by order, as the authors
// do, for a loss that is the mean of the micro-batches' means.
func (s *source) plan(lengths []int) []train.Part {
	if s.settings.LossAverage == "tokens" {
		return s.planner.Plan(lengths)
	}
	var parts []train.Part
	for from := 0; from < len(lengths); from += s.settings.MicroRows {
		to := min(from+s.settings.MicroRows, len(lengths))
		one := s.planner
		one.Tokens = s.settings.MicroRows * max(s.settings.MaxLength, 1)
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
func (s *source) share(part train.Part, r int) train.Part {
	height := part.Height / s.ranks
	from := min(r*height, len(part.Rows))
	to := min(from+height, len(part.Rows))
	return train.Part{Rows: part.Rows[from:to], Height: height, Length: part.Length}
}

// fill makes the tensors of this rank's share of the micro-batches. Their
// shapes are the same on every rank. It scales the micro-batches' losses so that
// they add up to the mean over the batch's masked tokens, or to the mean of the
// micro-batches' means. The loss is 0 if nothing is masked.
func (s *source) fill(b *batch) {
	total := b.masked()
	for _, part := range b.parts {
		most := 0
		for r := range s.ranks {
			most = max(most, countMasked(b.labels, s.share(part, r).Rows))
		}
		micro := train.MicroBatch{Inputs: s.layout.inputs(b.ids, b.labels, s.share(part, s.rank), most)}
		if n := total; n > 0 {
			micro.Scale = 1 / float64(n)
		}
		if s.settings.LossAverage == "micro" {
			micro.Scale = 0
			if n := countMasked(b.labels, part.Rows); n > 0 {
				micro.Scale = 1 / float64(n*len(b.parts))
			}
		}
		b.micro = append(b.micro, micro)
	}
}

// drawn is a batch, or the error that making it met.
type drawn struct {
	batch *batch
	err   error
}

// ahead is the number of batches that are made ahead of the device.
const ahead = 3

// feed makes the batches of the steps first … last in the background and
// compiles the graphs that they are the first to need.
func (s *source) feed(ctx context.Context, first, last int, prepare func([]train.MicroBatch) error) <-chan drawn {
	out := make(chan drawn, ahead)
	go func() {
		defer close(out)
		known := map[string]bool{}
		for step := first; step <= last; step++ {
			b, err := s.draw(step)
			if err == nil {
				s.fill(b)
				err = compile(b, known, prepare)
			}
			select {
			case out <- drawn{b, err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return out
}

// compile prepares the graphs of a batch if one of its micro-batches has a new
// shape. A batch of a single micro-batch may have a graph of its own.
func compile(b *batch, known map[string]bool, prepare func([]train.MicroBatch) error) error {
	found := false
	for _, micro := range b.micro {
		shape := fmt.Sprint(micro.Inputs[0].Shape(), micro.Inputs[2].Shape(), len(b.micro) == 1)
		found = found || !known[shape]
		known[shape] = true
	}
	if !found {
		return nil
	}
	began := time.Now()
	err := prepare(b.micro)
	b.compiling = time.Since(began).Seconds()
	return err
}
