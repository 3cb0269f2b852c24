package figure

import "fmt"

// NothingToDraw says that a result is in order but has not what a figure
// shows, such as a sweep without checkpoints for a figure over steps.
type NothingToDraw struct{ Name, Reason string }

func (e NothingToDraw) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Reason) }
