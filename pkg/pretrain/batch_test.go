package pretrain

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"

	"llmjp.internal/modernbert/pkg/backend"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/run"
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

// The mean of the micro-batches' means is the authors' loss: with
// loss_average=micro it is what the log has, and not the mean over tokens.
func TestLossAverageMicro(t *testing.T) {
	opt := options(t, append(append([]string{}, small...), "loss_average=micro", "micro_rows=2", "total_steps=1", "eval_every=0")...)
	opt.DumpBatches = t.TempDir()
	mustRun(t, opt)
	ids, labels := dumped(t, filepath.Join(opt.DumpBatches, "step-000001.safetensors"))
	start := filepath.Join(opt.Output, run.Staying, run.StepName(0))
	first, second := lossOf(t, opt.Settings, start, ids[:2], labels[:2]), lossOf(t, opt.Settings, start, ids[2:], labels[2:])
	line := untimed(t, opt.Output)[0]
	near(t, "loss", line.Loss, (first+second)/2, 2e-6)
	if all := lossOf(t, opt.Settings, start, ids, labels); math.Abs(all-line.Loss) < 1e-5*all {
		t.Errorf("loss %g, the mean over tokens is %g: the micro-batches have as many masked tokens each, the test shows nothing", line.Loss, all)
	}
}

// dumped reads a dumped batch without its padding.
func dumped(t *testing.T, path string) (ids, labels [][]int32) {
	t.Helper()
	f, err := checkpoint.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := func(name string) (rows [][]int32) {
		info, ok := f.Info(name)
		values, err := f.Int64s(name)
		if err != nil || !ok {
			t.Fatal(name, err)
		}
		for ; len(values) > 0; values = values[info.Shape[1]:] {
			row := make([]int32, info.Shape[1])
			for i := range row {
				row[i] = int32(values[i])
			}
			rows = append(rows, row)
		}
		return rows
	}
	ids, labels = rows("input_ids"), rows("labels")
	for i, mask := range rows("attention_mask") {
		n := 0
		for _, m := range mask {
			n += int(m)
		}
		ids[i], labels[i] = ids[i][:n], labels[i][:n]
	}
	return ids, labels
}

// lossOf is the mean loss of masked documents by the weights of a checkpoint.
func lossOf(t *testing.T, s Settings, dir string, ids, labels [][]int32) float64 {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	arch, err := s.Architecture()
	if err != nil {
		t.Fatal(err)
	}
	score, err := NewFixed(s, 4, ids, labels).Scorer(b, arch, model.Options{})
	if err != nil {
		t.Fatal(err)
	}
	values := load(t, dir)
	var weights []*tensors.Tensor
	for _, p := range arch.Params(model.MaskedLM) {
		weights = append(weights, tensors.FromFlatDataAndDimensions(values[p.Name], p.Shape...))
	}
	loss, _, err := score(t.Context(), weights)
	if err != nil {
		t.Fatal(err)
	}
	return loss
}

// Recomputed activations and plain operations change results by rounding at most.
// bfloat16 changes the gradient by its own rounding (pkg/model compares it with
// torch's autocast), and weights stay float32.
func TestHowItIsComputed(t *testing.T) {
	run := func(assignments ...string) ([]run.Line, model.Values) {
		opt := options(t, append(append(append([]string{}, small...), "total_steps=3", "warmup_steps=0", "eval_every=0", "checkpoint_steps="), assignments...)...)
		s := mustRun(t, opt)
		return untimed(t, opt.Output), load(t, s.Checkpoint)
	}
	fast, _ := run()
	again, _ := run("activation_checkpoints=true")
	plain, _ := run("compute=float32,plain")
	half, values := run("compute=bfloat16")
	for i := range fast {
		near(t, "loss, activations recomputed", again[i].Loss, fast[i].Loss, 1e-6)
		near(t, "gradient, activations recomputed", again[i].GradNorm, fast[i].GradNorm, 1e-5)
		near(t, "loss, plain operations", plain[i].Loss, fast[i].Loss, 1e-6)
		near(t, "gradient, plain operations", plain[i].GradNorm, fast[i].GradNorm, 1e-5)
	}
	off := math.Abs(half[0].GradNorm/fast[0].GradNorm - 1)
	if t.Logf("bfloat16 changes the gradient's norm by %.2g of it", off); !(off > 1e-6 && off < 5e-3) {
		t.Errorf("bfloat16 changes the gradient's norm by %.2g of it, its rounding by more than 1e-6 and less than 5e-3", off)
	}
	rounded := 0
	for _, x := range values["model.embeddings.tok_embeddings.weight"] {
		if math.Float32bits(x)&0xffff == 0 {
			rounded++
		}
	}
	if n := len(values["model.embeddings.tok_embeddings.weight"]); rounded > n/100 {
		t.Errorf("%d of %d weights are bfloat16 numbers", rounded, n)
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

// TestCapacity wants room for every masked position, little of it unused, and
// few graphs.
func TestCapacity(t *testing.T) {
	l := layout{rate: 0.3}
	rooms := map[int]bool{}
	for masked := 1229 - 3*29; masked <= 1229+4*29; masked++ { // of a full part
		room := l.capacity(4096, masked)
		if room < masked || room > masked+1229/8+8 {
			t.Errorf("%d masked positions have room for %d", masked, room)
		}
		rooms[room] = true
	}
	if usual := l.capacity(4096, 1229); len(rooms) > 3 || l.capacity(4096, 1229+43) != usual {
		t.Errorf("a full part has %d graphs, the usual one has room for %d", len(rooms), usual)
	}
	small := map[int]bool{}
	for masked := 96 - 4*8; masked <= 96+4*8; masked++ {
		small[l.capacity(320, masked)] = true
	}
	if len(small) > 3 {
		t.Errorf("a part of 320 positions has %d graphs", len(small))
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
