#!/usr/bin/env python3
"""Draws variants of tokenizer files and writes what transformers makes of them.

    .local/peer/bin/python pkg/text/testdata/variants.py [--seed 1] [--count 100] [--output FILE]

The first line holds the texts. Every other line is a variant: its files by
name, and the ids, tokens, special ids and truncations of
AutoTokenizer.from_pretrained on a directory of these files, or its error. The
first variants are the rows of the table in the package's documentation, the
others are drawn.
Without --output it renews variants.jsonl.gz, which the test reads; with
"--output -" it writes to standard output, which the live test reads.
"""
import argparse
import base64
import contextlib
import gzip
import json
import os
import random
import sys
import tempfile
import zlib

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "critical"
import tokenizers  # noqa: E402
import transformers  # noqa: E402
from transformers import AutoTokenizer  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PINNED = {"transformers": "5.23.0", "tokenizers": "0.23.3"}

TEXTS = [
    "", " ", "東京[SEP]大阪", "The capital is [MASK] .", "日本の [MASK]  です", "[MASK]", "ガラスのバッグ",
    "Café É ÀB", "ABC abc", "[NEW]大阪府だ", "大阪府 [new] x", "x[NEW] y", " [SEP] [CLS]a", "<extra>東京 <Extra>",
    "ab\tc\u3000d\ne", "[UNK]𠮷 😀", "aab <eod>b", "﨑 ㍿ Ⅻ", "a [MASK]b[MASK] c", "[PAD] [PAD]",
]
PAIR = ("東京 [MASK] と大阪府 ABC", "ガラス <extra> の 大阪")
ROLES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
BERT = {"unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"}
FLAGS = ["single_word", "lstrip", "rstrip", "normalized", "special"]

LETTERS = list("abcdexyhtilpsr東京大阪府日本のですとだガラスハッグクカバ㍿.")
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + LETTERS + ["##" + c for c in LETTERS] + [
    "A", "B", "C", "##A", "##B", "##C", "É", "é", "Café", "cafe", "ガラス", "カラス", "バッグ", "東京", "大阪", "##大阪", "[", "]", "<", ">",
    "the", "The", "capital", "is", "abc", "ABC", "ガ", "##ガ", "##バ", "日本", "new", "##new", "extra"]
PIECES = list(dict.fromkeys(PIECES))

# SentencePiece 0.2.3's character map of four rules: ㍿ to 東京, Ａ to A, ａ to a, か and a voicing mark to が; zlib, base64.
CHARS_MAP = (
    "eNod0lWQFmQUANBvfmSGB3yRRglBuqQbJKUEKREB6ZDujl1CYkkpkRYJEVBAujukpEHJXbq748DDmVtzn+4NH4QQhsULsQkiITpzJMSMlSeMhI"
    "GtImFK/BCMozaJCcT10yJhg/7sD0O4czMSRsVFLIeoaHNZVCLFRyQhMclISgqS8zEpScUnpCE1n5KW9KQjA5+RiYxkITPZyEoOspOLnOTmc/KS"
    "h/zkoyAFKEwhilKE4hSjJCUoxReUoTTlKMuXlKciFahMJb6iCtWoSnW+piY1qE0t6vANdfmWenxHA+rTkO9pTCOa0oTmNKMlLfiBVrShNe1oSw"
    "fa04mOdKEz3ehKD7rTi570oTf96MsA+hP97ogMYiBDGMxQfmT4uxchhhGMYiRjGM04xjKen5jIBCYziSn8zFR+YTrTmMkMZjOLOfzKXH5jPvP4"
    "nQX8wUIWs4g/WcJS/mI5y1jB36xiJWtYzTrWsoH1bGIjW9jMNrayg+3sYid72M0/7GU/+zjIAf7lEEc4zDGOcoLjnOIk/3GaM/zPOc5ygfPEcp"
    "FLxHGFy1zjKje4zi1ucofb3OMuD7jPIx7yhMc84ykveM4rXvKG1+//v3GIjR4ZLk9fGrd2UXgLMvaVjw==")


