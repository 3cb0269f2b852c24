#!/usr/bin/env python3
"""Makes the golden files of this folder: ids as transformers gives them.

    python make_golden.py wiki-paragraphs.jsonl.gz llm-jp-tokenizer-100k.ver3.0b1.model

cases.jsonl.gz       texts and pairs, with the ids of both tokenizers in data/
small.model          the SentencePiece model cut down to its special tokens, bytes and 600 best pieces
small.tokenizer.json.gz   its conversion

The texts are from Japanese Wikipedia (wiki-paragraphs, split valid; CC BY-SA 3.0), with odd
characters put between. Made with transformers 5.23.0, tokenizers 0.23.3, fugashi 1.5.2,
unidic-lite 1.0.8; other versions are refused.
"""
import gzip
import importlib.metadata
import json
import os
import random
import struct
import sys
import tempfile

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, processors
from transformers import AutoTokenizer, BertJapaneseTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "data")
PINNED = {"transformers": "5.23.0", "tokenizers": "0.23.3", "fugashi": "1.5.2", "unidic-lite": "1.0.8"}
ODD = ["\n", "\r\n", "\t", " ", "  ", "\u3000", "\x00", "\x01", "\x1c", "\x85", "\u2028", "\u200b", "\ufeff", "😀", "👨‍👩‍👧",
       "é", "e\u0301", "か\u3099", "\u3099", "ｱｲｳ", "ﾊﾟ", "①", "㍿", "㋿", "令和", "𠮷", "▁", "▁▁", "<0x41>", "##", "〇一二",
       "ABC", "Ａｂｃ", "Straße", "ΣΑΣ", "İI", "ﬁ", "12,345.67", "3²", "…", "。。。", "한국어", "ไทย", "עברית", "a" * 101, "ン" * 30,
       "か" + "\u0301\u3099" * 20, "<MASK|LLM-jp>", "<CLS|LLM-jp>", "<unk>", "</s>", "[MASK]", "[UNK]", "[CLS][SEP]", "[mask]", "日本の首都は<MASK|LLM-jp>であり、"]


def write(name, data):
    with open(os.path.join(HERE, name), "wb") as f:
        f.write(data)


def pack(text):
    return gzip.compress(text.encode("utf-8"), 9, mtime=0)


def make_cases(paragraphs):
    rng = random.Random(42)
    sentences = [s + "。" for p in paragraphs for s in p.split("。") if len(s) > 3]

    def odd():
        parts = []
        for _ in range(rng.randint(1, 8)):
            s = rng.choice(sentences)
            at = rng.randrange(len(s))
            parts.append(rng.choice(ODD) if rng.random() < 0.6 else s[at:at + rng.randint(1, 12)])
        return "".join(parts)

    cases = [{"text": t} for t in ["", " ", "\n", "a\nb", "こんにちは", *ODD]]
    cases += [{"text": rng.choice(sentences)} for _ in range(160)]
    cases += [{"text": rng.choice(paragraphs)} for _ in range(20)]
    cases += [{"text": odd()} for _ in range(100)]
    cases += [{"text": odd() + rng.choice(sentences), "max": rng.randint(2, 40)} for _ in range(30)]
    cases += [{"text": rng.choice(sentences), "max": rng.randint(1, 20), "bare": True} for _ in range(15)]
    cases += [{"a": "今日", "b": "明日"}, {"a": "", "b": ""}, {"a": "今日", "b": ""}, {"a": "", "b": "明日"}]
    cases += [{"a": rng.choice(sentences), "b": odd(), "max": rng.choice([0, rng.randint(3, 60)])} for _ in range(80)]
    return cases


def encode(tok, case):
    options = {"add_special_tokens": not case.get("bare"), "return_token_type_ids": True}
    if case.get("max"):
        options.update(truncation=True, max_length=case["max"])
    if "text" in case:
        out = tok([case["text"]], **options)
    else:
        out = tok([case["a"]], [case["b"]], **options)
    return {"ids": out["input_ids"][0], "types": out["token_type_ids"][0]}


