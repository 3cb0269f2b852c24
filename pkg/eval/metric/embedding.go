package metric

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// Embeddings holds rows in double precision, of unit length unless [Rows] made them.
type Embeddings struct {
	n, dim int
	data   []float64 // [n, dim]
}

// Rows takes the rows of a [n, dim] matrix as they are, so that Cosines gives
// dot products.
func Rows(rows []float32, dim int) (*Embeddings, error) {
	if dim <= 0 || len(rows)%dim != 0 {
		return nil, fmt.Errorf("%d numbers are not a whole number of rows of %d", len(rows), dim)
	}
	return &Embeddings{n: len(rows) / dim, dim: dim, data: Float64s(rows)}, nil
}

// Normalize divides each row of a [n, dim] matrix by its length, which is not
// taken below 1e-12 (torch's normalize), so that a row of zeros stays one.
func Normalize(rows []float32, dim int) (*Embeddings, error) {
	e, err := Rows(rows, dim)
	if err != nil {
		return nil, err
	}
	for i := range e.n {
		row, squares := e.Row(i), 0.0
		for _, x := range row {
			squares += x * x
		}
		length := max(math.Sqrt(squares), 1e-12)
		if math.IsNaN(squares) || math.IsInf(squares, 0) {
			return nil, fmt.Errorf("embedding %d has numbers that are not finite", i)
		}
		for j := range row {
			row[j] /= length
		}
	}
	return e, nil
}

// Float64s returns the same numbers in double precision.
func Float64s(xs []float32) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = float64(x)
	}
	return out
}

// Len returns the number of rows.
func (e *Embeddings) Len() int { return e.n }

// String says how many embeddings there are and of what width.
func (e *Embeddings) String() string {
	return fmt.Sprintf("%d embeddings of %d numbers", e.n, e.dim)
}

// Row returns one embedding of unit length.
func (e *Embeddings) Row(i int) []float64 { return e.data[i*e.dim : (i+1)*e.dim] }

// Pick returns the rows of those numbers, in that order.
func (e *Embeddings) Pick(rows []int) *Embeddings {
	out := &Embeddings{n: len(rows), dim: e.dim, data: make([]float64, 0, len(rows)*e.dim)}
	for _, i := range rows {
		out.data = append(out.data, e.Row(i)...)
	}
	return out
}

// Slice returns the rows from, …, to-1, which stay shared with e.
func (e *Embeddings) Slice(from, to int) *Embeddings {
	return &Embeddings{n: to - from, dim: e.dim, data: e.data[from*e.dim : to*e.dim]}
}

// blockRows is the number of rows of a matrix of cosines in memory at once.
const blockRows = 128

// Cosines calls visit with the cosines of each row of e with all rows of
// other, in order. Equal rows give equal cosines, wherever they stand.
func (e *Embeddings) Cosines(other *Embeddings, visit func(row int, cosines []float64)) {
	out := make([]float64, min(blockRows, e.n)*other.n)
	if other.n == 0 {
		return
	}
	for from := 0; from < e.n; from += blockRows {
		rows := min(blockRows, e.n-from)
		a := blas64.General{Rows: rows, Cols: e.dim, Stride: e.dim, Data: e.data[from*e.dim:]}
		b := blas64.General{Rows: other.n, Cols: e.dim, Stride: e.dim, Data: other.data}
		c := blas64.General{Rows: rows, Cols: other.n, Stride: other.n, Data: out}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, a, b, 0, c)
		for i := range rows {
			visit(from+i, out[i*other.n:(i+1)*other.n])
		}
	}
}

// Matrix returns the cosine of every embedding with every other one.
func (e *Embeddings) Matrix() [][]float64 {
	rows := make([][]float64, e.n)
	e.Cosines(e, func(row int, cosines []float64) { rows[row] = slices.Clone(cosines) })
	return rows
}

// Nearest returns, for each row, the other row that has the greatest cosine with it.
// There must be two rows at least.
func (e *Embeddings) Nearest() []int {
	out := make([]int, e.n)
	e.Cosines(e, func(row int, cosines []float64) {
		cosines[row] = math.Inf(-1) // not itself
		out[row] = Top(cosines, 1)[0]
	})
	return out
}

// Flat returns the numbers of rows and of columns with a copy of the rows, one after
// another, as gonum's mat.NewDense takes them.
func (e *Embeddings) Flat() (rows, columns int, data []float64) {
	return e.n, e.dim, slices.Clone(e.data)
}

// Pairwise returns the cosine of row i of e with row i of other.
func (e *Embeddings) Pairwise(other *Embeddings) []float64 {
	out := make([]float64, e.n)
	for i := range out {
		a, b := e.Row(i), other.Row(i)
		for j := range a {
			out[i] += a[j] * b[j]
		}
	}
	return out
}

// SquaredDistances returns |x-y|² of row i of e with row i of other, which is
// 2-2cos and exactly 0 for equal rows.
func (e *Embeddings) SquaredDistances(other *Embeddings) []float64 {
	out := make([]float64, e.n)
	for i := range out {
		a, b := e.Row(i), other.Row(i)
		for j := range a {
			d := a[j] - b[j]
			out[i] += d * d
		}
	}
	return out
}

// Ranks returns, for each row i of queries, the rank (from 1) of row i of
// passages among all passages by cosine. See [Rank] for ties.
func Ranks(queries, passages *Embeddings) []int {
	ranks := make([]int, queries.n)
	queries.Cosines(passages, func(row int, cosines []float64) { ranks[row] = Rank(cosines, row) })
	return ranks
}
