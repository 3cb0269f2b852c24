package retrieval

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/project"
)

// A Source names the files of a task's pairs and passages.
type Source struct {
	Name  string // of the task, in tables: "MIRACL-ja train"
	Pairs string
	Texts []string
	// Random names files of texts that package similarity draws random pairs
	// from; empty for the passages.
	Random []string
	Notes  []string // how it differs from the paper's
}

// WikipediaNote is the note in the provenance of every result of the project's
// own pairs.
const WikipediaNote = "Retrieval: pairs of paragraphs of one Wikipedia article (data/retrieval) stand in for MIRACL; their numbers cannot be compared with the paper's."

// Default returns the paper's task where scripts/fetch-data miracl has made
// it, else the project's own pairs. Pretraining's validation, the notebooks and
// the commands take it where the user names no pairs.
func Default() (Source, error) {
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

// Files returns the files of the pairs and of their passages.
func (s Source) Files() []string { return append([]string{s.Pairs}, s.Texts...) }
