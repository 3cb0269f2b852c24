package backend

import "testing"

func TestCheck(t *testing.T) {
	for _, name := range []string{Default, Name()} {
		b, err := OpenNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := Check(b); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
