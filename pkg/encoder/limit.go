package encoder

import (
	"math"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/text"
)

// modelMaxLength returns tokenizer_config.json's model_max_length in tokens, or the
// greatest int where it is missing or means no limit (1e30).
func modelMaxLength(tok text.Tokenizer) int {
	var config struct {
		Limit *float64 `json:"model_max_length"`
	}
	if input.Decode(tok.Files()["tokenizer_config.json"], &config) != nil || config.Limit == nil {
		return math.MaxInt
	}
	if *config.Limit < 1 || *config.Limit > 1e9 {
		return math.MaxInt
	}
	return int(*config.Limit)
}
