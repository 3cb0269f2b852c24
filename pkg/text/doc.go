// Package text turns texts into token ids: tokenizer.json files through
// daulet/tokenizers, and MeCab with WordPiece for the BERT baselines.
//
// [Open] reads a directory as transformers' AutoTokenizer does and returns a
// [Tokenizer] that agrees with it id for id: single texts and pairs, with the
// template's special tokens or without, truncated or not.
//
// # Which file decides
//
// The table was made by experiment with transformers 5.23.0 and tokenizers
// 0.23.3. Each entry is a row, or several, of testdata/variants.py, which the
// test TestVariants compares.
//
//	class       model_type modernbert: tokenizer.json stands, whatever tokenizer_class says.
//	            Otherwise tokenizer_class of tokenizer_config.json, then of config.json.
//	            Missing: BertTokenizer for model_type bert; tokenizer.json stands
//	            where config.json has no model_type or is missing.
//	            "Fast" at the end of a name means nothing. DistilBertTokenizer,
//	            ElectraTokenizer and MobileBertTokenizer are BertTokenizer.
//	bert        BertTokenizer takes the pieces of tokenizer.json, of whatever model, else of
//	            vocab.txt, and nothing else of either: do_lower_case (true where absent),
//	            strip_accents (as do_lower_case where absent or null) and
//	            tokenize_chinese_chars (true where absent) come from tokenizer_config.json;
//	            pre-tokenizer and template are BERT's. Roles that are absent have BERT's
//	            tokens. Where cls_token or sep_token is null, the template has ids 2 and 3.
//	            With any other class these flags mean nothing.
//	flags       lstrip, rstrip, single_word, normalized and special of an added token:
//	            added_tokens_decoder of tokenizer_config.json sets them, in both directions
//	            (absent flags are false, normalized is the contrary of special). Without a
//	            decoder, tokenizer.json decides before added_tokens.json. A role's own flags,
//	            in tokenizer_config.json or special_tokens_map.json, count only where
//	            the token is in none of these.
//	roles       special_tokens_map.json replaces fields of tokenizer_config.json; it and
//	            added_tokens.json count only where added_tokens_decoder is absent.
//	            extra_special_tokens counts before additional_special_tokens, where it is not
//	            empty; the lists of both files are joined. Further strings in fields that end
//	            in _token, and extra_special_tokens as an object, name special tokens, too.
//	ids         Of an added token: the model's id for it, else the next free one, in the order
//	            of tokenizer.json, then of the ids in the decoder, then of the roles.
//	            The numbers in the files set the order and are not the ids: gaps close.
//	            New ids count the pieces, so that a piece's id that stands twice leaves a hole.
//	split       split_special_tokens: special tokens in a text are text; added tokens that
//	            are not special are still found.
//	sides       truncation_side of tokenizer_config.json, else tokenizer.json's truncation.
//	            pad_token likewise, else tokenizer.json's padding. Nothing else of these two
//	            blocks counts, nor does model_max_length: lengths are arguments here.
//	japanese    BertJapaneseTokenizer reads vocab.txt; an added token keeps the id that
//	            the files name, special tokens that are nowhere follow the last piece.
//	            split_special_tokens leaves no added token. Of tokenizer.json only
//	            the added tokens count, where there is no decoder.
//
// Refused by name, where transformers builds something else or fails: any other
// tokenizer_class, unless the model is ModernBERT; word_tokenizer_type
// without a tokenizer_class; a missing tokenizer_class beside another
// model_type; MeCab dictionaries other than unidic_lite; a post-processor with
// two templates; a vocabulary with such gaps that the library cannot number
// an added token as transformers does; two added tokens that are one once they
// are normalized. Read here and not by transformers: special
// tokens as objects without "__type", and BertJapaneseTokenizer beside
// model_type modernbert, where there is no tokenizer.json. [Special.All] holds
// transformers' all_special_ids and the added tokens that are flagged special.
//
// A value on which the Rust library would panic is refused with its file and
// field. scripts/setup builds the library so that any other panic is an error,
// too (scripts/lock/tokenizers.caught.rs).
//
// # Measured
//
// testdata/share.py drew 10,000 sentences from data/corpus, against fugashi
// 1.5.2 and unidic-lite 1.0.8 as well: MeCab with WordPiece gave the same ids for
// 10,000 of them (321,149 tokens), tokenizer.json for 10,000 (283,217 tokens).
//
// TestVariantsLive draws files at random and compares ids, tokens, special ids
// and truncation of 24 texts and pairs each. Of 600 variants (seed 101) 493 were
// equal, 60 were refused by both, 13 were refused here by name (gaps in a
// vocabulary, two added tokens with one form), 34 were read here alone (see
// above); none differed; of 600 more (seed 202) 508, 48, 13 and 31.
//
// Executions of the fuzz targets in 12 to 40 seconds each on two cores: FuzzFiles
// 123,430, FuzzConfig 58,403, FuzzWordPiece 44,305, FuzzSentencePiece 109,130. One
// found a piece that was not UTF-8, which is refused now.
package text
