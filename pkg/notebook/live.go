package notebook

import (
	"encoding/base64"
	"fmt"
	"html"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"llmjp.internal/modernbert/pkg/figure"
)

// A Live is one place in a cell's output that shows one figure or line of text
// after another while the cell runs.
type Live struct{ id string }

// NewLive makes a place that is empty until something is shown there.
func NewLive() *Live { return &Live{gonbui.UniqueID()} }

// Show replaces the place's content by a figure.
func (l *Live) Show(f *figure.Figure, err error) {
	check(err)
	s := size(f)
	l.update(func() string {
		return fmt.Sprintf(`<img width="%d" height="%d" alt="%s" src="data:image/png;base64,%s">`,
			s["width"], s["height"], html.EscapeString(f.Alt), base64.StdEncoding.EncodeToString(Must(f.PNG(2))))
	})
}

// Say replaces the place's content by a line of text, such as how far the work
// has come.
func (l *Live) Say(line string) { l.update(func() string { return html.EscapeString(line) }) }

func (l *Live) update(content func() string) { update(l.id, content) }

// update is fill, but for tests.
var update = fill

// fill replaces the content of the place with an id.
func fill(id string, content func() string) {
	if gonbui.IsNotebook {
		gonbui.UpdateHTML(id, content())
		gonbui.Sync()
	}
}

// patience is how long a cell may show nothing new.
const patience = 3 * time.Second

// Waiting shows what a cell waits for and for how many seconds, from the third second
// until done is called.
func Waiting(what string) (done func()) {
	began, stop, stopped := time.Now(), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		var live *Live
		for wait := patience; ; wait = time.Second {
			select {
			case <-time.After(wait):
				if live == nil {
					live = NewLive()
				}
				live.Say(fmt.Sprintf("%s … %.0f s", what, time.Since(began).Seconds()))
			case <-stop:
				if live != nil {
					live.Say("")
				}
				return
			}
		}
	}()
	return func() { close(stop); <-stopped }
}

// progressEvery is the time between two lines of Progress.
const progressEvery = time.Second

// Progress returns a function that shows how far a cell's long work has come,
// in one line. The line is empty when the work is done, so that a saved
// notebook does not depend on how long it took.
func Progress(what string) func(done, total int) {
	var live *Live
	var spoke time.Time
	return func(done, total int) {
		if done < total && time.Since(spoke) < progressEvery {
			return
		}
		if live == nil {
			live = NewLive()
		}
		spoke = time.Now()
		line := ""
		if done < total {
			line = fmt.Sprintf("%s: %d of %d", what, done, total)
		}
		live.Say(line)
	}
}
