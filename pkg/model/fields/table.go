package fields

import (
	"fmt"
	"maps"
	"slices"
)

// A Table says by name where a model's config keeps the fields of config.json: in
// an *int, *float64, *bool or *string, or in one of the types below, which
// [Table.Validate] checks.
type Table map[string]any

type (
	// Size is a whole number within 1 … Max.
	Size struct {
		To  *int
		Max int
	}
	// ID is a token id below Below; negative is null.
	ID struct {
		To    *int
		Below int // 0: any
	}
	// Float is a number that OK accepts and Needed describes.
	Float struct {
		To     *float64
		OK     func(x float64) bool
		Needed string
	}
)

// Positive, NotNegative and Probability are the bounds of a [Float].
func Positive(to *float64) Float {
	return Float{to, func(x float64) bool { return x > 0 }, "positive"}
}

func NotNegative(to *float64) Float {
	return Float{to, func(x float64) bool { return x >= 0 }, "0 or above"}
}

func Probability(to *float64) Float {
	return Float{to, func(x float64) bool { return x >= 0 && x <= 1 }, "a probability"}
}

// Read reads the fields of a table.
func (f *Fields) Read(t Table) {
	for name, to := range t {
		switch to := to.(type) {
		case *int:
			f.Int(name, to)
		case *float64:
			f.Float(name, to)
		case *bool:
			f.Bool(name, to)
		case *string:
			f.String(name, to)
		case Size:
			f.Int(name, to.To)
		case Float:
			f.Float(name, to.To)
		case ID:
			if f.Null(name) {
				*to.To = -1
			}
			f.ID(name, to.To)
		}
	}
}

// Write sets the fields of a table.
func (f *Fields) Write(t Table) {
	for name, from := range t {
		switch from := from.(type) {
		case *int, *bool, *string:
			f.Set(name, from)
		case *float64:
			f.Set(name, Number(*from))
		case Size:
			f.Set(name, *from.To)
		case Float:
			f.Set(name, Number(*from.To))
		case ID:
			f.Set(name, from.To)
			if *from.To < 0 {
				f.Set(name, nil)
			}
		}
	}
}

// Validate returns an error that names the first field out of its bounds.
func (t Table) Validate() error {
	for _, name := range slices.Sorted(maps.Keys(t)) {
		switch x := t[name].(type) {
		case Size:
			if *x.To < 1 || *x.To > x.Max {
				return fmt.Errorf("field %q: %d is not within 1 … %d", name, *x.To, x.Max)
			}
		case Float:
			if !x.OK(*x.To) {
				return fmt.Errorf("field %q: %g is not %s", name, *x.To, x.Needed)
			}
		case ID:
			if x.Below > 0 && *x.To >= x.Below {
				return fmt.Errorf("field %q: %d is not below vocab_size %d", name, *x.To, x.Below)
			}
		}
	}
	return nil
}
