package pretrain

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
)

// Micro-batches by length give the loss, the gradient and the weights that
// padding everything to the maximum gives, to float32 rounding.
func TestGroupingEqualsPadding(t *testing.T) {
	texts := projectPath(t, "data", "corpus", "valid.jsonl.gz")
	run := func(assignments ...string) (Options, Summary) {
		opt := options(t, append(append([]string{}, small...), append([]string{
			"max_length=256", "batch_size=8", "total_steps=3", "warmup_steps=0", "eval_every=0", "checkpoint_every=0"}, assignments...)...)...)
		opt.Data = []string{texts}
		return opt, mustRun(t, opt)
	}
	padded, all := run("lengths=256", "micro_tokens=2048")
	grouped, few := run("lengths=", "micro_tokens=512")
	if few.Padding > all.Padding/2 {
		t.Errorf("padding: %.3f grouped, %.3f padded", few.Padding, all.Padding)
	}
	a, b := untimed(t, padded.Output), untimed(t, grouped.Output)
	for i := range a {
		near(t, "loss", b[i].Loss, a[i].Loss, 2e-6)
		near(t, "grad_norm", b[i].GradNorm, a[i].GradNorm, 2e-5)
		if a[i].Accuracy != b[i].Accuracy {
			t.Errorf("accuracy %g, padded %g", b[i].Accuracy, a[i].Accuracy)
		}
	}
	x, y := load(t, all.Checkpoint), load(t, few.Checkpoint)
	for name := range x {
		for i := range x[name] {
			if math.Abs(float64(x[name][i]-y[name][i])) > 2e-4 { // Adam magnifies rounding where gradients are near 0
				t.Fatalf("%s[%d]: %g, padded %g", name, i, y[name][i], x[name][i])
			}
		}
	}
}

// The mean of the micro-batches' means is the authors' loss.
func TestLossAverageMicro(t *testing.T) {
	opt := options(t, append(append([]string{}, small...), "loss_average=micro", "micro_rows=2", "total_steps=1", "eval_every=0")...)
	opt.DumpBatches = t.TempDir()
	s := mustRun(t, opt)
	line := untimed(t, opt.Output)[0]
	tokens := options(t, append(append([]string{}, small...), "total_steps=1", "eval_every=0")...)
	mustRun(t, tokens)
	if other := untimed(t, tokens.Output)[0]; other.Loss == line.Loss || math.Abs(other.Loss-line.Loss) > 0.2 {
		t.Errorf("loss %g by micro-batches, %g by tokens", line.Loss, other.Loss)
	}
	if s.Steps != 1 {
		t.Error(s)
	}
}

// Dumped batches are what the step computed: shapes, padding and counts.
func TestDumpBatches(t *testing.T) {
	opt := options(t, append(append([]string{}, small...), "total_steps=2", "eval_every=0")...)
	opt.DumpBatches = filepath.Join(t.TempDir(), "dump")
	mustRun(t, opt)
	for i, line := range untimed(t, opt.Output) {
		f, err := checkpoint.OpenFile(filepath.Join(opt.DumpBatches, []string{"step-000001.safetensors", "step-000002.safetensors"}[i]))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		read := func(name string) []int64 {
			values, err := f.Int64s(name)
			if err != nil {
				t.Fatal(err)
			}
			return values
		}
		info, _ := f.Info("input_ids")
		ids, mask, labels := read("input_ids"), read("attention_mask"), read("labels")
		if diff := cmp.Diff(3, info.Shape[0]); diff != "" {
			t.Error(diff)
		}
		tokens, masked := 0, 0
		for j := range ids {
			tokens += int(mask[j])
			if labels[j] != ignored {
				masked++
			}
			if mask[j] == 0 && (ids[j] != 4 || labels[j] != ignored) {
				t.Errorf("padding at %d: id %d, label %d", j, ids[j], labels[j])
			}
		}
		if tokens != line.Tokens || masked != line.MaskedTokens {
			t.Errorf("step %d: %d tokens, %d masked; the log has %d, %d", line.Step, tokens, masked, line.Tokens, line.MaskedTokens)
		}
	}
}

// There is room for every masked position, and hardly ever a graph of its own.
func TestCapacity(t *testing.T) {
	l := layout{rate: 0.3}
	usual := l.capacity(4096, 1229)
	if l.capacity(4096, 1300) != usual || usual > 1360 {
		t.Errorf("capacity %d and %d", usual, l.capacity(4096, 1300))
	}
	for masked := 0; masked <= 600; masked++ {
		if got := l.capacity(600, masked); got < masked || got%8 != 0 {
			t.Errorf("capacity(600, %d) = %d", masked, got)
		}
	}
	if got := (layout{rate: 0.3, multiple: 3}).capacity(100, 100); got%3 != 0 || got < 100 {
		t.Errorf("capacity for three devices: %d", got)
	}
}
