package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/durable"
)

// hold is a lock on a corpus folder: exclusive while it is built, shared while
// it is read, so that nobody builds another corpus under a reader.
type hold struct{ file *os.File }

// try locks a corpus folder without waiting.
func try(dir string, kind int) (*hold, error) {
	path := filepath.Join(dir, lockFile)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil && kind == durable.Shared {
		f, err = os.Open(path) // on a read-only medium
	}
	if err != nil {
		return nil, err
	}
	if err := durable.Flock(f, kind); err != nil {
		f.Close()
		return nil, err
	}
	return &hold{f}, nil
}

// share makes an exclusive lock a shared one.
func (h *hold) share() error { return unix.Flock(int(h.file.Fd()), unix.LOCK_SH) }

func (h *hold) release() error {
	if h == nil {
		return nil
	}
	return h.file.Close()
}

// patience is how long Build asks for a folder that others read and that holds
// another corpus.
var patience = 5 * time.Second

// exclusive locks a corpus folder for a build. Where another process builds,
// it waits; where others read a corpus that usable accepts, it returns that one.
func exclusive(ctx context.Context, dir string, usable func() *Corpus) (*hold, *Corpus, error) {
	for refused := time.Duration(0); ; {
		h, err := try(dir, durable.Exclusive)
		if err == nil {
			return h, nil, nil
		}
		if !errors.As(err, new(*durable.Held)) {
			return nil, nil, err
		}
		const pause = 100 * time.Millisecond
		if shared, err := try(dir, durable.Shared); err == nil {
			if c := usable(); c != nil {
				c.held = shared
				return nil, c, nil
			}
			shared.release()
			if refused += pause; refused > patience {
				return nil, nil, fmt.Errorf("%s holds another corpus, which other processes are reading: end them, or take another folder", dir)
			}
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(pause):
		}
	}
}
