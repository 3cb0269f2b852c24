package models

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/corpus"
	"llmjp.internal/modernbert/pkg/project"
	"llmjp.internal/modernbert/pkg/result"
)

// digestedBelow is the size of the files whose digests are taken for a
// result's provenance: reading a corpus of terabytes for it is not worth it,
// run.json has the digest of its tokens.
const digestedBelow = 1 << 28

// Inputs names input files for a result's provenance: by their path in the
// project, or their base name, with the digests of those that are not large.
func Inputs(patterns ...string) ([]result.Data, error) {
	files, err := corpus.Expand(patterns...)
	if err != nil {
		return nil, err
	}
	var all []result.Data
	for _, file := range files {
		digest, err := digestOf(file)
		if err != nil {
			return nil, err
		}
		all = append(all, result.Data{Name: inProject(file), Digest: digest})
	}
	return all, nil
}

// inProject is a path from the project's root where it lies below it, else its
// last part: a result says nothing of its maker's folders.
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

func digestOf(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil || info.Size() >= digestedBelow {
		return "", err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:]), nil
}
