#!/usr/bin/env python3
"""Makes data/ from the source bundle: python data/make_data.py BUNDLE

BUNDLE holds the public sources that data/README.md names, at the commits named
there. Standard library only; the same bundle gives the same bytes.
"""
import gzip
import hashlib
import io
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
KEEP = ("kyoto-wiki", "jaquad-train", "jaquad-dev", "jawiki-country")  # never jsquad-*: it is an evaluation set
CORPUS_CHARS = {"train": 7_500_000, "valid": 700_000}  # of Wikipedia articles
LONG_DOCUMENTS = {"train": 60, "valid": 8}
PAIRS = 830
CREDIT = {"kyoto-wiki": "NICT (Japanese-English Bilingual Corpus of Wikipedia's Kyoto Articles) and the Wikipedia authors",
          "jaquad-train": "SkelterLabs (JaQuAD) and the Wikipedia authors", "jaquad-dev": "SkelterLabs (JaQuAD) and the Wikipedia authors",
          "jawiki-country": "the Wikipedia authors (text of the NLP 100 exercises)"}
# What the preset small reads beside train.jsonl.gz: a file, its sources, and the tokens taken of each.
# Modern prose is taken whole; white papers, chats, manuals and laws, which repeat themselves, in part.
ALL = 10**9
MORE = {"prose": {"aozora-cc": ALL}, "news-and-blog": {"wikinews-ja": ALL, "baldanders-blog": ALL},
        "white-papers": {"ict-white-paper": 1_600_000, "laws": 200_000},
        "chat": {"realpersonachat": 1_200_000, "multi-party-chat": 300_000},
        "software": {"azure-architecture": 300_000, "dynamics365": 400_000, "bitcoin-optech": 250_000,
                     "php-manual": 200_000, "rails-guides": 200_000, "typescript-book": ALL}}
MORE_VALID = {"wikipedia": 350_000, "": 40_000}  # tokens of the validation text, for Wikipedia and each other source


def rank(name):
    """Returns a sort key for a fixed pseudo-random order, whatever the files' order."""
    return hashlib.sha256(("llm-jp-modernbert:" + name).encode()).hexdigest()


