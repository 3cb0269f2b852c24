package miracl

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
)

// The files that Write makes.
const (
	PairsFile = "pairs.jsonl"
	TextsFile = "texts.jsonl.gz"
)

// Write puts a task into a folder as retrieve and similarity read it.
func Write(dir string, pairs []Pair, passages []Passage) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	err := durable.File(filepath.Join(dir, TextsFile), func(w io.Writer) error {
		zip := gzip.NewWriter(w)
		if err := writeLines(zip, passages); err != nil {
			return err
		}
		return zip.Close()
	})
	if err != nil {
		return err
	}
	return durable.File(filepath.Join(dir, PairsFile), func(w io.Writer) error { return writeLines(w, pairs) })
}

func writeLines[T any](w io.Writer, rows []T) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, row := range rows {
		if err := out.Encode(row); err != nil {
			return err
		}
	}
	return nil
}
