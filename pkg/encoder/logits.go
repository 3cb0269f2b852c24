package encoder

import (
	"context"
	"fmt"
	"math/bits"
	"slices"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/lengths"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// logitBytes limits the size of the scores that are held at a time.
const logitBytes = 256 << 20

// Logits calls visit with the masked-language-model scores before softmax, [vocab],
// at positions[i][k] of each row i (at all positions k where positions is nil), in the
// order of computation. positions[i] may repeat a position. The slice is valid during
// the call.
func (e *Encoder) Logits(ctx context.Context, rows []Row, positions [][]int, visit func(i, k int, values []float32) error) error {
	head, err := e.head("logits", func(logits *graph.Node, _ []*graph.Node) *graph.Node { return logits })
	if err != nil {
		return err
	}
	vocab := e.Arch.Dimensions().Vocab
	return e.atPositions(ctx, rows, positions, func(hidden *tensors.Tensor, chosen []place) error {
		return head.at(chosen, vocab, func(at place, values []float32) error {
			if at.position < rows[at.row].attended() {
				if err := e.finite(at.row, values); err != nil {
					return err
				}
			}
			return visit(at.row, at.k, values)
		}, hidden)
	})
}

// Losses returns, for each row i and each k, -log softmax(scores)[targets[i][k]] at
// positions[i][k], in nats.
func (e *Encoder) Losses(ctx context.Context, rows []Row, positions [][]int, targets [][]int32) ([][]float64, error) {
	vocab := e.Arch.Dimensions().Vocab
	if len(targets) != len(rows) {
		return nil, fmt.Errorf("targets of %d rows, there are %d", len(targets), len(rows))
	}
	if len(positions) != len(rows) {
		return nil, fmt.Errorf("positions of %d rows, there are %d", len(positions), len(rows))
	}
	out := make([][]float64, len(rows))
	for i, ids := range targets {
		if len(ids) != len(positions[i]) {
			return nil, fmt.Errorf("input %d: %d targets for %d positions", i, len(ids), len(positions[i]))
		}
		for _, id := range ids {
			if id < 0 || int(id) >= vocab {
				return nil, fmt.Errorf("input %d: target %d is outside the vocabulary of %d", i, id, vocab)
			}
		}
		out[i] = make([]float64, len(ids))
	}
	head, err := e.head("losses", func(logits *graph.Node, more []*graph.Node) *graph.Node {
		return nn.CrossEntropy(logits, more[0])
	})
	if err != nil {
		return nil, err
	}
	err = e.atPositions(ctx, rows, positions, func(hidden *tensors.Tensor, chosen []place) error {
		labels := make([]int32, len(chosen))
		for n, at := range chosen {
			if at.row >= 0 {
				labels[n] = targets[at.row][at.k]
			}
		}
		wanted := tensors.FromFlatDataAndDimensions(labels, len(labels))
		defer free(wanted)
		return head.at(chosen, 1, func(at place, values []float32) error {
			out[at.row][at.k] = float64(values[0])
			return e.finite(at.row, values)
		}, hidden, wanted)
	})
	return out, err
}

// A place is position k of a row's list. A negative row only fills a batch.
type place struct {
	row, k   int
	position int // in the row
	at       int // row of the hidden states [rows·length, hidden]
}

// head returns the program from hidden states [rows, length, hidden] and places [n]
// to finish(scores), where scores is [n, vocab] and more holds further inputs.
func (e *Encoder) head(name string, finish func(logits *graph.Node, more []*graph.Node) *graph.Node) (*program, error) {
	if err := e.need(model.MaskedLM); err != nil {
		return nil, err
	}
	return e.program(name, func(w model.Weights, in []*graph.Node) []*graph.Node {
		dims := in[0].Shape().Dimensions
		flat := graph.Reshape(in[0], dims[0]*dims[1], dims[2])
		chosen := graph.Gather(flat, graph.InsertAxes(in[1], -1)) // [n, hidden]
		return []*graph.Node{finish(nn.Scores(e.Arch.MaskedLM(w, chosen, e.options())), in[2:])}
	})
}

// atPositions computes the last hidden states batch by batch and calls visit with
// them, still on the device, and with the places chosen in them: a power of two at a
// time, limited by logitBytes.
func (e *Encoder) atPositions(ctx context.Context, rows []Row, positions [][]int, visit func(hidden *tensors.Tensor, chosen []place) error) error {
	if positions != nil && len(positions) != len(rows) {
		return fmt.Errorf("positions of %d rows, there are %d", len(positions), len(rows))
	}
	for i, list := range positions {
		for _, at := range list {
			if at < 0 || at >= len(rows[i].IDs) {
				return fmt.Errorf("input %d: position %d of %d tokens", i, at, len(rows[i].IDs))
			}
		}
	}
	body, err := e.lastHidden()
	if err != nil {
		return err
	}
	most := max(1, logitBytes/4/e.Arch.Dimensions().Vocab)
	most = 1 << (bits.Len(uint(most)) - 1)
	return e.run(ctx, body, rows, func(b lengths.Batch, outputs []*tensors.Tensor) error {
		var chosen []place
		for k, i := range b.Rows {
			if positions == nil {
				for at := range rows[i].IDs {
					chosen = append(chosen, place{i, at, at, k*b.Length + at})
				}
				continue
			}
			for n, at := range positions[i] {
				chosen = append(chosen, place{i, n, at, k*b.Length + at})
			}
		}
		for part := range slices.Chunk(chosen, most) {
			for len(part) < min(most, 1<<bits.Len(uint(len(part)-1))) {
				part = append(part[:len(part):len(part)], place{row: -1})
			}
			if err := visit(outputs[0], part); err != nil {
				return err
			}
		}
		return nil
	})
}

// at runs a head on the places chosen in hidden states, and calls visit with each
// place's outputs, of that width.
func (p *program) at(chosen []place, width int, visit func(at place, values []float32) error, hidden *tensors.Tensor, more ...*tensors.Tensor) error {
	at := make([]int32, len(chosen))
	for i, p := range chosen {
		at[i] = int32(p.at)
	}
	where := tensors.FromFlatDataAndDimensions(at, len(at))
	outputs, err := p.call(append([]*tensors.Tensor{hidden, where}, more...)...)
	free(where)
	if err != nil {
		return err
	}
	defer free(outputs...)
	return floats(outputs[0], func(values []float32) error {
		for n, at := range chosen {
			if at.row < 0 {
				continue
			}
			if err := visit(at, values[n*width:(n+1)*width]); err != nil {
				return err
			}
		}
		return nil
	})
}
