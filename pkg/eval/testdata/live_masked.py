"""Computes again, with transformers and torch, what pppl and fill-mask print.

    python pkg/eval/testdata/live_masked.py PROGRAM MODEL TEXTS [N]

PROGRAM is the built program, or scripts/modernbert; TEXTS are JSON lines with "text", of which the first N (10) are
measured at 20 positions each, and masked in the middle for fill-mask. Losses and probabilities have to agree within
1e-4 of their value, lengths and answers to be equal. With torch 2.15.0, transformers 5.23.0.
"""
import gzip
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers as hf


def read(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def check(name, worst):
    print(f"{name}: {'equal' if worst < 1e-4 else 'DIFFERENT'}, off by {worst:.1e}")
    return worst < 1e-4


class Peer:
    def __init__(self, model):
        self.tok = hf.AutoTokenizer.from_pretrained(model)
        self.model = hf.AutoModelForMaskedLM.from_pretrained(model, attn_implementation="eager", dtype=torch.float32).eval()
        self.limit = min(self.model.config.max_position_embeddings, self.tok.model_max_length)

    def ids(self, text):
        return self.tok(text, truncation=True, max_length=self.limit, return_tensors="pt")["input_ids"][0]

    @torch.no_grad()
    def scores(self, ids, at):
        return self.model(ids[None], attention_mask=torch.ones_like(ids[None])).logits[0, at].double().log_softmax(-1)

    def losses(self, ids, positions):
        known = {}
        for at in set(positions):
            masked = ids.clone()
            masked[at] = self.tok.mask_token_id
            known[at] = -self.scores(masked, at)[ids[at]].item()
        return [known[at] for at in positions]


def pppl(program, model, peer, documents, folder):
    texts, output = folder / "texts.jsonl", folder / "pppl.jsonl"
    texts.write_text("".join(json.dumps(d) + "\n" for d in documents))
    subprocess.run([program, "pppl", "--model", model, "--input", texts, "--output", output, "--positions", "20"], check=True)
    worst, lines = 0.0, read(str(output))
    for i, (got, document) in enumerate(zip(lines, documents, strict=True)):
        ids = peer.ids(document["text"])
        if got["id"] != document.get("id", i) or got["length"] != len(ids) or not all(1 <= at < len(ids) - 1 for at in got["positions"]):
            return check(f"pppl, document {i}", math.inf)
        want = peer.losses(ids, got["positions"])
        worst = max([worst] + [abs(a - b) / b for a, b in zip(got["losses"], want, strict=True)])
        if want:
            mean = math.exp(sum(want) / len(want))
            worst = max(worst, abs(got["pppl"] - mean) / mean)
    return check(f"pppl of {len(lines)} documents", worst)


def fill_mask(program, model, peer, documents):
    texts = [t[: len(t) // 2] + "{}" + t[len(t) // 2 + 1:] for t in (d["text"].replace("\n", "")[:60] for d in documents) if t]
    printed = subprocess.run([program, "fill-mask", "--model", model, "--json", "--top-k", "5", "--"] + texts, check=True, stdout=subprocess.PIPE, text=True).stdout
    worst = 0.0
    for text, line in zip(texts, printed.splitlines(), strict=True):
        got = json.loads(line)
        ids = peer.ids(text.replace("{}", peer.tok.mask_token))
        places = (ids == peer.tok.mask_token_id).nonzero()[:, 0].tolist()
        for guesses, at in zip(got["masks"], places, strict=True):
            p = peer.scores(ids, at).exp()
            best = p.topk(5).values.tolist()
            for guess, score in zip(guesses, best, strict=True):  # by score: the order of near ties is rounding's
                worst = max(worst, abs(guess["score"] - score) / score, abs(guess["score"] - p[guess["id"]].item()) / score)
                if guess["token"] != peer.tok.convert_ids_to_tokens(guess["id"]):
                    worst = math.inf
    return check(f"fill-mask of {len(texts)} texts", worst)


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    hf.logging.set_verbosity_error()
    program, model = sys.argv[1:3]
    peer, documents = Peer(model), read(sys.argv[3])[: int(sys.argv[4]) if len(sys.argv) == 5 else 10]
    with tempfile.TemporaryDirectory() as folder:
        ok = [pppl(program, model, peer, documents, pathlib.Path(folder)), fill_mask(program, model, peer, documents)]
    sys.exit(not all(ok))
