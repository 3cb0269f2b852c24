// Package fillmask asks masked language models for the token at each mask of a
// text (Table 3 of the paper; the authors' fill_mask_test.py).
//
// A mask is one token, and so is its answer: the whole vocabulary is ranked,
// special tokens and pieces of words too, and an answer that a vocabulary
// writes in several tokens cannot be given. [Tokens] says in how many.
package fillmask
