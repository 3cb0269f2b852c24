package hub

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDataset(t *testing.T) {
	ctx := context.Background()
	s := newServer(t)
	s.folder = "/datasets"
	s.files = map[string]string{"ja/docs-0.safetensors": strings.Repeat("passage ", 900), "topics.tsv": "1\tquestion"}
	c := s.client(t)
	paths, err := c.Dataset(ctx, "me/tiny", "ja/docs-0.safetensors", "topics.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"ja/docs-0.safetensors", "topics.tsv"} {
		if content, err := os.ReadFile(paths[i]); err != nil || string(content) != s.files[name] {
			t.Errorf("%s: %d bytes, %v", paths[i], len(content), err)
		}
		if !strings.HasSuffix(paths[i], "/datasets--me--tiny/snapshots/"+commit+"/"+name) {
			t.Error(paths[i])
		}
	}
	s.taken()
	again, err := c.Dataset(ctx, "me/tiny", "ja/docs-0.safetensors", "topics.tsv")
	if diff := cmp.Diff(paths, again); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if requests := s.taken(); len(requests) > 0 {
		t.Errorf("what is in the cache was asked for again: %q", requests)
	}
	for _, c2 := range []struct{ ref, name, want string }{
		{"me/tiny", "ja/docs-1.safetensors", "it has no ja/docs-1.safetensors"},
		{"me/tiny", "../secret", "is not a file in it"},
		{"me/tiny", "a//b", "is not a file in it"},
		{"me/tiny@no-such", "topics.tsv", "no revision"},
		{"not an id", "topics.tsv", "neither a directory"},
	} {
		if _, err := c.Dataset(ctx, c2.ref, c2.name); err == nil || !strings.Contains(err.Error(), c2.want) {
			t.Errorf("%s %s: %v, want %q", c2.ref, c2.name, err, c2.want)
		}
	}
}
