package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/finetune"
	"llmjp.internal/modernbert/pkg/input"
	"llmjp.internal/modernbert/pkg/jglue"
	"llmjp.internal/modernbert/pkg/model"
	"llmjp.internal/modernbert/pkg/model/checkpoint"
	"llmjp.internal/modernbert/pkg/result"
)

// The files of a sweep's folder.
const (
	headerFile = "sweep.json"
	runsFolder = "runs"
	lockFile   = ".lock"
)

// A Header is a folder's sweep.json, which holds what all of its runs share.
type Header struct {
	Provenance result.Provenance `json:"provenance"`
	Model      result.JGLUEModel `json:"model"`
	Task       string            `json:"task"` // "JSTS"
	BatchSize  int               `json:"batch_size"`
	MaxLength  int               `json:"max_length"`
	Note       string            `json:"note,omitempty"` // see result.FineTuneRun
	Labels     []float64         `json:"labels"`         // of the validation rows
}

// Row is a finished run: a file of runs/.
type Row struct {
	result.FineTuneRun
	// Failed says why a run has no score: its loss was not finite.
	Failed      string                `json:"failed,omitempty"`
	Updates     int                   `json:"updates"`
	Seconds     float64               `json:"seconds"`
	Backend     string                `json:"backend"`
	Commit      string                `json:"commit,omitempty"`
	Predictions []float64             `json:"predictions"`
	Worst       []result.Misjudgement `json:"worst"`
}

// newHeader describes a sweep. It reads the rows and the model's files, but
// makes no model of them.
func newHeader(c finetune.Config) (Header, error) {
	training, validation, err := c.Read()
	if err != nil {
		return Header{}, err
	}
	h := Header{
		Model: result.JGLUEModel{Checkpoint: c.Checkpoint}, Task: c.Task.Name, BatchSize: c.BatchSize, MaxLength: c.MaxLength,
		Note: c.Task.Note(c.Train, len(training), len(validation)), Labels: jglue.Labels(validation),
	}
	arch, err := checkpoint.Config(c.Model)
	if err != nil {
		return Header{}, err
	}
	h.Model.Parameters = model.Count(arch.Params(model.MaskedLM)) // as the paper counts, and the same for every task
	if h.Model.Weights, err = weights(c.Model); err != nil {
		return Header{}, err
	}
	h.Provenance, err = c.Provenance(0, time.Now())
	h.Provenance.Seconds = 0
	return h, err
}

// weights returns the SHA-256 of a model's weights.
func weights(dir string) (string, error) {
	files, err := names(dir, func(name string) bool { return strings.HasSuffix(name, ".safetensors") })
	if err != nil {
		return "", err
	}
	if len(files) == 0 {
		return "", fmt.Errorf("%s has no weights, no .safetensors file", dir)
	}
	for i, name := range files {
		files[i] = filepath.Join(dir, name)
	}
	return durable.SHA256(files...)
}

// differs describes the first field in which two sweeps differ, "" if they are
// the same sweep.
func (h Header) differs(other Header) string {
	same := func(a, b []result.Data) bool {
		return slices.EqualFunc(a, b, func(a, b result.Data) bool { return a.Digest == b.Digest })
	}
	switch {
	case h.Task != other.Task:
		return fmt.Sprintf("on %s, not on %s", h.Task, other.Task)
	case h.Model.Weights != other.Model.Weights || h.Provenance.Config != other.Provenance.Config:
		return fmt.Sprintf("of another model (%s, %s)", h.Model.Label(), h.Provenance.Preset)
	case h.Model.Label() != other.Model.Label():
		return fmt.Sprintf("of a model called %s, not %s", h.Model.Label(), other.Model.Label())
	case !same(h.Provenance.Data, other.Provenance.Data) || h.Note != other.Note:
		return "on other training or validation rows"
	case h.BatchSize != other.BatchSize:
		return fmt.Sprintf("with batches of %d rows, not %d", h.BatchSize, other.BatchSize)
	case h.MaxLength != other.MaxLength:
		return fmt.Sprintf("with %d tokens a row, not %d", h.MaxLength, other.MaxLength)
	}
	return ""
}

// A folder is the path of a sweep's folder.
type folder string

// prepare makes the folder of a sweep, or checks that it already holds this
// sweep.
func (f folder) prepare(h Header) error {
	if err := os.MkdirAll(filepath.Join(string(f), runsFolder), 0o777); err != nil {
		return err
	}
	old, err := f.header()
	if errors.Is(err, fs.ErrNotExist) {
		return f.write(headerFile, h)
	}
	if err != nil {
		return err
	}
	if other := old.differs(h); other != "" {
		return fmt.Errorf("%s holds a sweep %s: choose another --output", f, other)
	}
	return nil
}

// lock locks the folder for one process.
func (f folder) lock() (unlock func(), err error) {
	if err := os.MkdirAll(string(f), 0o777); err != nil {
		return nil, err
	}
	unlock, err = durable.Lock(filepath.Join(string(f), lockFile))
	if held := (*durable.Held)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("%s: another process is sweeping here%s", f, held.Holder())
	}
	return unlock, err
}

// removeUnfinished removes half-written files of a killed process. Only the
// holder of the lock may call it, while no other process writes runs.
func (f folder) removeUnfinished() {
	for _, name := range []string{".", runsFolder} {
		// What cannot be removed does no harm, and is tried again next time.
		_ = durable.RemoveTemporary(filepath.Join(string(f), name), "")
	}
}

func (f folder) header() (h Header, err error) { return h, f.read(headerFile, &h) }

func rowFile(s finetune.Setting) string { return filepath.Join(runsFolder, s.String()+".json") }

// row reads a finished run; ok is false if it is not finished.
func (f folder) row(s finetune.Setting) (row Row, ok bool, err error) {
	err = f.read(rowFile(s), &row)
	if errors.Is(err, fs.ErrNotExist) {
		return row, false, nil
	}
	return row, err == nil, err
}

// rows reads all finished runs, in the order of their settings.
func (f folder) rows() ([]Row, error) {
	files, err := names(filepath.Join(string(f), runsFolder), func(name string) bool {
		return strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".")
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	rows := make([]Row, len(files))
	for i, name := range files {
		if err := f.read(filepath.Join(runsFolder, name), &rows[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return compare(a.FineTuneRun, b.FineTuneRun) })
	return rows, nil
}

// names returns the entries of a folder that match accepts, in order. (A glob
// would interpret brackets in the folder's name.)
func names(dir string, match func(name string) bool) (all []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		if match(entry.Name()) {
			all = append(all, entry.Name())
		}
	}
	return all, err
}

// read decodes a file of the folder.
func (f folder) read(name string, v any) error {
	path := filepath.Join(string(f), name)
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := input.Decode(content, v); err != nil {
		return fmt.Errorf("%s: %w; remove it to run it again", path, err)
	}
	return nil
}

func (f folder) write(name string, v any) error {
	content, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return durable.Bytes(filepath.Join(string(f), name), append(content, '\n'))
}
