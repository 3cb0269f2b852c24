package metric

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The nearest of a row is another row, the one with the greatest cosine, whatever the
// lengths and however negative the cosines are.
func TestNearest(t *testing.T) {
	e, err := Normalize([]float32{1, 0, 10, 1, -1, -0.5, -3, 0, 0, -2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := e.Nearest(), []int{1, 0, 3, 2, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if e, _ = Normalize([]float32{1, 0, -1, 0}, 2); !slices.Equal(e.Nearest(), []int{1, 0}) {
		t.Errorf("two opposite rows: %v", e.Nearest())
	}
}

// Flat suits gonum and shares nothing.
func TestFlat(t *testing.T) {
	e, err := Rows([]float32{1, 2, 3, 4, 5, 6}, 3)
	if err != nil {
		t.Fatal(err)
	}
	m := mat.NewDense(e.Flat())
	if r, c := m.Dims(); r != 2 || c != 3 || m.At(1, 0) != 4 {
		t.Errorf("%v", m)
	}
	if m.Set(0, 0, 9); e.Row(0)[0] != 1 {
		t.Error("a change of the copy changes the embeddings")
	}
}