def byte_letters():
    kept = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    return [chr(b) if b in kept else chr(256 + i) for b, i in zip(range(256), [sum(x not in kept for x in range(b)) for b in range(256)])]


def word_piece():
    return {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {p: i for i, p in enumerate(PIECES)}}


def byte_level():
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + byte_letters() + ["ab", "Ġa", "æĿ±"]
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": {p: i for i, p in enumerate(vocab)}, "merges": [["a", "b"], ["Ġ", "a"], ["æ", "Ŀ±"]][:2]}


def unigram(rng):
    pieces = ["[UNK]", "[PAD]", "[CLS]", "[SEP]", "[MASK]", "▁"] + [f"<0x{b:02X}>" for b in range(256)] + LETTERS + ["▁東京", "大阪", "ABC", "▁a"]
    return {"type": "Unigram", "unk_id": 0, "byte_fallback": rng.random() < 0.7,
            "vocab": [[p, round(-1.0 - 0.01 * i, 2)] for i, p in enumerate(pieces)]}


def word_level():
    return {"type": "WordLevel", "unk_token": "[UNK]", "vocab": {p: i for i, p in enumerate(PIECES)}}


def flags(rng, content, every=True):
    token = {"content": content}
    for key in FLAGS:
        if every or rng.random() < 0.5:
            token[key] = rng.random() < (0.6 if key == "special" else 0.3)
    return token


def template(rng, ids):
    def special(name, kind=0):
        return {"SpecialToken": {"id": name, "type_id": kind}}

    def text(name, kind=0):
        return {"Sequence": {"id": name, "type_id": kind}}
    kind = rng.choice(["template", "template", "bert", "roberta", "sequence", "byte", None, "other"])
    two = rng.choice([0, 1])
    made = {"type": "TemplateProcessing", "single": [special("[CLS]"), text("A"), special("[SEP]")],
            "pair": [special("[CLS]"), text("A"), special("[SEP]"), text("B", two), special("[SEP]", two)],
            "special_tokens": {n: {"id": n, "ids": [ids[n]], "tokens": [n]} for n in ("[CLS]", "[SEP]")}}
    if kind == "other":
        made["single"] = [text("A"), special("[SEP]")]
        made["pair"] = [text("A"), special("[SEP]"), text("B", two), special("[SEP]", two)]
        return made
    byte = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}
    return {"template": made, None: None, "byte": byte,
            "sequence": {"type": "Sequence", "processors": [byte, made]},
            "bert": {"type": "BertProcessing", "sep": ["[SEP]", ids["[SEP]"]], "cls": ["[CLS]", ids["[CLS]"]]},
            "roberta": {"type": "RobertaProcessing", "sep": ["[SEP]", ids["[SEP]"]], "cls": ["[CLS]", ids["[CLS]"]],
                        "trim_offsets": True, "add_prefix_space": True}}[kind]


