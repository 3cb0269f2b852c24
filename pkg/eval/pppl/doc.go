// Package pppl measures the pseudo-perplexity of documents (section 3.5,
// Figure 2 and Appendix A of the paper; the authors' pseudo_perplexity.py).
//
// At each of 100 positions of a document, drawn with replacement and never the
// first or last token, a copy of it has its token replaced by the mask; the
// loss is -log of the softmax of the model's scores at the original token, in
// nats. The pseudo-perplexity is the exponential of the mean loss. A position
// that is drawn twice is computed once.
//
// Everything drawn is a function of the seed and the document's place in the
// input, so that work can be interrupted and gone on with: finished documents
// are kept in a journal.
package pppl
