package backend

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/go-xla/stablehlo"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/google/go-cmp/cmp"
)

type lastKeys int

func (n lastKeys) KeysBefore() int { return int(n) }

// What is computed stays with the wrapped backend and goes into its next program.
func TestWindowed(t *testing.T) {
	raw, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if Kind(raw) == "go" {
		t.Skip("no XLA")
	}
	b, ok := raw.(*windowed)
	if !ok {
		b = &windowed{raw}
	}
	exec, err := NewExec(b, func(x *Node) *Node { return OnePlus(x) })
	if err != nil {
		t.Fatal(err)
	}
	x := tensors.FromValue([]float32{1, 2})
	for range 2 {
		if x, err = exec.Exec1(x); err != nil {
			t.Fatal(err)
		}
		if owner, err := x.Backend(); err != nil || owner != compute.Backend(b) {
			t.Errorf("the result is of %v (%v), not of the wrapped backend", owner, err)
		}
	}
	if got := tensors.MustCopyFlatData[float32](x); got[0] != 3 || got[1] != 4 {
		t.Errorf("computed %v", got)
	}

}

// pretendCUDA returns XLA on the CPU as go-xla and [windowed] would use it on CUDA.
// go-xla asks for the plugin's name, which is changed until the test ends: it then
// makes the calls of cuDNN, which no compiler for a CPU takes.
func pretendCUDA(t *testing.T) *windowed {
	t.Helper()
	b, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	if w, ok := b.(*windowed); ok {
		return w
	}
	if Kind(b) == "go" {
		t.Skip("no XLA")
	}
	plugin := reflect.ValueOf(b).Elem().FieldByName("plugin")
	name := reflect.NewAt(plugin.Type().Elem(), plugin.UnsafePointer()).Elem().FieldByName("name")
	text := (*string)(name.Addr().UnsafePointer())
	before := *text
	t.Cleanup(func() { *text = before })
	*text = "cuda"
	return &windowed{b}
}

// calls returns the backend_config of each cuDNN call of an attention and its
// gradient.
func calls(t *testing.T, b compute.Backend, dtype dtypes.DType, config compute.ScaledDotProductAttentionConfig) (configs []string, err error) {
	t.Helper()
	builder := b.Builder("test")
	f := builder.Main()
	value := func(x compute.Value, err error) compute.Value {
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	x := value(f.Parameter("x", shapes.Make(dtype, 2, 64, 3, 16), nil))
	lengths := value(f.Constant([]int32{64, 7}, 2))
	config.QuerySeqLen, config.KeyValueSeqLen = lengths, lengths
	out, states, err := f.FusedScaledDotProductAttention(x, x, x, compute.AttentionAxesLayoutBSHD, &config)
	if err != nil {
		return nil, err
	}
	if _, _, _, err = f.FusedScaledDotProductAttentionVJP(x, x, x, compute.AttentionAxesLayoutBSHD, &config, out, states, x); err != nil {
		return nil, err
	}
	if windowed, ok := f.(windowedFunction); ok {
		f = windowed.Function
	}
	function, err := emitted(f)
	if err != nil {
		return nil, err
	}
	for _, s := range function.Statements {
		if target, ok := s.Attributes["call_target_name"].(string); ok {
			configs = append(configs, target+" "+s.Attributes["backend_config"].(string))
		}
	}
	return configs, nil
}

// The calls of cuDNN are go-xla's own but for the window's length.
func TestWindow(t *testing.T) {
	b := pretendCUDA(t)
	raw := b.Backend
	causal := compute.ScaledDotProductAttentionConfig{Scale: 0.5, Causal: true}
	want, err := calls(t, raw, dtypes.BFloat16, causal)
	if err != nil {
		t.Fatal(err)
	}
	without, err := calls(t, b, dtypes.BFloat16, causal)
	if err != nil || !slices.Equal(without, want) {
		t.Errorf("without a window: %v, calls %q, want %q", err, without, want)
	}
	const none = `"sliding_window_length":0`
	if len(want) != 2 || !strings.HasPrefix(want[0], "__cudnn$fmhaSoftmax {") || !strings.HasPrefix(want[1], "__cudnn$fmhaSoftmaxBackward {") ||
		!strings.Contains(want[0], none) || !strings.Contains(want[0], `"mask_type":"PADDING_CAUSAL"`) {
		t.Fatalf("go-xla's calls are %q", want)
	}
	for i := range want {
		want[i] = strings.Replace(want[i], none, `"sliding_window_length":9`, 1)
	}
	inWindow := causal
	inWindow.Mask = lastKeys(8)
	got, err := calls(t, b, dtypes.BFloat16, inWindow)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What cannot have a window is refused, never computed without one.
func TestWindowRefused(t *testing.T) {
	b := pretendCUDA(t)
	for _, test := range []struct {
		dtype  dtypes.DType
		causal bool
		want   string
	}{{dtypes.Float32, true, "half-precision"}, {dtypes.BFloat16, false, "causal"}} {
		_, err := calls(t, b, test.dtype, compute.ScaledDotProductAttentionConfig{Causal: test.causal, Mask: lastKeys(8)})
		if err == nil || compute.IsNotImplemented(err) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, causal %v: error %v, want %q", test.dtype, test.causal, err, test.want)
		}
	}
	if _, err := emitted(windowedFunction{}); err == nil || !strings.Contains(err.Error(), "has no field fn") {
		t.Errorf("another go-xla: error %v", err)
	}
	call := func(config string) []*stablehlo.Statement {
		return []*stablehlo.Statement{{Attributes: map[string]any{"call_target_name": "__cudnn$fmhaSoftmax", "backend_config": config}}}
	}
	for _, statements := range [][]*stablehlo.Statement{nil, call(`{"window":0}`), slices.Concat(call(`{"sliding_window_length":0}`), call(`{"sliding_window_length":0}`))} {
		if err := setWindow(statements, 9); err == nil {
			t.Errorf("%d statements were given a window", len(statements))
		}
	}
}

func TestForCUDA(t *testing.T) {
	t.Setenv("XLA_FLAGS", "--xla_dump_to=x")
	for name, want := range map[string]string{
		"go:parallelism=-1":                     "go:parallelism=-1",
		"xla:/a/pjrt_c_api_cpu_plugin.so":       "xla:/a/pjrt_c_api_cpu_plugin.so",
		"xla:/a/xla_cuda_plugin.so,memory=0.5":  "xla:/a/xla_cuda_plugin.so,memory=0.5,tf32=false",
		"xla:/a/xla_cuda_plugin.so,notf32":      "xla:/a/xla_cuda_plugin.so,notf32",
		"xla:cuda":                              "xla:cuda,tf32=false",
		"xla:/a/nvidia/plugin.so,tf32=true,x=y": "xla:/a/nvidia/plugin.so,tf32=true,x=y",
	} {
		if got := forCUDA(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := os.Getenv("XLA_FLAGS"); got != "--xla_dump_to=x --xla_gpu_enable_command_buffer=" {
		t.Errorf("XLA_FLAGS is %q", got)
	}
	t.Setenv("XLA_FLAGS", "--xla_gpu_enable_command_buffer=FUSION")
	forCUDA("xla:cuda")
	if got := os.Getenv("XLA_FLAGS"); got != "--xla_gpu_enable_command_buffer=FUSION" {
		t.Errorf("XLA_FLAGS is %q", got)
	}
}
