package ranks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Any waits for all ranks and returns whether any of them passed true.
func (g *Group) Any(flag bool) (bool, error) {
	if g == nil {
		return flag, nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	var own byte
	if flag {
		own = 1
	}
	if g.rank > 0 {
		if err := g.tell(0, own); err != nil {
			return false, err
		}
		all, err := g.hear(0)
		return all > 0, err
	}
	for rank := 1; rank < g.size; rank++ {
		b, err := g.hear(rank)
		if err != nil {
			return false, err
		}
		own |= b
	}
	for rank := 1; rank < g.size; rank++ {
		if err := g.tell(rank, own); err != nil {
			return false, err
		}
	}
	return own > 0, nil
}

// The limits of the sleep between two polls for a rank's byte.
const (
	shortest = 20 * time.Microsecond
	longest  = time.Millisecond
)

// hear waits for a rank's byte. The patience grows by a second for each rank,
// so that rank 0, which knows who is missing, reports first.
func (g *Group) hear(rank int) (byte, error) {
	began, pause := time.Now(), shortest
	for {
		b, ok, err := g.heard(rank)
		if ok || err != nil {
			return b, err
		}
		if time.Since(began) > g.patience+time.Duration(g.rank)*time.Second {
			return 0, fmt.Errorf("%s has not answered for %s: all ranks are ended; the same command goes on from the last checkpoint", g.Name(rank), g.patience)
		}
		time.Sleep(pause)
		pause = min(2*pause, longest)
	}
}

// Broadcast copies rank 0's data to all. All pass equally many bytes.
func (g *Group) Broadcast(data []byte) error {
	if g == nil {
		return nil
	}
	if _, err := g.Any(false); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(data) > 0 {
		n := min(1<<28, len(data))
		if err := g.pass(data[:n], g.patience); err != nil {
			return fmt.Errorf("broadcast to %d ranks: %w", g.size, err)
		}
		data = data[n:]
	}
	return nil
}

// BroadcastFloats copies rank 0's float32 values to all ranks. All pass
// equally many.
func (g *Group) BroadcastFloats(x []float32) error { return g.Broadcast(bytesOf(x)) }

// Gather returns every rank's text, by rank.
func (g *Group) Gather(text string) ([]string, error) {
	if g == nil {
		return []string{text}, nil
	}
	if _, err := g.Any(false); err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	lengths := make([]byte, 8*g.size)
	binary.LittleEndian.PutUint64(lengths[8*g.rank:], uint64(len(text)))
	if err := g.share(lengths, g.parts(g.size, 8), g.patience); err != nil {
		return nil, err
	}
	bounds := make([]int, g.size+1)
	for i := range g.size {
		bounds[i+1] = bounds[i] + int(binary.LittleEndian.Uint64(lengths[8*i:]))
	}
	all := make([]byte, bounds[g.size])
	copy(all[bounds[g.rank]:], text)
	if err := g.share(all, bounds, g.patience); err != nil {
		return nil, err
	}
	texts := make([]string, g.size)
	for i := range texts {
		texts[i] = string(all[bounds[i]:bounds[i+1]])
	}
	return texts, nil
}

// Agree turns one rank's error into an error on every rank: rank 0 returns it
// with the name of the failing rank and its host, the others return
// [ErrElsewhere]. It returns nil if no rank has an error.
func (g *Group) Agree(err error) error {
	if g == nil {
		return err
	}
	text := ""
	if err != nil {
		text = err.Error()
	}
	texts, lost := g.Gather(text)
	if lost != nil {
		return errors.Join(err, lost)
	}
	for rank, text := range texts {
		switch {
		case text == "":
			continue
		case g.rank > 0:
			return ErrElsewhere
		case rank == 0:
			return err
		}
		return fmt.Errorf("%s: %s", g.Name(rank), text)
	}
	return nil
}

// Same returns an error on all ranks, as Agree does, if their values differ.
// what names the value in the message: "the settings".
func (g *Group) Same(what, value string) error {
	values, err := g.Gather(value)
	if err != nil {
		return err
	}
	for rank, other := range values {
		if other != values[0] {
			if g.rank > 0 {
				return ErrElsewhere
			}
			return fmt.Errorf("%s and %s differ in %s: %s and %s", g.Name(0), g.Name(rank), what, values[0], other)
		}
	}
	return nil
}
