package input

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000000000000000000000000000000000000000000000000000000000000000\nsize 748842000\n"

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// What is no regular file of a bounded size is refused at once.
func TestFileRefuses(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o666); err != nil {
		t.Fatal(err)
	}
	link(t, "/dev/zero", filepath.Join(dir, "zero"))
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	zip.Write(make([]byte, 1<<20))
	zip.Close()
	for _, c := range []struct {
		path string
		read func(string, int64) ([]byte, error)
		want string
	}{
		{fifo, File, "fifo is a FIFO, a regular file is needed"},
		{filepath.Join(dir, "zero"), File, "zero is a device, a regular file is needed"},
		{dir, File, "is a folder, a regular file is needed"},
		{write(t, filepath.Join(dir, "large"), make([]byte, 2000)), File, "large has 2000 bytes, at most 1000 are read"},
		{write(t, filepath.Join(dir, "pointer"), []byte(pointer)), File, "pointer is a git-lfs pointer, not the file itself: run `git lfs"},
		{write(t, filepath.Join(dir, "pointer.gz"), []byte(pointer)), Gzip, "pointer.gz is a git-lfs pointer"},
		{write(t, filepath.Join(dir, "bomb.gz"), bomb.Bytes()), func(p string, _ int64) ([]byte, error) { return Gzip(p, 1<<19) }, "bomb.gz holds more than the 524288 bytes"},
		{write(t, filepath.Join(dir, "cut.gz"), bomb.Bytes()[:20]), Gzip, "cut.gz ends too early"},
		{write(t, filepath.Join(dir, "no.gz"), []byte("{}")), Gzip, "no.gz: not a gzip file"},
	} {
		done := make(chan error)
		go func() {
			_, err := c.read(c.path, 1000)
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.path, err, c.want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: it hangs", c.path)
		}
	}
	if data, err := File(write(t, filepath.Join(dir, "small"), []byte("ab")), 2); err != nil || string(data) != "ab" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := File(filepath.Join(dir, "none"), 2); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if data, err := Gzip(write(t, filepath.Join(dir, "whole.gz"), bomb.Bytes()), 1<<20); err != nil || len(data) != 1<<20 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
}

// A folder's files may be links within it, or within the hub's cache, and no
// others.
func TestInside(t *testing.T) {
	root := t.TempDir()
	secret := write(t, filepath.Join(root, "secret"), []byte("s"))
	model := filepath.Join(root, "model")
	write(t, filepath.Join(model, "config.json"), []byte("{}"))
	link(t, "config.json", filepath.Join(model, "same"))
	link(t, filepath.Join(model, "config.json"), filepath.Join(model, "absolute"))
	link(t, secret, filepath.Join(model, "vocab.txt"))
	link(t, "../secret", filepath.Join(model, "added_tokens.json"))
	link(t, "..", filepath.Join(model, "up"))
	link(t, "nowhere", filepath.Join(model, "dangling"))
	link(t, model, filepath.Join(root, "alias"))
	hub := filepath.Join(root, "models--a--b")
	write(t, filepath.Join(hub, "blobs", "0f"), []byte("{}"))
	snapshot := filepath.Join(hub, "snapshots", "c0")
	link(t, "../../blobs/0f", filepath.Join(snapshot, "config.json"))
	link(t, "../../../blobs/0f", filepath.Join(snapshot, "1_Pooling", "config.json"))
	link(t, "../../../secret", filepath.Join(snapshot, "vocab.txt"))
	for _, c := range []struct{ dir, name, want string }{
		{model, "config.json", ""}, {model, "same", ""}, {model, "absolute", ""},
		{filepath.Join(root, "alias"), "config.json", ""},
		{model, "vocab.txt", "leaves its folder"}, {model, "added_tokens.json", "leaves its folder"},
		{model, "up/secret", "leaves its folder"}, {filepath.Join(root, "alias"), "vocab.txt", "leaves its folder"},
		{model, "../secret", "is not the name of a file"}, {model, secret, "is not the name of a file"},
		{model, "dangling", "a link to a file that does not exist"},
		{snapshot, "config.json", ""}, {snapshot, "1_Pooling/config.json", ""}, {snapshot, "vocab.txt", "leaves its folder"},
	} {
		_, err := InsideFile(c.dir, c.name, 100)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s in %s: %v, want %q", c.name, filepath.Base(c.dir), err, c.want)
		}
	}
	if _, err := Inside(model, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
