package bench

import (
	"slices"

	"llmjp.internal/modernbert/pkg/result"
)

// Ours is this program's side.
func Ours(command ...string) Side {
	s := Side{Command: command, Names: map[string]string{}}
	for _, task := range Tasks {
		s.Names[task] = result.Ours
	}
	return s
}

// Transformers is the peer's side: peer.py, run by a Python that has torch,
// transformers, sentence-transformers and tokenizers.
func Transformers(command ...string) Side {
	return Side{Command: command, Names: map[string]string{
		Train: "transformers-sdpa", TrainDefault: "transformers-sdpa", Forward: "transformers-sdpa", Embed: "sentence-transformers",
		Tokenize: "tokenizers", Batches: "transformers-collator", Matmul: "torch",
	}}
}

// Flash is the peer's side once more, with FlashAttention in every layer, for a
// GPU.
func Flash(command ...string) Side {
	return Side{Command: append(command, "flash"), Names: map[string]string{Train: "transformers-flash", Forward: "transformers-flash"}, Rounded: true}
}

// Notes say what a reader of the numbers must know of the sides.
// kind is the backend's, tasks what was measured.
func Notes(kind string, sides []Side, tasks []string) []string {
	notes := []string{"Tokens are attended ones. Peak memory is each process's own from before its first step, weights included."}
	if kind == "xla:cuda" {
		notes = []string{"Tokens are attended ones. Memory is what each process holds of the GPU's, its allocator's reserve included."}
	}
	if len(sides) > 2 {
		notes = append(notes, "transformers-flash is transformers with torch's FlashAttention kernels in every layer, windows included.")
	}
	if len(sides) > 1 {
		notes = append(notes, "transformers computes its head at masked positions only (sparse_prediction), with SDPA attention and torch's fused AdamW; bfloat16 is autocast with float32 weights.")
		if slices.Contains(tasks, TrainDefault) {
			notes = append(notes, "train-default is the same but for sparse_prediction, which is off: as transformers comes, and as the authors ran it.")
		}
	}
	return notes
}
