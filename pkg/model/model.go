// Package model holds what the encoders have in common: the description of
// their weights, the inputs of their graphs, and the interface through which
// training and evaluation use them without knowing which one it is.
//
// A model here is a set of pure functions from (weights, inputs) to graph
// nodes. Weights carry the names of the published checkpoint everywhere: in
// graphs, in safetensors and in code.
package model

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Node is a value of a computation graph.
type Node = graph.Node

// Param describes one weight: its published name, its shape, and the
// distribution that its initial value is drawn from.
type Param struct {
	Name  string
	Shape []int
	Init  Init
}

// Size is the number of elements.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// Init is an initial distribution: a normal with the given standard deviation
// cut at Cutoff deviations (0: not cut), or a constant when Std is 0.
type Init struct {
	Std, Cutoff float64
	Constant    float32
}

// Weights are a graph's weights by published name.
type Weights map[string]*Node

// Head says which output stands on the encoder's body.
type Head int

const (
	Body                   Head = iota // hidden states only
	MaskedLM                           // logits over the vocabulary
	SequenceClassification             // one or more scores a text
)

// Inputs are a padded batch on the graph. Padding stands at the end of a row.
type Inputs struct {
	IDs     *Node // [batch, seq] int32
	Lengths *Node // [batch] int32: attended positions of each row
	TypeIDs *Node // [batch, seq] int32 token types, nil for all zero
	// Dropout draws the dropout masks of a training step; nil in evaluation.
	Dropout *Dropout
}

// Options choose how a graph is computed, never what it computes.
type Options struct {
	Compute    string // "float32" or "bfloat16": dtype of activations and matrix products
	Checkpoint bool   // recompute each layer's activations in the backward pass
	// Attention is how global layers attend: "" for the fastest that the backend
	// has, "flash" for cuDNN's fused attention or an error, "scores" for
	// products with a softmax between them, "blocks" for these in small blocks.
	Attention string
}

// DType is the dtype of matrix products that Compute names; "" is float32.
func (o Options) DType() dtypes.DType {
	switch o.Compute {
	case "", "float32":
		return dtypes.Float32
	case "bfloat16":
		return dtypes.BFloat16
	}
	panic(fmt.Errorf("compute dtype %q is neither float32 nor bfloat16", o.Compute))
}

// Architecture is an encoder described by its config.json.
type Architecture interface {
	// Type is config.json's model_type: "modernbert" or "bert".
	Type() string
	// Params lists every weight with the given head, in checkpoint order.
	// The list is complete: a checkpoint has these tensors and no others
	// (a tied decoder weight is not listed).
	Params(head Head) []Param
	// Hidden returns the hidden states [batch, seq, hidden] after the
	// embeddings and after each layer; the last has the final norm applied
	// where the architecture has one (as transformers' output_hidden_states).
	Hidden(w Weights, in Inputs, opt Options) []*Node
	// MaskedLM maps hidden states of chosen positions [n, hidden] to what the
	// vocabulary's scores are made of.
	MaskedLM(w Weights, hidden *Node, opt Options) Decoder
	// Classify maps the last hidden states [batch, seq, hidden] to float32
	// scores [batch, labels].
	Classify(w Weights, hidden *Node, in Inputs, opt Options) *Node
	// Dimensions gives the sizes that callers need.
	Dimensions() Dimensions
	// WithLabels returns the same architecture with a classifier of n labels
	// and transformers' problem_type ("regression",
	// "single_label_classification", "multi_label_classification").
	WithLabels(n int, problem string) Architecture
	// WithLabelNames returns the same classifier with names for its outputs
	// (id2label), as many as it has.
	WithLabelNames(names []string) Architecture
	// ConfigJSON is the config.json that transformers loads; class is its
	// architectures entry's head.
	ConfigJSON(head Head) ([]byte, error)
}

// Decoder is the last layer of a masked language model, whose float32 scores
// of the vocabulary are X·Weightᵀ + Bias. nn.Scores computes them,
// nn.MaskedLMLoss their loss without keeping them.
type Decoder struct {
	X      *Node // [n, hidden], of the dtype of matrix products
	Weight *Node // [vocab, hidden]
	Bias   *Node // [vocab], nil for none
}

// Dimensions are the sizes of an architecture.
type Dimensions struct {
	Vocab, Hidden, Layers, MaxLength, Labels, PadID int
	// Types is how many token types there are; 0 for an architecture without.
	Types int
	// DefaultLabelNames etc. stay in the config itself.
	Problem string // problem_type of the classifier, "" if none is set
}

// Dropout draws inverted-dropout masks for one training step from an explicit
// random state, so that a step is a pure function of its inputs.
type Dropout struct {
	State *Node // random state on the graph, advanced by each use
}
