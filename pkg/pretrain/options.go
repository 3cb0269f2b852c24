package pretrain

import (
	"context"
	"fmt"
	"time"

	"llmjp.internal/modernbert/pkg/encoder"
	"llmjp.internal/modernbert/pkg/ranks"
	"llmjp.internal/modernbert/pkg/result"
	"llmjp.internal/modernbert/pkg/run"
)

// Options holds what a session is told beside the settings.
type Options struct {
	Settings Settings
	Data     []string // globs of the training text
	Corpus   string   // folder of a training text that is tokenized already; "": Data is
	Valid    []string // globs of the validation text; none: no validation
	Output   string   // the run's folder
	Init     string   // folder of the model to start from; "": drawn from the seed
	// Tokenizer is the folder of the tokenizer where there is no Init.
	Tokenizer string
	// Cache is the folder of tokenized texts.
	Cache        string
	SkipBadLines bool
	Steps        int    // end after this step; 0: after the last
	StartOnly    bool   // end at step 0: its checkpoint and validation alone
	Devices      int    // devices that share each micro-batch; 0: one
	DumpBatches  string // folder for every step's batch; "": none
	// Ranks are the processes that share the run; nil: this one alone. Rank 0
	// writes the folder. The others need the same texts and model.
	Ranks *ranks.Group

	// Retrieve scores zero-shot retrieval with the model in training; nil: none.
	Retrieve func(ctx context.Context, e *encoder.Encoder) (recall10, mrr10 float64, err error)
	// Inputs and Notes go into the result's provenance.
	Inputs []result.Data
	Notes  []string

	// Report is called with lines for the user, Progress after each step,
	// Evaluated after each validation. They may be nil.
	Report    func(line string)
	Progress  func(Progress)
	Evaluated func(result.Evaluation)
}

// Progress describes a step and the session so far.
type Progress struct {
	run.Line
	TotalSteps int
	Positions  int           // positions computed for the step's batch, padding included
	Waiting    float64       // share of the session's step time spent waiting for a batch
	Left       time.Duration // estimate of the time left; 0 after the session's first step, which compiles
}

// Rate returns the attended tokens a second.
func (p Progress) Rate() float64 { return float64(p.Tokens) / p.Seconds }

// Summary describes a session.
type Summary struct {
	Step       int     // the last step of the run
	Done       bool    // whether all steps of the schedule, or those asked for, are done
	Steps      int     // steps of this session
	Seconds    float64 // their wall time
	Tokens     int     // their attended tokens
	Waiting    float64 // share of their time spent waiting for a batch
	Padding    float64 // share of their computed positions that hold no token
	Checkpoint string  // folder of the last checkpoint
	Evaluation *result.Evaluation
	Unigram    *result.Unigram
}

// Stopped is the error of a run that was asked to stop and has saved a
// checkpoint.
type Stopped struct {
	Step, Total int
	Checkpoint  string
}

func (e *Stopped) Error() string {
	return fmt.Sprintf("stopped after step %d of %d and saved as %s; the same command goes on from there", e.Step, e.Total, e.Checkpoint)
}
