package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Client fetches models. The zero value is not ready; see [FromEnvironment].
type Client struct {
	Endpoint string // "https://huggingface.co", without a slash at its end
	Cache    string // folder with models--owner--name folders
	Token    string // "" for none; it is sent to Endpoint's host alone, over TLS or to this machine
	Offline  bool   // never send a request
	// Timeout is the time without data after which a request counts as stalled.
	Timeout time.Duration
	// Retries is the number of failures in a row, without a byte received, that are retried.
	Retries int
	// Pause is waited before the first retry, and twice as long before each next.
	Pause time.Duration
	// Progress receives the progress of downloads; nil for none.
	Progress func(Progress)
	// Report receives lines for the user; nil for none.
	Report func(line string)

	transport http.RoundTripper // nil: http.DefaultTransport
}

// Progress counts the bytes of a file's download. Done equals Total in a file's last
// report.
type Progress struct {
	Model, File string
	Done, Total int64
}

// DefaultEndpoint is the public hub.
const DefaultEndpoint = "https://huggingface.co"

// FromEnvironment makes the client that the environment describes. A token
// that is stored in HF_HOME is huggingface.co's and goes to no other endpoint;
// HF_TOKEN belongs to the endpoint beside it.
func FromEnvironment() (*Client, error) {
	home, err := home()
	if err != nil {
		return nil, err
	}
	c := &Client{
		Endpoint: strings.TrimRight(first(os.Getenv("HF_ENDPOINT"), DefaultEndpoint), "/"),
		Cache:    first(os.Getenv("HF_HUB_CACHE"), os.Getenv("HUGGINGFACE_HUB_CACHE"), filepath.Join(home, "hub")),
		Token:    first(os.Getenv("HF_TOKEN"), os.Getenv("HUGGING_FACE_HUB_TOKEN")),
		Offline:  truth(os.Getenv("HF_HUB_OFFLINE")) || truth(os.Getenv("TRANSFORMERS_OFFLINE")),
		Timeout:  30 * time.Second,
		Retries:  5,
		Pause:    time.Second,
	}
	endpoint, err := url.Parse(c.Endpoint)
	if err != nil || endpoint.Scheme != "https" && endpoint.Scheme != "http" || endpoint.Host == "" {
		return nil, errors.New("HF_ENDPOINT is not an address such as https://huggingface.co")
	}
	if endpoint.User != nil { // every error would show it
		return nil, errors.New("HF_ENDPOINT holds a user's name or password; take it out, a token belongs in HF_TOKEN")
	}
	if c.Token == "" && sameHost(endpoint, DefaultEndpoint) { // what huggingface-cli stored is huggingface.co's
		path := first(os.Getenv("HF_TOKEN_PATH"), filepath.Join(home, "token"))
		if token, err := os.ReadFile(path); err == nil {
			c.Token = string(token)
		}
	}
	c.Token = strings.TrimSpace(c.Token)
	if strings.ContainsAny(c.Token, " \r\n\t") {
		return nil, fmt.Errorf("HF_TOKEN is not a token: it holds white space")
	}
	if seconds := os.Getenv("HF_HUB_DOWNLOAD_TIMEOUT"); seconds != "" {
		n, err := strconv.ParseFloat(seconds, 64)
		if err != nil || !(n > 0) || n > 1e6 {
			return nil, fmt.Errorf("HF_HUB_DOWNLOAD_TIMEOUT=%s is not a number of seconds", seconds)
		}
		c.Timeout = time.Duration(n * float64(time.Second))
	}
	return c, nil
}

// home returns the folder of the cache and the token.
func home() (string, error) {
	if dir := os.Getenv("HF_HOME"); dir != "" {
		return dir, nil
	}
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "huggingface"), nil
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("where the hub's cache is: %w; set HF_HOME", err)
	}
	return filepath.Join(dir, ".cache", "huggingface"), nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// truth reads a switch as the Python library does.
func truth(value string) bool {
	switch strings.ToUpper(value) {
	case "1", "ON", "YES", "TRUE":
		return true
	}
	return false
}

// Resolve returns the directory of a model; see [Client.Resolve].
func Resolve(ctx context.Context, ref string) (dir string, err error) {
	if dir, err := local(ref); dir != "" || err != nil {
		return dir, err
	}
	c, err := FromEnvironment()
	if err != nil {
		return "", err
	}
	return c.Resolve(ctx, ref)
}
