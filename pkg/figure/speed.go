package figure

import (
	"fmt"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// An Axis is the quantity that a speed figure varies.
type Axis string

// The axes of Speed.
const (
	ByLength Axis = "length"
	ByLayers Axis = "layers"
	ByBatch  Axis = "batch"
)

// A quantity is one panel of the speed figure: a number of each row, 0 where the row
// has none.
type quantity struct {
	title, label, task string
	of                 func(*result.Bench, result.BenchRow) (mid, low, high float64)
	level              float64 // where a line is drawn across the panel; 0: nowhere
}

var quantities = []quantity{
	{"Training", "Tokens a second", "train", speedOf, 0},
	{"Forward pass", "Tokens a second", "forward", speedOf, 0},
	{"Memory in training", "Peak memory (GiB)", "train", func(_ *result.Bench, r result.BenchRow) (mid, low, high float64) {
		m := float64(r.PeakMemory) / (1 << 30)
		return m, m, m
	}, 0},
	{"Training, ratio", "Ours / fastest other", "train", overFastest, 1},
	{"Forward pass, ratio", "Ours / fastest other", "forward", overFastest, 1},
}

func speedOf(_ *result.Bench, r result.BenchRow) (mid, low, high float64) { return finding.Rate(r) }

// overFastest returns the ratio of our row to the fastest of the others.
func overFastest(b *result.Bench, r result.BenchRow) (mid, low, high float64) {
	best, ok := finding.BestPeer(b, r)
	if !ok || r.Program != result.Ours {
		return 0, 0, 0
	}
	return finding.Ratio(r, best)
}

// Speed draws tokens a second of training and of the forward pass, and peak
// memory in training, for each program against the length of the texts, the
// number of layers or the batch; and our ratio to the fastest of the other
// programs. A mark is the median, a bar the range of the repetitions. Where
// several sizes were measured, the one with the most points is drawn.
func Speed(b *result.Bench, axis Axis) (*Figure, error) {
	if err := b.Validate(); err != nil {
		return nil, fmt.Errorf("speed: %w", err)
	}
	drawn := map[string]bool{}
	for _, q := range quantities {
		for _, r := range axis.rows(b, q) {
			drawn[r.Label()] = true
		}
	}
	programs := slices.DeleteFunc(b.Programs(), func(program string) bool { return !drawn[program] })
	return newFigure("speed-"+string(axis), DoubleColumn, func(style Style) (*sheet, error) {
		var panels []*panel
		for _, q := range quantities {
			rows := axis.rows(b, q)
			if len(rows) == 0 {
				continue
			}
			p := style.panel(q.title, axis.label(), q.label)
			p.logX = true
			p.grid()
			var xs []float64
			top := 0.0
			for i, program := range programs {
				var points xys
				for _, r := range rows {
					if r.Label() != program {
						continue
					}
					mid, low, high := q.of(b, r)
					x := float64(axis.of(r))
					points = append(points, xy{X: x, Y: mid})
					p.line(xys{{X: x, Y: low}, {X: x, Y: high}}, lineStyle(style.color(i), 0.8))
					xs, top = append(xs, x), math.Max(top, high)
				}
				p.curve(points, lineStyle(style.color(i), 1.2), shapes[i%len(shapes)], 2)
			}
			slices.Sort(xs)
			xs = slices.Compact(xs)
			least, most := xs[0]/1.15, xs[len(xs)-1]*1.15
			if q.level > 0 {
				p.line(xys{{X: least, Y: q.level}, {X: most, Y: q.level}}, lineStyle(muted, 0.8))
				top = math.Max(top, q.level)
			}
			p.rangeX(least, most)
			p.X.Marker = at{xs, whole, true}
			p.Y.Min, p.Y.Max = 0, top*1.08
			p.Y.Marker = ticks{about: 5, format: short}
			panels = append(panels, p)
		}
		if len(panels) == 0 {
			return nil, NothingToDraw{"speed-" + string(axis), "nothing was measured at two values of " + string(axis)}
		}
		var keys []key
		for i, program := range programs {
			line := lineStyle(style.color(i), 1.2)
			keys = append(keys, key{label: program, color: style.color(i), line: &line, shape: shapes[i%len(shapes)]})
		}
		return &sheet{
			alt: fmt.Sprintf("Speed and memory by %s on %s.", axis, b.Machine.Name), keys: keys,
			panels: panels, columns: 3, aspect: 0.85,
		}, nil
	})
}

func (a Axis) label() string {
	switch a {
	case ByLayers:
		return "Layers"
	case ByBatch:
		return "Texts a batch"
	default:
		return "Tokens a text"
	}
}

func (a Axis) of(r result.BenchRow) int {
	switch a {
	case ByLayers:
		return r.Layers
	case ByBatch:
		return r.Batch
	default:
		return r.Length
	}
}

// size returns layers, hidden width, batch and length, without the one that the
// axis varies.
func (a Axis) size(r result.BenchRow) [4]int {
	s := [4]int{r.Layers, r.Hidden, r.Batch, r.Length}
	switch a {
	case ByLayers:
		s[0] = 0
	case ByBatch:
		s[2] = 0
	default:
		s[2], s[3] = 0, 0 // batches shrink as texts grow
	}
	return s
}

// rows returns the rows of the size that was measured at the most values of the
// axis, at two at least, in the order of the axis.
func (a Axis) rows(b *result.Bench, q quantity) []result.BenchRow {
	bySize := map[[4]int][]result.BenchRow{}
	var order [][4]int // the first of equals wins
	for _, r := range b.Rows {
		if mid, _, _ := q.of(b, r); r.Task != q.task || mid == 0 || a.of(r) == 0 {
			continue
		}
		s := a.size(r)
		if bySize[s] == nil {
			order = append(order, s)
		}
		bySize[s] = append(bySize[s], r)
	}
	var best []result.BenchRow
	most := 1
	for _, s := range order {
		values := map[int]bool{}
		for _, r := range bySize[s] {
			values[a.of(r)] = true
		}
		if len(values) > most {
			best, most = bySize[s], len(values)
		}
	}
	if a == ByLength { // smaller batches of the same length were measured for another figure
		largest := map[int]int{}
		for _, r := range best {
			largest[r.Length] = max(largest[r.Length], r.Batch)
		}
		best = slices.DeleteFunc(best, func(r result.BenchRow) bool { return r.Batch < largest[r.Length] })
	}
	slices.SortStableFunc(best, func(x, y result.BenchRow) int { return a.of(x) - a.of(y) })
	return best
}
