package ranks

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// DefaultPatience is how long a rank waits for the others in one call.
const DefaultPatience = 24 * time.Hour

// Options say how the ranks of a run find each other and how long they wait.
type Options struct {
	Environ  []string      // the process's environment, in which its launcher says how many it started
	Patience time.Duration // 0: DefaultPatience
}

// A Group is the processes of one run. Its methods are collective: all ranks
// call the same ones in the same order.
type Group struct {
	transport
	rank, size int
	hosts      []string // by rank
	patience   time.Duration

	mu      sync.Mutex // MPI takes calls from any thread, one at a time
	buffers [2]buffers // of two chunks of a sum
}

// A transport carries the messages of a group. A slice of bounds, in bytes, has
// one more element than there are ranks: rank i's part of a buffer is
// [bounds[i], bounds[i+1]).
type transport interface {
	// place returns the process's rank, from 0, and the number of processes.
	place() (rank, size int)
	// tell sends one byte to a rank. It does not wait until the rank reads it.
	tell(rank int, b byte) error
	// heard returns the next byte from a rank; ok is false if none has arrived.
	heard(rank int) (b byte, ok bool, err error)
	// exchange sends part i of out to rank i and receives in[i*n:(i+1)*n] from
	// rank i, where n is the length of this rank's own part (all-to-all).
	exchange(in, out []byte, bounds []int, patience time.Duration) error
	// share fills in every rank's part of all from that rank (all-gather).
	share(all []byte, bounds []int, patience time.Duration) error
	// pass copies rank 0's data to all.
	pass(data []byte, patience time.Duration) error
	// end finalizes MPI; abort kills all processes of the group.
	end() error
	abort()
}

// errLate is a transport's error after its patience.
var errLate = errors.New("the exchange did not end")

// ErrElsewhere is the error that every rank but 0 returns for a failure that rank 0
// reports.
var ErrElsewhere = errors.New("rank 0 reports the error")

// Open connects the process with the others that its launcher started. It
// returns nil for a single process, and an error for several that do not find each
// other, because each would do the whole work.
func Open(o Options) (*Group, error) {
	l := readLaunch(o.Environ)
	library := Library()
	if l.size <= 1 && (!l.managed || library == "") {
		return nil, nil
	}
	if err := l.refuse(library); err != nil {
		return nil, err
	}
	t, err := connect()
	if err != nil {
		return nil, l.failed(err)
	}
	rank, size := t.place()
	if size < l.size {
		return nil, l.apart(library, size)
	}
	if size == 1 {
		return nil, t.end()
	}
	g := newGroup(t, o.Patience)
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	if g.hosts, err = g.Gather(host); err != nil {
		return nil, fmt.Errorf("rank %d on %s: %w", rank, host, err)
	}
	return g, nil
}

func newGroup(t transport, patience time.Duration) *Group {
	g := &Group{transport: t, patience: patience}
	g.rank, g.size = t.place()
	g.hosts = make([]string, g.size)
	if patience == 0 {
		g.patience = DefaultPatience
	}
	return g
}

// SetPatience sets how long this rank waits for the others in one call.
func (g *Group) SetPatience(d time.Duration) {
	if g != nil {
		g.patience = d
	}
}

// Rank returns the process's number, from 0.
func (g *Group) Rank() int {
	if g == nil {
		return 0
	}
	return g.rank
}

// Size returns the number of processes.
func (g *Group) Size() int {
	if g == nil {
		return 1
	}
	return g.size
}

// Name returns a rank's name for messages: "rank 1 on HOST".
func (g *Group) Name(rank int) string {
	if g == nil {
		return "rank 0"
	}
	return fmt.Sprintf("rank %d on %s", rank, g.hosts[rank])
}

// Close waits for the other ranks and leaves the group. Afterwards the end of
// one process no longer ends the others.
func (g *Group) Close() error {
	if g == nil {
		return nil
	}
	if _, err := g.Any(false); err != nil {
		return err
	}
	return g.end()
}

// Abort ends the processes of all ranks at once, its own included, after an
// error that the other ranks do not know of.
func (g *Group) Abort() {
	if g != nil {
		g.abort()
	}
}
