package figure

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The line by length passes by the smaller batches that were measured at one
// of its lengths.
func TestSpeedByLengthTakesTheLargestBatch(t *testing.T) {
	b := sampleBench()
	want := ByLength.rows(b, quantities[0])
	smaller := b.Rows[0] // 16 texts of 512 tokens
	smaller.Batch = 2
	b.Rows = append(b.Rows, smaller)
	if diff := cmp.Diff(want, ByLength.rows(b, quantities[0])); diff != "" {
		t.Error(diff)
	}
	if got := ByBatch.rows(b, quantities[0]); len(got) != 3 { // two programs at 16, ours at 2
		t.Errorf("by batch: %d rows", len(got))
	}
}
