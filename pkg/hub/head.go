package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// metadata is the hub's description of a file.
type metadata struct {
	exists bool
	known  bool // the hub itself answered that there is no such file
	commit string
	etag   string // its hash, and its name among the blobs
	size   int64
}

// unreachable is the error for a hub that does not answer, as opposed to one that
// refuses.
type unreachable struct{ err error }

func (u *unreachable) Error() string { return u.err.Error() }
func (u *unreachable) Unwrap() error { return u.err }

// entryNotFound is the hub's error code for a file that a commit lacks. A
// status 404 without it may come from anybody on the way.
const entryNotFound = "EntryNotFound"

var (
	hash   = regexp.MustCompile(`^([0-9a-f]{64}|[0-9a-f]{40})$`)
	opaque = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$`) // an ETag that can be a file's name
)

// address returns the URL of a file: at the commit once that is known, so that
// all files come from one commit.
func (f *fetcher) address(name string) string {
	revision := f.ref.Revision
	if f.commit != "" {
		revision = f.commit
	}
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return f.Endpoint + "/" + f.folder + f.ref.Model + "/resolve/" + url.PathEscape(revision) + "/" + strings.Join(parts, "/")
}

// head asks for a file's commit, hash and size. Redirects within the endpoint
// (a model that moved) are followed; one to a store of large files is not: the
// hub's own answer has the hash.
func (f *fetcher) head(ctx context.Context, name string) (metadata, error) {
	var meta metadata
	err := f.retry(ctx, min(2, f.Retries), func() (bool, error) {
		target := f.address(name)
		for range 6 {
			response, err := f.send(ctx, http.MethodHead, target, nil)
			if err != nil {
				return false, &unreachable{fmt.Errorf("cannot reach %s: %w; see HF_ENDPOINT and the proxy settings", f.Endpoint, err)}
			}
			response.Body.Close()
			if next := f.moved(response); next != "" {
				target = next
				continue
			}
			meta, err = f.read(response)
			return false, err
		}
		return false, final{errors.New("too many redirects")}
	})
	return meta, err
}

// moved returns the target of a redirect within the endpoint, "" for other
// answers.
func (f *fetcher) moved(response *http.Response) string {
	if response.StatusCode/100 != 3 || response.Header.Get("X-Linked-Etag") != "" {
		return ""
	}
	location, err := response.Location()
	if err != nil || !sameHost(location, f.Endpoint) {
		return ""
	}
	return location.String()
}

// read takes the answer to a HEAD request apart.
func (f *fetcher) read(response *http.Response) (metadata, error) {
	h := response.Header
	meta := metadata{commit: first(h.Get("X-Repo-Commit"), f.commit)}
	if meta.commit == "" && commitID.MatchString(f.ref.Revision) {
		meta.commit = f.ref.Revision
	}
	code := h.Get("X-Error-Code")
	switch status := response.StatusCode; {
	case status == http.StatusNotFound && (code == entryNotFound || code == "" && f.commit != "") && commitID.MatchString(meta.commit):
		meta.known = code == entryNotFound
		return meta, nil
	case status/100 == 4 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout:
		return meta, final{f.refusal(status, code)}
	case status/100 != 2 && status/100 != 3:
		return meta, &unreachable{fmt.Errorf("%s answers %s; try again later", f.Endpoint, response.Status)}
	}
	if !commitID.MatchString(meta.commit) || f.commit != "" && meta.commit != f.commit {
		return meta, final{fmt.Errorf("%s names the commit %q: it is not a hub", f.Endpoint, meta.commit)}
	}
	meta.exists = true
	meta.etag = strings.Trim(strings.TrimPrefix(first(h.Get("X-Linked-Etag"), h.Get("ETag")), "W/"), `"`)
	// The hub states a hash of every file; some mirrors tag the small ones as they please.
	small := h.Get("X-Linked-Etag") == "" && !strings.HasSuffix(response.Request.URL.Path, ".safetensors")
	if !hash.MatchString(meta.etag) && !(small && opaque.MatchString(meta.etag)) {
		return meta, final{fmt.Errorf("%s states no hash (its ETag is %q), so the file cannot be verified", f.Endpoint, meta.etag)}
	}
	size, err := strconv.ParseInt(first(h.Get("X-Linked-Size"), h.Get("Content-Length")), 10, 64)
	if err != nil || size < 0 {
		return meta, final{fmt.Errorf("%s states no size, so the file cannot be verified", f.Endpoint)}
	}
	meta.size = size
	return meta, nil
}

