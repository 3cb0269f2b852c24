package ranks

import (
	"fmt"
	"time"
)

// A memory is the transport of a group of goroutines.
type memory struct {
	me    int
	links [][]chan []byte // from, to
	told  [][]chan byte
}

// together returns the groups of so many goroutines.
func together(size int, patience time.Duration) []*Group {
	if size == 1 {
		return []*Group{nil}
	}
	links, told := make([][]chan []byte, size), make([][]chan byte, size)
	for i := range size {
		for range size {
			links[i] = append(links[i], make(chan []byte, 1))
			told[i] = append(told[i], make(chan byte, 1))
		}
	}
	groups := make([]*Group, size)
	for rank := range groups {
		groups[rank] = newGroup(memory{rank, links, told}, patience)
		for i := range size {
			groups[rank].hosts[i] = fmt.Sprintf("host%d", i)
		}
	}
	return groups
}

func (m memory) place() (rank, size int) { return m.me, len(m.links) }

func (m memory) tell(rank int, b byte) error { m.told[m.me][rank] <- b; return nil }

func (m memory) heard(rank int) (byte, bool, error) {
	select {
	case b := <-m.told[rank][m.me]:
		return b, true, nil
	default:
		return 0, false, nil
	}
}

func (m memory) send(rank int, data []byte) { m.links[m.me][rank] <- append([]byte{}, data...) }

func (m memory) exchange(in, out []byte, bounds []int, _ time.Duration) error {
	for rank := range m.links {
		m.send(rank, out[bounds[rank]:bounds[rank+1]])
	}
	n := bounds[m.me+1] - bounds[m.me]
	for rank := range m.links {
		copy(in[rank*n:(rank+1)*n], <-m.links[rank][m.me])
	}
	return nil
}

func (m memory) share(all []byte, bounds []int, _ time.Duration) error {
	for rank := range m.links {
		m.send(rank, all[bounds[m.me]:bounds[m.me+1]])
	}
	for rank := range m.links {
		copy(all[bounds[rank]:bounds[rank+1]], <-m.links[rank][m.me])
	}
	return nil
}

func (m memory) pass(data []byte, _ time.Duration) error {
	if m.me == 0 {
		for rank := range m.links[1:] {
			m.send(rank+1, data)
		}
		return nil
	}
	copy(data, <-m.links[0][m.me])
	return nil
}

func (m memory) end() error { return nil }
func (m memory) abort()     {}
