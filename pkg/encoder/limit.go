package encoder

import (
	"math"

	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/text"
)

// modelMaxLength is tokenizer_config.json's model_max_length; where it is
// missing or stands for "no limit" (1e30) it is the greatest int.
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
