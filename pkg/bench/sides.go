package bench

import (
	"os"
	"strings"

	"llmjp.internal/modernbert/pkg/result"
)

// Ours is this program's side, with the allocator's settings of scripts/env;
// tokenization as scripts/modernbert tokenize runs.
func Ours(command ...string) Side {
	s := Side{Command: command, Names: map[string]string{}, Malloc: func(task string) string {
		own := os.Getenv(mallocSettings)
		if task == Tokenize {
			own = strings.TrimSuffix(own, ":glibc.malloc.arena_max=1")
		}
		return own
	}}
	for _, task := range Tasks {
		s.Names[task] = result.Ours
	}
	return s
}

// Transformers is the peer's side: peer.py, run by a Python that has torch,
// transformers, sentence-transformers and tokenizers, with the C library as it
// comes.
func Transformers(command ...string) Side {
	return Side{Command: command, Malloc: func(string) string { return "" }, Names: map[string]string{
		Train: "transformers-sdpa", Forward: "transformers-sdpa", Embed: "sentence-transformers",
		Tokenize: "tokenizers", Batches: "transformers-collator", Matmul: "torch",
	}}
}

// Notes say what a reader of the numbers must know of the sides.
func Notes(sides []Side) []string {
	notes := []string{"Tokens are attended ones. Peak memory is each process's own from before its first step, weights included."}
	if len(sides) > 1 {
		notes = append(notes, "Ours runs with the settings of the C library's allocator that scripts/env makes, the others with none.",
			"transformers computes its head at masked positions only (sparse_prediction), with SDPA attention and torch's fused AdamW; bfloat16 is autocast with float32 weights.")
	}
	return notes
}
