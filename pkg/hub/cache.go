package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
)

// cache is a model's or a data set's folder in the hub's cache:
//
//	blobs/HASH                   contents, by their ETag
//	snapshots/COMMIT/FILE        links to them
//	refs/REVISION                the commit that a branch or tag stood for
//	.no_exist/COMMIT/FILE        files that the commit does not have
type cache struct {
	root  string // models--owner--name, datasets--owner--name
	locks string
}

func (c *Client) cache(kind, model string) cache {
	name := kind + "--" + strings.ReplaceAll(model, "/", "--")
	return cache{filepath.Join(c.Cache, name), filepath.Join(c.Cache, ".locks", name)}
}

func (c cache) blob(etag string) string       { return filepath.Join(c.root, "blobs", etag) }
func (c cache) snapshot(commit string) string { return filepath.Join(c.root, "snapshots", commit) }
func (c cache) file(commit, name string) string {
	return filepath.Join(c.snapshot(commit), name)
}
func (c cache) absent(commit, name string) string {
	return filepath.Join(c.root, ".no_exist", commit, name)
}

// commit returns the commit that a revision stood for when it was fetched, ""
// if it was never fetched.
func (c cache) commit(revision string) string {
	if commitID.MatchString(revision) {
		return revision
	}
	content, err := os.ReadFile(filepath.Join(c.root, "refs", filepath.FromSlash(revision)))
	commit := strings.TrimSpace(string(content))
	if err != nil || !commitID.MatchString(commit) {
		return ""
	}
	return commit
}

func (c cache) setCommit(revision, commit string) error {
	if revision == commit || c.commit(revision) == commit {
		return nil
	}
	path := filepath.Join(c.root, "refs", filepath.FromSlash(revision))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return durable.Bytes(path, []byte(commit))
}

// has reports whether a snapshot holds a file with its contents.
func (c cache) has(commit, name string) bool {
	info, err := os.Stat(c.file(commit, name))
	return err == nil && info.Mode().IsRegular()
}

// lacks reports whether the commit is known not to have a file.
func (c cache) lacks(commit, name string) bool {
	_, err := os.Stat(c.absent(commit, name))
	return err == nil
}

func (c cache) setLacking(commit, name string) error {
	path := c.absent(commit, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return durable.Bytes(path, nil)
}

// link makes snapshots/COMMIT/NAME point at a blob.
func (c cache) link(commit, name, etag string) error {
	path := c.file(commit, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(path), c.blob(etag))
	if err != nil {
		return err
	}
	temporary := durable.TemporaryName(path)
	if err := os.Symlink(target, temporary); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// lock keeps other processes, of this program and of the Python library, from
// writing a blob until unlock is called.
func (c cache) lock(ctx context.Context, etag string) (unlock func(), err error) {
	if err := os.MkdirAll(c.locks, 0o777); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(c.locks, etag+".lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	for {
		err := durable.Flock(file, durable.Exclusive)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.As(err, new(*durable.Held)) {
			file.Close()
			return nil, err
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, context.Cause(ctx)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
