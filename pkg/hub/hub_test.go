package hub

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const weightsName = "model.safetensors"

func resolve(t *testing.T, c *Client, ref string) string {
	t.Helper()
	dir, err := c.Resolve(context.Background(), ref)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// checkFiles wants exactly these of the server's files in dir.
func (s *server) checkFiles(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		found = append(found, e.Name())
	}
	names = slices.Sorted(slices.Values(names))
	if diff := cmp.Diff(names, found); diff != "" {
		t.Errorf("files: %s", diff)
	}
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(content) != s.files[name] {
			t.Errorf("%s: %d bytes, %v", name, len(content), err)
		}
	}
}

var usual = []string{"config.json", "tokenizer.json", "tokenizer_config.json", weightsName}

func TestFetchOnceThenNeverAgain(t *testing.T) {
	s := newServer(t)
	c := s.client(t)
	var reports []Progress
	c.Progress = func(p Progress) { reports = append(reports, p) }
	dir := resolve(t, c, "me/tiny")
	s.checkFiles(t, dir, usual...)
	if s.leaked {
		t.Error("the token went to another host")
	}
	last := reports[len(reports)-1]
	if size := int64(len(s.files[weightsName])); last != (Progress{"me/tiny", weightsName, size, size}) {
		t.Errorf("last report %+v", last)
	}
	wantRequests := []string{
		"HEAD config.json", "GET config.json", "HEAD tokenizer.json", "GET tokenizer.json",
		"HEAD tokenizer_config.json", "GET tokenizer_config.json",
		"HEAD special_tokens_map.json", "HEAD added_tokens.json", "HEAD config_sentence_transformers.json",
		"HEAD sentence_bert_config.json", "HEAD modules.json",
		"HEAD model.safetensors", "GET model.safetensors",
	}
	if diff := cmp.Diff(wantRequests, s.taken()); diff != "" {
		t.Errorf("requests: %s", diff)
	}

	for _, ref := range []string{"me/tiny", "me/tiny@main", "me/tiny@" + commit} {
		if again := resolve(t, c, ref); again != dir {
			t.Errorf("%s: %s, then %s", ref, dir, again)
		}
	}
	c.Offline = true
	s.Close()
	if again := resolve(t, c, "me/tiny"); again != dir {
		t.Errorf("%s, then offline %s", dir, again)
	}
	if requests := s.taken(); len(requests) > 0 {
		t.Errorf("requests for a model that is there: %q", requests)
	}
}

// The layout is the Python library's: snapshots of relative links to blobs
// that are named by their hash, and refs.
func TestLayout(t *testing.T) {
	s := newServer(t)
	c := s.client(t)
	dir := resolve(t, c, "me/tiny@refs/pr/1")
	root := filepath.Join(c.Cache, "models--me--tiny")
	if want := filepath.Join(root, "snapshots", commit); dir != want {
		t.Errorf("snapshot %s, want %s", dir, want)
	}
	if content, err := os.ReadFile(filepath.Join(root, "refs", "refs", "pr", "1")); string(content) != commit {
		t.Errorf("ref %q, %v", content, err)
	}
	for name, etag := range map[string]string{
		"config.json": gitHash(s.files["config.json"]),
		weightsName:   fmt.Sprintf("%x", sha256.Sum256([]byte(s.files[weightsName]))),
	} {
		target, err := os.Readlink(filepath.Join(dir, name))
		if want := filepath.Join("..", "..", "blobs", etag); target != want {
			t.Errorf("%s -> %s, want %s (%v)", name, target, want, err)
		}
	}
	left, _ := filepath.Glob(filepath.Join(root, "*", "*.incomplete"))
	if len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	if _, err := os.Stat(filepath.Join(root, ".no_exist", commit, "added_tokens.json")); err != nil {
		t.Error(err)
	}
}

