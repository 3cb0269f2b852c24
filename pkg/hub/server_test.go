package hub

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	commit = "0123456789abcdef0123456789abcdef01234567"
	secret = "hf_secret"
)

// server acts as the hub with one model, me/tiny. Its large files
// (.safetensors) stand in a store of their own, at another address.
type server struct {
	*httptest.Server
	store *httptest.Server
	files map[string]string
	// folder of the hub that the model stands in: "/datasets" makes it a data set.
	folder string

	mu       sync.Mutex
	requests []string       // "HEAD config.json", "GET model.safetensors bytes=5-"
	leaked   bool           // the store has seen a token
	count    map[string]int // of GETs for a file
	commit   string         // that HEAD answers name

	// serve, if set, answers the n-th (from 1) GET for a file instead.
	serve func(w http.ResponseWriter, r *http.Request, name string, n int) bool
	// head, if set, changes the answer to HEAD.
	head func(name string, h http.Header) (status int)
}

func newServer(t *testing.T) *server {
	s := &server{count: map[string]int{}, commit: commit, files: map[string]string{
		"config.json": `{"model_type":"modernbert"}`, "tokenizer.json": "{}", "tokenizer_config.json": `{"a":1}`,
		"model.safetensors": strings.Repeat("weights ", 5000), "pytorch_model.bin": "pickle", "vocab.txt": "[PAD]",
	}}
	s.store = httptest.NewServer(http.HandlerFunc(s.fromStore))
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(func() { s.Server.Close(); s.store.Close() })
	return s
}

func (s *server) client(t *testing.T) *Client {
	return &Client{
		Endpoint: s.URL, Cache: t.TempDir(), Token: secret,
		Timeout: 300 * time.Millisecond, Retries: 3, Pause: time.Millisecond,
	}
}

func (s *server) log(entry string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, strings.TrimSpace(entry))
}

// taken gives the requests so far and forgets them.
func (s *server) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := s.requests
	s.requests = nil
	return requests
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(strings.TrimPrefix(r.URL.EscapedPath(), s.folder), "/me/tiny/resolve/")
	if !ok {
		w.Header().Set("X-Error-Code", "RepoNotFound")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	revision, name, _ := strings.Cut(rest, "/")
	revision, _ = url.PathUnescape(revision)
	name, _ = url.PathUnescape(name)
	if r.Header.Get("Authorization") != "Bearer "+secret {
		w.Header().Set("X-Error-Code", "GatedRepo")
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if revision != "main" && revision != commit && revision != "refs/pr/1" {
		w.Header().Set("X-Error-Code", "RevisionNotFound")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("X-Repo-Commit", s.commit)
	content, ok := s.files[name]
	if !ok {
		s.log(r.Method + " " + name)
		w.Header().Set("X-Error-Code", "EntryNotFound")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	large := strings.HasSuffix(name, ".safetensors")
	if r.Method == http.MethodHead {
		s.log("HEAD " + name)
		status := http.StatusOK
		w.Header().Set("ETag", `W/"`+gitHash(content)+`"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(content)))
		if large {
			status = http.StatusFound
			w.Header().Set("ETag", `"another"`)
			w.Header().Set("Content-Length", "17")
			w.Header().Set("X-Linked-Etag", fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(content))))
			w.Header().Set("X-Linked-Size", strconv.Itoa(len(content)))
			w.Header().Set("Location", s.store.URL+"/"+name)
		}
		if s.head != nil {
			if changed := s.head(name, w.Header()); changed != 0 {
				status = changed
			}
		}
		w.WriteHeader(status)
		return
	}
	if large {
		http.Redirect(w, r, s.store.URL+"/"+name, http.StatusFound)
		return
	}
	s.send(w, r, name)
}

func (s *server) fromStore(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		s.mu.Lock()
		s.leaked = true
		s.mu.Unlock()
	}
	s.send(w, r, strings.TrimPrefix(r.URL.Path, "/"))
}

func (s *server) send(w http.ResponseWriter, r *http.Request, name string) {
	s.log("GET " + name + " " + r.Header.Get("Range"))
	s.mu.Lock()
	s.count[name]++
	n := s.count[name]
	s.mu.Unlock()
	if s.serve != nil && s.serve(w, r, name, n) {
		return
	}
	http.ServeContent(w, r, name, time.Time{}, strings.NewReader(s.files[name]))
}

func gitHash(content string) string {
	return fmt.Sprintf("%x", sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(content), content)))
}