def normalizer(rng):
    bert = {"type": "BertNormalizer", "clean_text": rng.random() < 0.7, "handle_chinese_chars": rng.random() < 0.6,
            "strip_accents": rng.choice([None, True, False]), "lowercase": rng.random() < 0.5}
    return rng.choice([None, bert, bert, bert, {"type": "Lowercase"}, {"type": "NFKC"},
                       {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
                       {"type": "Replace", "pattern": {"String": "a"}, "content": "b"}, {"type": "Strip", "strip_left": True, "strip_right": False}])


def tokenizer_json(rng):
    kind = rng.choice(["wordpiece"] * 5 + ["bytes"] * 2 + ["unigram"] * 2 + ["wordlevel"])
    model = {"wordpiece": word_piece, "bytes": byte_level, "wordlevel": word_level}.get(kind, lambda: unigram(rng))()
    pre = {"wordpiece": [{"type": "BertPreTokenizer"}, {"type": "Whitespace"}, {"type": "WhitespaceSplit"}],
           "bytes": [{"type": "ByteLevel", "add_prefix_space": rng.random() < 0.5, "trim_offsets": True, "use_regex": True}],
           "unigram": [{"type": "Metaspace", "replacement": "▁", "prepend_scheme": s, "split": True} for s in ("always", "first", "never")],
           "wordlevel": [{"type": "BertPreTokenizer"}, {"type": "WhitespaceSplit"}]}[kind]
    vocab = model["vocab"]
    ids = {p[0]: i for i, p in enumerate(vocab)} if isinstance(vocab, list) else dict(vocab)
    own = dict(ids)
    if isinstance(vocab, dict) and rng.random() < 0.15:  # ids with gaps, or twice
        if rng.random() < 0.5:
            vocab["[MASK]"] = len(vocab) + rng.choice([0, 3])
        else:
            vocab["extra" if "extra" in vocab else "ab"] = vocab["東京" if "東京" in vocab else "a"]
        own = dict(vocab)
    if isinstance(vocab, dict) and rng.random() < 0.2:  # a special token that is an added token alone
        gone = rng.choice(["[MASK]", "[SEP]"])
        if gone in vocab:
            vocab.pop(gone)
            own[gone] = len(ids) + rng.choice([0, 3, 7])
    added = []
    for content in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]:
        token = {"id": own[content], "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        if rng.random() < 0.2:
            token.update(flags(rng, content))
        if rng.random() < 0.9:
            added.append(token)
    for content in ["[NEW]", "[new]", "大阪府", "東京", "<extra>", "aab", " ", "ａ"]:
        if rng.random() < 0.2:
            added.append({"id": own.get(content, len(ids) + rng.choice([0, 1, 2, 5])), **flags(rng, content)})
    if rng.random() < 0.2:
        rng.shuffle(added)
    top = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer(rng) if rng.random() < 0.8 else None,
           "pre_tokenizer": rng.choice(pre), "post_processor": template(rng, own),
           "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True} if kind == "wordpiece" else None, "model": model}
    if rng.random() < 0.2:
        top["truncation"] = {"direction": rng.choice(["Left", "Right"]), "max_length": rng.choice([5, 512]), "strategy": "LongestFirst", "stride": 0}
    if rng.random() < 0.2:
        top["padding"] = {"strategy": rng.choice(["BatchLongest", {"Fixed": 12}]), "direction": rng.choice(["Left", "Right"]),
                          "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": rng.choice(["[PAD]", "x"])}
    return top


def mention(rng, content, typed=True):
    if rng.random() < 0.65:
        return content
    token = flags(rng, content, rng.random() < 0.5)
    if typed:
        token.pop("special", None)
        token["__type"] = "AddedToken"
    return token


def tokenizer_config(rng, cls):
    config = {}
    if cls is not None:
        config["tokenizer_class"] = cls
    for role, content in BERT.items():
        if rng.random() < 0.85:
            config[role] = mention(rng, content)
    if rng.random() < 0.1:
        config[rng.choice(["pad_token", "mask_token", "bos_token", "eos_token"])] = None
    for role, content in (("bos_token", "[CLS]"), ("eos_token", rng.choice(["[SEP]", "<eod>"])), ("eod_token", "<eod>"), ("mask_token", "<mask>")):
        if rng.random() < 0.1:
            config[role] = mention(rng, content)
    if rng.random() < 0.25:
        config["added_tokens_decoder"] = {
            str(rng.choice([i, i, 900 + i])): flags(rng, c, rng.random() < 0.7)
            for i, c in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[NEW]", "大阪府", "aab", "東京"]) if rng.random() < 0.5}
    for key in ("additional_special_tokens", "extra_special_tokens"):
        if rng.random() < 0.12:
            config[key] = [mention(rng, c) for c in rng.sample(["<extra>", "[NEW]", "大阪府", "東京", "[MASK]"], rng.choice([0, 1, 2]))]
    if rng.random() < 0.06:
        config["extra_special_tokens"] = {"image": mention(rng, "<extra>"), "box": "[NEW]"}
    for key in ("do_lower_case", "tokenize_chinese_chars"):
        if rng.random() < 0.4:
            config[key] = rng.random() < 0.4
    if rng.random() < 0.4:
        config["strip_accents"] = rng.choice([True, False, None])
    for key in ("truncation_side", "padding_side"):
        if rng.random() < 0.2:
            config[key] = rng.choice(["left", "right"])
    if rng.random() < 0.12:
        config["split_special_tokens"] = rng.random() < 0.8
    if rng.random() < 0.3:
        config["model_max_length"] = rng.choice([8, 512, 1e30])
    if rng.random() < 0.1:
        config["add_bos_token"] = rng.random() < 0.5
    items = list(config.items())
    if rng.random() < 0.3:
        rng.shuffle(items)
    return dict(items)


def special_tokens_map(rng):
    found = {r: mention(rng, c, typed=False) for r, c in BERT.items() if rng.random() < 0.7}
    if rng.random() < 0.2:
        found["additional_special_tokens"] = rng.sample(["<extra>", "[NEW]", "東京"], 2)
    if rng.random() < 0.1:
        found["extra_special_tokens"] = [mention(rng, "<extra>", typed=False)]
    if rng.random() < 0.1:
        found["mask_token"] = "<mask>"
    if rng.random() < 0.1:
        found["eod_token"] = mention(rng, "<eod>", typed=False)
    return found


def added_tokens(rng):
    start = rng.choice([len(PIECES), len(PIECES), 900])
    names = [n for n in ["[NEW]", "大阪府", "aab", "<extra>", "[MASK]"] if rng.random() < 0.5]
    return {n: start + i for i, n in enumerate(names)}


def japanese(rng, config):
    config["tokenizer_class"] = "BertJapaneseTokenizer"
    config["word_tokenizer_type"] = "mecab"
    if rng.random() < 0.5:
        config["mecab_kwargs"] = {"mecab_dic": "unidic_lite"}
        if rng.random() < 0.3:
            config["mecab_kwargs"]["normalize_text"] = rng.random() < 0.5
    if rng.random() < 0.3:
        config["subword_tokenizer_type"] = rng.choice(["wordpiece", "character"])
    if rng.random() < 0.15:
        config["do_word_tokenize"] = False
    if rng.random() < 0.1:
        config["do_subword_tokenize"] = False
    if rng.random() < 0.2:
        config["never_split"] = ["ABC"]


def draw(rng):
    files = {}
    model_type = rng.choice(["bert"] * 4 + ["modernbert"] * 4 + ["", "none"])
    if model_type != "none":
        files["config.json"] = {"model_type": model_type} if model_type else {}
        if rng.random() < 0.1:
            files["config.json"]["tokenizer_class"] = rng.choice(["BertTokenizer", "PreTrainedTokenizerFast", "BertJapaneseTokenizer"])
    cls = rng.choice(["BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", "PreTrainedTokenizerFast", None, "BertJapaneseTokenizer"])
    config = tokenizer_config(rng, cls)
    if cls == "BertJapaneseTokenizer":
        japanese(rng, config)
        vocab, fast = True, rng.random() < 0.15
    else:
        fast = rng.random() < 0.85
        vocab = not fast or rng.random() < 0.2
    if rng.random() < 0.95:
        files["tokenizer_config.json"] = config
    if fast:
        files["tokenizer.json"] = tokenizer_json(rng)
    if vocab:
        lines = list(PIECES)
        if rng.random() < 0.1:
            lines[7] = lines[40]
        files["vocab.txt"] = rng.choice(["\n", "\n", "\r\n"]).join(lines) + rng.choice(["\n", ""])
    if rng.random() < 0.3:
        files["special_tokens_map.json"] = special_tokens_map(rng)
    if rng.random() < 0.3:
        files["added_tokens.json"] = added_tokens(rng)
    return {n: text_of(c) for n, c in files.items()}


def text_of(content):
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)


# --- the rows of the table in the package's documentation ---

def token(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True, **flags}


def row_file(**top):
    """A tokenizer.json with a WordPiece model, which lowercases nothing."""
    vocab = {p: i for i, p in enumerate(PIECES)}
    made = {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": i, **token(c)} for i, c in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])],
            "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False},
            "pre_tokenizer": {"type": "WhitespaceSplit"},
            "post_processor": {"type": "RobertaProcessing", "cls": ["[CLS]", 2], "sep": ["[SEP]", 3], "trim_offsets": True, "add_prefix_space": True},
            "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": vocab}}
    made.update(top)
    return made


