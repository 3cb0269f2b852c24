package model

import "fmt"

// Get returns a weight by name. In a graph a weight that is not there is a
// programming error, so it panics, as GoMLX does; executing the graph turns
// that into an error.
func (w Weights) Get(name string) *Node {
	node, ok := w[name]
	if !ok {
		panic(fmt.Errorf("the graph has no weight %q", name))
	}
	return node
}

// Optional returns a weight, or nil when present is false: biases that a
// config can switch off.
func (w Weights) Optional(name string, present bool) *Node {
	if !present {
		return nil
	}
	return w.Get(name)
}

// Bind pairs graph nodes with the weights that they hold, in the same order.
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
