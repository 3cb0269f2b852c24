package backend

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/stablehlo"
)

// A Window in the place of an attention's mask restricts each query to its own
// key and the keys at most KeysBefore positions before it.
//
// cuDNN's fused attention has such a window and XLA passes it on, but go-xla
// (v0.4.3) always writes a window of 0, which means none, into the call that it
// makes. Only on CUDA, and only for an attention with a Window, windowedFunction
// writes the window into that call afterwards. For that it reads a field of
// go-xla that is not exported; where a later version names it otherwise, such an
// attention is an error that says so, and all else works. With this change of
// github.com/gomlx/compute and go-xla's compute/xla/flash.go it would not be
// needed:
//
//	 type ScaledDotProductAttentionConfig struct {
//	+	// SlidingWindow is how many keys a query attends to: its own and those
//	+	// before it; 0 is all. It requires Causal.
//	+	SlidingWindow int
//
//	 type fmhaVariant struct {
//	+	slidingWindow int // set by selectFMHAVariant from the configuration
//
//	-			"sliding_window_length": 0,
//	+			"sliding_window_length": v.slidingWindow,
type Window interface{ KeysBefore() int }

// A windowedFunction is a graph's main function. Closures and other functions
// are go-xla's own.
type windowedFunction struct{ compute.Function }

func (f windowedFunction) FusedScaledDotProductAttention(query, key, value compute.Value, layout compute.AttentionAxesLayout, config *compute.ScaledDotProductAttentionConfig) (out compute.Value, states []compute.Value, err error) {
	err = f.inWindow(config, func(config *compute.ScaledDotProductAttentionConfig) error {
		out, states, err = f.Function.FusedScaledDotProductAttention(query, key, value, layout, config)
		return err
	})
	return out, states, err
}

func (f windowedFunction) FusedScaledDotProductAttentionVJP(query, key, value compute.Value, layout compute.AttentionAxesLayout, config *compute.ScaledDotProductAttentionConfig, output compute.Value, states []compute.Value, dOutput compute.Value) (dQuery, dKey, dValue compute.Value, err error) {
	err = f.inWindow(config, func(config *compute.ScaledDotProductAttentionConfig) error {
		dQuery, dKey, dValue, err = f.Function.FusedScaledDotProductAttentionVJP(query, key, value, layout, config, output, states, dOutput)
		return err
	})
	return dQuery, dKey, dValue, err
}

// inWindow lets attend add an attention to the graph. If config has a [Window],
// attend gets config without it, and inWindow writes it into the call.
func (f windowedFunction) inWindow(config *compute.ScaledDotProductAttentionConfig, attend func(*compute.ScaledDotProductAttentionConfig) error) error {
	if config == nil {
		return attend(config)
	}
	window, ok := config.Mask.(Window)
	if !ok {
		return attend(config)
	}
	unmasked := *config
	unmasked.Mask = nil
	if !config.Causal || config.QuerySeqLen == nil || config.KeyValueSeqLen == nil {
		return fmt.Errorf("attention with a window: causal is %v; it takes causal attention with both lengths", config.Causal)
	}
	function, err := emitted(f.Function)
	if err != nil {
		return err
	}
	before := len(function.Statements)
	if err := attend(&unmasked); err != nil {
		// Not wrapped: GoMLX takes "not implemented" as leave to compute something else.
		return fmt.Errorf("attention with a window: %v", err)
	}
	return setWindow(function.Statements[before:], window.KeysBefore()+1) // the query's own position counts
}

// emitted returns the StableHLO function that go-xla's function writes to.
func emitted(f compute.Function) (*stablehlo.Function, error) {
	if v := reflect.ValueOf(f); v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct {
		if field := v.Elem().FieldByName("fn"); field.IsValid() && field.Type() == reflect.TypeFor[*stablehlo.Function]() {
			return (*stablehlo.Function)(field.UnsafePointer()), nil
		}
	}
	return nil, fmt.Errorf("attention with a window: %T has no field fn of type %T, which go-xla v0.4.3 has; build with that version", f, (*stablehlo.Function)(nil))
}

// setWindow writes the window's length into the one call of cuDNN's attention
// among the statements.
func setWindow(statements []*stablehlo.Statement, length int) error {
	const attribute, none = "backend_config", `"sliding_window_length":0`
	calls := 0
	for _, s := range statements {
		if target, _ := s.Attributes["call_target_name"].(string); !strings.HasPrefix(target, "__cudnn$fmha") {
			continue
		}
		config, _ := s.Attributes[attribute].(string)
		if strings.Count(config, none) != 1 {
			return fmt.Errorf("attention with a window: go-xla's call is %q, which does not hold %s once; build with go-xla v0.4.3", config, none)
		}
		s.Attributes[attribute] = strings.Replace(config, none, fmt.Sprintf(`"sliding_window_length":%d`, length), 1)
		calls++
	}
	if calls != 1 {
		return fmt.Errorf("attention with a window: go-xla made %d calls of cuDNN for it, not 1; build with go-xla v0.4.3", calls)
	}
	return nil
}
