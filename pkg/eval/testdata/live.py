"""Computes again, with transformers, rapidfuzz and plain Python, what retrieve and similarity print.

    python pkg/eval/testdata/live.py PROGRAM MODEL PAIRS TEXTS [N]

PROGRAM is the built program, or scripts/modernbert. It is run on the first N (100) pairs; ranks have to be equal,
cosines, alignment and uniformity within 1e-4. With torch 2.15.0, transformers 5.23.0, RapidFuzz 3.14.6.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers as hf
from rapidfuzz.distance import Levenshtein



def run(*arguments):
    return json.loads(subprocess.run([sys.argv[1], *map(str, arguments)], check=True, stdout=subprocess.PIPE).stdout)


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def references(path):
    texts = {}
    for line in read(path):
        for i, paragraph in enumerate(line.get("paragraphs", [])):
            texts[f"{line['id']}#{i}"] = paragraph
        if "text" in line:
            texts[line["id"]] = line["text"]
    return texts


@torch.no_grad()
def embed(model, texts, pooling):
    tok, body = hf.AutoTokenizer.from_pretrained(model), hf.AutoModel.from_pretrained(model, attn_implementation="eager").eval()
    limit = min(body.config.max_position_embeddings, tok.model_max_length)
    once = {}
    for text in texts:
        if text.strip() not in once:
            inputs = tok(text.strip(), truncation=True, max_length=limit, return_tensors="pt")
            hidden = body(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]).last_hidden_state[0]
            once[text.strip()] = hidden.mean(0) if pooling == "mean" else hidden[0]
    return torch.nn.functional.normalize(torch.stack([once[t.strip()] for t in texts]).double(), dim=1)


def ranks(scores):
    right = scores.diag()[:, None]
    before = torch.tril(torch.ones_like(scores), -1) > 0
    return (1 + (scores > right).sum(1) + ((scores == right) & before).sum(1)).tolist()


def jaccard(a, b):
    return len(a & b) / len(a | b) if a | b else 0.0


def check(name, ok, remark=""):
    print(f"{name}: {'equal' if ok else 'DIFFERENT'} {remark}")
    return ok


def compare(model, pairs, texts, n):
    all_pairs, known, ok = read(pairs)[:n], references(texts), True
    with tempfile.TemporaryDirectory() as folder:
        few = pathlib.Path(folder) / "pairs.jsonl"
        few.write_text("".join(json.dumps(p) + "\n" for p in all_pairs))
        files = ["--pairs", few, "--texts", texts]
        queries, positives = [[known[p[k]] for p in all_pairs] for k in ("query", "positive")]
        strings = {"edit": lambda a, b: -Levenshtein.distance(a, b), "jaccard": lambda a, b: jaccard(set(a.split()), set(b.split())),
                   "jaccard --unit char": lambda a, b: jaccard(set(a), set(b))}
        for name, score in strings.items():
            want = ranks(torch.tensor([[float(score(q, p)) for p in positives] for q in queries], dtype=torch.float64))
            ok &= check(name, run("retrieve", "--model", *name.split(), *files)["ranks"] == want)
        for pooling in ("mean", "cls"):
            e = embed(model, queries + positives, pooling)
            cosines = e[: len(queries)] @ e[len(queries):].T
            got = run("retrieve", "--model", model, "--pooling", pooling, *files)
            want = ranks((cosines * 1e9).round())
            gap = (cosines - cosines.diag()[:, None]).abs()
            doubtful = ((gap > 1e-9) & (gap < 1e-6)).any(1).tolist()
            wrong = [i for i in range(len(want)) if want[i] != got["ranks"][i] and not doubtful[i]]
            ok &= check(f"retrieve {pooling}", not wrong, f"but {sum(doubtful)} ranks that float32 cannot tell" if any(doubtful) else "")
            s = run("similarity", "--model", model, "--pooling", pooling, "--random", n, *files)
            random = [known[r] for k in (0, 1) for r in [p[k] for p in s["random_pairs"]]]
            r = embed(model, random, pooling)
            x, y, left, right = e[: len(queries)], e[len(queries):], r[:n], r[n:]
            potential = torch.exp(-2 * torch.cdist(r, r, compute_mode="donot_use_mm_for_euclid_dist") ** 2)
            want = {"alignment": [(x - y).square().sum(1).mean()], "uniformity": [((potential.sum() - len(r)) / len(r) / (len(r) - 1)).log()],
                    "positive": (x * y).sum(1), "random": (left * right).sum(1)}
            for key, values in want.items():
                given = s[key] if isinstance(s[key], list) else [s[key]]
                off = max(abs(a - float(b)) for a, b in zip(given, values, strict=True))
                ok &= check(f"similarity {pooling}, {key}", off < 1e-4, f"off by {off:.1e}")
    return ok


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    hf.logging.set_verbosity_error()
    sys.exit(not compare(*sys.argv[2:5], int(sys.argv[5]) if len(sys.argv) == 6 else 100))
