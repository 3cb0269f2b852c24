package finding

import (
	"fmt"
	"math"
	"slices"

	"llmjp.internal/modernbert/pkg/eval/metric"
	"llmjp.internal/modernbert/pkg/result"
)

// Rate returns the median of a row's rates, and their least and greatest.
func Rate(r result.BenchRow) (median, low, high float64) {
	_, median, _ = metric.Quartiles(r.Rates)
	return median, slices.Min(r.Rates), slices.Max(r.Rates)
}

// Ratio returns the median rate of x over that of y, and the least and the greatest
// ratio of one turn. Rows with different numbers of turns were not measured together:
// their bounds are the extremes of both.
func Ratio(x, y result.BenchRow) (ratio, low, high float64) {
	a, lowA, highA := Rate(x)
	b, lowB, highB := Rate(y)
	if len(x.Rates) != len(y.Rates) {
		return a / b, lowA / highB, highA / lowB
	}
	low, high = math.Inf(1), 0
	for i := range x.Rates {
		r := x.Rates[i] / y.Rates[i]
		low, high = min(low, r), max(high, r)
	}
	return a / b, low, high
}

// Utilization returns the share of the machine's measured peak that a row reaches;
// ok is false where the peak or the operations are not known.
func Utilization(b *result.Bench, r result.BenchRow) (share float64, ok bool) {
	peak := b.Machine.Peak[r.Compute]
	if peak == 0 || r.Operations == 0 {
		return 0, false
	}
	median, _, _ := Rate(r)
	return median * r.Operations / peak, true
}

// bench describes the measurements: for each task the ratio of our rate to each
// other program's, and where there are several to the fastest of them in each case,
// from the least to the greatest; memory and rates at the greatest length; the share
// of the machine's peak.
func bench(b *result.Bench) []string {
	var out []string
	for _, task := range []struct{ name, words string }{
		{"train", "Training"}, {"train-default", "Training, where transformers scores every position (its default),"}, {"train-documents", "Training on real documents of different lengths"},
		{"forward", "The forward pass"}, {"embed", "Embedding"}, {"tokenize", "Tokenization"}, {"batches", "Making batches"},
		{"first-embed-cold", "A new process's first ten embeddings, nothing compiled before"}, {"first-embed-warm", "A new process's first ten embeddings"},
		{"first-fill-mask-cold", "The first mask that a new process fills, nothing compiled before"}, {"first-fill-mask-warm", "The first mask that a new process fills"},
		{"first-train-cold", "A new run's first step, nothing compiled before"}, {"first-train-warm", "A new run's first step"},
	} {
		all := pairs(b, task.name)
		for _, p := range all {
			out = append(out, p.sentence(task.words))
		}
		for _, p := range fastest(b, task.name, all) {
			out = append(out, p.sentence(task.words))
		}
	}
	for _, p := range pairs(b, "train") {
		out = append(out, p.atLength(b)...)
	}
	return out
}

// A pair holds the cases of one task and element type in which ours and
// another program were both measured.
type pair struct {
	program, compute string
	ours, theirs     []result.BenchRow
}

// pairs returns the pairs of a task in the rows' order.
func pairs(b *result.Bench, task string) []pair {
	var out []pair
	for _, theirs := range b.Rows {
		if theirs.Task != task || theirs.Program == result.Ours {
			continue
		}
		ours, ok := Counterpart(b, theirs)
		if !ok {
			continue
		}
		i := slices.IndexFunc(out, func(p pair) bool { return p.program == theirs.Program && p.compute == theirs.Compute })
		if i < 0 {
			i = len(out)
			out = append(out, pair{program: theirs.Program, compute: theirs.Compute})
		}
		out[i].ours, out[i].theirs = append(out[i].ours, ours), append(out[i].theirs, theirs)
	}
	return out
}