func TestShards(t *testing.T) {
	s := newServer(t)
	delete(s.files, weightsName)
	delete(s.files, "tokenizer.json")
	s.files["model.safetensors.index.json"] = `{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors","c":"model-1.safetensors"}}`
	s.files["model-1.safetensors"], s.files["model-2.safetensors"] = "one", "two"
	c := s.client(t)
	dir := resolve(t, c, "me/tiny")
	s.checkFiles(t, dir, "config.json", "tokenizer_config.json", "vocab.txt", "model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors")
	s.taken()
	resolve(t, c, "me/tiny")
	if requests := s.taken(); len(requests) > 0 {
		t.Errorf("requests for a model that is there: %q", requests)
	}
	os.Remove(filepath.Join(dir, "model-2.safetensors"))
	c.Offline = true
	if _, err := c.Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), "model-2.safetensors is not in the cache") {
		t.Errorf("offline without a shard: %v", err)
	}
}

func TestTokenizerAlone(t *testing.T) {
	s := newServer(t)
	c := s.client(t)
	dir, err := c.ResolveTokenizer(t.Context(), "me/tiny")
	if err != nil {
		t.Fatal(err)
	}
	s.checkFiles(t, dir, usual[:3]...)
	// Without the weights it is they that are missing, not a file that the model never had.
	if err := os.RemoveAll(filepath.Join(c.Cache, "models--me--tiny", ".no_exist")); err != nil {
		t.Fatal(err)
	}
	c.Offline = true
	if _, err := c.Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), "model.safetensors is not in the cache") {
		t.Errorf("offline without weights: %v", err)
	}
	c.Offline = false
	resolve(t, c, "me/tiny")
	s.checkFiles(t, dir, usual...)
}

func TestToken(t *testing.T) {
	s := newServer(t)
	for token, want := range map[string]string{"": "no HF_TOKEN is set", "hf_other": "HF_TOKEN may not read it"} {
		c := s.client(t)
		c.Token = token
		if _, err := c.Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("token %q: %v", token, err)
		}
	}
}

// What an earlier run left is continued; where it is not the beginning of the
// file it is thrown away.
func TestResumeAfterARun(t *testing.T) {
	s := newServer(t)
	whole := s.files[weightsName]
	etag := fmt.Sprintf("%x", sha256.Sum256([]byte(whole)))
	for name, test := range map[string]struct {
		left string
		want []string
	}{
		"the beginning":  {whole[:12345], []string{"GET model.safetensors bytes=12345-"}},
		"all of it":      {whole, nil},
		"something else": {"x" + whole[:100], []string{"GET model.safetensors bytes=101-", "GET model.safetensors"}},
		"too much":       {whole + whole, []string{"GET model.safetensors"}},
	} {
		c := s.client(t)
		blobs := filepath.Join(c.Cache, "models--me--tiny", "blobs")
		if err := os.MkdirAll(blobs, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(blobs, etag+".incomplete"), []byte(test.left), 0o666); err != nil {
			t.Fatal(err)
		}
		s.taken()
		s.checkFiles(t, resolve(t, c, "me/tiny"), usual...)
		gets := slices.DeleteFunc(s.taken(), func(r string) bool { return !strings.HasPrefix(r, "GET model") })
		if len(gets)+len(test.want) > 0 && !cmp.Equal(test.want, gets) {
			t.Errorf("%s: %q", name, gets)
		}
	}
}

