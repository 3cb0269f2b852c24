package result

import (
	"fmt"
	"strings"
	"testing"
)

// A result that is printed is a line, not a wall of its numbers.
func TestString(t *testing.T) {
	share := 0.25
	p := Provenance{Preset: "tiny"}
	curve := &TrainingCurve{Provenance: p, Stages: []Stage{{Stage: 1, Evaluations: []Evaluation{{Step: 5, Loss: 7, Accuracy: 0.5, Recall10: &share, MRR10: &share}}}}}
	for want, printed := range map[string]any{
		"stage 1, step 5: loss 7.0000, accuracy 0.5000, Recall@10 0.250, MRR@10 0.250 (preset tiny": curve,
		"2 sentences, 1 models":           &FillMask{Provenance: p, Sentences: make([]Gap, 2), Models: make([]Checkpoint, 1)},
		"3 models, 9 pairs":               &AlignmentUniformity{Checkpoints: make([]EmbeddingScore, 2), Baselines: make([]EmbeddingScore, 1), Pairs: 9},
		"distances of pairs: 1 models":    &Similarity{Models: []PairDistances{{Positive: make([]float32, 640)}}},
		"best Recall@10 0.250 of b":       &Retrieval{Task: "pairs", N: 4, Rows: []RetrievalRow{{Checkpoint: Checkpoint{Name: "a"}}, {Checkpoint: Checkpoint{Name: "b"}, Recall10: 0.25}}},
		"1 models, 2 bins":                &PseudoPerplexity{Models: make([]ModelScores, 1), Bins: make([]LengthBin, 2)},
		"JGLUE: 3 runs of 1 models":       &JGLUE{Models: make([]JGLUEModel, 1), Runs: make([]FineTuneRun, 3)},
		"speed: 2 rows on a machine":      &Bench{Machine: Machine{Name: "a machine"}, Rows: make([]BenchRow, 2)},
		"step 3: loss 1.0000, accuracy 0": Evaluation{Step: 3, Loss: 1},
	} {
		if got := fmt.Sprint(printed); !strings.Contains(got, want) || strings.Contains(got, "\n") || len(got) > 200 {
			t.Errorf("%T: %q, want %q", printed, got, want)
		}
	}
}
