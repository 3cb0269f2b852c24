package run

import (
	"errors"
	"fmt"
	"path/filepath"

	"llmjp.internal/modernbert/pkg/durable"
)

// Discard removes the folder of a run that was never begun: one that holds its
// lock alone. Only the lock's holder may call it.
func Discard(dir string) { durable.Discard(dir, lockFile) }

// Lock holds a run's folder for this process until unlock is called, and
// removes what a killed process left half written.
func Lock(dir string) (unlock func(), err error) {
	unlock, err = durable.Lock(filepath.Join(dir, lockFile))
	if held := (*durable.Held)(nil); errors.As(err, &held) {
		return nil, fmt.Errorf("%s: another process is training here%s: wait for it, or choose another --output", dir, held.Holder())
	}
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{".", Staying, Rolling} {
		// What cannot be removed does no harm: its name is not a checkpoint's.
		_ = durable.RemoveTemporary(filepath.Join(dir, folder), "")
	}
	return unlock, nil
}
