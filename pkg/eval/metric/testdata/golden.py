"""Makes golden.json: random inputs and what other libraries compute from them.

python 3.11, numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, rapidfuzz 3.14.6, torch 2.15.0:
    python golden.py > golden.json
"""
import json
import random

import numpy as np
import torch
from rapidfuzz.distance import Levenshtein
from scipy import stats
from sklearn.metrics import accuracy_score, matthews_corrcoef

rng = random.Random(20250617)
SPACES = [" ", "  ", "\n", "\t", "\u3000", "\u00a0", "\u2028", "\x1f", "\x85", "\u200b"]  # the last one is none


def text(longest):
    letters = rng.choice(["ab", "東京都", "abcdef", "日本の首都は東京である。", "e\u0301é👩‍👩‍👧🇯🇵", "".join(map(chr, range(0x3041, 0x3097)))])
    n = rng.choice([0, 1, 2, 5, rng.randrange(longest + 1), rng.randrange(longest + 1)])
    return "".join(rng.choice(SPACES) if rng.random() < 0.15 else rng.choice(letters) for _ in range(n))


def texts(n, longest):
    out = [text(longest) for _ in range(n)]
    for i in range(0, n, 5):  # repeats, and near ones
        out[i] = out[rng.randrange(n)]
        other = out[rng.randrange(n)]
        k = rng.randrange(len(other) + 1)
        out[(i + 1) % n] = other[:k] + "京" + other[k + 1 :]
    return out + ["", "x" * 64, "x" * 65, "y" + "x" * 63, "x" * 127 + "y", "x" * 128, "y" * 129]


def jaccard(a, b):
    a, b = set(a), set(b)
    return len(a & b) / len(a | b) if a | b else 0.0


def rank(scores, right):  # sorted by (score descending, index ascending)
    return 1 + sorted(range(len(scores)), key=lambda i: (-scores[i], i)).index(right)


def retrieval(scores):
    ranks = [rank(row, i) for i, row in enumerate(scores)]
    return {"ranks": ranks, "recall": sum(r <= 10 for r in ranks) / len(ranks), "mrr": sum(1 / r for r in ranks if r <= 10) / len(ranks)}


def edit_case(n, longest):
    a, b = texts(n, longest), texts(n, longest)
    distances = [[Levenshtein.distance(x, y) for y in b] for x in a]
    words = [[jaccard(x.split(), y.split()) for y in b] for x in a]
    chars = [[jaccard(x, y) for y in b] for x in a]
    return {"queries": a, "texts": b, "distances": distances, "words": words, "chars": chars, "strip": [x.strip() for x in a],
            "edit_retrieval": retrieval([[-d for d in row] for row in distances]),
            "word_retrieval": retrieval(words), "char_retrieval": retrieval(chars)}


def align_loss(x, y, alpha=2):  # Wang and Isola's code
    return (x - y).norm(p=2, dim=1).pow(alpha).mean()


def uniform_loss(x, t=2):  # each unordered pair once, which is the same mean
    return torch.pdist(x, p=2).pow(2).mul(-t).exp().mean().log()


def embedding_case(n, dim, spread, seed):
    g = torch.Generator().manual_seed(seed)
    centre = torch.randn(1, dim, generator=g)
    x = centre + spread * torch.randn(n, dim, generator=g)
    y = x + 0.5 * spread * torch.randn(n, dim, generator=g)
    x[n // 2], y[n // 3], y[n // 4] = x[0], y[0], x[n // 4]  # repeats
    u = torch.nn.functional.normalize(x.double(), dim=1)
    v = torch.nn.functional.normalize(y.double(), dim=1)
    return {"x": x.flatten().tolist(), "y": y.flatten().tolist(), "dim": dim,
            "cosine": torch.nn.functional.cosine_similarity(x.double(), y.double()).tolist(),
            "alignment": align_loss(u, v).item(), "uniformity": uniform_loss(u).item(),
            "pair_uniformity": (u - v).norm(dim=1).pow(2).mul(-2).exp().mean().log().item(),
            "ranks": retrieval((u @ v.T).tolist())["ranks"]}


def correlation_case(n, levels):
    x = [rng.gauss(0, 1) if levels == 0 else float(rng.randrange(levels)) / 2 for _ in range(n)]
    y = [a * rng.choice([-1, 1, 1]) + rng.gauss(0, 0.5) if levels == 0 else float(rng.randrange(levels)) for a in x]
    return {"x": x, "y": y, "pearson": stats.pearsonr(x, y).statistic, "spearman": stats.spearmanr(x, y).statistic,
            "ranks": stats.rankdata(x).tolist(), "quartiles": np.percentile(x, [25, 50, 75]).tolist()}


def classification_case(n, classes, skill):
    labels = [rng.randrange(classes) for _ in range(n)]
    guesses = [a if rng.random() < skill else rng.randrange(classes + (classes > 2)) for a in labels]
    return {"labels": labels, "predictions": guesses, "accuracy": accuracy_score(labels, guesses), "matthews": matthews_corrcoef(labels, guesses)}


def constant_guess():
    labels = [rng.randrange(2) for _ in range(20)]
    return {"labels": labels, "predictions": [1] * 20, "accuracy": accuracy_score(labels, [1] * 20), "matthews": matthews_corrcoef(labels, [1] * 20)}


golden = {
    "texts": [edit_case(20, 12), edit_case(15, 300)],
    "embeddings": [embedding_case(12, 5, 0.5, 1), embedding_case(150, 8, 2.0, 2), embedding_case(20, 16, 0.01, 3)],
    "correlations": [correlation_case(2, 0), correlation_case(101, 0), correlation_case(60, 3), correlation_case(40, 11)],
    "classifications": [classification_case(50, 2, 0.6), classification_case(80, 3, 0.5), classification_case(30, 4, 0.0), constant_guess()],
}
print(json.dumps(golden, ensure_ascii=True, separators=(",", ":")))
