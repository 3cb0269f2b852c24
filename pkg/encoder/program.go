package encoder

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/lengths"
	"llmjp.internal/modernbert/pkg/model"
)

// A program is a function of the weights and some inputs, compiled for every shape of
// the inputs.
type program struct {
	e     *Encoder
	exec  *graph.Exec
	types bool // takes token types behind ids and lengths
}

// program returns the named program, which it makes at its first use.
func (e *Encoder) program(name string, build func(w model.Weights, inputs []*graph.Node) []*graph.Node) (*program, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if p, ok := e.programs[name]; ok {
		return p, nil
	}
	p, err := e.compile(name, build)
	if err != nil {
		return nil, err
	}
	e.programs[name] = p
	e.shapes[name] = map[[2]int]bool{}
	return p, nil
}

// compile makes a program.
func (e *Encoder) compile(name string, build func(w model.Weights, inputs []*graph.Node) []*graph.Node) (*program, error) {
	n := len(e.params)
	exec, err := graph.NewExec(e.backend, func(args []*graph.Node) []*graph.Node {
		return build(model.Bind(e.params, args[:n]), args[n:])
	})
	if err != nil {
		return nil, fmt.Errorf("graph %s: %w", name, err)
	}
	return &program{e: e, exec: exec.WithName(name).SetMaxCache(-1)}, nil
}

// call runs the program on inputs, which stay the caller's.
func (p *program) call(inputs ...*tensors.Tensor) (outputs []*tensors.Tensor, err error) {
	args := make([]any, 0, len(p.e.weights)+len(inputs))
	for _, w := range p.e.weights {
		args = append(args, w)
	}
	for _, t := range inputs {
		args = append(args, t)
	}
	defer func() { // GoMLX panics where a backend fails
		if r := recover(); r != nil {
			outputs, err = nil, fmt.Errorf("run %s: %v", p.exec.Name(), r)
		}
	}()
	if outputs, err = p.exec.Call(args...); err != nil {
		return nil, fmt.Errorf("run %s: %w", p.exec.Name(), err)
	}
	return outputs, nil
}

// free frees tensors.
func free(ts ...*tensors.Tensor) {
	for _, t := range ts {
		_ = t.FinalizeAll() // nothing is lost if it is free already
	}
}

// inputs makes a batch's ids [rows, length] and lengths [rows], and with types its
// token types [rows, length]. Positions behind an input hold the pad id and type 0;
// rows without an input attend to one of them.
func (e *Encoder) inputs(rows []Row, b lengths.Batch, types bool) []*tensors.Tensor {
	ids := b.Pad(int32(e.Arch.Dimensions().PadID), func(i int) []int32 { return rows[i].IDs })
	attended := b.Lengths(func(i int) int { return rows[i].attended() })
	inputs := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(ids, b.Height, b.Length), tensors.FromFlatDataAndDimensions(attended, b.Height)}
	if types {
		kinds := b.Pad(0, func(i int) []int32 { return rows[i].TypeIDs })
		inputs = append(inputs, tensors.FromFlatDataAndDimensions(kinds, b.Height, b.Length))
	}
	return inputs
}

// run plans the rows' batches, runs the program on each and calls visit with its
// outputs, which it frees afterwards.
func (e *Encoder) run(ctx context.Context, p *program, rows []Row, visit func(b lengths.Batch, outputs []*tensors.Tensor) error) error {
	if err := e.checkAll(rows); err != nil {
		return err
	}
	lengths := make([]int, len(rows))
	for i, r := range rows {
		lengths[i] = len(r.IDs)
	}
	compiled := e.shapes[p.exec.Name()]
	plan := planner{
		longest: e.Arch.Dimensions().MaxLength, tokens: e.BatchTokens(), rows: e.Options.BatchRows,
		compile: e.compileTokens(), compiled: compiled,
	}.plan(lengths)
	done := 0
	e.progress(done, len(rows))
	for _, b := range plan {
		if err := ctx.Err(); err != nil {
			return err
		}
		inputs := e.inputs(rows, b, p.types)
		outputs, err := p.call(inputs...)
		free(inputs...)
		if err != nil {
			return err
		}
		compiled[[2]int{b.Height, b.Length}] = true
		err = visit(b, outputs)
		free(outputs...)
		if err != nil {
			return err
		}
		done += len(b.Rows)
		e.progress(done, len(rows))
	}
	return nil
}

// collect runs a program whose output is [rows, width], and returns the rows'
// outputs in the rows' order.
func (e *Encoder) collect(ctx context.Context, p *program, rows []Row, width int) ([]float32, error) {
	out := make([]float32, len(rows)*width)
	err := e.run(ctx, p, rows, func(b lengths.Batch, outputs []*tensors.Tensor) error {
		return floats(outputs[0], func(values []float32) error {
			for k, i := range b.Rows {
				one := values[k*width : (k+1)*width]
				if err := e.finite(i, one); err != nil {
					return err
				}
				copy(out[i*width:], one)
			}
			return nil
		})
	})
	return out, err
}

// progress reports the inputs that are done to Options.Progress.
func (e *Encoder) progress(done, total int) {
	if e.Options.Progress != nil {
		e.Options.Progress(done, total)
	}
}

// floats calls read with a float32 tensor's values, which are valid during the call.
func floats(t *tensors.Tensor, read func(values []float32) error) error {
	var inner error
	if err := tensors.ConstFlatData(t, func(values []float32) { inner = read(values) }); err != nil {
		return fmt.Errorf("read a result of shape %s: %w", t.Shape(), err)
	}
	return inner
}