def rows():
    """Yields a name and files for each row."""
    modern, bert, lines = {"model_type": "modernbert"}, {"model_type": "bert"}, "\n".join(PIECES) + "\n"
    fast = {**BERT, "tokenizer_class": "PreTrainedTokenizerFast"}
    fast_bert = {**BERT, "tokenizer_class": "BertTokenizerFast"}
    mecab = {**BERT, "tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab"}

    def files(config, tokenizer_config, tokenizer=None, **more):
        made = {"config.json": config, "tokenizer_config.json": tokenizer_config, "tokenizer.json": row_file() if tokenizer is None else tokenizer}
        made.update({n.replace("__", "."): c for n, c in more.items()})
        return {n: c for n, c in made.items() if c is not False}

    yield "class: modernbert", files(modern, fast_bert)
    yield "class: in tokenizer_config.json", files(bert, fast)
    yield "class: in config.json", files({**bert, "tokenizer_class": "PreTrainedTokenizerFast"}, BERT)
    yield "class: missing, bert", files(bert, BERT)
    yield "class: missing, no config.json", files(False, BERT)
    yield "class: missing, no tokenizer_config.json", files(bert, False)
    yield "class: Electra is BERT", files(bert, {**BERT, "tokenizer_class": "ElectraTokenizer"})
    yield "bert: flags absent", files(bert, fast_bert)
    yield "bert: do_lower_case false", files(bert, {**fast_bert, "do_lower_case": False})
    yield "bert: strip_accents false", files(bert, {**fast_bert, "strip_accents": False})
    yield "bert: strip_accents true, do_lower_case false", files(bert, {**fast_bert, "do_lower_case": False, "strip_accents": True})
    yield "bert: tokenize_chinese_chars false", files(bert, {**fast_bert, "tokenize_chinese_chars": False})
    yield "bert: flags beside PreTrainedTokenizerFast", files(bert, {**fast, "do_lower_case": True, "tokenize_chinese_chars": True})
    yield "bert: vocab.txt alone", files(bert, {**fast_bert, "do_lower_case": False}, False, vocab__txt=lines)
    yield "bert: vocab.txt beside tokenizer.json", files(bert, fast_bert, vocab__txt="\n".join(reversed(PIECES)) + "\n")
    yield "bert: vocabulary of a BPE tokenizer.json", files(bert, fast_bert, row_file(model=byte_level()))
    yield "bert: cls_token null", files(bert, {**fast_bert, "cls_token": None})
    yield "bert: roles absent", files(bert, {"tokenizer_class": "BertTokenizer"})
    strips = {"[MASK]": token("[MASK]", lstrip=True, rstrip=True)}
    own = row_file()
    own["added_tokens"][4].update(lstrip=True, rstrip=True)
    yield "flags: added_tokens_decoder sets", files(modern, {**fast, "added_tokens_decoder": {"4": strips["[MASK]"]}})
    yield "flags: added_tokens_decoder clears", files(modern, {**fast, "added_tokens_decoder": {"4": token("[MASK]")}}, own)
    yield "flags: added_tokens_decoder, partial", files(modern, {**fast, "added_tokens_decoder": {"4": {"content": "[MASK]", "rstrip": True}}})
    yield "flags: role as object", files(modern, {**fast, "mask_token": {"__type": "AddedToken", "content": "[MASK]", "lstrip": True}})
    yield "flags: role as object, token not in tokenizer.json", files(modern, {**fast, "mask_token": {"__type": "AddedToken", "content": "[NEW]", "lstrip": True}})
    yield "flags: special_tokens_map.json", files(modern, fast, special_tokens_map__json={"mask_token": token("[MASK]", lstrip=True)})
    yield "flags: special_tokens_map.json, token not in tokenizer.json", files(modern, fast, special_tokens_map__json={"mask_token": token("[NEW]", lstrip=True)})
    yield "flags: added_tokens.json", files(modern, fast, own, added_tokens__json={"[MASK]": 4})
    yield "flags: added_tokens.json under another id", files(modern, fast, own, added_tokens__json={"[MASK]": 900})
    yield "flags: single_word, normalized", files(bert, {**fast_bert, "added_tokens_decoder": {
        "900": token("ABC", single_word=True, special=False), "901": token("É", normalized=True, special=False)}})
    yield "roles: special_tokens_map.json over the config", files(modern, fast, special_tokens_map__json={"mask_token": "[NEW]", "pad_token": None})
    yield "roles: added_tokens_decoder shuts the older files", files(modern, {**fast, "added_tokens_decoder": {}},
                                                                    special_tokens_map__json={"mask_token": "[NEW]"}, added_tokens__json={"大阪府": 900})
    yield "roles: fields of their own", files(modern, {"eod_token": "<eod>", **fast, "image_token": {"__type": "AddedToken", "content": "<extra>", "rstrip": True}})
    yield "roles: additional_special_tokens", files(modern, {**fast, "additional_special_tokens": ["<extra>", "[NEW]"]})
    yield "roles: extra_special_tokens before additional_special_tokens", files(modern, {**fast, "additional_special_tokens": ["[NEW]"], "extra_special_tokens": ["<extra>"]})
    yield "roles: extra_special_tokens by role", files(modern, {**fast, "extra_special_tokens": {"image": "<extra>"}})
    yield "roles: extra_special_tokens of both files", files(modern, {**fast, "extra_special_tokens": ["[NEW]"]}, special_tokens_map__json={"extra_special_tokens": ["<extra>", "[NEW]"]})
    yield "roles: extra_special_tokens of special_tokens_map.json as objects", files(bert, fast_bert, special_tokens_map__json={
        "extra_special_tokens": [{"content": "<extra>", "single_word": True}]})
    gap = row_file()
    gap["added_tokens"].append({"id": len(PIECES) + 3, **token("<mask>")})
    yield "ids: a gap in tokenizer.json", files(modern, {**fast, "mask_token": "<mask>"}, gap)
    yield "ids: a gap in added_tokens_decoder", files(modern, {**fast, "mask_token": "<mask>", "added_tokens_decoder": {"999": token("<mask>")}})
    yield "ids: added_tokens.json beside tokenizer.json", files(modern, fast, added_tokens__json={"[NEW]": 777, "大阪府": 700})
    twice = row_file()
    twice["model"]["vocab"]["extra"] = 5
    yield "ids: a piece's id twice", files(modern, {**fast, "mask_token": "<mask>"}, twice)
    order = row_file()
    order["added_tokens"] = list(reversed(order["added_tokens"])) + [{"id": 900, **token("[NEW]")}, {"id": 800, **token("<extra>")}]
    yield "ids: the order of added_tokens", files(modern, fast, order)
    chars = base64.b64encode(zlib.decompress(base64.b64decode(CHARS_MAP))).decode()
    yield "a character map", files(modern, fast, row_file(normalizer={"type": "Precompiled", "precompiled_charsmap": chars}))
    yield "split_special_tokens", files(modern, {**fast, "split_special_tokens": True, "added_tokens_decoder": {"900": token("大阪府", special=False)}})
    left = row_file(truncation={"direction": "Left", "max_length": 512, "strategy": "LongestFirst", "stride": 0})
    yield "sides: truncation of tokenizer.json", files(modern, fast, left)
    yield "sides: truncation_side over it", files(modern, {**fast, "truncation_side": "right"}, left)
    yield "sides: truncation_side", files(bert, {**fast_bert, "truncation_side": "left"})
    pads = {"strategy": {"Fixed": 12}, "direction": "Left", "pad_to_multiple_of": None, "pad_id": 9, "pad_type_id": 0, "pad_token": "x"}
    yield "sides: padding of tokenizer.json", files(modern, {r: c for r, c in fast.items() if r != "pad_token"}, row_file(padding=pads))
    yield "sides: pad_token over it", files(modern, fast, row_file(padding=pads))
    yield "japanese: added_tokens.json", files(bert, mecab, False, vocab__txt=lines, added_tokens__json={"[NEW]": 900, "大阪府": 901})
    yield "japanese: a token under two ids", files(bert, mecab, own, vocab__txt=lines, added_tokens__json={"[MASK]": 901})
    yield "japanese: flags", files(bert, {**mecab, "added_tokens_decoder": {"4": strips["[MASK]"], "900": token("ABC", single_word=True)}}, False, vocab__txt=lines)
    yield "japanese: split_special_tokens", files(bert, {**mecab, "split_special_tokens": True}, False, vocab__txt=lines)
    yield "japanese: new special tokens", files(bert, {**mecab, "additional_special_tokens": ["<extra>"], "eod_token": "<eod>"}, False, vocab__txt=lines)
    yield "japanese: tokenizer.json beside vocab.txt", files(bert, mecab, own, vocab__txt=lines)


