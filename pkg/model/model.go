// Package model defines what BERT and ModernBERT share: the description of their
// weights, the inputs of their graphs, and the interface through which training
// and evaluation use either.
//
// A model is a set of pure functions from (weights, inputs) to graph nodes.
// Weights have the names of the published checkpoint everywhere: in graphs, in
// safetensors and in code.
package model

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// A Node is a value of a computation graph.
type Node = graph.Node

// A Param describes one weight: its published name, its shape, and the
// distribution of its initial values.
type Param struct {
	Name  string
	Shape []int
	Init  Init
}

// Size returns the number of elements.
func (p Param) Size() int {
	n := 1
	for _, d := range p.Shape {
		n *= d
	}
	return n
}

// An Init is an initial distribution: a normal of mean 0 and standard deviation
// Std, cut at Cutoff deviations (0: not cut), or Constant where Std is 0.
type Init struct {
	Std, Cutoff float64
	Constant    float32
}

// Weights maps published names to a graph's weights.
type Weights map[string]*Node

// A Head is the output layer on an encoder's body.
type Head int

const (
	Body                   Head = iota // hidden states only
	MaskedLM                           // logits over the vocabulary
	SequenceClassification             // one or more scores a text
)

// Inputs is a batch on the graph, its rows padded at the end.
type Inputs struct {
	IDs     *Node    // [batch, seq] int32
	Lengths *Node    // [batch] int32: the number of attended positions of each row
	TypeIDs *Node    // [batch, seq] int32 token types, nil for all zero
	Dropout *Dropout // a training step's dropout masks, nil in evaluation
}

// Options choose how a graph is computed. Results differ by rounding only.
type Options struct {
	Compute    string // dtype of activations and matrix products: "float32" (or "") or "bfloat16"
	Checkpoint bool   // recompute each layer's activations in the backward pass
	// Plain builds the graph from the plain operations of pkg/model/nn, which
	// GoMLX differentiates, instead of the fast ones.
	Plain bool
	// Attention selects how layers attend where Plain is not set: "" by the
	// fastest way that the backend has, "flash" by cuDNN's fused attention or an
	// error, "scores" by products with a softmax between them, "blocks" by the
	// same in small blocks.
	Attention string
}

// ParseCompute reads the value of --compute and of the setting compute: float32 or
// bfloat16, and ",plain" behind it for the plain operations.
func ParseCompute(s string) (Options, error) {
	dtype, plain := strings.CutSuffix(s, ",plain")
	if dtype != "float32" && dtype != "bfloat16" {
		return Options{}, fmt.Errorf(`compute=%s: it is float32 or bfloat16, with ",plain" behind it for plain operations`, s)
	}
	return Options{Compute: dtype, Plain: plain}, nil
}

// DType returns the dtype that Compute names. It panics on an unknown name.
func (o Options) DType() dtypes.DType {
	switch o.Compute {
	case "", "float32":
		return dtypes.Float32
	case "bfloat16":
		return dtypes.BFloat16
	}
	panic(fmt.Errorf("compute dtype %q is neither float32 nor bfloat16", o.Compute))
}

// An Architecture is an encoder as its config.json describes it.
type Architecture interface {
	// Type returns config.json's model_type: "modernbert" or "bert".
	Type() string
	// Params lists every weight of the body and the head, in checkpoint order. A
	// checkpoint has these tensors and no others (a tied decoder's weight is not
	// listed).
	Params(head Head) []Param
	// Hidden returns the hidden states [batch, seq, hidden] float32 after the
	// embeddings and after each layer, as transformers' output_hidden_states: the
	// last has passed the final norm where the architecture has one.
	Hidden(w Weights, in Inputs, opt Options) []*Node
	// MaskedLM applies the masked-language-model head to the hidden states of
	// chosen positions [n, hidden], up to the decoder.
	MaskedLM(w Weights, hidden *Node, opt Options) Decoder
	// Classify maps the last hidden states [batch, seq, hidden] to float32
	// scores [batch, labels].
	Classify(w Weights, hidden *Node, in Inputs, opt Options) *Node
	// Dimensions returns the sizes that callers need.
	Dimensions() Dimensions
	// WithLabels returns the same architecture with a classifier of n labels
	// and transformers' problem_type ("regression",
	// "single_label_classification", "multi_label_classification").
	WithLabels(n int, problem string) Architecture
	// WithLabelNames returns the same classifier with names for its outputs
	// (id2label), as many as it has.
	WithLabelNames(names []string) Architecture
	// ConfigJSON returns the config.json that transformers loads, with head's class
	// as its architectures.
	ConfigJSON(head Head) ([]byte, error)
}

// A Decoder is the last layer of a masked language model. nn.Scores computes its
// float32 scores of the vocabulary, X·Weightᵀ + Bias, and nn.MaskedLMLoss their
// loss without keeping them.
type Decoder struct {
	X      *Node // [n, hidden], of the dtype of matrix products
	Weight *Node // [vocab, hidden]
	Bias   *Node // [vocab], nil for none
	Plain  bool  // as in Options
}

// Dimensions are the sizes of an architecture.
type Dimensions struct {
	Vocab, Hidden, Layers, MaxLength, Labels, PadID int

	Types   int    // number of token types; 0 for an architecture without them
	Problem string // the classifier's problem_type, "" if none is set
}

// A Dropout draws the dropout masks of one training step from an explicit random
// state, so that a step is a pure function of its inputs.
type Dropout struct {
	State *Node // random state on the graph, advanced by each mask
}
