// Package encoder runs a loaded model on texts: hidden states, embeddings,
// scores at chosen positions, losses, classes.
//
// An [Encoder] holds the weights on the device and the graphs compiled so far.
// It groups its inputs by length: sorted, padded to a short ladder of lengths,
// as many rows a batch as tokens allow. Results are given in the order of the
// inputs or say which input they belong to, and equal those of running each
// input alone up to the rounding of float32 sums.
package encoder
