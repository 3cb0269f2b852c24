package modernbert

import (
	"fmt"
	"math"
	"strings"
)

// Summary describes a model's sizes in words.
func (c *Config) Summary() string {
	return fmt.Sprintf("%d layers of width %d, %d heads of %d, MLPs of %d, a vocabulary of %d, up to %d tokens",
		c.Layers, c.HiddenSize, c.Heads, c.HeadDim(), c.Intermediate, c.Vocab, c.MaxLength)
}

// Pattern lists the kinds of the layers from the first on: G for a global layer, l
// for a local one.
func (c *Config) Pattern() string {
	letters := make([]string, c.Layers)
	for i := range letters {
		letters[i] = "l"
		if c.Global(i) {
			letters[i] = "G"
		}
	}
	return strings.Join(letters, " ")
}

// Mask returns a layer's attention mask as a picture of a row of length positions,
// the first attended of them no padding: 1 where a query (row) attends to a key
// (column), 0 elsewhere. Global layers attend to all positions but padding, local
// ones to those with |i-j| <= Window.
func (c *Config) Mask(layer, length, attended int) [][]float64 {
	mask := make([][]float64, length)
	for i := range mask {
		mask[i] = make([]float64, length)
		first, last := c.keys(layer, i, attended)
		for j := first; j <= last; j++ {
			mask[i][j] = 1
		}
	}
	return mask
}

// Pairs counts the pairs of query and key that a layer attends to in a row of
// length positions without padding.
func (c *Config) Pairs(layer, length int) int {
	n := 0
	for i := range length {
		first, last := c.keys(layer, i, length)
		n += last - first + 1
	}
	return n
}

// PairsByLength returns Pairs for 128, 256, … up to longest tokens.
func (c *Config) PairsByLength(layer, longest int) (lengths, pairs []float64) {
	for n := 128; n <= longest; n *= 2 {
		lengths, pairs = append(lengths, float64(n)), append(pairs, float64(c.Pairs(layer, n)))
	}
	return lengths, pairs
}

// keys returns the first and the last key that query i attends to.
func (c *Config) keys(layer, i, attended int) (first, last int) {
	if c.Global(layer) {
		return 0, attended - 1
	}
	return max(0, i-c.Window()), min(attended-1, i+c.Window())
}

// Rotations returns the cosines of a layer's rotary angles as a picture: a row for
// each position from 0 to n-1, a column for each pair of a head's dimensions, the
// fastest first.
func (c *Config) Rotations(layer, n int) [][]float64 {
	theta, scaling := c.LocalTheta, c.LocalScaling
	if c.Global(layer) {
		theta, scaling = c.GlobalTheta, c.GlobalScaling
	}
	frequencies := scaling.stretched(c.HeadDim(), theta)
	cosines := make([][]float64, n)
	for position := range cosines {
		cosines[position] = make([]float64, len(frequencies))
		for i, f := range frequencies {
			cosines[position][i] = math.Cos(float64(position) * float64(f))
		}
	}
	return cosines
}

// RotatedScores returns the score of a query and a key whose entries are all equal,
// after rotation, at the distances 0 to n-1, divided by that at distance 0: the
// mean of the cosines. It shows how far rotation alone favours near keys.
func (c *Config) RotatedScores(layer, n int) (distances, scores []float64) {
	for distance, cosines := range c.Rotations(layer, n) {
		mean := 0.0
		for _, cosine := range cosines {
			mean += cosine / float64(len(cosines))
		}
		distances, scores = append(distances, float64(distance)), append(scores, mean)
	}
	return distances, scores
}
