package hub

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	goHash "hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// download fetches a blob unless it is there. It writes blobs/HASH.incomplete,
// which the next attempt or run continues, and renames it when size and hash are
// right.
func (f *fetcher) download(ctx context.Context, name string, meta metadata) error {
	blob := f.cache.blob(meta.etag)
	if err := os.MkdirAll(filepath.Dir(blob), 0o777); err != nil {
		return err
	}
	unlock, err := f.cache.lock(ctx, meta.etag)
	if err != nil {
		return err
	}
	defer unlock()
	if info, err := os.Stat(blob); err == nil && info.Size() == meta.size {
		return nil
	}
	file, err := os.OpenFile(blob+".incomplete", os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	defer file.Close()
	begun, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	err = f.complete(ctx, name, file, meta)
	if wrong := (*mismatch)(nil); errors.As(err, &wrong) && begun > 0 { // the beginning may be the bad part
		if err = empty(file); err == nil {
			err = f.complete(ctx, name, file, meta)
		}
	}
	if err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return os.Rename(file.Name(), blob)
}

// complete fetches what is missing at the end of file and verifies all of it.
// A file that fails is emptied.
func (f *fetcher) complete(ctx context.Context, name string, file *os.File, meta metadata) error {
	farthest := int64(0) // a server that sends the same part for ever makes no progress
	err := f.retry(ctx, f.Retries, func() (bool, error) {
		begin, err := file.Seek(0, io.SeekEnd)
		if err != nil {
			return false, final{err}
		}
		if begin > meta.size {
			if err := empty(file); err != nil {
				return false, final{err}
			}
			begin = 0
		}
		if begin == meta.size {
			f.report(name, meta.size, meta.size)
			return false, nil
		}
		farthest = max(farthest, begin)
		end, err := f.get(ctx, name, file, begin, meta.size)
		progress := end > farthest
		farthest = max(farthest, end)
		return progress, err
	})
	if err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := verify(file, meta); err != nil {
		return errors.Join(err, empty(file))
	}
	return nil
}

func empty(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.Seek(0, io.SeekStart)
	return err
}

// get appends the bytes from begin on and returns how far it came. Less than
// size is an error, as is more.
func (f *fetcher) get(ctx context.Context, name string, file *os.File, begin, size int64) (end int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("nothing came for %v", f.Timeout)
	watch := time.AfterFunc(f.Timeout, func() { cancel(stalled) })
	defer watch.Stop()

	header := http.Header{}
	if begin > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", begin))
	}
	response, err := f.send(ctx, http.MethodGet, f.address(name), header)
	if err != nil {
		return begin, f.broken(begin, size, cause(ctx, err))
	}
	defer response.Body.Close()
	switch status := response.StatusCode; {
	case status == http.StatusPartialContent && begin > 0 && strings.HasPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", begin)):
	case status == http.StatusOK, status == http.StatusRequestedRangeNotSatisfiable, status == http.StatusPartialContent:
		if begin > 0 { // the server does not continue: all of it again
			if err := empty(file); err != nil {
				return 0, final{err}
			}
		}
		if status != http.StatusOK {
			return 0, fmt.Errorf("the server has no bytes from %d on, the hub states %d (%s); nothing of it is kept: try again", begin, size, response.Status)
		}
		begin = 0
	case status/100 == 4 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout:
		return begin, final{f.refusal(status, response.Header.Get("X-Error-Code"))}
	default:
		return begin, f.broken(begin, size, fmt.Errorf("the server answers %s", response.Status))
	}
	end, err = f.copy(name, file, response.Body, begin, size, func() { watch.Reset(f.Timeout) })
	switch {
	case err != nil && errors.As(err, new(final)):
		return end, err
	case end > size:
		return end, final{&mismatch{fmt.Errorf("more than the %d bytes that the hub states have come; it is not the file that was asked for", size)}}
	case err != nil:
		return end, f.broken(end, size, cause(ctx, err))
	case end < size:
		return end, f.broken(end, size, io.ErrUnexpectedEOF)
	}
	return end, nil
}

// copy appends body to file, at most a byte more than size.
func (f *fetcher) copy(name string, file *os.File, body io.Reader, at, size int64, alive func()) (int64, error) {
	buffer := make([]byte, 1<<18)
	reported := time.Time{}
	for at <= size {
		n, err := body.Read(buffer[:min(int64(len(buffer)), size+1-at)])
		if n > 0 {
			alive()
			if _, err := file.Write(buffer[:n]); err != nil {
				return at, final{err}
			}
			at += int64(n)
		}
		if now := time.Now(); now.Sub(reported) > 100*time.Millisecond || at == size {
			f.report(name, min(at, size), size)
			reported = now
		}
		if err == io.EOF {
			return at, nil
		}
		if err != nil {
			return at, err
		}
	}
	return at, nil
}

func (f *fetcher) report(name string, done, total int64) {
	if f.Progress != nil {
		f.Progress(Progress{f.ref.Model, name, done, total})
	}
}

// broken returns the error for a download that ended early.
func (f *fetcher) broken(at, size int64, err error) error {
	return fmt.Errorf("the download broke off after %d of %d bytes: %w; run it again, it goes on from there", at, size, err)
}

// cause returns why this program cancelled a request, or err if it did not.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// mismatch is the error for a file whose size or hash differs from the hub's.
type mismatch struct{ err error }

func (m *mismatch) Error() string { return m.err.Error() }

// verify compares a file with its hash: SHA-256, or SHA-1 of git's blob, which
// is the hub's for small files, or of the bare content, which is some mirrors'.
// Of a file whose ETag is none of these the size has been checked, no more.
func verify(file io.Reader, meta metadata) error {
	if !hash.MatchString(meta.etag) {
		return nil
	}
	blob, plain, whole := sha1.New(), sha1.New(), sha256.New()
	fmt.Fprintf(blob, "blob %d\x00", meta.size)
	kind, accepted := "SHA-256", []goHash.Hash{whole}
	if len(meta.etag) == 40 {
		kind, accepted = "git SHA-1", []goHash.Hash{blob, plain}
	}
	var all []io.Writer
	for _, h := range accepted {
		all = append(all, h)
	}
	if _, err := io.Copy(io.MultiWriter(all...), file); err != nil {
		return err
	}
	for _, h := range accepted {
		if hex.EncodeToString(h.Sum(nil)) == meta.etag {
			return nil
		}
	}
	return &mismatch{fmt.Errorf("its %s is %x, the hub states %s; nothing of it is kept: try again, or another HF_ENDPOINT", kind, accepted[0].Sum(nil), meta.etag)}
}
