package backend

import (
	"encoding/json"
	"fmt"
	"strconv"
	_ "unsafe" // for go:linkname

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/go-xla/compute/xla"
)

// Window in the place of an attention's mask says that a query attends to the
// keys at most so many positions before it, and to none after it. cuDNN's fused
// attention can do that, XLA passes it on, go-xla (v0.4.3) does not ask for it:
// [windowed] does.
type Window interface{ KeysBefore() int }

// windowed is XLA on CUDA whose fused attention knows a [Window]. Without one
// all is go-xla's own.
//
// A tensor remembers the backend of its buffer: so buffers are wrapped, too.
type windowed struct{ compute.Backend }

func (b *windowed) Builder(name string) compute.Builder {
	return windowedBuilder{b.Backend.Builder(name), b}
}

func (b *windowed) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	buffer, err := b.Backend.BufferFromFlatData(device, flat, shape)
	return b.wrap(buffer), err
}

func (b *windowed) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	buffer, flat, err := b.Backend.NewSharedBuffer(device, shape)
	return b.wrap(buffer), flat, err
}

func (b *windowed) wrap(buffer compute.Buffer) compute.Buffer {
	if buffer == nil {
		return nil
	}
	return windowedBuffer{buffer, b}
}

// windowedBuffer is a buffer that belongs to the windowed backend.
type windowedBuffer struct {
	compute.Buffer
	backend *windowed
}

func (b windowedBuffer) Backend() compute.Backend { return b.backend }

func (b windowedBuffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	buffer, err := b.Buffer.CopyToDevice(device)
	return b.backend.wrap(buffer), err
}

type windowedBuilder struct {
	compute.Builder
	backend *windowed
}

func (b windowedBuilder) Main() compute.Function { return windowedFunction{b.Builder.Main()} }

func (b windowedBuilder) Compile() (compute.Executable, error) {
	executable, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return windowedExecutable{executable, b.backend}, nil
}

type windowedExecutable struct {
	compute.Executable
	backend *windowed
}

func (e windowedExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	raw := make([]compute.Buffer, len(inputs))
	for i, buffer := range inputs {
		raw[i] = buffer
		if ours, ok := buffer.(windowedBuffer); ok {
			raw[i] = ours.Buffer
		}
	}
	outputs, err := e.Executable.Execute(raw, donate, device)
	for i, buffer := range outputs {
		outputs[i] = e.backend.wrap(buffer)
	}
	return outputs, err
}

// windowedFunction is a graph's main function. Others and closures, which its
// methods take and make, are go-xla's.
type windowedFunction struct{ compute.Function }

func (f windowedFunction) FusedScaledDotProductAttention(query, key, value compute.Value, layout compute.AttentionAxesLayout, config *compute.ScaledDotProductAttentionConfig) (compute.Value, []compute.Value, error) {
	window, ok := windowOf(config)
	if !ok {
		return f.Function.FusedScaledDotProductAttention(query, key, value, layout, config)
	}
	c, err := f.newCall(query, layout, config, window)
	if err != nil {
		return nil, nil, err
	}
	stats := shapes.Make(dtypes.Float32, c.batch, c.heads, c.seq)
	outs, err := c.emit("__cudnn$fmhaSoftmax", map[string]any{
		"bmm1_dot_dimension_numbers": contract(3, 3, 2, 2),
		"bmm2_dot_dimension_numbers": contract(3, 1, 1, 2),
	}, []compute.Value{query, key, value}, 1, stats)
	if err != nil {
		return nil, nil, err
	}
	return outs[0], outs[1:2], nil
}

func (f windowedFunction) FusedScaledDotProductAttentionVJP(query, key, value compute.Value, layout compute.AttentionAxesLayout, config *compute.ScaledDotProductAttentionConfig, output compute.Value, states []compute.Value, dOutput compute.Value) (dQuery, dKey, dValue compute.Value, err error) {
	window, ok := windowOf(config)
	if !ok {
		return f.Function.FusedScaledDotProductAttentionVJP(query, key, value, layout, config, output, states, dOutput)
	}
	c, err := f.newCall(query, layout, config, window)
	if err != nil {
		return nil, nil, nil, err
	}
	outs, err := c.emit("__cudnn$fmhaSoftmaxBackward", map[string]any{
		"bmm1_grad_gemm1_dot_dimension_numbers": contract(2, 1, 1, 2),
		"bmm1_grad_gemm2_dot_dimension_numbers": contract(3, 1, 1, 2),
		"bmm2_grad_gemm1_dot_dimension_numbers": contract(2, 1, 1, 2),
		"bmm2_grad_gemm2_dot_dimension_numbers": contract(3, 3, 2, 2),
	}, []compute.Value{query, key, value, states[0], dOutput, output}, 3)
	if err != nil {
		return nil, nil, nil, err
	}
	return outs[0], outs[1], outs[2], nil
}

// windowOf is the window of an attention that has one.
func windowOf(config *compute.ScaledDotProductAttentionConfig) (window Window, ok bool) {
	if config != nil {
		window, ok = config.Mask.(Window)
	}
	return window, ok
}

// windowedCall is one fused attention with a window.
type windowedCall struct {
	f                        windowedFunction
	batch, seq, heads, width int
	config                   *compute.ScaledDotProductAttentionConfig
	window                   Window
}

