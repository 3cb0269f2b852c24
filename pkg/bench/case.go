package bench

import (
	"cmp"
	"fmt"

	"llmjp.internal/modernbert/pkg/model/modernbert"
)

// The tasks that can be measured.
const (
	Train = "train" // a training step: forward, backward, clipping, AdamW
	// TrainDefault compares Train with transformers' default configuration, which
	// the authors ran: its head scores every position, not only the masked ones.
	TrainDefault = "train-default"
	Forward      = "forward"  // the masked-language-model loss without a gradient
	Embed        = "embed"    // texts to vectors, with tokenization
	Tokenize     = "tokenize" // texts to ids
	Batches      = "batches"  // documents of the corpus drawn, cut, masked and padded
	Matmul       = "matmul"   // a large matrix product: the machine's peak
	// First measures new processes from their start to their first result; see
	// [Case.Start].
	First = "first"
	// FillMask is measured as a first result only: the greatest score at a mask.
	FillMask = "fill-mask"
)

// Tasks lists the tasks that can be asked for.
var Tasks = []string{Matmul, Train, TrainDefault, Forward, Embed, Tokenize, Batches, First}

// Case is one thing to measure.
type Case struct {
	Task    string `json:"task"`
	Compute string `json:"compute,omitempty"` // "float32" or "bfloat16"
	Layers  int    `json:"layers,omitempty"`
	Batch   int    `json:"batch,omitempty"`  // rows
	Length  int    `json:"length,omitempty"` // tokens of a row
	// Documents is true for rows of real documents, whose lengths differ, of at
	// most Length tokens; otherwise every row is full.
	Documents bool `json:"documents,omitempty"`
	// Start is not empty where a repetition is a new process, timed from its start
	// to the result of its first step.
	Start Start `json:"start,omitempty"`
}

// String describes the case for a reader: "train float32, 6 layers, 8 x 512
// tokens".
func (c Case) String() string {
	s := c.task()
	if c.Compute != "" {
		s += " " + c.Compute
	}
	if c.Layers > 0 {
		s += fmt.Sprintf(", %d layers", c.Layers)
	}
	switch {
	case c.Documents:
		s += fmt.Sprintf(", %d documents of up to %d tokens", c.Batch, c.Length)
	case c.Batch > 0:
		s += fmt.Sprintf(", %d x %d tokens", c.Batch, c.Length)
	}
	return s
}

// trains reports whether the case is a training step.
func (c Case) trains() bool { return c.Task == Train || c.Task == TrainDefault }

// operations returns the analytic number of floating point operations per
// token of full rows: two for each multiplication of the matrix products in
// the layers, the attended scores, and the head at the masked share of the
// positions. Training counts three times the forward pass.
func (c Case) operations(config *modernbert.Config, masked float64) float64 {
	d, f, v := float64(config.HiddenSize), float64(config.Intermediate), float64(config.Vocab)
	sum := masked * 2 * (d*d + d*v)
	for i := range config.Layers {
		pairs := float64(config.Pairs(i, c.Length)) / float64(c.Length)
		sum += 2*(4*d*d+3*d*f) + 4*d*pairs
	}
	if c.trains() {
		sum *= 3
	}
	return sum
}

// Sizes holds a preset's dimensions and the cases that are measured by default.
type Sizes struct {
	Preset  string
	Layers  int
	Lengths []int // tokens a row, in batches of about Tokens tokens
	Tokens  int
	Depths  []int // further numbers of layers
	Batches []int // further numbers of rows
	// Documents is the number of rows of a further training case on real
	// documents; 0 for none.
	Documents int
	// Texts is the number of paragraphs that are embedded; 0 is 128.
	Texts   int
	Repeats int
}

// Presets lists the sizes that can be measured, the smallest first.
var Presets = []Sizes{
	{Preset: "tiny", Layers: 3, Lengths: []int{128, 512}, Tokens: 1024, Documents: 16, Repeats: 5},
	{Preset: "small", Layers: 6, Lengths: []int{512, 1024, 2048, 4096, 8192}, Tokens: 4096, Depths: []int{3, 12}, Batches: []int{1, 2, 4}, Documents: 16, Repeats: 5},
	{Preset: "base", Layers: 6, Lengths: []int{512, 1024, 2048, 4096, 8192}, Tokens: 4096, Depths: []int{3, 22}, Batches: []int{1, 2, 4}, Documents: 16, Repeats: 5},
}

// Cases lists the cases of the tasks in one element type: for each length; for
// each depth, with one row of 1,024 tokens; for each batch size, with rows of the
// shortest length; and for documents of the corpus. No case is listed twice.
func (s Sizes) Cases(tasks []string, compute string) []Case {
	var cases []Case
	add := func(c Case) {
		for _, old := range cases {
			if old == c {
				return
			}
		}
		cases = append(cases, c)
	}
	for _, task := range tasks {
		switch task {
		case Train, Forward:
			for _, n := range s.Lengths {
				add(Case{Task: task, Compute: compute, Layers: s.Layers, Batch: max(1, s.Tokens/n), Length: n})
			}
			depthLength := min(1024, s.Lengths[len(s.Lengths)-1])
			for _, layers := range s.Depths {
				add(Case{Task: task, Compute: compute, Layers: s.Layers, Batch: 1, Length: depthLength})
				add(Case{Task: task, Compute: compute, Layers: layers, Batch: 1, Length: depthLength})
			}
			for _, rows := range s.Batches {
				add(Case{Task: task, Compute: compute, Layers: s.Layers, Batch: rows, Length: s.Lengths[0]})
			}
			if task == Train && s.Documents > 0 {
				add(Case{Task: task, Compute: compute, Layers: s.Layers, Batch: s.Documents, Length: min(1024, s.Lengths[len(s.Lengths)-1]), Documents: true})
			}
		case TrainDefault:
			for _, n := range s.Lengths {
				if n <= s.Tokens { // longer ones' scores do not fit a usual machine's memory
					add(Case{Task: task, Compute: compute, Layers: s.Layers, Batch: max(1, s.Tokens/n), Length: n})
				}
			}
		case Embed:
			add(Case{Task: task, Compute: compute, Layers: s.Layers, Batch: cmp.Or(s.Texts, 128), Length: 512, Documents: true})
		case Matmul:
			add(Case{Task: task, Compute: compute})
		case Tokenize:
			add(Case{Task: task})
		case First:
			for _, c := range s.firstCases(compute) {
				add(c)
			}
		case Batches:
			add(Case{Task: task, Batch: 64, Length: 1024, Documents: true})
		}
	}
	return cases
}
