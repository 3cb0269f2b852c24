package provenance

import (
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// digestedBelow is the size of a file in bytes from which Inputs leaves out the
// digest: a corpus of terabytes is not read for it, run.json has the digest of
// its tokens.
const digestedBelow = 1 << 28

// Inputs names input files, which may be globs, for a result: by their path in
// the project, or their base name, with the digests of those below 256 MiB.
func Inputs(patterns ...string) ([]result.Data, error) {
	files, err := corpus.Expand(patterns...)
	if err != nil {
		return nil, err
	}
	var all []result.Data
	for _, file := range files {
		digest, err := digest(file)
		if err != nil {
			return nil, err
		}
		all = append(all, result.Data{Name: inProject(file), Digest: digest})
	}
	return all, nil
}

// inProject returns a path from the project's root where it lies below it, else
// its last part: a result does not name the folders of whoever made it.
func inProject(path string) string {
	root, err := project.Root()
	if err != nil {
		return filepath.Base(path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return filepath.Base(path)
	}
	if inside, err := filepath.Rel(root, absolute); err == nil && filepath.IsLocal(inside) {
		return filepath.ToSlash(inside)
	}
	return filepath.Base(path)
}

// digest returns a file's SHA-256, "" for one that is large.
func digest(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil || info.Size() >= digestedBelow {
		return "", err
	}
	return durable.SHA256(file)
}
