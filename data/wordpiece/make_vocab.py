#!/usr/bin/env python3
"""Makes vocab.txt: a WordPiece vocabulary of the size and form of bert-base-japanese-v3's.

Texts are normalised (NFKC), split into words by MeCab with unidic-lite, and WordPiece is
trained on the words: 5 special tokens, the characters, then pieces. Documents of the split
"valid" are passed over. Made with tokenizers 0.23.3, fugashi 1.5.2, unidic-lite 1.0.8:

    python make_vocab.py FILE.jsonl.gz …    # writes vocab.txt here
"""
import argparse
import collections
import gzip
import json
import os
import unicodedata

import fugashi
import unidic_lite
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def texts(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as f:
        for line in f:
            document = json.loads(line)
            if document.get("split", "train") == "train":
                yield from document.get("paragraphs") or document["text"].split("\n")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("texts", nargs="+")
    p.add_argument("--size", type=int, default=32768)
    p.add_argument("--characters", type=int, default=6129)
    a = p.parse_args()

    tagger = fugashi.GenericTagger(f'-d "{unidic_lite.DICDIR}" -r "{unidic_lite.DICDIR}/mecabrc"')
    words = collections.Counter()
    for path in a.texts:
        for text in texts(path):
            words.update(w.surface for w in tagger(unicodedata.normalize("NFKC", text)))

    tok = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    tok.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=a.size, limit_alphabet=a.characters, special_tokens=SPECIAL, show_progress=False)
    # Sorted, each as often as it occurs: the order decides ties.
    lines = (" ".join([w] * n) for w, n in sorted(words.items()))
    tok.train_from_iterator(lines, trainer)

    vocab = sorted(tok.get_vocab().items(), key=lambda item: item[1])
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "vocab.txt"), "w", encoding="utf-8") as f:
        f.writelines(piece + "\n" for piece, _ in vocab)
    print(f"{len(words):,} words, {sum(words.values()):,} in all, {len(vocab):,} pieces")


if __name__ == "__main__":
    main()
