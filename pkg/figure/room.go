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
	out, touching := apart(a, marks, side, size)
	if s, ok := a.Marker.(sparser); ok {
		for about := len(marks) - 1; about > 0 && touching; about-- {
			out, touching = apart(a, s.with(about).Ticks(a.Min, a.Max), side, size)
		}
	}
	return out
}

// apart removes the labels that touch one before, and reports whether there are
// any.
func apart(a axis, marks []plot.Tick, side vg.Length, size func(string) vg.Length) (out []plot.Tick, touching bool) {
	end := vg.Length(math.Inf(-1))
	for _, t := range marks {
		switch at, half := vg.Length(a.norm(t.Value))*side, size(t.Label)/2; {
		case t.Label == "":
		case at-half < end:
			t.Label, touching = "", true
		default:
			end = at + half
		}
		out = append(out, t)
	}
	return out, touching
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
