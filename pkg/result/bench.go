package result

import (
	"errors"
	"fmt"
	"slices"
)

// A Bench compares speed and memory with other programs, all measured in turn
// in one run on one machine.
type Bench struct {
	Provenance Provenance `json:"provenance"`
	Machine    Machine    `json:"machine"`
	Rows       []BenchRow `json:"rows"`
}

// A Machine is the computer on which the measurements ran.
type Machine struct {
	Name   string `json:"name"` // processor or GPU
	Cores  int    `json:"cores,omitempty"`
	Memory int64  `json:"memory,omitempty"` // bytes
	// Peak is the measured rate of a large matrix product by element type,
	// in floating point operations a second.
	Peak map[string]float64 `json:"peak,omitempty"`
}

// GPUBench is the file name, without .json, of a Bench of a GPU; that of a CPU
// has the name of its kind.
const GPUBench = "bench-gpu"

// Ours is this project's name among the programs.
const Ours = "ours"

// A BenchRow is one measured case of one program.
type BenchRow struct {
	// Task is "train", "train-default", "train-documents", "forward", "embed",
	// "tokenize", "batches", or "first-embed-cold" and its like.
	Task string `json:"task"`
	// Program is Ours, "transformers-sdpa", "tokenizers", …
	Program string `json:"program"`
	Compute string `json:"compute,omitempty"` // "float32", "bfloat16"
	Layers  int    `json:"layers,omitempty"`
	Hidden  int    `json:"hidden,omitempty"`
	Batch   int    `json:"batch,omitempty"`
	Length  int    `json:"length,omitempty"` // tokens a row
	// Rates are units a second of each timed repetition, in their order: tokens,
	// for "batches" batches, for "first-…" processes that came to a first result.
	Rates []float64 `json:"rates"`
	// PeakMemory is the process's or device's greatest use in bytes.
	PeakMemory int64   `json:"peak_memory,omitempty"`
	Padding    float64 `json:"padding,omitempty"` // share of computed tokens that is padding
	// Operations is the analytic number of floating point operations a token,
	// for the share of the machine's peak.
	Operations float64 `json:"operations,omitempty"`
	Loss       float64 `json:"loss,omitempty"` // of the checked batch; equal between programs
}

// Kind returns "bench".
func (*Bench) Kind() string { return "bench" }

// Validate refuses rows without a positive rate.
func (b *Bench) Validate() error {
	if len(b.Rows) == 0 {
		return errors.New("rows is empty")
	}
	for i, r := range b.Rows {
		if r.Task == "" || r.Program == "" || len(r.Rates) == 0 {
			return fmt.Errorf("rows[%d] lacks task, program or rates", i)
		}
		for k, rate := range r.Rates {
			if err := positive(fmt.Sprintf("rows[%d].rates[%d]", i, k), rate); err != nil {
				return err
			}
		}
	}
	return nil
}

// Label returns the row's program and, where it is known, its element type.
func (r BenchRow) Label() string {
	switch r.Compute {
	case "":
		return r.Program
	case "float32":
		return r.Program + ", f32"
	case "bfloat16":
		return r.Program + ", bf16"
	default:
		return r.Program + ", " + r.Compute
	}
}

// Programs returns the labels of all rows, in their order.
func (b *Bench) Programs() []string {
	var out []string
	for _, r := range b.Rows {
		if l := r.Label(); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// Add puts an older result's rows before these, except those whose case was
// measured again, and keeps the older peaks of element types without a new one.
func (b *Bench) Add(old *Bench) {
	type key struct {
		task, program, compute        string
		layers, hidden, batch, length int
	}
	of := func(r BenchRow) key {
		return key{r.Task, r.Program, r.Compute, r.Layers, r.Hidden, r.Batch, r.Length}
	}
	again := map[key]bool{}
	for _, r := range b.Rows {
		again[of(r)] = true
	}
	kept := slices.DeleteFunc(slices.Clone(old.Rows), func(r BenchRow) bool { return again[of(r)] })
	b.Rows = append(kept, b.Rows...)
	for compute, peak := range old.Machine.Peak {
		if _, known := b.Machine.Peak[compute]; !known {
			b.Machine.Peak[compute] = peak
		}
	}
	b.Provenance.Seconds += old.Provenance.Seconds
}
