package modernbert

import (
	"fmt"
	"strings"

	"llmjp.internal/modernbert/pkg/model"
)

// A Share is a part of the model with its size: by a formula, and counted in the
// weights.
type Share struct {
	Part    string
	Formula string // in V, d, f (the MLP's width) and L (layers)
	Want    int    // elements by the formula
	Counted int    // elements of the weights
}

// tiedDecoder names the decoder's part where its matrix is the embeddings'.
const tiedDecoder = "decoder's bias (its matrix is the embeddings)"

// Shares divides the parameters among the parts of the model, from the input to
// the output. It counts params: c.Params of a head, or a checkpoint's.
func (c *Config) Shares(params []model.Param) []Share {
	v, d, f, l := c.Vocab, c.HiddenSize, c.Intermediate, c.Layers
	parts := []struct {
		share Share
		in    func(name string) bool
	}{
		{Share{Part: "token embeddings", Formula: "V·d", Want: v * d}, holds("tok_embeddings")},
		{Share{Part: "attention"}.
			plus(true, "L·4d²", l*4*d*d).plus(c.AttentionBias, "L·4d", l*4*d), holds(".attn.")},
		{Share{Part: "MLP"}.
			plus(true, "L·3·d·f", l*3*d*f).plus(c.MLPBias, "L·(2f+d)", l*(2*f+d)), holds(".mlp.")},
		{Share{Part: "norms"}.
			plus(true, "(2L+1)·d", (2*l+1)*d).plus(c.NormBias, "(2L+1)·d", (2*l+1)*d), // layer 0 has one only
			func(name string) bool { return strings.HasPrefix(name, "model.") && strings.Contains(name, "norm.") }},
		{Share{Part: "head: dense and norm"}.
			plus(true, "d²+d", d*d+d).plus(c.ClassifierBias, "d", d).plus(c.NormBias, "d", d), holds("head.")},
		{Share{Part: tiedDecoder}.
			plus(!c.Tied, "V·d", v*d).plus(c.DecoderBias, "V", v), holds("decoder.")},
	}
	shares := make([]Share, 0, len(parts))
	for _, part := range parts {
		for _, p := range params {
			if part.in(p.Name) {
				part.share.Counted += p.Size()
			}
		}
		if part.share.Part == tiedDecoder && !c.Tied {
			part.share.Part = "decoder"
		}
		if part.share.Counted > 0 {
			shares = append(shares, part.share)
		}
	}
	return shares
}

// plus adds a term to the formula where present is true.
func (s Share) plus(present bool, formula string, n int) Share {
	if !present {
		return s
	}
	if s.Formula != "" {
		formula = fmt.Sprintf("%s + %s", s.Formula, formula)
	}
	s.Formula, s.Want = formula, s.Want+n
	return s
}

// holds returns a function that reports whether a name contains part.
func holds(part string) func(string) bool {
	return func(name string) bool { return strings.Contains(name, part) }
}
