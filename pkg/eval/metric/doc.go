// Package metric computes the paper's measures from plain numbers and texts:
// ranks and retrieval scores, edit and Jaccard similarity, alignment and
// uniformity of embeddings, correlations and classification scores. It knows
// nothing of models. Every function is checked against scipy, scikit-learn,
// rapidfuzz and torch (testdata/golden.py).
package metric
