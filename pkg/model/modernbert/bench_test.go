package modernbert

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// The sizes of the benchmarks, for one at a time, since they report the
// process's peak memory:
//
//	go test -run - -bench Train -benchtime 5x ./pkg/model/modernbert
var benchSizes = struct{ layers, hidden, vocab, seq, batch, checkpoint int }{
	setting("LAYERS", 3), setting("HIDDEN", 768), setting("VOCAB", 2000), setting("SEQ", 1024), setting("BATCH", 2), setting("CHECKPOINT", 0),
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv("BENCH_" + name)); err == nil {
		return n
	}
	return otherwise
}

func BenchmarkForward(b *testing.B) {
	bench(b, func(c *Config, w model.Weights, in model.Inputs, _ []*graph.Node) []*graph.Node {
		hidden := c.Hidden(w, in, benchOptions())
		return []*graph.Node{graph.ReduceAllMax(hidden[c.Layers])}
	})
}

func BenchmarkTrain(b *testing.B) {
	bench(b, func(c *Config, w model.Weights, in model.Inputs, weights []*graph.Node) []*graph.Node {
		hidden := c.Hidden(w, in, benchOptions())[c.Layers]
		dims := hidden.Shape().Dimensions
		n := dims[0] * dims[1]
		chosen := graph.SliceAxis(graph.Reshape(hidden, n, dims[2]), 0, graph.AxisRangeFromStart(n*3/10))
		labels := graph.SliceAxis(graph.Reshape(in.IDs, n), 0, graph.AxisRangeFromStart(n*3/10))
		decoder := c.MaskedLM(w, chosen, benchOptions())
		sum, count, _ := nn.MaskedLMLoss(decoder, labels, graph.OnesLike(graph.ConvertDType(labels, dtypes.Float32)))
		loss := graph.Div(sum, count)
		outputs := []*graph.Node{loss}
		for i, gradient := range graph.Gradient(loss, weights...) { // as an optimizer would: new weights, same shapes
			outputs = append(outputs, graph.Sub(weights[i], graph.MulScalar(gradient, 1e-3)))
		}
		return outputs
	})
}

func benchOptions() model.Options {
	return model.Options{Checkpoint: benchSizes.checkpoint != 0, Compute: os.Getenv("BENCH_COMPUTE")}
}

func bench(b *testing.B, build func(*Config, model.Weights, model.Inputs, []*graph.Node) []*graph.Node) {
	s := benchSizes
	c := Base()
	c.Layers, c.HiddenSize, c.Heads, c.Intermediate, c.Vocab = s.layers, s.hidden, s.hidden/64, s.hidden*3/2, s.vocab
	machine, err := backend.Open()
	if err != nil {
		b.Fatal(err)
	}
	params := c.Params(model.MaskedLM)
	exec, err := graph.NewExec(machine, func(nodes []*graph.Node) []*graph.Node {
		w := model.Bind(params, nodes[2:])
		return build(c, w, model.Inputs{IDs: nodes[0], Lengths: nodes[1]}, nodes[2:])
	})
	if err != nil {
		b.Fatal(err)
	}
	ids, lengths := make([]int32, s.batch*s.seq), make([]int32, s.batch)
	for i := range ids {
		ids[i] = int32(i * 7919 % s.vocab)
	}
	for i := range lengths {
		lengths[i] = int32(s.seq)
	}
	inputs := []any{tensors.FromFlatDataAndDimensions(ids, s.batch, s.seq), tensors.FromValue(lengths)}
	values := model.Draw(params, 1)
	for _, p := range params {
		tensor := tensors.FromFlatDataAndDimensions(values[p.Name], p.Shape...)
		if err := tensor.ToDevice(machine, 0); err != nil {
			b.Fatal(err)
		}
		inputs = append(inputs, tensor)
	}
	step := func() {
		outputs, err := exec.Exec(inputs...)
		if err != nil {
			b.Fatal(err)
		}
		for _, output := range outputs {
			output.FinalizeAll()
		}
	}
	before := memory(b, "VmRSS")
	step() // compiles
	for b.Loop() {
		step()
	}
	b.ReportMetric(float64(s.batch*s.seq)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
	b.ReportMetric(float64(memory(b, "VmHWM")), "peak-MiB")
	b.ReportMetric(float64(before), "before-MiB")
	b.ReportMetric(float64(model.Count(params)*4>>20), "weights-MiB")
}

// memory reads the process's resident size (VmRSS) or its peak (VmHWM) in MiB.
func memory(b *testing.B, field string) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc")
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			var kib int
			fmt.Sscan(rest, &kib)
			return kib >> 10
		}
	}
	return 0
}