def encode(tok, call):
    try:
        return call()
    except BaseException as e:  # the Rust library's panics are no Exceptions
        return {"error": f"{type(e).__name__}: {e}"[:200]}


def single(tok, text, **kw):
    ids = tok(text, **kw)["input_ids"]
    return {"ids": ids, "tokens": tok.convert_ids_to_tokens(ids)}


def peer(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as f:
                f.write(content)
        try:
            tok = AutoTokenizer.from_pretrained(folder)
            tok("")
            ids = {k: getattr(tok, k + "_token_id") for k in ("cls", "sep", "mask", "pad", "unk")}
            every = set(tok.all_special_ids) | {i for i, t in tok.added_tokens_decoder.items() if t.special}
        except BaseException as e:
            return {"error": f"{type(e).__name__}: {e}"[:200]}
        pair = lambda **kw: {k: v for k, v in tok(*PAIR, return_token_type_ids=True, **kw).items() if k in ("input_ids", "token_type_ids")}  # noqa: E731
        return {
            "class": type(tok).__name__, "special": {k: -1 if v is None else v for k, v in ids.items()},
            "all": sorted(i for i in every if i is not None),
            "texts": [encode(tok, lambda: single(tok, t)) for t in TEXTS],
            "bare": encode(tok, lambda: single(tok, TEXTS[3], add_special_tokens=False)),
            "cut": encode(tok, lambda: single(tok, TEXTS[3], truncation=True, max_length=6)),
            "pair": encode(tok, lambda: pair()), "cutPair": encode(tok, lambda: pair(truncation=True, max_length=9)),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--output", default=os.path.join(HERE, "variants.jsonl.gz"))
    args = parser.parse_args()
    found = {"transformers": transformers.__version__, "tokenizers": tokenizers.__version__}
    if found != PINNED:
        sys.exit(f"variants.py is written for {PINNED}, found {found}")
    rng = random.Random(args.seed)
    drawn = [draw(random.Random(rng.getrandbits(64))) for _ in range(args.count)]
    with contextlib.redirect_stdout(sys.stderr):  # the library prints unknown keywords
        lines = [{"texts": TEXTS, "pair": PAIR}]
        for name, made in [] if args.output == "-" else rows():
            made = {n: text_of(c) for n, c in made.items()}
            lines.append({"row": name, "files": made, "want": peer(made)})
        lines += [{"files": f, "want": peer(f)} for f in drawn]
    data = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    if args.output == "-":
        sys.stdout.buffer.write(data)
        return
    with open(args.output, "wb") as out, gzip.GzipFile(fileobj=out, mode="wb", mtime=0, filename="") as f:
        f.write(data)
    print(args.count, "variants,", sum("error" in line["want"] for line in lines[1:]), "that transformers refuses")


if __name__ == "__main__":
    main()
