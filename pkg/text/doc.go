// Package text turns texts into token ids: tokenizer.json files through
// daulet/tokenizers, and MeCab with WordPiece for the BERT baselines.
//
// [Open] reads a directory as transformers' AutoTokenizer does and gives a
// [Tokenizer] that agrees with it id for id: single texts and pairs, with the
// template's special tokens or without, truncated or not.
package text
