package hub

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// transport answers every request itself and keeps what was sent.
type transport func(*http.Request) *http.Response

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// The token goes to its endpoint alone, over TLS or within this machine, also
// through redirects, and stands in no error.
func TestTokenIsPrivate(t *testing.T) {
	for _, c := range []struct {
		endpoint, redirect string
		sent               bool // with the first request
		followed           bool // with the redirected one
	}{
		{"https://hub.example", "", true, false},
		{"http://hub.example", "", false, false},
		{"http://127.0.0.1:8080", "", true, false},
		{"http://localhost:8080", "", true, false},
		{"http://[::1]:8080", "", true, false},
		{"http://127.0.0.1.example", "", false, false},
		{"https://hub.example", "https://hub.example/else", true, true},
		{"https://hub.example", "https://cdn.hub.example/else", true, false},
		{"https://hub.example", "https://hub.example:8443/else", true, false},
		{"https://hub.example", "http://hub.example/else", true, false},
		{"http://localhost:8080", "http://hub.example/else", true, false},
	} {
		for _, method := range []string{http.MethodHead, http.MethodGet} {
			var seen []bool
			client := &Client{Endpoint: c.endpoint, Token: secret, transport: transport(func(r *http.Request) *http.Response {
				seen = append(seen, strings.Contains(r.Header.Get("Authorization"), secret))
				w := httptest.NewRecorder()
				if c.redirect != "" && len(seen) == 1 {
					w.Header().Set("Location", c.redirect)
					w.WriteHeader(http.StatusFound)
				}
				response := w.Result()
				response.Request = r
				return response
			})}
			f := &fetcher{Client: client, ref: Ref{"me/tiny", "main"}}
			_, err := f.send(t.Context(), method, c.endpoint+"/me/tiny/resolve/main/config.json", nil)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows the token: %v", c.endpoint, err)
			}
			if len(seen) == 0 || seen[0] != c.sent || len(seen) > 1 && seen[1] != c.followed {
				t.Errorf("%s %s, then %q: the token was sent %v", method, c.endpoint, c.redirect, seen)
			}
			if method == http.MethodHead && len(seen) > 1 {
				t.Errorf("HEAD followed a redirect by itself")
			}
		}
	}
	refused := &fetcher{Client: &Client{Endpoint: "http://hub.example", Token: secret}, ref: Ref{"me/tiny", "main"}}
	if err := refused.refusal(http.StatusUnauthorized, ""); !strings.Contains(err.Error(), "not sent over http") || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

// Only the hub's own EntryNotFound is remembered: a 404 of anybody else is
// said, and asked again the next time.
func TestPlain404IsNotRemembered(t *testing.T) {
	s := newServer(t)
	s.files["config_sentence_transformers.json"] = `{"prompts": {"query": "q: "}}`
	s.head = func(name string, h http.Header) int {
		if name == "config_sentence_transformers.json" || name == "tokenizer_config.json" {
			return http.StatusNotFound
		}
		return 0
	}
	c := s.client(t)
	var said []string
	c.Report = func(line string) { said = append(said, line) }
	dir := resolve(t, c, "me/tiny")
	if len(said) != 2 || !strings.Contains(said[0], "tokenizer_config.json without the hub's error code") {
		t.Errorf("said %q", said)
	}
	s.head = nil
	s.taken()
	if again := resolve(t, c, "me/tiny"); again != dir {
		t.Error(again)
	}
	s.checkFiles(t, dir, append(usual, "config_sentence_transformers.json")...)
	for _, request := range s.taken() {
		if strings.Contains(request, "added_tokens.json") {
			t.Error("what the hub does not have was asked again")
		}
	}
}

// A sentence model's modules are fetched with it; none may leave the folder.
func TestModulesAreFetched(t *testing.T) {
	s := newServer(t)
	s.files["modules.json"] = `[{"path": "", "type": "a.Transformer"}, {"path": "1_Pooling", "type": "a.Pooling"}, {"path": "2_Dense", "type": "a.Dense"}]`
	s.files["sentence_bert_config.json"] = `{"max_seq_length": 16}`
	s.files["1_Pooling/config.json"], s.files["2_Dense/config.json"], s.files["2_Dense/model.safetensors"] = "{}", "{ }", "dense"
	c := s.client(t)
	dir := resolve(t, c, "me/tiny")
	for _, name := range []string{"modules.json", "sentence_bert_config.json", "1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors"} {
		if content, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(content) != s.files[name] {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
	s.taken()
	resolve(t, c, "me/tiny")
	if requests := s.taken(); len(requests) > 0 {
		t.Errorf("requests for a model that is there: %q", requests)
	}
	for _, path := range []string{"../../../x", "/etc", "1_Pooling/../../x", "a\\\\b", "x?y", "x%2e"} {
		s.files["modules.json"] = `[{"path": "` + path + `", "type": "a.Pooling"}]`
		if _, err := s.client(t).Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), "is not a folder of the model") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The hub's own conversion of pickled weights is named by its number.
func TestPickledWeights(t *testing.T) {
	s := newServer(t)
	delete(s.files, weightsName)
	for list, want := range map[string]string{
		`{"discussions": [{"num": 3, "title": "Other", "isPullRequest": true}, {"num": 7, "title": "Adding ` + "`safetensors`" + ` variant of this model", "isPullRequest": true}]}`: "me/tiny@refs/pr/7",
		`{"discussions": []}`: "save_pretrained",
		`nonsense`:            "save_pretrained",
	} {
		api := s.client(t)
		base, _ := url.Parse(s.URL)
		api.transport = http.RoundTripper(roundTripper(func(r *http.Request) (*http.Response, error) {
			if strings.HasPrefix(r.URL.Path, "/api/models/me/tiny/discussions") && r.URL.Host == base.Host {
				w := httptest.NewRecorder()
				w.WriteString(list)
				return w.Result(), nil
			}
			return http.DefaultTransport.RoundTrip(r)
		}))
		if _, err := api.Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "can run code") {
			t.Errorf("%s: %v", list, err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Names of files from the hub do not leave the cache, and a link in it that
// leads out is not read.
func TestNothingLeavesTheCache(t *testing.T) {
	s := newServer(t)
	delete(s.files, weightsName)
	for _, shard := range []string{"../x.safetensors", "/x.safetensors", ".x.safetensors", "a/b.safetensors", "a\\\\b.safetensors", "x%2f.safetensors", "x.bin"} {
		s.files["model.safetensors.index.json"] = `{"weight_map": {"a": "` + shard + `"}}`
		if _, err := s.client(t).Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), "is not the name of a .safetensors file") {
			t.Errorf("%s: %v", shard, err)
		}
	}
	for _, ref := range []string{"../me", "me/..", "me/tiny@../x", "me/tiny@a..b", "me--x/tiny", "me/tiny@/x"} {
		if _, err := ParseRef(ref); err == nil {
			t.Errorf("%s is a reference", ref)
		}
	}
	c := s.client(t)
	if _, err := c.Dataset(t.Context(), "me/tiny", "../x"); err == nil || !strings.Contains(err.Error(), "is not a file in it") {
		t.Error(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	if err := errors.Join(os.WriteFile(outside, []byte(`{"weight_map": {}}`), 0o666), os.MkdirAll(c.cache("models", "me/tiny").snapshot(commit), 0o777)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, c.cache("models", "me/tiny").file(commit, indexFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Resolve(t.Context(), "me/tiny@"+commit); err == nil || !strings.Contains(err.Error(), "leaves its folder") {
		t.Errorf("a link out of the cache: %v", err)
	}
}
