"""Makes isotropy.json: random rows and their IsoScore, step by step as Algorithm 1 of Rudman et al. (2022)
has it, and rank correlations with their intervals.

python 3.11, numpy 2.4.6:
    python isotropy.py > isotropy.json
"""
import json

import numpy as np


def isoscore(rows):
    n = rows.shape[1]
    values, vectors = np.linalg.eigh(np.cov(rows, rowvar=False))
    turned = (rows - rows.mean(axis=0)) @ vectors  # step 2: principal components
    diagonal = np.diag(np.cov(turned, rowvar=False))  # step 3
    diagonal = np.sqrt(n) * diagonal / np.linalg.norm(diagonal)  # step 4
    defect = np.linalg.norm(diagonal - np.ones(n)) / np.sqrt(2 * (n - np.sqrt(n)))  # step 5
    used = (n - defect**2 * (n - np.sqrt(n))) ** 2 / n**2  # step 6: the share of dimensions in use
    return (n * used - 1) / (n - 1)  # step 7


def case(m, n, falling, offset, seed):
    rng = np.random.default_rng(seed)
    rows = (rng.standard_normal((m, n)) * falling ** np.arange(n) + offset).astype(np.float32)
    unit = rows.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return {"dim": n, "rows": rows.flatten().tolist(), "isoscore": isoscore(rows.astype(np.float64)), "unit_isoscore": isoscore(unit)}


def ranks(x):
    return np.argsort(np.argsort(x)).astype(float)  # of values without ties


def interval(*series):
    """Fieller, Hartley and Pearson (1957): atanh(rho) has the variance 1.06/(n-3). Series are combined with
    the inverses of their variances as weights (Hedges and Olkin, 1985)."""
    weights, z = [], []
    for x, y in series:
        n = len(x)
        rho = np.corrcoef(ranks(x), ranks(y))[0, 1]
        limit = 1 - 6 / (n**3 - n)  # half a step of rho's scale below 1
        weights.append((n - 3) / 1.06)
        z.append(np.arctanh(np.clip(rho, -limit, limit)))
    mean, half = np.average(z, weights=weights), 1.959964 / np.sqrt(np.sum(weights))
    return [np.tanh(mean - half), np.tanh(mean), np.tanh(mean + half)]


rng = np.random.default_rng(7)
one, other, steps = rng.standard_normal((2, 9)), rng.standard_normal((2, 6)), np.arange(5.0)
print(json.dumps({
    "isoscores": [case(50, 4, 1.0, 0.0, 1), case(200, 8, 0.5, 3.0, 2), case(10, 16, 0.9, 0.0, 3)],
    "intervals": [
        {"series": [one.tolist()], "interval": interval(one)},
        {"series": [one.tolist(), other.tolist()], "interval": interval(one, other)},
        {"series": [[steps.tolist(), (-steps).tolist()]], "interval": interval((steps, -steps))},
    ],
}))
