package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llmjp.internal/modernbert/pkg/project"
)

// extensions are the files that can be read; the compressed ones by their
// second extension.
var extensions = []string{".jsonl", ".json", ".jsonl.gz", ".json.gz", ".jsonl.zst", ".json.zst", ".parquet", ".txt", ".txt.gz", ".txt.zst"}

// Expand lists the files that the patterns name, sorted, each once. A pattern
// is a path or a glob, from the working directory or the project's root
// (project.Glob); one that names nothing is an error.
func Expand(patterns ...string) ([]string, error) {
	var files []string
	for _, pattern := range patterns {
		found, err := project.Glob(pattern)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no input file is named")
	}
	slices.Sort(files)
	files = slices.Compact(files)
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return nil, err
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s: a folder; name its files, such as '%s'", file, filepath.Join(file, "*.jsonl.gz"))
		}
		if kind(file) == "" {
			return nil, fmt.Errorf("%s: unknown kind of file; known are %s", file, strings.Join(extensions, " "))
		}
	}
	return files, nil
}

// kind returns "json", "text" or "parquet", or "" for an unknown extension.
func kind(file string) string {
	name := strings.ToLower(filepath.Base(file))
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst")
	switch filepath.Ext(name) {
	case ".jsonl", ".json":
		return "json"
	case ".txt":
		return "text"
	case ".parquet":
		return "parquet"
	}
	return ""
}
