package figure

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// room returns an axis's ticks with labels that do not touch each other on a
// side of the given length: fewer ticks where the marker can place fewer, else
// without the labels that touch one before.
func room(a axis, side vg.Length, size func(label string) vg.Length) []plot.Tick {
	marks := a.Marker.Ticks(a.Min, a.Max)
	if s, ok := a.Marker.(sparser); ok {
		for about := len(marks); about > 1 && !apart(a, marks, side, size); about-- {
			marks = s.with(about-1).Ticks(a.Min, a.Max)
		}
	}
	out := make([]plot.Tick, 0, len(marks))
	end := vg.Length(math.Inf(-1))
	for _, t := range marks {
		at, half := vg.Length(a.norm(t.Value))*side, size(t.Label)/2
		if t.Label != "" && at-half < end {
			t.Label = ""
		}
		if t.Label != "" {
			end = at + half
		}
		out = append(out, t)
	}
	return out
}

func apart(a axis, marks []plot.Tick, side vg.Length, size func(string) vg.Length) bool {
	end := vg.Length(math.Inf(-1))
	for _, t := range marks {
		if t.Label == "" {
			continue
		}
		at, half := vg.Length(a.norm(t.Value))*side, size(t.Label)/2
		if at-half < end {
			return false
		}
		end = at + half
	}
	return true
}

// hidden tells whether a tick lost its label to lack of room.
func hidden(a axis, ticks []plot.Tick) bool {
	for i, t := range a.Marker.Ticks(a.Min, a.Max) {
		if t.Label != ticks[i].Label {
			return true
		}
	}
	return false
}
