package result

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// FileData names files as one input of an experiment: its digest is that of
// their bytes, one file after the other.
func FileData(name string, paths ...string) (Data, error) {
	h := sha256.New()
	for _, path := range paths {
		if err := hashFile(h, path); err != nil {
			return Data{}, err
		}
	}
	return Data{Name: name, Digest: hex.EncodeToString(h.Sum(nil))}, nil
}

func hashFile(h io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(h, f)
	return err
}
