package pretrain

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// Settings holds everything that decides a run's numbers, and how they are
// computed. The JSON names are those of --set and of run.json.
type Settings struct {
	Preset string `json:"preset" set:"-"`
	Stage  int    `json:"stage" set:"-"`

	// The model's sizes, unless it starts from another model's weights.
	HiddenSize       int `json:"hidden_size"`
	IntermediateSize int `json:"intermediate_size"`
	NumHiddenLayers  int `json:"num_hidden_layers"`
	NumHeads         int `json:"num_attention_heads"`

	TotalSteps  int     `json:"total_steps"`
	WarmupSteps int     `json:"warmup_steps"`
	LR          float64 `json:"lr"`         // the peak
	BatchSize   int     `json:"batch_size"` // documents of an optimizer step
	MaxLength   int     `json:"max_length"` // tokens of a document, special ones included
	// Rows is "documents", each cut at MaxLength (the paper's line by line), or
	// "windows": documents are cut at sentence ends into rows of up to MaxLength
	// tokens, so that no text is lost to a small MaxLength.
	Rows        string  `json:"rows"`
	MaskRate    float64 `json:"mask_rate"`
	AdamBeta1   float64 `json:"adam_beta1"`
	AdamBeta2   float64 `json:"adam_beta2"`
	AdamEpsilon float64 `json:"adam_epsilon"`
	WeightDecay float64 `json:"weight_decay"`
	Clip        float64 `json:"clip"` // greatest norm of the gradient; 0: no limit
	Seed        uint64  `json:"seed"`
	// LossAverage is "tokens", the mean over the batch's masked tokens, or
	// "micro", the mean of the micro-batches' means: micro-batches are then
	// MicroRows documents in the batch's order, as the authors' are.
	LossAverage string `json:"loss_average"`
	MicroRows   int    `json:"micro_rows"` // for loss_average=micro

	CheckpointEvery int  `json:"checkpoint_every"` // steps between checkpoints that stay; 0: none
	CheckpointSteps ints `json:"checkpoint_steps"` // further ones, such as 0
	RollingEvery    int  `json:"rolling_every"`    // steps between checkpoints that replace one another; 0: none
	EvalEvery       int  `json:"eval_every"`       // steps between validations; 0: none
	EvalDocuments   int  `json:"eval_documents"`   // of the validation text; 0: all
	RetrievalEvery  int  `json:"retrieval_every"`  // steps between validations that retrieve, too; 0: none
	RetrievalPairs  int  `json:"retrieval_pairs"`  // the first so many; 0: all

	Compute               string `json:"compute"`                // float32 or bfloat16, with ",plain" for plain operations
	ActivationCheckpoints bool   `json:"activation_checkpoints"` // compute activations again in the backward pass
	MicroTokens           int    `json:"micro_tokens"`           // positions of a micro-batch on one process
	Lengths               ints   `json:"lengths"`                // what documents are padded to; empty: train.Ladder

	// Wire is how gradients travel between the ranks of a run: "float32", or
	// "bfloat16" for half the bytes.
	Wire string `json:"wire"`
	// WatchdogSeconds is how long a rank waits for the others before it ends
	// the run.
	WatchdogSeconds int `json:"watchdog_seconds"`
}

// ints is a list of numbers, written as 0,10,20.
type ints []int

// String returns the form that Set reads.
func (list ints) String() string {
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, ",")
}

// UnknownKey is the error for a key that Set does not know.
type UnknownKey struct{ Key string }

func (e UnknownKey) Error() string {
	return fmt.Sprintf("there is no setting %q; there are %s", e.Key, strings.Join(Keys(), ", "))
}

// Keys lists the names of the settings that Set takes.
func Keys() []string {
	var keys []string
	for key := range (&Settings{}).fields() {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// Set sets a setting from "key=value". It returns an [UnknownKey] for a key that
// does not exist.
func (s *Settings) Set(assignment string) error {
	key, value, ok := strings.Cut(assignment, "=")
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if !ok {
		return fmt.Errorf("%q is not of the form key=value", assignment)
	}
	field, ok := s.fields()[key]
	if !ok {
		return UnknownKey{key}
	}
	if err := parse(field, value); err != nil {
		return fmt.Errorf("%s=%s: %w", key, value, err)
	}
	return nil
}

// fields returns the fields that Set may change, by name.
func (s *Settings) fields() map[string]reflect.Value {
	all := map[string]reflect.Value{}
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if tag := v.Type().Field(i).Tag; tag.Get("set") != "-" {
			all[tag.Get("json")] = v.Field(i)
		}
	}
	return all
}

// parse sets a field from text.
func parse(field reflect.Value, value string) error {
	switch to := field.Addr().Interface().(type) {
	case *int:
		n, err := strconv.Atoi(value)
		if err != nil {
			return fmt.Errorf("not a whole number")
		}
		*to = n
	case *uint64:
		n, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return fmt.Errorf("not a whole number from 0 on")
		}
		*to = n
	case *float64:
		x, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return fmt.Errorf("not a number")
		}
		*to = x
	case *bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("neither true nor false")
		}
		*to = b
	case *string:
		*to = value
	case *ints:
		list := ints{}
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			n, err := strconv.Atoi(part)
			if err != nil {
				return fmt.Errorf("not a list of whole numbers such as 0,10,20")
			}
			list = append(list, n)
		}
		*to = list
	default:
		panic(fmt.Sprintf("pretrain: settings of type %T", to))
	}
	return nil
}

// Lines returns the settings as "key = value", in their order.
func (s Settings) Lines() []string {
	var lines []string
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		lines = append(lines, fmt.Sprintf("%s = %v", v.Type().Field(i).Tag.Get("json"), v.Field(i).Interface()))
	}
	return lines
}

// Diff returns the lines of s that differ from those of from, with the values in
// from.
func (s Settings) Diff(from Settings) []string {
	var lines []string
	before := from.Lines()
	for i, line := range s.Lines() {
		if line != before[i] {
			_, was, _ := strings.Cut(before[i], " = ")
			lines = append(lines, fmt.Sprintf("%s (was %s)", line, was))
		}
	}
	return lines
}

// resumable lists the settings that may change on resume; results then differ at
// most by rounding. So does ",plain" in compute.
var resumable = []string{
	"checkpoint_every", "checkpoint_steps", "rolling_every", "eval_every", "retrieval_every",
	"activation_checkpoints", "micro_tokens", "lengths", "watchdog_seconds",
}

// conflict names the settings of s with which a run with the settings old cannot
// be resumed, "" if there are none.
func (s Settings) conflict(old Settings) string {
	var all []string
	before := old.Lines()
	for i, line := range s.Lines() {
		key, now, _ := strings.Cut(line, " = ")
		_, was, _ := strings.Cut(before[i], " = ")
		if key == "compute" {
			was, now = strings.TrimSuffix(was, ",plain"), strings.TrimSuffix(now, ",plain")
		}
		if was != now && !slices.Contains(resumable, key) {
			all = append(all, fmt.Sprintf("%s is %s there and %s here", key, was, now))
		}
	}
	return strings.Join(all, ", ")
}

// UnmarshalJSON refuses settings that this program does not know: a later
// version wrote them.
func (s *Settings) UnmarshalJSON(data []byte) error {
	type plain Settings
	s.Rows, s.Wire = "documents", "float32" // runs of earlier versions have no such settings
	return input.DecodeKnown(data, (*plain)(s))
}
