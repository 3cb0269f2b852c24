package corpus

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"runtime/debug"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"llmjp.internal/modernbert/pkg/durable"
	"llmjp.internal/modernbert/pkg/input"
)

// A shard file is, little-endian: a header of 32 bytes (magic, version,
// documents, tokens), documents+1 uint64 offsets into the tokens, documents
// uint32 checksums (CRC-32C of a document's tokens), 4 bytes of zeros where
// that leaves the tokens unaligned, then the tokens as uint32.
const (
	shardMagic   = "MBTOKENS"
	shardVersion = 1
	shardHeader  = 32
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// documents collects token sequences for a shard.
type documents struct {
	tokens  []uint32
	offsets []uint64 // of the documents' ends
}

func (d *documents) add(ids []int32) {
	for _, id := range ids {
		d.tokens = append(d.tokens, uint32(id))
	}
	d.offsets = append(d.offsets, uint64(len(d.tokens)))
}

func (d *documents) len() int { return len(d.offsets) }

func (d *documents) reset() { d.tokens, d.offsets = d.tokens[:0], d.offsets[:0] }

// write makes a shard file, whole or not at all.
func (d *documents) write(path string) error {
	return durable.File(path, func(w io.Writer) error {
		header := make([]byte, shardHeader, shardHeader+12*len(d.offsets)+16)
		copy(header, shardMagic)
		binary.LittleEndian.PutUint64(header[8:], shardVersion)
		binary.LittleEndian.PutUint64(header[16:], uint64(len(d.offsets)))
		binary.LittleEndian.PutUint64(header[24:], uint64(len(d.tokens)))
		header = binary.LittleEndian.AppendUint64(header, 0)
		for _, end := range d.offsets {
			header = binary.LittleEndian.AppendUint64(header, end)
		}
		start := uint64(0)
		for _, end := range d.offsets {
			header = binary.LittleEndian.AppendUint32(header, crc32.Checksum(asBytes(d.tokens[start:end]), castagnoli))
			start = end
		}
		header = append(header, make([]byte, -len(header)&7)...)
		if _, err := w.Write(header); err != nil {
			return err
		}
		_, err := w.Write(asBytes(d.tokens))
		return err
	})
}

// asBytes returns the memory of the tokens without a copy. Shards are
// little-endian, as are all machines that the backends run on.
func asBytes(tokens []uint32) []byte {
	if len(tokens) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&tokens[0])), 4*len(tokens))
}

// shard is a mapped shard file.
type shard struct {
	path      string
	mapped    []byte
	offsets   []uint64 // documents+1
	checksums []uint32
	tokens    []uint32
}

// openShard maps a shard and checks its header and sizes.
func openShard(path string) (*shard, error) {
	f, size, err := input.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	damaged := func(what string) error { return &DamagedShard{path, what} }
	if size < shardHeader+8 {
		return nil, damaged("it is too short")
	}
	mapped, err := unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	n, tokens := binary.LittleEndian.Uint64(mapped[16:]), binary.LittleEndian.Uint64(mapped[24:])
	limit := uint64(size)
	start := shardHeader + 8*(n+1) + 4*n
	start += -start & 7
	if string(mapped[:8]) != shardMagic || binary.LittleEndian.Uint64(mapped[8:]) != shardVersion ||
		n > limit/12 || tokens > limit/4 || start+4*tokens != limit {
		unix.Munmap(mapped)
		return nil, damaged("its header does not fit its size")
	}
	s := &shard{path: path, mapped: mapped}
	s.offsets = unsafe.Slice((*uint64)(unsafe.Pointer(&mapped[shardHeader])), n+1)
	if n > 0 {
		s.checksums = unsafe.Slice((*uint32)(unsafe.Pointer(&mapped[shardHeader+8*(n+1)])), n)
	}
	if tokens > 0 {
		s.tokens = unsafe.Slice((*uint32)(unsafe.Pointer(&mapped[start])), tokens)
	}
	return s, nil
}

func (s *shard) len() int { return len(s.checksums) }

// document returns a copy of one document's tokens. Reading a mapped shard that
// was truncated, or that its server lost, is a memory fault; it becomes an error.
func (s *shard) document(i int) (_ []uint32, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if _, fault := r.(interface{ Addr() uintptr }); fault {
			err = &DamagedShard{s.path, "it was truncated while it was read"}
		} else if r != nil {
			panic(r)
		}
	}()
	start, end := s.offsets[i], s.offsets[i+1]
	if start > end || end > uint64(len(s.tokens)) {
		return nil, &DamagedShard{s.path, fmt.Sprintf("the offsets of document %d are wrong", i)}
	}
	tokens := slices.Clone(s.tokens[start:end])
	if crc32.Checksum(asBytes(tokens), castagnoli) != s.checksums[i] {
		return nil, &DamagedShard{s.path, fmt.Sprintf("the checksum of document %d is wrong", i)}
	}
	return tokens, nil
}

// verify checks every document.
func (s *shard) verify() error {
	for i := range s.len() {
		if _, err := s.document(i); err != nil {
			return err
		}
	}
	return nil
}

func (s *shard) close() error { return unix.Munmap(s.mapped) }

// DamagedShard is a shard whose bytes are not those that were written.
type DamagedShard struct{ Path, What string }

func (d *DamagedShard) Error() string {
	return fmt.Sprintf("%s is damaged: %s; delete it and run again, its documents are then tokenized anew", d.Path, d.What)
}