func (f windowedFunction) newCall(query compute.Value, layout compute.AttentionAxesLayout, config *compute.ScaledDotProductAttentionConfig, window Window) (*windowedCall, error) {
	shape, err := f.Shape(query)
	if err != nil {
		return nil, err
	}
	if layout != compute.AttentionAxesLayoutBSHD || shape.Rank() != 4 || shape.DType != dtypes.BFloat16 || config.QuerySeqLen == nil || config.KeyValueSeqLen == nil || config.Scale == 0 {
		return nil, fmt.Errorf("attention with a window: queries %s, layout %v: it takes bfloat16 [batch, seq, heads, width], both lengths and a scale", shape, layout)
	}
	d := shape.Dimensions
	return &windowedCall{f: f, batch: d[0], seq: d[1], heads: d[2], width: d[3], config: config, window: window}, nil
}

// emit adds the custom call that go-xla's flash.go would add, with the window.
// It returns the first results, so many of them, as [batch, seq, heads, width],
// and after them those of the given shapes.
func (c *windowedCall) emit(target string, dots map[string]any, operands []compute.Value, results int, more ...shapes.Shape) ([]compute.Value, error) {
	text := func(numbers ...int) []string {
		out := make([]string, len(numbers))
		for i, n := range numbers {
			out[i] = strconv.Itoa(n)
		}
		return out
	}
	fields := map[string]any{
		"algorithm": map[string]any{
			"algo_id": "0", "math_type": "TENSOR_OP_MATH", "tuning_knobs": map[string]string{"17": "1", "24": "0"},
			"is_cudnn_frontend": true, "workspace_size": "0",
		},
		"fmha_scale": c.config.Scale,
		"intermediate_tensor_shape": map[string]any{
			"element_type": "BF16", "dimensions": text(c.batch, c.heads, c.seq, c.seq), "tuple_shapes": []any{},
			"layout": map[string]any{
				"dim_level_types": []any{}, "dim_unique": []any{}, "dim_ordered": []any{}, "minor_to_major": text(3, 2, 1, 0),
				"tiles": []any{}, "element_size_in_bits": "0", "memory_space": "0",
				"index_primitive_type": "PRIMITIVE_TYPE_INVALID", "pointer_primitive_type": "PRIMITIVE_TYPE_INVALID",
				"dynamic_shape_metadata_prefix_bytes": "0",
			},
			"is_dynamic_dimension": []bool{false, false, false, false},
		},
		"is_flash_attention": true, "mask_type": "PADDING_CAUSAL", "dropout_rate": 0, "seed": 42,
		"sliding_window_length": c.window.KeysBefore() + 1, // the query's own position counts
		"max_seg_per_batch":     1, "is_paged_attention": false,
	}
	for name, numbers := range dots {
		fields[name] = numbers
	}
	config, err := json.Marshal(map[string]any{"operation_queue_id": "0", "cudnn_fmha_backend_config": fields})
	if err != nil {
		return nil, err
	}
	in := make([][]int, len(operands), len(operands)+2)
	for i, x := range operands {
		shape, err := c.f.Shape(x)
		if err != nil {
			return nil, err
		}
		for axis := shape.Rank() - 1; axis >= 0; axis-- {
			in[i] = append(in[i], axis)
		}
	}
	operands = append(operands, c.config.QuerySeqLen, c.config.KeyValueSeqLen)
	in = append(in, nil, nil)
	var shaped []shapes.Shape
	var layouts [][]int
	for range results { // [batch, heads, seq, width], in memory [batch, seq, heads, width]
		shaped, layouts = append(shaped, shapes.Make(dtypes.BFloat16, c.batch, c.heads, c.seq, c.width)), append(layouts, []int{3, 1, 2, 0})
	}
	for _, shape := range more {
		shaped, layouts = append(shaped, shape), append(layouts, []int{2, 1, 0})
	}
	shaped, layouts = append(shaped, shapes.Make(dtypes.Uint8, 0)), append(layouts, []int{0}) // scratch
	raw, ok := c.f.Function.(*xla.Function)
	if !ok {
		return nil, fmt.Errorf("attention with a window in %T, go-xla's function is wanted", c.f.Function)
	}
	outs, err := customCall(raw, target, string(config), in, shaped, layouts, operands...)
	if err != nil {
		return nil, err
	}
	for i := range results {
		if outs[i], err = c.f.Transpose(outs[i], 0, 2, 1, 3); err != nil {
			return nil, err
		}
	}
	return outs, nil
}

// contract are a product's dimension numbers, with two batch axes.
func contract(left, right, leftHeads, rightHeads int) map[string][]string {
	text := strconv.Itoa
	return map[string][]string{
		"lhs_contracting_dimensions": {text(left)}, "rhs_contracting_dimensions": {text(right)},
		"lhs_batch_dimensions": {"0", text(leftHeads)}, "rhs_batch_dimensions": {"0", text(rightHeads)},
	}
}

// customCall is go-xla's; it keeps it for its own attention.
//
//go:linkname customCall github.com/gomlx/go-xla/compute/xla.(*Function).customCall
func customCall(f *xla.Function, target, config string, operandLayouts [][]int, results []shapes.Shape, resultLayouts [][]int, operands ...compute.Value) ([]compute.Value, error)