def japanese(**changes):
    with tempfile.TemporaryDirectory() as d, open(os.path.join(DATA, "wordpiece", "tokenizer_config.json")) as f:
        config = json.load(f) | changes
        os.symlink(os.path.abspath(os.path.join(DATA, "wordpiece", "vocab.txt")), os.path.join(d, "vocab.txt"))
        with open(os.path.join(d, "tokenizer_config.json"), "w") as g:
            json.dump(config, g)
        return BertJapaneseTokenizer.from_pretrained(d)


def unigram():
    with tempfile.TemporaryDirectory() as d:
        with gzip.open(os.path.join(DATA, "tokenizer", "tokenizer.json.gz")) as f, open(os.path.join(d, "tokenizer.json"), "wb") as g:
            g.write(f.read())
        os.symlink(os.path.abspath(os.path.join(DATA, "tokenizer", "tokenizer_config.json")), os.path.join(d, "tokenizer_config.json"))
        return AutoTokenizer.from_pretrained(d)


def varint(n):
    out = b""
    while True:
        n, low = n >> 7, n & 0x7F
        out += bytes([low | (0x80 if n else 0)])
        if not n:
            return out


def message(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def read_model(data):
    """The pieces of a SentencePiece model, (text, score, kind), and its other fields as they stand."""
    pieces, rest, at = [], b"", 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        begin = at
        key, size = number(), number()
        assert key & 7 == 2
        body, at = data[at:at + size], at + size
        if key >> 3 != 1:
            rest += data[begin:at]
            continue
        n = body[1]
        assert body[0] == 0x0A and n < 0x80
        text, score, kind = body[2:2 + n].decode(), struct.unpack("<f", body[3 + n:7 + n])[0], 1
        if len(body) > 7 + n:
            kind = body[8 + n]
        pieces.append((text, score, kind))
    return pieces, rest


def cut(model):
    pieces, rest = read_model(model)
    best = sorted(range(264, len(pieces)), key=lambda i: -pieces[i][1])[:600]
    pieces = pieces[:264] + [pieces[i] for i in sorted(best)]
    out = b""
    for text, score, kind in pieces:
        body = message(1, text.encode()) + b"\x15" + struct.pack("<f", score)
        out += message(1, body + (b"\x18" + varint(kind) if kind != 1 else b""))
    return pieces, out + rest


def convert(pieces):
    names = ["<unk>", "<s>", "</s>"] + [f"<{n}|LLM-jp>" for n in ("MASK", "PAD", "CLS", "SEP", "EOD")]
    vocab = [(names[i] if i < 8 else text, score) for i, (text, score, _) in enumerate(pieces)]
    tok = Tokenizer(models.Unigram(vocab, 0, byte_fallback=True))
    tok.normalizer = normalizers.Sequence([
        normalizers.Replace(Regex("^"), "▁"), normalizers.Replace(Regex("\n▁"), "\n"), normalizers.Replace(Regex(" "), "▁")])
    tok.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tok.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in names])
    cls, sep = names[5], names[6]
    tok.post_processor = processors.TemplateProcessing(
        single=f"{cls} $A:0 {sep}", pair=f"{cls} $A:0 {sep} $B:1 {sep}:1", special_tokens=[(cls, 5), (sep, 6)])
    return tok.to_str(pretty=False)


def main():
    for package, version in PINNED.items():
        found = importlib.metadata.version(package)
        if found != version:
            sys.exit(f"{package} is {found}, {version} is needed")
    texts, model = sys.argv[1:]
    paragraphs = []
    with gzip.open(texts, "rt", encoding="utf-8") as f:
        for line in f:
            article = json.loads(line)
            if article["split"] == "valid":
                paragraphs += [p for p in article["paragraphs"] if len(p) > 20]
    cases = make_cases(paragraphs)
    tokenizers = {"unigram": unigram(), "wordpiece": japanese(), "lower": japanese(do_lower_case=True),
                  "character": japanese(subword_tokenizer_type="character")}
    for i, case in enumerate(cases):
        for name, tok in tokenizers.items():
            if name in ("unigram", "wordpiece") or i % 4 == 0 or "a" not in case and len(case["text"]) < 20:
                case[name] = encode(tok, case)
    write("cases.jsonl.gz", pack("".join(json.dumps(c, ensure_ascii=False) + "\n" for c in cases)))
    with open(model, "rb") as f:
        pieces, small = cut(f.read())
    write("small.model", small)
    write("small.tokenizer.json.gz", pack(convert(pieces)))
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
