// Package metric computes the paper's measures from plain numbers and texts:
// ranks and retrieval scores, edit and Jaccard similarity, alignment,
// uniformity, isotropy and separation of embeddings, correlations and
// classification scores, with the uncertainty of some. It knows nothing of
// models. The measures are checked against scipy, scikit-learn, rapidfuzz,
// torch and numpy (testdata/golden.py, testdata/isotropy.py).
//
// # Why not a library
//
// Levenshtein: Table 4 needs 1,746 × 1,746 distances of some 200 code points.
// agnivade/levenshtein 1.2, lithammer/fuzzysearch 1.1 and hbollon/go-edlib 1.7
// take four times as long on one processor (3,600 distances: 0.46 to 0.50 s
// against 0.115 s); ka-weihe/fast-levenshtein, bit-parallel as ours, panics on
// code points above U+FFFF, such as 𩸽. Therefore myers.go.
package metric
