"""Writes what rapidfuzz, torch and transformers make of pairs of texts: pairs.json; the pairs as files: pairs.jsonl, passages.jsonl.

Made with torch 2.15.0, transformers 5.23.0, RapidFuzz 3.14.6, python 3.11, after golden.py:
    python pairs.py
"""
import json
import pathlib
import random

import torch
import transformers as hf
from rapidfuzz.distance import Levenshtein

HERE = pathlib.Path(__file__).parent


def texts(rng):
    """Passages with ties in every measure: repeats, empty ones, the same words in another order, white space around."""
    pieces = "東京 京都 日本の首都 富士山 は です である。 文化 と 四季 12 ヶ月 Tokyo is".split()
    out = ["", "", " \n", "京都 は 文化", "文化 は 京都", "\u3000京都 は 文化 ", "𠮟る👩‍👩‍👧が", "がが"]
    while len(out) < 60:
        out.append(rng.choice(["", " ", "\u3000"]).join(rng.choices(pieces, k=rng.randrange(1, 14))))
    out += rng.sample(out, 10)
    rng.shuffle(out)
    return out


def ranks(scores):
    """1 + greater ones + equal ones before, of entry i in row i."""
    return [1 + sum(s > row[i] or (s == row[i] and j < i) for j, s in enumerate(row)) for i, row in enumerate(scores)]


def scores(of):
    return {"recall@10": sum(r <= 10 for r in of) / len(of), "mrr@10": sum(1 / r for r in of if r <= 10) / len(of), "n": len(of), "ranks": of}


def jaccard(a, b):
    return len(a & b) / len(a | b) if a | b else 0.0


@torch.no_grad()
def embed(name, texts, limit, pooling):
    tok, model = hf.AutoTokenizer.from_pretrained(HERE / name), hf.AutoModel.from_pretrained(HERE / name, attn_implementation="eager").eval()
    rows = []
    for text in texts:
        inputs = tok(text.strip(), truncation=True, max_length=limit, return_tensors="pt")
        hidden = model(input_ids=inputs["input_ids"]).last_hidden_state[0]
        rows.append(hidden.mean(0) if pooling == "mean" else hidden[0])
    return torch.nn.functional.normalize(torch.stack(rows).double(), dim=1)


def main():
    rng = random.Random(3)
    passages = texts(rng)
    n = len(passages)
    pairs = [rng.sample(range(n), 2) for _ in range(40)] + [[5, 5]]
    drawn = [rng.sample(range(n), 2) for _ in range(25)]
    query, positive = [[passages[p[k]] for p in pairs] for k in (0, 1)]
    golden = {"passages": passages, "pairs": pairs, "random_pairs": drawn, "models": {}}
    golden["edit"] = scores(ranks([[-Levenshtein.distance(q, p) for p in positive] for q in query]))
    golden["share"] = scores(ranks([[-Levenshtein.distance(q, p) / max(len(q), len(p), 1) for p in positive] for q in query]))
    golden["word"] = scores(ranks([[jaccard(set(q.split()), set(p.split())) for p in positive] for q in query]))
    golden["char"] = scores(ranks([[jaccard(set(q), set(p)) for p in positive] for q in query]))
    for name, limit in [("modernbert", 96), ("bert", 40)]:
        for pooling in ("mean", "cls"):
            e = embed(name, passages, limit, pooling)
            x, y = [e[torch.tensor([p[k] for p in pairs])] for k in (0, 1)]
            cosines = x @ y.T
            gap = (cosines - cosines.diag()[:, None]).abs()
            assert not ((gap > 1e-12) & (gap < 2e-6)).any(), "a passage too near to the right one for float32"
            left, right = [e[torch.tensor([p[k] for p in drawn])] for k in (0, 1)]
            both = torch.cat([left, right])
            potential = torch.exp(-2 * torch.cdist(both, both, compute_mode="donot_use_mm_for_euclid_dist") ** 2)
            golden["models"][f"{name} {pooling}"] = {
                "retrieval": scores(ranks((cosines * 1e9).round().tolist())),
                "alignment": (x - y).square().sum(1).mean().item(),
                "uniformity": ((potential.sum() - potential.trace()) / (len(both) * (len(both) - 1))).log().item(),
                "pair_uniformity": torch.exp(-2 * (left - right).square().sum(1)).mean().log().item(),
                "positive": (x * y).sum(1).tolist(), "random": (left * right).sum(1).tolist(),
                "positive_distances": (x - y).square().sum(1).tolist(), "random_distances": (left - right).square().sum(1).tolist()}
    (HERE / "passages.jsonl").write_text("".join(json.dumps({"id": f"p{i}", "text": p}, ensure_ascii=False) + "\n" for i, p in enumerate(passages)))
    (HERE / "pairs.jsonl").write_text("".join(json.dumps({"query": f"p{q}", "positive": f"p{p}"}) + "\n" for q, p in pairs))
    (HERE / "pairs.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")


main()
