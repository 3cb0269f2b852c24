"""Makes shipped.json and shipped.safetensors, the golden numbers of
shipped_test.go: what transformers and sentence-transformers give for the model
in data/models/small, loaded as its model card says. Run from this folder, with
the peer that scripts/setup --peer installs:

    python shipped.py

shipped.json holds, for each text, the first five guesses of its mask: token and
probability. shipped.safetensors holds the texts' embeddings [n, width] as
"embeddings", without their mask."""

import json

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from transformers import pipeline

DIR = "../../../data/models/small"
TEXTS = ["日本の首都は{}である。", "1年は{}ヶ月である。", "吾輩は{}である。名前はまだない。"]

fill = pipeline("fill-mask", model=DIR, dtype=torch.float32, device="cpu")
guesses = [
    {"text": t, "guesses": [{"id": g["token"], "score": g["score"]} for g in fill(t.replace("{}", fill.tokenizer.mask_token), top_k=5)]}
    for t in TEXTS
]
with open("shipped.json", "w") as f:
    json.dump(guesses, f, ensure_ascii=False, indent=1)
    f.write("\n")

embed = SentenceTransformer(DIR, device="cpu", model_kwargs={"dtype": torch.float32})
save_file({"embeddings": embed.encode([t.replace("{}", "") for t in TEXTS], convert_to_tensor=True).contiguous()}, "shipped.safetensors")
