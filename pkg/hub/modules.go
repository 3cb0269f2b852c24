package hub

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"llmjp.internal/modernbert/pkg/input"
)

// fetchModules fetches the folders that a sentence-transformers model's
// modules.json names: each one's config, and the weights of those that have any.
func (f *fetcher) fetchModules(ctx context.Context) error {
	data, err := input.InsideFile(f.cache.snapshot(f.commit), modulesFile, input.ConfigLimit)
	if err != nil {
		return err
	}
	var modules []struct {
		Path string `json:"path"`
	}
	if err := input.Decode(data, &modules); err != nil {
		return fmt.Errorf("%s: %w", modulesFile, err)
	}
	if len(modules) > 32 {
		return fmt.Errorf("%s: %d modules, at most 32 are fetched", modulesFile, len(modules))
	}
	for _, m := range modules {
		if m.Path == "" {
			continue
		}
		if !filepath.IsLocal(m.Path) || path.Clean(m.Path) != m.Path || strings.ContainsAny(m.Path, "\\\x00%?#") {
			return fmt.Errorf("%s: %q is not a folder of the model", modulesFile, m.Path)
		}
		for _, name := range []string{configFile, weightsFile} {
			if _, err := f.want(ctx, m.Path+"/"+name); err != nil {
				return err
			}
		}
	}
	return nil
}
