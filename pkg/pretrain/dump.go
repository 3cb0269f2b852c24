package pretrain

import (
	"fmt"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/run"
)

// dump writes a batch as DIR/step-000001.safetensors: int32 input_ids (after
// masking), attention_mask and labels (-100 where none), [documents, length],
// all documents in their order, padded at the end to the longest.
func dump(dir string, b *batch, pad int32) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("--dump-batches: %w", err)
	}
	longest := 0
	for _, row := range b.ids {
		longest = max(longest, len(row))
	}
	n := len(b.ids) * longest
	ids, mask, labels := make([]int32, n), make([]int32, n), make([]int32, n)
	for i := range n {
		ids[i], labels[i] = pad, ignored
	}
	for i, row := range b.ids {
		copy(ids[i*longest:], row)
		copy(labels[i*longest:], b.labels[i])
		for j := range row {
			mask[i*longest+j] = 1
		}
	}
	shape := []int{len(b.ids), longest}
	return checkpoint.WriteFile(filepath.Join(dir, run.StepName(b.step)+".safetensors"), []checkpoint.Tensor{
		{Name: "input_ids", Shape: shape, Data: ids},
		{Name: "attention_mask", Shape: shape, Data: mask},
		{Name: "labels", Shape: shape, Data: labels},
	}, nil)
}