def read(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def write(name, rows):
    path = os.path.join(HERE, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    text = "".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in rows).encode()
    if name.endswith(".gz"):
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as f:
            f.write(text)
        text = buffer.getvalue()
    with open(path, "wb") as f:
        f.write(text)


def take(rows, limit, size):
    """Returns, in file order, the first rows in rank order until their sizes reach the limit."""
    chosen, total = set(), 0
    for row in sorted(rows, key=lambda r: rank(r["id"])):
        if total >= limit:
            break
        chosen.add(row["id"])
        total += size(row)
    return [row for row in rows if row["id"] in chosen]


def article(a):
    return {"id": a["id"], "title": a["title"], "source": a["source"], "license": a["license"],
            "credit": CREDIT[a["source"]], "wiki_id": a["wiki_id"], "text": "\n".join(a["paragraphs"])}


def more(bundle, wiki, taken):
    """Writes corpus/small: the rest of Wikipedia and the modern sources of more-text, and validation text of them all."""
    texts = read(os.path.join(bundle, "more-text.jsonl.gz"))
    size = lambda r: r["n_tokens"]
    source = lambda r: r["source"].split(":")[0]
    row = lambda r: {k: r[k] for k in ("id", "title", "source", "license", "credit", "base_text", "input", "proofreading", "text") if r.get(k)}
    write("corpus/small/wikipedia.jsonl.gz", [article(a) for a in wiki if a["split"] == "train" and a["id"] not in taken["train"]])
    valid = [article(a) for a in take([a for a in wiki if a["split"] == "valid" and a["id"] not in taken["valid"]], MORE_VALID["wikipedia"], size)]
    for name, sources in MORE.items():
        rows = []
        for wanted, tokens in sources.items():
            rows += take([r for r in texts if source(r) == wanted and r["split"] == "train"], tokens, size)
            valid += [row(r) for r in take([r for r in texts if source(r) == wanted and r["split"] == "valid"], MORE_VALID[""], size)]
        write(f"corpus/small/{name}.jsonl.gz", [row(r) for r in rows])
    write("corpus/small/valid.jsonl.gz", sorted(valid, key=lambda r: rank(r["id"])))  # any beginning of it is a mixture


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    bundle = sys.argv[1]
    wiki = [a for a in read(os.path.join(bundle, "wiki-paragraphs.jsonl.gz")) if a["source"] in KEEP]
    long = read(os.path.join(bundle, "long-documents.jsonl.gz"))

    taken = {}
    for split in ("train", "valid"):
        articles = take([a for a in wiki if a["split"] == split], CORPUS_CHARS[split], lambda a: a["n_chars"])
        taken[split] = {a["id"] for a in articles}
        rows = [article(a) for a in articles]
        works = take([d for d in long if d["split"] == split], LONG_DOCUMENTS[split], lambda d: 1)
        rows += [{"id": d["id"], "title": d["title"], "source": "aozora", "license": "public domain",
                  "credit": d["author"] + "; 青空文庫 (Aozora Bunko)", "author": d["author"], "base_text": d["base_text"], "input": d["input"],
                  "proofreading": d["proofreading"], "path": d["source"], "text": d["text"]} for d in works]
        write(f"corpus/{split}.jsonl.gz", rows)

    more(bundle, wiki, taken)

    # Zero-shot retrieval: the validation pairs, and the articles that hold their passages.
    pairs = [p for p in read(os.path.join(bundle, "wiki-retrieval-pairs.jsonl.gz"))
             if p["split"] == "valid" and p["source"] in KEEP][:PAIRS]
    write("retrieval/pairs.jsonl", [{"query": p["query"], "positive": p["positive"], "title": p["title"]} for p in pairs])
    needed = {}
    for p in pairs:
        for ref in (p["query"], p["positive"]):
            needed.setdefault(p["article"], set()).add(int(ref.split("#")[1]))
    by_id = {a["id"]: a for a in wiki}
    write("retrieval/texts.jsonl.gz", [
        {"id": f"{a}#{i}", "text": by_id[a]["paragraphs"][i], "source": by_id[a]["source"], "license": by_id[a]["license"]}
        for a in needed for i in sorted(needed[a])])

    for source, target in (
            ("jglue/datasets/jsts-v1.3/train-v1.3.json", "jglue/jsts/train.json"),
            ("jglue/datasets/jsts-v1.3/valid-v1.3.json", "jglue/jsts/valid.json"),
            ("jglue/datasets/jnli-v1.3/valid-v1.3.json", "jglue/jnli/valid.json"),
            ("jnli-train-substitutes/jnli-train-recovered.jsonl", "jglue/jnli/train-recovered.json"),
            ("jcola/data/jcola-v1.0/in_domain_train-v1.0.json", "jglue/jcola/train.json"),
            ("jcola/data/jcola-v1.0/in_domain_valid-v1.0.json", "jglue/jcola/valid.json"),
            ("jglue/LICENSE", "jglue/LICENSE"), ("jcola/LICENSE", "jglue/jcola/LICENSE"),
            ("jnli-train-substitutes/LICENSE", "jglue/jnli/LICENSE-substitutes"),
            ("miracl-ja/LICENSE", "miracl-ja/LICENSE"),
            ("miracl-ja/topics.miracl-v1.0-ja-train.tsv", "miracl-ja/topics.miracl-v1.0-ja-train.tsv"),
            ("miracl-ja/qrels.miracl-v1.0-ja-train.tsv", "miracl-ja/qrels.miracl-v1.0-ja-train.tsv")):
        target = os.path.join(HERE, target)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copyfile(os.path.join(bundle, source), target)

    sums = []
    for folder, folders, files in os.walk(HERE):
        folders.sort()
        for name in sorted(files):
            path = os.path.relpath(os.path.join(folder, name), HERE)
            if path.split(os.sep)[0] in ("corpus", "retrieval", "jglue", "miracl-ja", "models"):
                with open(os.path.join(HERE, path), "rb") as f:
                    sums.append(f"{hashlib.sha256(f.read()).hexdigest()}  {path}\n")
    with open(os.path.join(HERE, "SHA256SUMS"), "w") as f:
        f.writelines(sums)


if __name__ == "__main__":
    main()
