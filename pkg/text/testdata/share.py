#!/usr/bin/env python3
"""Counts the sentences of real text whose ids are transformers'.

    .local/peer/bin/python pkg/text/testdata/share.py [SENTENCES]

Draws sentences (10,000) from data/corpus, encodes them with scripts/modernbert
tokenize and with transformers, by both tokenizers in data/, and prints how many
sequences are identical, with the first that are not.
"""
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile

from make_golden import DATA, japanese, unigram

ROOT = os.path.join(DATA, "..")


def sentences(n):
    found = []
    for part in ("train", "valid"):
        with gzip.open(os.path.join(DATA, "corpus", f"{part}.jsonl.gz"), "rt", encoding="utf-8") as f:
            for line in f:
                for paragraph in json.loads(line)["text"].split("\n"):
                    found += [s + "。" for s in paragraph.split("。") if len(s) > 3]
    return random.Random(42).sample(found, n)


def ours(folder, path):
    command = ["scripts/modernbert", "tokenize", "--model", os.path.join("data", folder), "--input", path]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    texts = sentences(n)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sentences.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(json.dumps({"text": t}, ensure_ascii=False) + "\n" for t in texts)
        for name, peer in (("wordpiece", japanese()), ("tokenizer", unigram())):
            lines = ours(name, path)
            assert len(lines) == n, len(lines)
            tokens = same = shown = 0
            for text, line in zip(texts, lines):
                want = peer(text)["input_ids"]
                tokens += len(want)
                if line["ids"] == want:
                    same += 1
                elif shown < 20:
                    shown += 1
                    print(json.dumps({"text": text, "ours": line["tokens"], "transformers": peer.convert_ids_to_tokens(want)}, ensure_ascii=False))
            print(f"{name}: {same} of {n} sequences are identical ({tokens} tokens)")


if __name__ == "__main__":
    main()