// fastest returns the pairs of a task's rows of ours and the fastest of the others
// in each case, for the element types in which several others were measured.
func fastest(b *result.Bench, task string, others []pair) []pair {
	programs := map[string]int{}
	for _, p := range others {
		programs[p.compute]++
	}
	var out []pair
	for _, ours := range b.Rows {
		theirs, ok := BestPeer(b, ours)
		if !ok || ours.Program != result.Ours || ours.Task != task || programs[ours.Compute] < 2 {
			continue
		}
		i := slices.IndexFunc(out, func(p pair) bool { return p.compute == ours.Compute })
		if i < 0 {
			i = len(out)
			out = append(out, pair{program: "the fastest of the others", compute: ours.Compute})
		}
		out[i].ours, out[i].theirs = append(out[i].ours, ours), append(out[i].theirs, theirs)
	}
	return out
}

// BestPeer returns the fastest row of the other programs in the case of ours.
func BestPeer(b *result.Bench, ours result.BenchRow) (best result.BenchRow, ok bool) {
	most := 0.0
	for _, r := range b.Rows {
		if rate, _, _ := Rate(r); r.Program != result.Ours && sameCase(r, ours) && rate > most {
			best, most, ok = r, rate, true
		}
	}
	return best, ok
}

// sameCase reports whether two rows measure the same case.
func sameCase(a, b result.BenchRow) bool {
	return a.Task == b.Task && a.Compute == b.Compute && a.Layers == b.Layers && a.Hidden == b.Hidden && a.Batch == b.Batch && a.Length == b.Length
}

// Counterpart returns our row in the case of another program's.
func Counterpart(b *result.Bench, r result.BenchRow) (ours result.BenchRow, ok bool) {
	if r.Program == result.Ours {
		return r, false
	}
	for _, o := range b.Rows {
		if o.Program == result.Ours && sameCase(o, r) {
			return o, true
		}
	}
	return r, false
}

func (p pair) sentence(words string) string {
	var ratios []float64
	for i := range p.ours {
		ratio, _, _ := Ratio(p.ours[i], p.theirs[i])
		ratios = append(ratios, ratio)
	}
	slices.Sort(ratios)
	where := "in the one case measured"
	value := fmt.Sprintf("%.2f", ratios[0])
	if n := len(ratios); n > 1 {
		where = fmt.Sprintf("over %d cases", n)
		value = fmt.Sprintf("%.2f to %.2f", ratios[0], ratios[n-1])
	}
	compute := ""
	if p.compute != "" {
		compute = " in " + p.compute
	}
	return fmt.Sprintf("%s%s: ours is %s times as fast as %s, %s.", words, compute, value, p.program, where)
}

// atLength compares rates and memory at the greatest length with those at the
// least.
func (p pair) atLength(b *result.Bench) []string {
	byLength := func(x, y result.BenchRow) int { return x.Length - y.Length }
	ours, theirs := slices.MaxFunc(p.ours, byLength), slices.MaxFunc(p.theirs, byLength)
	shortOurs, shortTheirs := slices.MinFunc(p.ours, byLength), slices.MinFunc(p.theirs, byLength)
	if ours.Length == shortOurs.Length {
		return nil
	}
	share := func(long, short result.BenchRow) float64 {
		x, _, _ := Rate(long)
		y, _, _ := Rate(short)
		return 100 * x / y
	}
	out := []string{fmt.Sprintf("Training in %s at %d tokens a text runs at %.0f %% of the rate at %d, %s's at %.0f %%.",
		p.compute, ours.Length, share(ours, shortOurs), shortOurs.Length, p.program, share(theirs, shortTheirs))}
	if ours.PeakMemory > 0 && theirs.PeakMemory > 0 {
		const gib = 1 << 30
		out = append(out, fmt.Sprintf("At %d tokens ours needs %.1f GiB at most, %s %.1f GiB.",
			ours.Length, float64(ours.PeakMemory)/gib, p.program, float64(theirs.PeakMemory)/gib))
	}
	a, known := Utilization(b, shortOurs)
	if c, ok := Utilization(b, shortTheirs); ok && known {
		out = append(out, fmt.Sprintf("Of the machine's measured peak for %s matrix products, training at %d tokens reaches %.0f %%, %s %.0f %%.",
			p.compute, shortOurs.Length, 100*a, p.program, 100*c))
	}
	return out
}