// refusal returns the error for a status 4xx, with a remedy.
func (f *fetcher) refusal(status int, code string) error {
	token := "no HF_TOKEN is set; set one that may read it"
	switch e, err := url.Parse(f.Endpoint); {
	case f.Token != "" && err == nil && !private(e):
		token = "HF_TOKEN is not sent over http to another machine; set HF_ENDPOINT to its https address"
	case f.Token != "":
		token = "HF_TOKEN may not read it, or its conditions are not accepted on the model's page"
	}
	switch {
	case code == "RevisionNotFound":
		return fmt.Errorf("there is no revision %q", f.ref.Revision)
	case code == "GatedRepo":
		return fmt.Errorf("access is granted on request (status %d): %s", status, token)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, code == "RepoNotFound":
		return fmt.Errorf("there is no such model, or it is private (status %d): check its name; %s", status, token)
	case status == http.StatusNotFound:
		return fmt.Errorf("%s has no such model, revision or file (status 404): check the name", f.Endpoint)
	}
	return fmt.Errorf("%s answers status %d", f.Endpoint, status)
}

// send sends a request with the token where it belongs, and nowhere else.
func (f *fetcher) send(ctx context.Context, method, target string, header http.Header) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, target, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("User-Agent", "llm-jp-modernbert-go")
	request.Header.Set("Accept-Encoding", "identity") // sizes and ranges are the file's
	if f.Token != "" && sameHost(request.URL, f.Endpoint) && private(request.URL) {
		request.Header.Set("Authorization", "Bearer "+f.Token)
	}
	client := &http.Client{Transport: f.roundTripper(), CheckRedirect: func(next *http.Request, via []*http.Request) error {
		switch {
		case method == http.MethodHead:
			return http.ErrUseLastResponse
		case len(via) > 10:
			return errors.New("too many redirects")
		case via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
			return fmt.Errorf("a redirect from https to %s is not followed", next.URL.Scheme)
		case !sameHost(next.URL, f.Endpoint): // Go's own rule lets subdomains and other ports see it
			next.Header.Del("Authorization")
		}
		return nil
	}}
	if method == http.MethodHead {
		client.Timeout = f.Timeout
	}
	response, err := client.Do(request)
	var wrapped *url.Error
	if errors.As(err, &wrapped) && ctx.Err() == nil {
		err = wrapped.Err // without the address: it may be signed
	}
	return response, err
}

func (f *fetcher) roundTripper() http.RoundTripper {
	if f.transport != nil {
		return f.transport
	}
	return http.DefaultTransport
}

// private reports whether no one else can read a request: with TLS, or to an
// address of this machine.
func private(u *url.URL) bool {
	if u.Scheme == "https" || u.Hostname() == "localhost" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}

// sameHost compares scheme, host and port.
func sameHost(u *url.URL, endpoint string) bool {
	e, err := url.Parse(endpoint)
	return err == nil && u.Scheme == e.Scheme && strings.EqualFold(u.Host, e.Host)
}

// final is an error that a retry cannot mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// retry calls try until it succeeds, fails for good, or has failed more than
// limit times in a row without progress, with growing pauses.
func (f *fetcher) retry(ctx context.Context, limit int, try func() (progress bool, err error)) error {
	pause := f.Pause
	for failures := 0; ; {
		progress, err := try()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var last final
		if errors.As(err, &last) {
			return last.error
		}
		if progress {
			failures, pause = 0, f.Pause
		}
		if failures++; failures > limit {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
		pause *= 2
	}
}
