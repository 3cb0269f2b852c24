package programs

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"llmjp.internal/modernbert/pkg/durable"
)

// limit bounds a store's size in bytes. A forward program takes 0.3 MB for 6
// layers; a training step takes several.
const limit = 512 << 20

// worth is the time that a program must have taken to compile to be kept: what
// compiles in less is about as fast to compile as to load.
const worth = 50 * time.Millisecond

// A Store is a folder of compiled programs, one file each. Many processes may use
// it at once.
type Store struct {
	dir     string
	limit   int64
	worth   time.Duration
	machine string // what decides the machine code beside the program and its options
}

// A key is a digest of everything that decides a program's machine code.
type key [sha256.Size]byte

// Open opens a folder, which it makes, for the programs that a plugin compiles on
// this machine.
func Open(dir, plugin string) (*Store, error) {
	machine, err := describe(plugin)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{dir, limit, worth, machine}, nil
}

// key returns the key of a program: its parts are options, format and code.
func (s *Store) key(parts ...[]byte) key {
	digest := sha256.New()
	for _, part := range append([][]byte{[]byte(s.machine)}, parts...) {
		_ = binary.Write(digest, binary.LittleEndian, int64(len(part))) // a digest takes all
		digest.Write(part)
	}
	return key(digest.Sum(nil))
}

func (s *Store) path(k key) string { return filepath.Join(s.dir, fmt.Sprintf("%x.xla", k)) }

// read returns a program's bytes if they are there as they were written.
func (s *Store) read(k key) ([]byte, bool) {
	file := s.path(k)
	data, err := os.ReadFile(file)
	if err != nil || len(data) <= sha256.Size {
		return nil, false
	}
	sum, program := data[:sha256.Size], data[sha256.Size:]
	if !bytes.Equal(sum, checksum(k, program)) {
		return nil, false
	}
	now := time.Now()
	_ = os.Chtimes(file, now, now) // for trim; a folder that is only read needs none
	return program, true
}

// write keeps a program's bytes.
func (s *Store) write(k key, program []byte) error {
	if err := durable.Bytes(s.path(k), append(checksum(k, program), program...)); err != nil {
		return err
	}
	return s.trim()
}

// checksum returns the digest that a file begins with.
func checksum(k key, program []byte) []byte {
	digest := sha256.New()
	digest.Write(k[:])
	digest.Write(program)
	return digest.Sum(nil)
}

// trim removes the files that were used longest ago, until the others fit into the
// limit: programs, and what a crash left.
func (s *Store) trim() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	var files []os.FileInfo
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() { // another process may have removed it
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	var total int64
	for _, file := range files {
		if total += file.Size(); total > s.limit {
			_ = os.Remove(filepath.Join(s.dir, file.Name()))
		}
	}
	return nil
}
