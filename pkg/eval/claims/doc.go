// Package claims holds the paper's qualitative statements (sections 3.2 to
// 3.7) against the results of several training runs.
//
// A statement becomes one number a run, its effect, such as the fall of the
// loss between two checkpoints. A claim agrees where the 95 % confidence
// interval of the mean effect over the runs lies on the claimed side of a
// threshold, disagrees where it lies on the other side, and cannot be told
// otherwise, with fewer than two runs included. A sign alone decides nothing.
//
// Runs may have different lengths: checkpoints are found by their share of the
// stage's steps, as the paper's 4k, 15k, 50k and 100k of 500k are 0.8, 3, 10
// and 20 %.
package claims
