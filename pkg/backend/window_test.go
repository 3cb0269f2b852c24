package backend

import (
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

type lastKeys int

func (n lastKeys) KeysBefore() int { return int(n) }

// What is computed stays with the wrapped backend, and goes into its next
// program; attention with a window reaches XLA, of which only CUDA's knows it.
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

	attend := func(dtype dtypes.DType) error {
		exec, err := NewExec(b, func(g *Graph) *Node {
			x := Zeros(g, shapes.Make(dtype, 1, 64, 2, 64))
			lengths := InternalBackendOutputs(Const(g, []int32{64}))[0]
			config := &compute.ScaledDotProductAttentionConfig{Scale: 1, Causal: true, Mask: lastKeys(8), QuerySeqLen: lengths, KeyValueSeqLen: lengths}
			out, _ := BackendFusedScaledDotProductAttention(x, x, x, compute.AttentionAxesLayoutBSHD, config)
			return ReduceAllSum(ConvertDType(out, dtypes.Float32))
		})
		if err == nil {
			_, err = exec.Exec1()
		}
		return err
	}
	if err := attend(dtypes.Float32); err == nil || !strings.Contains(err.Error(), "bfloat16") {
		t.Errorf("float32: error %v", err)
	}
	err = attend(dtypes.BFloat16)
	if onCUDA := Kind(raw) == "xla:cuda"; onCUDA && err != nil || !onCUDA && (err == nil || !strings.Contains(err.Error(), "__cudnn$fmhaSoftmax")) {
		t.Errorf("bfloat16: error %v", err)
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
