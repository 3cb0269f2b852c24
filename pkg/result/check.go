package result

import (
	"fmt"
	"math"
)

// number refuses NaN, infinities, and values outside [low, high].
func number(field string, x, low, high float64) error {
	if math.IsNaN(x) || math.IsInf(x, 0) || x < low || x > high {
		return fmt.Errorf("%s is %v, want a number in [%v, %v]", field, x, low, high)
	}
	return nil
}

// share refuses values outside [0, 1].
func share(field string, x float64) error { return number(field, x, 0, 1) }

// finite refuses NaN and infinities.
func finite(field string, x float64) error {
	return number(field, x, -math.MaxFloat64, math.MaxFloat64)
}

// positive refuses values that are not positive finite numbers.
func positive(field string, x float64) error {
	if x == 0 {
		return fmt.Errorf("%s is 0, want a positive number", field)
	}
	return number(field, x, 0, math.MaxFloat64)
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
