package figure

import "fmt"

// NothingToDraw is the error for a valid result that lacks the data of a
// figure, such as a sweep without checkpoints for a figure over steps.
type NothingToDraw struct{ Name, Reason string }

func (e NothingToDraw) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Reason) }
