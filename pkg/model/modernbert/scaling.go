package modernbert

import (
	"encoding/json"
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/model/fields"
	"llmjp.internal/modernbert/pkg/model/nn"
)

// Scaling stretches the rotary frequencies of a kind of layer for texts longer
// than those of pretraining (transformers' modeling_rope_utils). nil is none.
type Scaling struct {
	Type   string // "linear", "proportional", "yarn" or "llama3"
	Factor float64
	// Partial is the share of a head's pairs that turn ("proportional").
	Partial float64
	// Original is the length of pretraining ("yarn", "llama3").
	Original float64
	// BetaFast and BetaSlow are the rotations within Original between which
	// yarn passes from the original to the stretched frequency.
	BetaFast, BetaSlow float64
	// LowFreq and HighFreq are likewise llama3's, as Original over a wavelength.
	LowFreq, HighFreq float64
	// Attention multiplies cosines and sines ("yarn").
	Attention float64

	members map[string]json.RawMessage // as they stand in config.json
}

// readScaling reads the members of one kind of layer in rope_parameters, or of
// the older rope_scaling. Frequencies that follow the length of a batch
// ("longrope") are refused; "dynamic" ones follow it only beyond
// max_position_embeddings, which no row of this program exceeds.
func readScaling(f *fields.Fields, maxLength int) *Scaling {
	kind := "default"
	f.String("type", &kind)
	f.String("rope_type", &kind)
	s := &Scaling{Type: kind, Partial: 1, Original: float64(maxLength), BetaFast: 32, BetaSlow: 1, Attention: 1, members: f.Members()}
	switch kind {
	case "default", "dynamic":
		f.Refuse("partial_rotary_factor", "1", "1.0")
		return nil
	case "linear":
		f.Refuse("partial_rotary_factor", "1", "1.0")
	case "proportional":
		s.Factor = 1
		f.Float("partial_rotary_factor", &s.Partial)
	case "yarn":
		f.Refuse("partial_rotary_factor", "1", "1.0")
		f.Float("original_max_position_embeddings", &s.Original)
		f.Float("beta_fast", &s.BetaFast)
		f.Float("beta_slow", &s.BetaSlow)
	case "llama3":
		f.Refuse("partial_rotary_factor", "1", "1.0")
		f.Float("original_max_position_embeddings", &s.Original)
		f.Float("low_freq_factor", &s.LowFreq)
		f.Float("high_freq_factor", &s.HighFreq)
	default:
		f.Fail("rope_type", "%q is not supported (only default, linear, proportional, yarn, llama3, dynamic)", kind)
	}
	f.Float("factor", &s.Factor)
	if kind == "yarn" {
		s.readAttention(f, maxLength)
	}
	if f.Err() == nil {
		s.check(f)
	}
	return s
}

// readAttention reads yarn's factor of cosines and sines, which depends on the
// stretch where the config does not say it.
func (s *Scaling) readAttention(f *fields.Fields, maxLength int) {
	if !f.Has("factor") {
		s.Factor = float64(maxLength) / s.Original
	}
	scale := func(mscale float64) float64 {
		if s.Factor <= 1 {
			return 1
		}
		return 0.1*mscale*math.Log(s.Factor) + 1
	}
	s.Attention = scale(1)
	part, all := 0.0, 0.0
	f.Float("mscale", &part)
	f.Float("mscale_all_dim", &all)
	if part != 0 && all != 0 {
		s.Attention = scale(part) / scale(all)
	}
	f.Float("attention_factor", &s.Attention)
}

// check records an error for a scaling that is incomplete or impossible.
func (s *Scaling) check(f *fields.Fields) {
	switch {
	case !(s.Factor > 0):
		f.Fail("factor", "%g is not a positive number", s.Factor)
	case !(s.Original > 0):
		f.Fail("original_max_position_embeddings", "%g is not a length", s.Original)
	case !(s.Partial >= 0 && s.Partial <= 1):
		f.Fail("partial_rotary_factor", "%g is not a share", s.Partial)
	case !(s.BetaFast > 0 && s.BetaSlow > 0):
		f.Fail("beta_fast", "%g and beta_slow %g are not both positive", s.BetaFast, s.BetaSlow)
	case s.Type == "llama3" && !(s.LowFreq > 0 && s.HighFreq > s.LowFreq):
		f.Fail("high_freq_factor", "%g is not greater than low_freq_factor %g, which must be positive", s.HighFreq, s.LowFreq)
	}
}

// stretched returns the frequencies of a head's pairs, every step rounded to
// float32 as torch rounds it.
func (s *Scaling) stretched(headDim int, theta float64) []float32 {
	frequencies := nn.Frequencies(headDim, theta)
	if s == nil {
		return frequencies
	}
	factor, n := float32(s.Factor), len(frequencies)
	switch s.Type {
	case "linear":
		for i := range frequencies {
			frequencies[i] /= factor
		}
	case "proportional":
		turning := int(math.Floor(math.Floor(s.Partial*float64(2*n)) / 2))
		for i := range frequencies {
			frequencies[i] /= factor
			if i >= turning {
				frequencies[i] = 0
			}
		}
	case "yarn":
		low, high := s.correction(s.BetaFast, n, theta), s.correction(s.BetaSlow, n, theta)
		low, high = max(math.Floor(low), 0), min(math.Ceil(high), float64(2*n-1))
		if low == high {
			high += 0.001
		}
		for i, f := range frequencies {
			ramp := min(max((float32(i)-float32(low))/float32(high-low), 0), 1)
			own := 1 - ramp
			frequencies[i] = 1/(factor*(1/f))*(1-own) + f*own
		}
	case "llama3":
		long, short := float32(s.Original/s.LowFreq), float32(s.Original/s.HighFreq)
		for i, f := range frequencies {
			wave := float32(2*math.Pi) / f
			switch {
			case wave > long:
				frequencies[i] = f / factor
			case wave >= short:
				smooth := (float32(s.Original)/wave - float32(s.LowFreq)) / float32(s.HighFreq-s.LowFreq)
				frequencies[i] = (1-smooth)*f/factor + smooth*f
			}
		}
	default:
		panic(fmt.Errorf("no rotary scaling %q", s.Type))
	}
	return frequencies
}

// correction returns the pair that makes so many rotations within Original.
func (s *Scaling) correction(rotations float64, pairs int, theta float64) float64 {
	return float64(2*pairs) * math.Log(s.Original/(rotations*2*math.Pi)) / (2 * math.Log(theta))
}

// attention returns the factor of cosines and sines.
func (s *Scaling) attention() float32 {
	if s == nil {
		return 1
	}
	return float32(s.Attention)
}

// parameters returns the object that rope_parameters holds for a kind of layer.
func (s *Scaling) parameters(theta float64) map[string]any {
	out := map[string]any{"rope_type": "default", "rope_theta": fields.Number(theta)}
	if s == nil {
		return out
	}
	for name, raw := range s.members {
		if name != "type" && name != "rope_theta" {
			out[name] = raw
		}
	}
	out["rope_type"] = s.Type
	return out
}
