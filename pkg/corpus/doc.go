// Package corpus reads texts from files and keeps token corpora.
//
// Reading: JSON lines (plain, gzip, zstd), parquet and text files by line, by
// glob. Every error names FILE:LINE.
//
// A token corpus is built once from such files: tokenized in parallel into
// memory-mapped shards of uint32 tokens (the vocabulary passes 65,536), with an
// index. A document is one line of the input; nothing is packed (paper section
// 2.3, "line by line"). Whole documents are stored and cut when they are drawn,
// so that one corpus serves both stages: at the maximum length, or, where text
// beyond it must not be lost, into [Windows] that end with sentences.
//
// Batch k of a run is a pure function of (corpus, seed, k): an epoch's order is
// a keyed permutation of the documents, computed and not stored. A resumed run
// needs no position to be saved and no data to be read again.
package corpus
