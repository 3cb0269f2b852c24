package model

import "fmt"

// Get returns a weight by name. It panics if there is none, as GoMLX does on
// programming errors; executing the graph turns the panic into an error.
func (w Weights) Get(name string) *Node {
	node, ok := w[name]
	if !ok {
		panic(fmt.Errorf("the graph has no weight %q", name))
	}
	return node
}

// Optional returns a weight, or nil where present is false, for biases that a
// config can switch off.
func (w Weights) Optional(name string, present bool) *Node {
	if !present {
		return nil
	}
	return w.Get(name)
}

// Bind maps the names of params to nodes, in the same order. It panics if their
// numbers differ.
func Bind(params []Param, nodes []*Node) Weights {
	if len(params) != len(nodes) {
		panic(fmt.Errorf("%d nodes for %d weights", len(nodes), len(params)))
	}
	w := make(Weights, len(params))
	for i, p := range params {
		w[p.Name] = nodes[i]
	}
	return w
}
