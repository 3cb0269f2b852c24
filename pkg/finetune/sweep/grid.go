package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/finetune"
)

// Grid is every combination of learning rates, epochs and seeds.
type Grid struct {
	LRs    []float64
	Epochs []int
	Seeds  []uint64
}

// Paper returns the authors' grid (script/eval.sh) with one fixed seed; theirs
// had none.
func Paper() Grid {
	return Grid{
		LRs:    []float64{5e-6, 1e-5, 2e-5, 3e-5, 5e-5, 1e-4},
		Epochs: []int{1, 2, 3, 4, 5, 10},
		Seeds:  []uint64{42},
	}
}

// ParseGrid reads "lr=1e-5,3e-5", "epochs=1,3", "seed=1,2,3", in one string or
// several. A key that is left out has its values in [Paper].
func ParseGrid(specs ...string) (Grid, error) {
	g, seen := Paper(), map[string]bool{}
	for _, axis := range strings.Fields(strings.Join(specs, " ")) {
		key, values, ok := strings.Cut(axis, "=")
		if !ok {
			return g, fmt.Errorf("%q is not KEY=VALUE,VALUE…", axis)
		}
		if seen[key] {
			return g, fmt.Errorf("%s is given twice", key)
		}
		seen[key] = true
		var err error
		switch key {
		case "lr":
			g.LRs, err = parse(values, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
		case "epochs":
			g.Epochs, err = parse(values, strconv.Atoi)
		case "seed":
			g.Seeds, err = parse(values, func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) })
		default:
			return g, fmt.Errorf("%q is none of lr, epochs, seed", key)
		}
		if err != nil {
			return g, fmt.Errorf("%s: %w", key, err)
		}
	}
	for _, s := range g.Settings() {
		if err := s.Validate(); err != nil {
			return g, err
		}
	}
	return g, nil
}

// parse reads values that are separated by commas, none of them twice.
func parse[T comparable](list string, one func(string) (T, error)) ([]T, error) {
	var out []T
	for _, s := range strings.Split(list, ",") {
		v, err := one(s)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number that it takes, such as lr=1e-5,3e-5 epochs=1,3 seed=1,2", s)
		}
		if slices.Contains(out, v) {
			return nil, fmt.Errorf("%s is given twice", s)
		}
		out = append(out, v)
	}
	return out, nil
}

// Settings returns the grid's runs by learning rate, then epochs, then seed.
func (g Grid) Settings() []finetune.Setting {
	var list []finetune.Setting
	for _, lr := range g.LRs {
		for _, epochs := range g.Epochs {
			for _, seed := range g.Seeds {
				list = append(list, finetune.Setting{LR: lr, Epochs: epochs, Seed: seed})
			}
		}
	}
	return list
}

// Specs returns the grid in the form that [ParseGrid] reads.
func (g Grid) Specs() []string {
	join := func(key string, n int, value func(i int) string) string {
		values := make([]string, n)
		for i := range values {
			values[i] = value(i)
		}
		return key + "=" + strings.Join(values, ",")
	}
	return []string{
		join("lr", len(g.LRs), func(i int) string { return strconv.FormatFloat(g.LRs[i], 'g', -1, 64) }),
		join("epochs", len(g.Epochs), func(i int) string { return strconv.Itoa(g.Epochs[i]) }),
		join("seed", len(g.Seeds), func(i int) string { return strconv.FormatUint(g.Seeds[i], 10) }),
	}
}
