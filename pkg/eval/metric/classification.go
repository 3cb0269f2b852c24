package metric

import "math"

// Accuracy returns the share of predictions that equal the label; NaN for none.
// The lengths must be equal.
func Accuracy(labels, predictions []int) float64 {
	if len(labels) != len(predictions) {
		panic("Accuracy: labels and predictions differ in length")
	}
	right := 0
	for i, label := range labels {
		if predictions[i] == label {
			right++
		}
	}
	return float64(right) / float64(len(labels))
}

// Matthews returns the correlation coefficient of Matthews for any number of
// classes (Gorodkin's R_K), in [-1, 1]; 0 where labels or predictions are all
// of one class (as scikit-learn).
func Matthews(labels, predictions []int) float64 {
	if len(labels) != len(predictions) {
		panic("Matthews: labels and predictions differ in length")
	}
	n, right := float64(len(labels)), 0.0
	truth, guess := map[int]float64{}, map[int]float64{}
	for i, label := range labels {
		truth[label]++
		guess[predictions[i]]++
		if label == predictions[i] {
			right++
		}
	}
	both, truths, guesses := 0.0, 0.0, 0.0
	for class, t := range truth {
		both += t * guess[class]
		truths += t * t
	}
	for _, g := range guess {
		guesses += g * g
	}
	scale := (n*n - truths) * (n*n - guesses)
	if scale == 0 {
		return 0
	}
	return (right*n - both) / math.Sqrt(scale)
}
