// Package text turns texts into token ids: tokenizer.json files through
// daulet/tokenizers, and MeCab with WordPiece for the BERT baselines.
//
// [Open] reads a directory as transformers' AutoTokenizer does and gives a
// [Tokenizer] that agrees with it id for id: single texts and pairs, with the
// template's special tokens or without, truncated or not.
//
// Measured with testdata/share.py on 10,000 sentences drawn from data/corpus,
// against transformers 5.23.0 with tokenizers 0.23.3, fugashi 1.5.2 and
// unidic-lite 1.0.8: MeCab with WordPiece gives the same ids for 10,000 of
// them (321,149 tokens), tokenizer.json for 10,000 (283,217 tokens). There is
// no class of difference left to explain.
package text
