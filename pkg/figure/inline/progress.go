package inline

import (
	"fmt"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// progressEvery is how often a cell says how far its work is.
const progressEvery = time.Second

// Progress shows how far a cell's long work is, in one line that is empty when
// it is done: what is saved of a notebook does not depend on how long it took.
func Progress(what string) func(done, total int) {
	var id string
	var spoke time.Time
	return func(done, total int) {
		if !gonbui.IsNotebook || done < total && time.Since(spoke) < progressEvery {
			return
		}
		if id == "" {
			id = gonbui.UniqueID()
		}
		spoke = time.Now()
		line := ""
		if done < total {
			line = fmt.Sprintf("%s: %d of %d", what, done, total)
		}
		gonbui.UpdateHTML(id, line)
		gonbui.Sync()
	}
}
