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

// Options are what a run is told beside its settings.
type Options struct {
	Settings Settings
	Data     []string // globs of the training text
	Corpus   string   // folder of a training text that is tokenized already; "": Data is
	Valid    []string // globs of the validation text; none: no validation
	Output   string   // the run's folder
	Init     string   // folder of the model to start from; "": drawn from the seed
	// Tokenizer is the folder of the tokenizer where there is no Init.
	Tokenizer string
	// Cache is the folder that tokenized texts are kept in.
	Cache        string
	SkipBadLines bool
	Steps        int    // end after this step; 0: after the last
	StartOnly    bool   // end at step 0: its checkpoint and validation alone
	Devices      int    // that share each micro-batch; 0: one
	DumpBatches  string // folder for every step's batch; "": none
	// Ranks are the processes that share the run; nil: this one alone. Rank 0
	// writes the folder. The others need the same texts and model.
	Ranks *ranks.Group

	// Retrieve scores zero-shot retrieval with the model in training; nil: none.
	Retrieve func(ctx context.Context, e *encoder.Encoder) (recall10, mrr10 float64, err error)
	// Inputs and Notes go into the result's provenance.
	Inputs []result.Data
	Notes  []string

	// Report is told lines for the user, Progress each step, Evaluated each
	// validation. They may be nil.
	Report    func(line string)
	Progress  func(Progress)
	Evaluated func(result.Evaluation)
}

// Progress is how a run is going.
type Progress struct {
	run.Line
	TotalSteps int
	Positions  int           // computed for the step's batch, padding included
	Waiting    float64       // share of the session's step time spent waiting for a batch
	Left       time.Duration // an estimate; 0 after the session's first step, which compiles
}

// Rate is attended tokens a second.
func (p Progress) Rate() float64 { return float64(p.Tokens) / p.Seconds }

// Summary is what a run has done.
type Summary struct {
	Step       int     // where it stands
	Done       bool    // all steps of the schedule, or those asked for, are done
	Steps      int     // made in this session
	Seconds    float64 // that they took
	Tokens     int     // attended tokens of them
	Waiting    float64 // share of their time spent waiting for a batch
	Padding    float64 // share of computed positions
	Checkpoint string  // the last one
	Evaluation *result.Evaluation
	Unigram    *result.Unigram
}

// Stopped is a run that was asked to stop and has saved where it stands.
type Stopped struct {
	Step, Total int
	Checkpoint  string
}

func (e *Stopped) Error() string {
	return fmt.Sprintf("stopped after step %d of %d and saved as %s; the same command goes on from there", e.Step, e.Total, e.Checkpoint)
}
