package figure

import (
	"fmt"

	"llmjp.internal/modernbert/pkg/eval/finding"
	"llmjp.internal/modernbert/pkg/result"
)

// BenchTable tabulates our speed with the other programs', case by case. Ratio
// is ours over theirs in the same task, size and element type: above 1, ours
// is faster. Our row has the ratio to the fastest of the others, and its name.
func BenchTable(b *result.Bench) (*Table, error) { return benchTable("bench-table", b) }

// GPUBenchTable returns BenchTable's table for a GPU, under its own name.
func GPUBenchTable(b *result.Bench) (*Table, error) { return benchTable("bench-gpu-table", b) }

func benchTable(name string, b *result.Bench) (*Table, error) {
	if err := b.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Table{
		Name: name, Caption: "Speed on " + b.Machine.Name,
		Columns: append(left("Task", "Program"), right("Layers", "Batch", "Length", "Rate a second", "Range", "Memory (GiB)", "Share of peak", "Ratio", "Range of ratios")...),
		Notes: append([]string{"Rate: tokens, or batches, a second; the median of repetitions, the programs of a case in turns. Ratio: the median of ours over theirs, in our row over the fastest of the others; its range is over the turns."},
			notes(b.Provenance)...),
	}
	t.Columns = append(t.Columns, left("Fastest other")...)
	for _, r := range b.Rows {
		median, low, high := finding.Rate(r)
		memory, utilization, ratio, spread, fastest := "", "", "", "", ""
		if r.PeakMemory > 0 {
			memory = fmt.Sprintf("%.1f", float64(r.PeakMemory)/(1<<30))
		}
		if u, ok := finding.Utilization(b, r); ok {
			utilization = fmt.Sprintf("%.0f %%", 100*u)
		}
		ours, theirs := r, r
		ok := false
		if ours, ok = finding.Counterpart(b, r); !ok {
			if theirs, ok = finding.BestPeer(b, r); ok {
				fastest = theirs.Program
			}
		}
		if ok {
			x, low, high := finding.Ratio(ours, theirs)
			ratio, spread = fmt.Sprintf("%.2f", x), fmt.Sprintf("%.2f–%.2f", low, high)
		}
		t.Rows = append(t.Rows, row(r.Task, r.Label(), count(r.Layers), count(r.Batch), count(r.Length),
			digits(median), digits(low)+"–"+digits(high), memory, utilization, ratio, spread, fastest))
	}
	return t, nil
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return grouped(n)
}

// digits writes a rate: three digits, all whole ones up to six, or four with a
// unit.
func digits(x float64) string {
	switch {
	case x >= 1e6:
		return short(x)
	case x >= 100:
		return grouped(int(x + 0.5))
	}
	return fmt.Sprintf("%.3g", x)
}

// grouped writes a whole number with its thousands apart.
func grouped(n int) string {
	if n < 0 {
		return "−" + grouped(-n)
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
