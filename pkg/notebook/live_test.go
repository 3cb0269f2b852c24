package notebook

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What takes less than three seconds is not spoken of. What takes longer is counted in
// seconds in one place, which is empty afterwards.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said []string
		places := map[string]bool{}
		update = func(id string, content func() string) { said, places[id] = append(said, content()), true }
		defer func() { update = fill }()
		done := Waiting("compiling")
		time.Sleep(2900 * time.Millisecond)
		done()
		if len(said) > 0 {
			t.Errorf("after less than three seconds it said %q", said)
		}
		done = Waiting("compiling")
		time.Sleep(5500 * time.Millisecond)
		done()
		if diff := cmp.Diff([]string{"compiling … 3 s", "compiling … 4 s", "compiling … 5 s", ""}, said); diff != "" || len(places) != 1 {
			t.Errorf("%s in %d places", diff, len(places))
		}
	})
}
