package hub

import (
	"crypto/sha1"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// cut sends a part of a file and breaks the connection.
func cut(w http.ResponseWriter, content string, from, to, total int) {
	w.Header().Set("Content-Length", fmt.Sprint(total-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, total-1, total))
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write([]byte(content[from:to]))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestTroubleIsMended(t *testing.T) {
	const size = 40000
	for _, test := range []struct {
		name  string
		serve func(s *server, w http.ResponseWriter, r *http.Request, n int) bool
		want  []string // GETs of the weights
	}{
		{"breaks off twice", func(s *server, w http.ResponseWriter, r *http.Request, n int) bool {
			switch n {
			case 1:
				cut(w, s.files[weightsName], 0, 1000, size)
			case 2:
				cut(w, s.files[weightsName], 1000, 30000, size)
			}
			return false
		}, []string{"", "bytes=1000-", "bytes=30000-"}},
		{"ends early and says so", func(s *server, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 1 {
				w.Write([]byte(s.files[weightsName][:500]))
			}
			return n == 1
		}, []string{"", "bytes=500-"}},
		{"cannot continue", func(s *server, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 1 {
				cut(w, s.files[weightsName], 0, 1000, size)
			}
			w.Write([]byte(s.files[weightsName]))
			return true
		}, []string{"", "bytes=1000-"}},
		{"continues elsewhere", func(s *server, w http.ResponseWriter, r *http.Request, n int) bool {
			switch n {
			case 1:
				cut(w, s.files[weightsName], 0, 1000, size)
			case 2:
				w.Header().Set("Content-Range", "bytes 999-39999/40000")
				w.WriteHeader(http.StatusPartialContent)
				w.Write([]byte(s.files[weightsName][999:]))
				return true
			}
			return false
		}, []string{"", "bytes=1000-", ""}},
		{"stalls", func(s *server, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 1 {
				w.Header().Set("Content-Length", fmt.Sprint(size))
				w.Write([]byte(s.files[weightsName][:2000]))
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}
			return n == 1
		}, []string{"", "bytes=2000-"}},
		{"is busy", func(s *server, w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 3 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			return n < 3
		}, []string{"", "", ""}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t)
			s.serve = func(w http.ResponseWriter, r *http.Request, name string, n int) bool {
				return name == weightsName && test.serve(s, w, r, n)
			}
			s.checkFiles(t, resolve(t, s.client(t), "me/tiny"), usual...)
			var gets []string
			for _, request := range s.taken() {
				if part, ok := strings.CutPrefix(request, "GET "+weightsName); ok {
					gets = append(gets, strings.TrimSpace(part))
				}
			}
			if diff := cmp.Diff(test.want, gets); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A mirror may tag small files with the SHA-1 of their content, or as it
// pleases; then the size alone is checked. Weights without a hash are refused.
func TestMirrorsTags(t *testing.T) {
	s := newServer(t)
	s.head = func(name string, h http.Header) int {
		switch name {
		case "config.json":
			h.Set("ETag", fmt.Sprintf(`"%x"`, sha1.Sum([]byte(s.files[name]))))
		case "tokenizer.json":
			h.Set("ETag", `"5f2a-61b3"`)
		}
		return 0
	}
	c := s.client(t)
	s.checkFiles(t, resolve(t, c, "me/tiny"), usual...)
	lie := s.head
	s.head = func(name string, h http.Header) int {
		lie(name, h)
		if name == "tokenizer.json" {
			h.Set("Content-Length", "3")
		}
		return 0
	}
	c = s.client(t)
	if _, err := c.Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), "hub states 3") {
		t.Errorf("a size that is not the file's: %v", err)
	}
	s.head = func(name string, h http.Header) int { h.Set("ETag", `"../x"`); return 0 }
	if _, err := s.client(t).Resolve(t.Context(), "me/tiny"); err == nil || !strings.Contains(err.Error(), "states no hash") {
		t.Errorf("a tag that is a path: %v", err)
	}
}

func TestTroubleThatStays(t *testing.T) {
	get := func(serve func(s *server, w http.ResponseWriter, r *http.Request)) func(*server) {
		return func(s *server) {
			s.serve = func(w http.ResponseWriter, r *http.Request, name string, n int) bool {
				if name == weightsName {
					serve(s, w, r)
				}
				return name == weightsName
			}
		}
	}
	head := func(change func(h http.Header) int) func(*server) {
		return func(s *server) {
			s.head = func(name string, h http.Header) int {
				if name == weightsName {
					return change(h)
				}
				return 0
			}
		}
	}
	for _, test := range []struct {
		name string
		make func(*server)
		ref  string
		want []string
	}{
		{"lies about the content", get(func(s *server, w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(strings.Repeat("malware ", 5000)))
		}), "", []string{weightsName, "its SHA-256 is", "nothing of it is kept"}},
		{"lies about the hash", head(func(h http.Header) int {
			h.Set("X-Linked-Etag", strings.Repeat("0", 64))
			return 0
		}), "", []string{"the hub states 00000000"}},
		{"sends more", get(func(s *server, w http.ResponseWriter, _ *http.Request) {
			w.Write([]byte(s.files[weightsName] + "!"))
		}), "", []string{"more than the 40000 bytes"}},
		{"states too small a size", head(func(h http.Header) int { h.Set("X-Linked-Size", "39999"); return 0 }), "", []string{"more than the 39999 bytes"}},
		{"states too large a size", head(func(h http.Header) int { h.Set("X-Linked-Size", "40001"); return 0 }), "", []string{"no bytes from 40000 on, the hub states 40001"}},
		{"always breaks off", get(func(s *server, w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				cut(w, s.files[weightsName], 0, 7, 40000)
			}
			panic(http.ErrAbortHandler)
		}), "", []string{"broke off after 7 of 40000 bytes"}},
		{"always stalls", get(func(s *server, w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), "", []string{"nothing came for 300ms"}},
		{"sends the same part for ever", get(func(s *server, w http.ResponseWriter, r *http.Request) {
			w.Write([]byte(s.files[weightsName][:9]))
		}), "", []string{"broke off after 9 of 40000 bytes"}},
		{"no hash", head(func(h http.Header) int { h.Del("X-Linked-Etag"); return 0 }), "", []string{"states no hash"}},
		{"no size", head(func(h http.Header) int { h.Del("X-Linked-Size"); h.Set("Content-Length", ""); return 200 }), "", []string{weightsName}},
		{"a hash that is a path", head(func(h http.Header) int { h.Set("X-Linked-Etag", "../../x"); return 0 }), "", []string{"states no hash"}},
		{"not a hub", func(s *server) { s.commit = "latest" }, "", []string{"it is not a hub"}},
		{"a commit that changes", func(s *server) {
			s.head = func(name string, h http.Header) int {
				if name == weightsName {
					h.Set("X-Repo-Commit", strings.Repeat("f", 40))
				}
				return 0
			}
		}, "", []string{"names the commit \"ffff"}},
		{"redirects in a circle", head(func(h http.Header) int {
			h.Del("X-Linked-Etag")
			h.Set("Location", "/me/tiny/resolve/main/"+weightsName)
			return http.StatusTemporaryRedirect
		}), "", []string{"too many redirects"}},
		{"always busy", head(func(http.Header) int { return http.StatusServiceUnavailable }), "", []string{"503", "try again later"}},
		{"no model", func(*server) {}, "you/none", []string{"no such model, or it is private"}},
		{"no revision", func(*server) {}, "me/tiny@v9", []string{`no revision "v9"`}},
		{"no weights", func(s *server) { delete(s.files, weightsName) }, "", []string{"neither model.safetensors nor model.safetensors.index.json", "me/tiny@refs/pr/N"}},
		{"no config", func(s *server) { delete(s.files, "config.json") }, "", []string{"it has no config.json"}},
		{"a shard outside", func(s *server) {
			delete(s.files, weightsName)
			s.files[indexFile] = `{"weight_map":{"a":"../../../x.safetensors"}}`
		}, "", []string{`"../../../x.safetensors" is not the name`}},
		{"a shard that is not there", func(s *server) {
			delete(s.files, weightsName)
			s.files[indexFile] = `{"weight_map":{"a":"x.safetensors"}}`
		}, "", []string{"x.safetensors, which it does not have"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newServer(t)
			test.make(s)
			c := s.client(t)
			dir, err := c.Resolve(t.Context(), first(test.ref, "me/tiny"))
			if err == nil {
				t.Fatalf("resolved to %s", dir)
			}
			for _, want := range append(test.want, "model "+first(test.ref, "me/tiny")) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("want %q, got: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), secret) {
				t.Errorf("error %q", err)
			}
			if left, _ := filepath.Glob(filepath.Join(c.Cache, "models--*", "snapshots", "*", weightsName)); len(left) > 0 {
				t.Errorf("%v stands in the snapshot", left)
			}
		})
	}
}
