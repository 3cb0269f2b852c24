"""Cuts the documents of a corpus at sentence ends into texts of some 128 tokens, a JSON line each.

    python pkg/finetune/testdata/windows.py data/corpus/train.jsonl.gz >windows.jsonl
    scripts/modernbert pretrain --preset tiny --data windows.jsonl …
Pretraining takes the beginning of each document, as the paper's does: with rows of 128 tokens a tenth of the built-in
corpus. A longer run of the tiny sizes, to fine-tune from, wants all of it.
"""
import gzip
import json
import re
import sys

CHARACTERS = 215  # of 128 tokens

for path in sys.argv[1:]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            window = ""
            for sentence in re.findall(r"[^。\n]*[。\n]|[^。\n]+$", json.loads(line)["text"]):
                if window and len(window) + len(sentence) > CHARACTERS:
                    print(json.dumps({"text": window.strip()}, ensure_ascii=False))
                    window = ""
                window += sentence
            if window.strip():
                print(json.dumps({"text": window.strip()}, ensure_ascii=False))
