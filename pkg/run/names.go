package run

import (
	"fmt"
	"strconv"
	"strings"
)

// The files and folders of a run.
const (
	File      = "run.json"
	LogFile   = "log.jsonl"
	EvalFile  = "eval.jsonl"
	Staying   = "checkpoints" // folder of the checkpoints that stay
	Rolling   = "rolling"     // folder of the last rolling checkpoint
	NonFinite = "nonfinite"   // folder of a step whose loss was not finite
	StateFile = "trainer_state.json"

	lockFile = ".lock"
)

// stages are the folders of the stages of one pretraining, in their order.
var stages = []string{"stage1", "stage2"}

// StepName returns the name of a step's checkpoint: "step-000500".
func StepName(step int) string { return fmt.Sprintf("step-%06d", step) }

// StepOf reads a name that StepName made; ok is false for any other. Earlier
// versions wrote five digits.
func StepOf(name string) (step int, ok bool) {
	digits, found := strings.CutPrefix(name, "step-")
	if !found || len(digits) < 5 || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	step, err := strconv.Atoi(digits)
	return step, err == nil
}
