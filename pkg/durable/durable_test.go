package durable

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree is every name below dir with its content ("/" for a directory).
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			found[name] = "/"
			return nil
		}
		content, err := os.ReadFile(path)
		found[name] = string(content)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestFileIsWholeOrAsBefore(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put(t, path, "old")
	full := errors.New("disk full")
	err := File(path, func(w io.Writer) error {
		io.WriteString(w, "ne")
		return full
	})
	if !errors.Is(err, full) {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(map[string]string{"a": "old"}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
	if err := Bytes(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "new"}, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestDir(t *testing.T) {
	failing := errors.New("out of ideas")
	for _, test := range []struct {
		name    string
		before  map[string]string
		replace bool
		err     error
		want    map[string]string
		fails   bool
	}{
		{name: "new", want: map[string]string{"out": "/", "out/sub": "/", "out/sub/f": "new"}},
		{name: "failure leaves nothing", err: failing, want: map[string]string{}, fails: true},
		{name: "occupied", before: map[string]string{"out/g": "old"},
			want: map[string]string{"out": "/", "out/g": "old"}, fails: true},
		{name: "replaced", before: map[string]string{"out/g": "old"}, replace: true,
			want: map[string]string{"out": "/", "out/sub": "/", "out/sub/f": "new"}},
		{name: "failure keeps the old one", before: map[string]string{"out/g": "old"}, replace: true, err: failing,
			want: map[string]string{"out": "/", "out/g": "old"}, fails: true},
		{name: "a file in the way", before: map[string]string{"out": "old"}, replace: true,
			want: map[string]string{"out": "old"}, fails: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, content := range test.before {
				put(t, filepath.Join(dir, name), content)
			}
			err := Dir(filepath.Join(dir, "out"), test.replace, func(temporary string) error {
				put(t, filepath.Join(temporary, "sub", "f"), "new")
				return test.err
			})
			if (err != nil) != test.fails {
				t.Fatalf("error %v", err)
			}
			if diff := cmp.Diff(test.want, tree(t, dir)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDirTakesAnEmptyOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "parent", "out")
	if err := os.MkdirAll(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := Dir(path+"/", false, func(temporary string) error {
		return Bytes(filepath.Join(temporary, "f"), []byte("new"))
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"f": "new"}, tree(t, path)); diff != "" {
		t.Error(diff)
	}
}

func TestCheckDir(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "full", "a"), "old")
	put(t, filepath.Join(dir, "parent", ".new.0123456789abcdef.tmp", "a"), "half")
	put(t, filepath.Join(dir, "parent", ".other.0123456789abcdef.tmp"), "half")
	if err := CheckDir(filepath.Join(dir, "parent", "new"), false); err != nil {
		t.Error(err)
	}
	if err := CheckDir(filepath.Join(dir, "full"), true); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"full", filepath.Join("full", "a"), filepath.Join("full", "a", "b")} {
		if err := CheckDir(filepath.Join(dir, path), false); err == nil {
			t.Errorf("%s could be made", path)
		}
	}
	want := map[string]string{"full": "/", "full/a": "old", "parent": "/", "parent/.other.0123456789abcdef.tmp": "half"}
	if diff := cmp.Diff(want, tree(t, dir)); diff != "" {
		t.Error(diff)
	}
}
