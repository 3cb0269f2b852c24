package pretrain

import (
	"fmt"
	"strings"

	"llmjp.internal/modernbert/pkg/model/modernbert"
)

// common holds the settings that the paper's stages share (Table 1), with the
// optimizer's epsilon from the authors' script.
var common = Settings{
	Rows: "documents", MaskRate: 0.3, AdamBeta1: 0.9, AdamBeta2: 0.98, AdamEpsilon: 1e-6, WeightDecay: 1e-5, Clip: 1,
	Seed: 42, LossAverage: "tokens", MicroRows: 26, Compute: "float32", MicroTokens: 4096, Wire: "float32", WatchdogSeconds: 1800,
}

// presets holds, for each preset, the changes to common for stage 1, and the
// changes to stage 1 for stage 2.
var presets = map[string][2]func(*Settings){
	// base is the paper's model: 187 million parameters.
	"base": {func(s *Settings) {
		s.HiddenSize, s.IntermediateSize, s.NumHiddenLayers, s.NumHeads = 768, 1152, 22, 12
		s.TotalSteps, s.WarmupSteps, s.LR = 500_000, 24_000, 5e-4
		s.BatchSize, s.MaxLength = 3328, 1024
		s.CheckpointEvery, s.CheckpointSteps, s.RollingEvery = 50_000, ints{0, 4_000, 15_000}, 1_000
		s.EvalEvery, s.EvalDocuments, s.RetrievalEvery = 500, 1_000, 1_000
		s.Compute, s.MicroTokens = "bfloat16", 65_536
	}, func(s *Settings) {
		s.TotalSteps, s.LR, s.BatchSize, s.MaxLength, s.MicroRows = 200_000, 5e-5, 384, 8192, 3
		s.CheckpointSteps = ints{0}
		s.ActivationCheckpoints = true
	}},
	// small takes two hours on two cores, or minutes on a GPU. It is the widest model
	// whose weights in bfloat16 stay under 64 MB. Stage 1 trains on windows of 256
	// tokens, which lose no text, stage 2 on whole documents of up to eight times that
	// length, the ratio of the paper's stages. Checkpoints stand at the paper's shares
	// of the steps.
	//
	// Measured in bfloat16 on two idle cores, in 45 steps of 8 windows: width 256 took
	// 0.76 s a step (2,225 tokens a second), width 192 took 0.57 s (2,976). Half the
	// width is less than twice as fast (4,067 tokens a second at best with width 128,
	// 2,414 with 256, in 30 steps of 16 rows of 128 tokens), since the head and the
	// optimizer take most of a step. With a peak learning rate of 2e-3 the loss fell
	// from 11.55 to 7.20 nats in 600 steps (1.1 million tokens). Other learning rates
	// were not compared.
	"small": {func(s *Settings) {
		s.HiddenSize, s.IntermediateSize, s.NumHiddenLayers, s.NumHeads = 256, 384, 6, 4
		s.TotalSteps, s.WarmupSteps, s.LR = 6_000, 288, 2e-3
		s.Rows, s.BatchSize, s.MaxLength, s.MicroRows = "windows", 8, 256, 8
		s.CheckpointEvery, s.CheckpointSteps, s.RollingEvery = 1_200, ints{0, 48, 180, 600}, 200
		s.EvalEvery, s.EvalDocuments, s.RetrievalEvery, s.RetrievalPairs = 200, 256, 200, 300
		s.Compute, s.Lengths = "bfloat16", ints{256}
	}, func(s *Settings) {
		s.TotalSteps, s.WarmupSteps, s.LR = 600, 29, 2e-4
		s.Rows, s.BatchSize, s.MaxLength, s.MicroRows = "documents", 4, 2048, 4
		s.CheckpointEvery, s.CheckpointSteps = 300, ints{0}
		s.EvalEvery, s.EvalDocuments, s.RetrievalEvery = 100, 128, 100
		s.Lengths = ints{256, 512, 1024, 2048}
	}},
	// tiny runs every part in minutes on two cores. Its steps, warm-up and checkpoints
	// are a thousandth of the paper's. Stage 1 ended at 7.30, 7.19, 7.04 and 7.19 nats
	// with peak learning rates of 1.2e-2, 6e-3, 3e-3 and 1.5e-3; token frequencies
	// alone (unigram) give 7.54.
	"tiny": {func(s *Settings) {
		s.HiddenSize, s.IntermediateSize, s.NumHiddenLayers, s.NumHeads = 64, 96, 3, 4
		s.TotalSteps, s.WarmupSteps, s.LR = 500, 24, 3e-3
		s.BatchSize, s.MaxLength, s.MicroRows = 12, 128, 12
		s.CheckpointEvery, s.CheckpointSteps = 100, ints{0, 4, 15, 50}
		s.EvalEvery, s.EvalDocuments, s.RetrievalEvery, s.RetrievalPairs = 25, 48, 50, 100
		s.Lengths = ints{64, 128}
	}, func(s *Settings) {
		s.TotalSteps, s.LR, s.BatchSize, s.MaxLength, s.MicroRows = 200, 1.2e-3, 2, 512, 2
		s.CheckpointSteps = ints{0}
		s.EvalEvery = 50
		s.Lengths = ints{128, 256, 512}
	}},
}

// Presets returns the names of the presets, the smallest first.
func Presets() []string { return []string{"tiny", "small", "base"} }

// Preset returns a preset's settings for a stage, 1 or 2.
func Preset(name string, stage int) (Settings, error) {
	stages, ok := presets[name]
	if !ok {
		return Settings{}, fmt.Errorf("there is no preset %q; there are %s", name, strings.Join(Presets(), ", "))
	}
	if stage != 1 && stage != 2 {
		return Settings{}, fmt.Errorf("there is no stage %d; there are 1 and 2", stage)
	}
	s := common
	s.Preset, s.Stage = name, stage
	for _, change := range stages[:stage] {
		change(&s)
	}
	return s, nil
}

// Architecture returns the paper's model with the settings' sizes.
func (s Settings) Architecture() (*modernbert.Config, error) {
	c := modernbert.Base()
	c.HiddenSize, c.Intermediate, c.Layers, c.Heads = s.HiddenSize, s.IntermediateSize, s.NumHiddenLayers, s.NumHeads
	return c, c.Validate()
}
