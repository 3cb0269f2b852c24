package pretrain

import (
	"errors"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"llmjp.internal/modernbert/pkg/train"
)

// A batch is prepared whole, once for every new shape of its micro-batches, and
// once more where it is a single one: that step has a program of its own.
func TestCompile(t *testing.T) {
	micro := func(length int) train.MicroBatch {
		ids := tensors.FromFlatDataAndDimensions(make([]int32, 2*length), 2, length)
		return train.MicroBatch{Inputs: []*tensors.Tensor{ids, ids, ids}}
	}
	known := map[string]bool{}
	var prepared []int // micro-batches of the calls
	prepare := func(batches []train.MicroBatch) error {
		prepared = append(prepared, len(batches))
		return nil
	}
	for _, lengths := range [][]int{{8, 16}, {16, 8, 8}, {16}, {16}, {8, 32}, {8}} {
		b := &batch{}
		for _, n := range lengths {
			b.micro = append(b.micro, micro(n))
		}
		if err := compile(b, known, prepare); err != nil {
			t.Fatal(err)
		}
	}
	if want := []int{2, 1, 2, 1}; !slices.Equal(prepared, want) {
		t.Errorf("prepared batches of %v micro-batches, want %v", prepared, want)
	}
	broken := errors.New("no memory")
	if err := compile(&batch{micro: []train.MicroBatch{micro(64)}}, known, func([]train.MicroBatch) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}
