package hub

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
)

// Dataset returns the paths in the cache of files of a data set of the hub,
// owner/name[@revision], and fetches those that are not there yet.
func (c *Client) Dataset(ctx context.Context, ref string, names ...string) (paths []string, err error) {
	r, err := ParseRef(ref)
	if err != nil {
		return nil, err
	}
	f := &fetcher{Client: c, folder: "datasets/", ref: r, cache: c.cache("datasets", r.Model)}
	f.commit = f.cache.commit(r.Revision)
	for _, name := range names {
		if !filepath.IsLocal(name) || path.Clean(name) != name {
			return nil, fmt.Errorf("data set %s: %q is not a file in it", r, name)
		}
		has, err := f.want(ctx, name)
		switch {
		case err != nil:
			return nil, fmt.Errorf("data set %s: %w", r, err)
		case !has:
			return nil, fmt.Errorf("data set %s: it has no %s", r, name)
		}
		paths = append(paths, f.cache.file(f.commit, name))
	}
	if f.commit == "" {
		return paths, nil
	}
	return paths, f.cache.setCommit(r.Revision, f.commit)
}
