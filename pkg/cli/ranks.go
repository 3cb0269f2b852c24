package cli

import (
	"errors"
	"fmt"
	"io"
	"os"

	"llmjp.internal/modernbert/pkg/pretrain"
	"llmjp.internal/modernbert/pkg/ranks"
)

// onRanks runs work on all processes that MPI started, nil being this one
// alone. An error ends all of them and appears once, with the rank's host where
// it is not rank 0's.
func onRanks(stderr io.Writer, work func(group *ranks.Group) error) error {
	group, err := ranks.Open(ranks.Options{Environ: os.Environ()})
	if err != nil || group == nil {
		if err == nil {
			err = work(nil)
		}
		return err
	}
	err = work(group)
	stopped := errors.As(err, new(*pretrain.Stopped))
	if group.Rank() > 0 && (stopped || errors.Is(err, ranks.ErrElsewhere)) {
		err = nil // rank 0 reports it
	}
	if err == nil || stopped {
		lost := group.Close()
		if lost == nil {
			return err
		}
		err = lost
	}
	if group.Rank() > 0 {
		err = fmt.Errorf("%s: %w", group.Name(group.Rank()), err)
	}
	fmt.Fprintf(stderr, "modernbert: %s\n", oneLine(err.Error()))
	group.Abort() // the others wait for this rank, or soon will
	return err
}
