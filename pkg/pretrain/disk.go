package pretrain

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/model"
)

// besideWeights is what a checkpoint has beside weights and moments, in bytes:
// the tokenizer, and files of a few KiB.
const besideWeights = 4 << 20

// Disk returns the number of checkpoints that a whole run leaves, and the bytes
// that its checkpoints take at most while it lasts. The model is the preset's,
// in float32 with two moments a weight; at step 0 there are no moments. A
// rolling checkpoint goes once the next one stands, so one more has room.
func (s Settings) Disk() (checkpoints int, bytes int64, err error) {
	c, err := s.Architecture()
	if err != nil {
		return 0, 0, err
	}
	weights := 4 * int64(model.Count(c.Params(model.MaskedLM)))
	steps := map[int]bool{s.TotalSteps: true}
	for _, step := range s.CheckpointSteps {
		if step <= s.TotalSteps {
			steps[step] = true
		}
	}
	for step := s.CheckpointEvery; step > 0 && step <= s.TotalSteps; step += s.CheckpointEvery {
		steps[step] = true
	}
	for step := range steps {
		bytes += weights + besideWeights
		if step > 0 {
			bytes += 2 * weights
		}
	}
	if s.RollingEvery > 0 && s.RollingEvery < s.TotalSteps {
		bytes += 3*weights + besideWeights
	}
	return len(steps), bytes, nil
}

// DiskLine returns [Settings.Disk] as a line of the recipe, in MiB.
func (s Settings) DiskLine() (string, error) {
	n, bytes, err := s.Disk()
	return fmt.Sprintf("disk = %d MiB at most; %d checkpoints stay", (bytes+1<<20-1)>>20, n), err
}
