package bench

import (
	"slices"

	"llmjp.internal/modernbert/pkg/result"
)

// Ours returns this program's side.
func Ours(command ...string) Side {
	s := Side{Command: command, Names: map[string]string{}}
	for _, task := range append([]string{FillMask}, Tasks...) {
		s.Names[task] = result.Ours
	}
	return s
}

// Peers returns the sides that command, a Python and peer.py, runs on a kind
// of backend: transformers with its defaults, and the stronger forms of it
// that exist for the kind. Only the first is required.
func Peers(kind string, command ...string) []Side {
	with := func(names map[string]string, takes func(Case) bool, arguments ...string) Side {
		return Side{Command: slices.Concat(command, arguments), Names: names, Takes: takes, Optional: true}
	}
	eager := Side{Command: command, Names: map[string]string{
		Train: "transformers-sdpa", TrainDefault: "transformers-sdpa", Forward: "transformers-sdpa", Embed: "sentence-transformers",
		FillMask: "transformers-sdpa", Tokenize: "tokenizers", Batches: "transformers-collator", Matmul: "torch",
	}}
	compiled := map[string]string{Train: "transformers-compiled", Forward: "transformers-compiled", Embed: "sentence-transformers-compiled"}
	if kind == "xla:cuda" {
		fullRows := func(c Case) bool { return c.Compute == "bfloat16" && !c.Documents } // FlashAttention knows no padding
		return []Side{
			eager, with(compiled, nil, "compiled"),
			with(map[string]string{Train: "transformers-flash", Forward: "transformers-flash"}, fullRows, "flash"),
			with(map[string]string{Train: "transformers-flash-compiled", Forward: "transformers-flash-compiled"}, fullRows, "flash", "compiled"),
		}
	}
	float32Only := func(c Case) bool { return c.Compute == "float32" }
	return []Side{
		eager, with(compiled, nil, "compiled"),
		with(map[string]string{Forward: "openvino", Embed: "sentence-transformers-openvino"}, nil, "openvino"),
		with(map[string]string{Forward: "onnxruntime", Embed: "sentence-transformers-onnxruntime"}, float32Only, "onnxruntime"),
	}
}

// Notes returns what a reader of the numbers must know about the sides. kind
// is the backend's kind; tasks lists the measured tasks.
func Notes(kind string, sides []Side, tasks []string) []string {
	notes := []string{"Tokens are attended ones. Peak memory is each process's own from before its first step, weights included."}
	if kind == "xla:cuda" {
		notes = []string{"Tokens are attended ones. Memory is what each process holds of the GPU's, its allocator's reserve included."}
	}
	if len(sides) < 2 {
		return notes
	}
	notes = append(notes, "transformers computes its head at masked positions only (sparse_prediction), with SDPA attention and torch's fused AdamW; bfloat16 is autocast with float32 weights.",
		"-compiled is torch.compile.")
	if kind == "xla:cuda" {
		notes = append(notes, "transformers-flash is transformers with torch's FlashAttention kernels in every layer, windows included.")
	} else {
		notes = append(notes, "openvino and onnxruntime run the same model as one graph on a CPU; OpenVINO's bfloat16 is its inference precision.")
	}
	if slices.Contains(tasks, First) {
		notes = append(notes, "first- is the time from a process's start to its first result, as results a second: ten embeddings, a mask that is filled, a training step. cold: no compiled program is on the disk; warm: an earlier process left its own. The files were read before.")
	}
	if slices.Contains(tasks, TrainDefault) {
		notes = append(notes, "train-default is the same but for sparse_prediction, which is off: as transformers comes, and as the authors ran it.")
	}
	return notes
}