// Many at once fetch each file once.
func TestLock(t *testing.T) {
	s := newServer(t)
	c := s.client(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := c.Resolve(context.Background(), "me/tiny"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := s.count[weightsName]; n != 1 {
		t.Errorf("the weights were fetched %d times", n)
	}
}

func TestCancel(t *testing.T) {
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.serve = func(w http.ResponseWriter, r *http.Request, name string, n int) bool {
		if name == weightsName {
			cancel()
			<-r.Context().Done()
		}
		return name == weightsName
	}
	c := s.client(t)
	c.Timeout = time.Minute
	if _, err := c.Resolve(ctx, "me/tiny"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// Where the hub cannot be reached, what is there is enough.
func TestUnreachable(t *testing.T) {
	s := newServer(t)
	c := s.client(t)
	dir := resolve(t, c, "me/tiny")
	if err := os.RemoveAll(filepath.Join(c.Cache, "models--me--tiny", ".no_exist")); err != nil {
		t.Fatal(err)
	}
	s.Server.Close()
	if again := resolve(t, c, "me/tiny"); again != dir {
		t.Errorf("%s, then %s", dir, again)
	}
	if _, err := c.Resolve(t.Context(), "me/other"); err == nil || !strings.Contains(err.Error(), "cannot reach "+s.URL) {
		t.Errorf("error %v", err)
	}
	c.Offline = true
	if _, err := c.Resolve(t.Context(), "me/other"); err == nil || !strings.Contains(err.Error(), "HF_HUB_OFFLINE") {
		t.Errorf("error %v", err)
	}
}

func TestReferences(t *testing.T) {
	dir := t.TempDir()
	if got, err := Resolve(t.Context(), dir); got != dir || err != nil {
		t.Errorf("a directory: %q, %v", got, err)
	}
	file := filepath.Join(dir, "f")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{
		file, filepath.Join(dir, "none"), "", "x", "./x/y", "../x/y", "a/b/c", "a/..", "a--b/c", "a/b@", "a/b@../x", "a/b@x//y",
		"a/b@/x", "a/b@x/../y", "a b/c", "a/b?c", "-a/b", ".a/b", "a/b@x\n", "a/b@" + strings.Repeat("x", 300),
	} {
		if got, err := Resolve(t.Context(), ref); err == nil || got != "" {
			t.Errorf("%q: %q, %v", ref, got, err)
		}
	}
	if got, err := ParseRef("tohoku-nlp/bert-base-japanese-v3@refs/pr/3"); got != (Ref{"tohoku-nlp/bert-base-japanese-v3", "refs/pr/3"}) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEnvironment(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{
		"HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN",
		"HF_TOKEN_PATH", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DOWNLOAD_TIMEOUT", "XDG_CACHE_HOME",
	} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	check := func(cache, endpoint, token string, offline bool) {
		t.Helper()
		c, err := FromEnvironment()
		if err != nil {
			t.Fatal(err)
		}
		if c.Cache != cache || c.Endpoint != endpoint || c.Token != token || c.Offline != offline {
			t.Errorf("%+v", c)
		}
	}
	check(filepath.Join(home, ".cache", "huggingface", "hub"), DefaultEndpoint, "", false)
	t.Setenv("HF_HOME", home)
	if err := os.WriteFile(filepath.Join(home, "token"), []byte("hf_file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check(filepath.Join(home, "hub"), DefaultEndpoint, "hf_file", false)
	t.Setenv("HF_HUB_CACHE", "/c")
	t.Setenv("HF_ENDPOINT", "https://mirror.example/")
	t.Setenv("HF_TOKEN", "hf_env")
	t.Setenv("HF_HUB_OFFLINE", "1")
	check("/c", "https://mirror.example", "hf_env", true)
	t.Setenv("HF_TOKEN", "")
	check("/c", "https://mirror.example", "", true) // the stored token is huggingface.co's
	for _, endpoint := range []string{"ftp://mirror.example", "mirror.example", "https://"} {
		t.Setenv("HF_ENDPOINT", endpoint)
		if _, err := FromEnvironment(); err == nil || !strings.Contains(err.Error(), "HF_ENDPOINT") {
			t.Errorf("%s: error %v", endpoint, err)
		}
	}
	t.Setenv("HF_ENDPOINT", "https://me:hf_hidden@mirror.example")
	if _, err := FromEnvironment(); err == nil || strings.Contains(err.Error(), "hf_hidden") {
		t.Errorf("a password in the endpoint: error %v", err)
	}
	t.Setenv("HF_ENDPOINT", "")
	t.Setenv("HF_HUB_DOWNLOAD_TIMEOUT", "soon")
	if _, err := FromEnvironment(); err == nil || !strings.Contains(err.Error(), "HF_HUB_DOWNLOAD_TIMEOUT") {
		t.Errorf("error %v", err)
	}
}
