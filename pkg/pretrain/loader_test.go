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

// The shares of a batch cover each of its rows once, and every rank's tensors
// have the same shapes.
func TestShares(t *testing.T) {
	opt := options(t, append(append([]string{}, small...), "batch_size=11", "micro_tokens=64", "lengths=8,16,32")...)
	for ranks := 1; ranks <= 4; ranks++ {
		var shapes []string
		seen := map[int]int{}
		for rank := range ranks {
			s := &session{opt: opt, settings: opt.Settings}
			if err := s.model(); err != nil {
				t.Fatal(err)
			}
			c, err := s.tokenized(t.Context(), "training", opt.Data)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			s.corpus = c
			if err := s.graphs(); err != nil {
				t.Fatal(err)
			}
			loader := s.loader
			loader.rank, loader.ranks, loader.planner = rank, ranks, opt.Settings.planner(1, ranks)
			b, err := loader.draw(3)
			if err != nil {
				t.Fatal(err)
			}
			loader.makeTensors(b)
			own := ""
			for i, part := range b.parts {
				for _, row := range loader.share(part, rank).Rows {
					seen[row]++
				}
				for _, input := range b.micro[i].Inputs {
					own += input.Shape().String()
				}
			}
			shapes = append(shapes, own)
		}
		for row := range opt.Settings.BatchSize {
			if seen[row] != 1 {
				t.Errorf("%d ranks: row %d is computed %d times", ranks, row, seen[row])
			}
		}
		if len(seen) != opt.Settings.BatchSize {
			t.Errorf("%d ranks: %d rows of %d", ranks, len(seen), opt.Settings.BatchSize)
		}
		for rank, own := range shapes {
			if own != shapes[0] {
				t.Errorf("%d ranks: rank %d has the shapes %s, rank 0 %s", ranks, rank, own, shapes[0])
			}
		}
	}
}
