package pretrain

import (
	"fmt"
	"math"

	"llmjp.internal/modernbert/pkg/model"
)

// Recipe returns what the paper's Table 1 and the authors' scripts fix beside
// the settings, as lines "name = value". With --init the model replaces the
// lines about the model.
func (s Settings) Recipe() ([]string, error) {
	c, err := s.Architecture()
	if err != nil {
		return nil, err
	}
	return []string{
		"line_by_line = true: a document a line, never packed; cut at max_length (rows=documents) or into windows (rows=windows)",
		"order = every document once an epoch, in an order drawn anew from the seed",
		"masking = 80% the mask token, 10% a random token, 10% as it is; never a special token; new for every step",
		"optimizer = AdamW, decay of all weights but those named bias or LayerNorm.weight (ModernBERT's norms are decayed)",
		"lr_schedule = linear warm-up from 0, then linear decay to 0",
		"weights and optimizer state = float32",
		fmt.Sprintf("vocab_size = %d", c.Vocab),
		fmt.Sprintf("max_position_embeddings = %d", c.MaxLength),
		fmt.Sprintf("global_rope_theta = %g", c.GlobalTheta),
		fmt.Sprintf("local_rope_theta = %g", c.LocalTheta),
		fmt.Sprintf("global_attn_every_n_layers = %d", c.GlobalEvery),
		fmt.Sprintf("local_attention = %d: %d tokens to either side", c.LocalAttention, c.LocalAttention/2),
		fmt.Sprintf("hidden_activation = %s", c.Activation),
		fmt.Sprintf("norm_eps = %g", c.NormEps),
		fmt.Sprintf("initial weights = normal, sd %g, cut at %g sd; sd %.4g for attn.Wo, mlp.Wo and head.dense",
			c.InitRange, c.InitCutoff, c.InitRange/math.Sqrt(2*float64(c.Layers))),
		fmt.Sprintf("parameters = %d", model.Count(c.Params(model.MaskedLM))),
	}, nil
}
