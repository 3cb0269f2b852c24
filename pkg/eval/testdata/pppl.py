"""Writes what transformers makes of every token of some texts, masked alone: pppl.json, and the texts as documents: documents.jsonl.

Made with torch 2.15.0, transformers 5.23.0, python 3.11, after golden.py:
    python pppl.py
"""
import json
import pathlib

import torch
import transformers as hf

HERE = pathlib.Path(__file__).parent
LIMIT = 96


def documents():
    """The texts of golden.py, with ids of their own or none."""
    golden = json.loads((HERE / "golden.json").read_text())
    ids = ["a", 7, None, "記号\"", -1.5, True]
    return [{"text": t} if ids[i % 6] is None else {"id": ids[i % 6], "text": t} for i, t in enumerate(golden["texts"])]


@torch.no_grad()
def losses(model, tok, text):
    ids = tok(text, truncation=True, max_length=LIMIT, return_tensors="pt")["input_ids"][0]
    out = []
    for at in range(1, len(ids) - 1):
        masked = ids.clone()
        masked[at] = tok.mask_token_id
        logits = model(masked[None]).logits[0, at].double()
        out.append(torch.nn.functional.cross_entropy(logits, ids[at]).item())
    return {"length": len(ids), "losses": out}  # losses[i] at position i + 1


def main():
    tok = hf.AutoTokenizer.from_pretrained(HERE / "modernbert")
    model = hf.AutoModelForMaskedLM.from_pretrained(HERE / "modernbert", attn_implementation="eager").eval()
    docs = documents()
    (HERE / "documents.jsonl").write_text("".join(json.dumps(d, ensure_ascii=False) + "\n" for d in docs))
    golden = {"documents": [losses(model, tok, d["text"]) for d in docs]}
    (HERE / "pppl.json").write_text(json.dumps(golden) + "\n")


main()
