package durable

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// seal begins the last field of a sealed JSON object: the SHA-256 of all bytes
// before it.
const seal = ",\n  \"checksum\": \""

// Seal writes a value's JSON to a file, with a last field "checksum", so that a
// byte that changes later is noticed wherever it stands, even if the rest is
// valid JSON. The value must be an object with at least one field.
func Seal(path string, value any) error {
	data, err := sealed(value)
	if err != nil {
		return err
	}
	return Bytes(path, data)
}

func sealed(value any) ([]byte, error) {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return nil, err
	}
	body, ok := bytes.CutSuffix(data, []byte("\n}"))
	if !ok {
		return nil, errors.New("only a JSON object with fields can be sealed")
	}
	return append(append(body, seal...), digest(body)+"\"\n}\n"...), nil
}

// ErrDamaged is the error for bytes that are not those that were written.
var ErrDamaged = errors.New("damaged")

// Unseal decodes what Seal wrote. Bytes that changed since are ErrDamaged.
func Unseal(data []byte, to any) error {
	at := bytes.LastIndex(data, []byte(seal))
	if at < 0 || string(data[at+len(seal):]) != digest(data[:at])+"\"\n}\n" {
		return fmt.Errorf("%w: its checksum is wrong", ErrDamaged)
	}
	return json.Unmarshal(data, to)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
