package durable

import (
	"encoding/json"
	"testing"
)

// Every single byte that changes is noticed, and what is whole is read back
// and plain JSON.
func TestSeal(t *testing.T) {
	type state struct {
		Step int
		LR   float64
		Note string
	}
	want := state{12, 0.01, `,
  "checksum": "`}
	data, err := sealed(want)
	if err != nil {
		t.Fatal(err)
	}
	var got state
	if err := Unseal(data, &got); err != nil || got != want {
		t.Fatalf("%+v, %v", got, err)
	}
	if !json.Valid(data) {
		t.Errorf("not JSON: %s", data)
	}
	for i := range data {
		for _, bit := range []byte{1, 0x10, 0x20} {
			data[i] ^= bit
			if Unseal(data, &got) == nil {
				t.Errorf("byte %d, bit %#x: not noticed", i, bit)
			}
			data[i] ^= bit
		}
	}
	if Unseal(data[:len(data)-1], &got) == nil || Unseal([]byte(`{"Step":1}`), &got) == nil {
		t.Error("cut or not sealed, and not noticed")
	}
	for _, value := range []any{3, []int{1}, struct{}{}} {
		if _, err := sealed(value); err == nil {
			t.Errorf("%v was sealed", value)
		}
	}
}
