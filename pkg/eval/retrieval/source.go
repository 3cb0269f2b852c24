package retrieval

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/eval/models"
	"llmjp.internal/modernbert/pkg/project"
)

// Source is where a task's pairs and passages lie.
type Source struct {
	Name  string // of the task, in tables: "MIRACL-ja train"
	Pairs string
	Texts []string
	// Random are files of texts that random pairs are drawn from (package
	// similarity); none: the passages.
	Random []string
	Notes  []string // how it differs from the paper's
}

// WikipediaNote is said wherever the project's own pairs are used.
const WikipediaNote = "Retrieval: pairs of paragraphs of one Wikipedia article (data/retrieval) stand in for MIRACL; their numbers cannot be compared with the paper's."

// DefaultSource is the pairs file that MODERNBERT_PAIRS names, with the
// passages of MODERNBERT_PASSAGES (files or globs, separated by commas), else
// the paper's task where scripts/fetch-data miracl has made it, else the
// project's own pairs. MODERNBERT_RANDOM_TEXTS names texts for random pairs.
func DefaultSource() (Source, error) {
	s, err := defaultPairs()
	s.Random = models.Refs("MODERNBERT_RANDOM_TEXTS")
	return s, err
}

func defaultPairs() (Source, error) {
	if pairs := models.Refs("MODERNBERT_PAIRS"); len(pairs) > 0 {
		return Source{Name: filepath.Base(pairs[0]), Pairs: pairs[0], Texts: models.Refs("MODERNBERT_PASSAGES")}, nil
	}
	miracl, err := project.Path("data", "cache", "miracl-ja")
	if err != nil {
		return Source{}, err
	}
	_, err = os.Stat(filepath.Join(miracl, "pairs.jsonl"))
	switch {
	case err == nil:
		return source("MIRACL-ja train", miracl), nil
	case !errors.Is(err, fs.ErrNotExist):
		return Source{}, err
	}
	own, err := project.Path("data", "retrieval")
	s := source("Wikipedia pairs, validation articles", own)
	s.Notes = []string{WikipediaNote}
	return s, err
}

func source(name, dir string) Source {
	return Source{Name: name, Pairs: filepath.Join(dir, "pairs.jsonl"), Texts: []string{filepath.Join(dir, "texts.jsonl.gz")}}
}

// Open reads the task.
func (s Source) Open() (*Task, error) { return Open(s.Pairs, s.Texts...) }

// Files returns the paths of the pairs and of their passages.
func (s Source) Files() []string { return append([]string{s.Pairs}, s.Texts...) }
