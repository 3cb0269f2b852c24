"""Checks with transformers and sentence-transformers themselves what `export`
writes: no missing, unexpected or mismatched key, the same numbers as the model
it was made from, mean pooling.

    python pkg/model/checkpoint/testdata/live.py MODERNBERT

MODERNBERT is the built program, or scripts/modernbert. Run from the root, with
torch 2.15.0, transformers 5.23.0 and sentence-transformers 6.2.0 (and
fugashi, unidic-lite for the MeCab tokenizer).
"""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers as hf
from sentence_transformers import SentenceTransformer

hf.logging.set_verbosity_error()
PROGRAM = sys.argv[1]
TEXTS = ["東京は日本の首都です。", "吾輩は猫である。名前はまだ無い。", "The quick brown fox."]
CLASSES = {"Model": hf.AutoModel, "ForMaskedLM": hf.AutoModelForMaskedLM,
           "ForSequenceClassification": hf.AutoModelForSequenceClassification}


def add_tokenizer(folder, kind):
    if kind == "bert":
        for name in ("vocab.txt", "tokenizer_config.json"):
            shutil.copy(pathlib.Path("data/wordpiece") / name, folder)
        return
    shutil.copy("data/tokenizer/tokenizer_config.json", folder)
    with gzip.open("data/tokenizer/tokenizer.json.gz") as packed:
        (folder / "tokenizer.json").write_bytes(packed.read())


def config(kind, **fields):
    sizes = dict(hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=2, **fields)
    if kind == "bert":
        return hf.BertConfig(vocab_size=32768, max_position_embeddings=64, **sizes)
    return hf.ModernBertConfig(vocab_size=99574, max_position_embeddings=8192, pad_token_id=4, bos_token_id=5,
                               eos_token_id=6, cls_token_id=5, sep_token_id=6, **sizes)


def load(make, folder, dtype):
    model, info = make.from_pretrained(folder, output_loading_info=True)
    bad = {key: value for key, value in info.items() if value}
    assert not bad, (folder, bad)
    assert model.dtype == dtype, (folder, model.dtype)
    return model.eval()


def first(model, inputs):
    with torch.no_grad():
        return model(**inputs)[0].float()


def main(tmp):
    torch.manual_seed(3)
    for kind in ("ModernBert", "Bert"):
        for head, make in CLASSES.items():
            source = tmp / f"{kind}{head}"
            model = getattr(hf, kind + head)(config(kind.lower(), num_labels=3)).eval()
            model.save_pretrained(source)
            add_tokenizer(source, kind.lower())
            tokenizer = hf.AutoTokenizer.from_pretrained(source)
            inputs = tokenizer(TEXTS, padding=True, truncation=True, max_length=64, return_tensors="pt")
            want = first(model, inputs)
            body = first(model.base_model, inputs)
            for dtype, torch_dtype in (("f32", torch.float32), ("bf16", torch.bfloat16)):
                tolerance = 0 if dtype == "f32" else 0.05 * want.std().item() + 0.01

                def export(to, *flags):
                    out = tmp / f"{source.name}-{to}-{dtype}"
                    subprocess.run([PROGRAM, "export", "--model", source, "--output", out, "--to", to, "--dtype", dtype, *flags],
                                   check=True, stdout=subprocess.DEVNULL)
                    return out

                out = export("transformers")
                assert json.loads((out / "config.json").read_text())["architectures"] == [kind + head]
                got = first(load(make, out, torch_dtype), inputs)
                worst = (got - want).abs().max().item()
                assert worst <= tolerance, (out, worst, tolerance)
                again = hf.AutoTokenizer.from_pretrained(out)
                assert again(TEXTS)["input_ids"] == tokenizer(TEXTS)["input_ids"], out

                out = export("sentence-transformers", "--query-prompt", "クエリ: ", "--passage-prompt", "文章: ")
                if not (kind == "Bert" and head == "ForMaskedLM"):  # that body has no pooler
                    load(hf.AutoModel, out, torch_dtype)
                sentences = SentenceTransformer(str(out), device="cpu")
                mask = inputs["attention_mask"][..., None].float()
                mean = (body * mask).sum(1) / mask.sum(1)
                got = sentences.encode(TEXTS, convert_to_tensor=True).float()
                apart = (got - mean).abs().max().item()
                assert sentences[1].pooling_mode == "mean" and sentences.max_seq_length == (64 if kind == "Bert" else 8192)
                assert apart <= (1e-5 if dtype == "f32" else 0.05), (out, apart)
                for prompt, encode in {"クエリ: ": sentences.encode_query, "文章: ": sentences.encode_document}.items():
                    by_hand = sentences.encode([prompt + t for t in TEXTS], convert_to_tensor=True).float()
                    assert torch.equal(encode(TEXTS, convert_to_tensor=True).float(), by_hand), (out, prompt)
                print(f"{out.name}: logits {worst:.2g}, embeddings {apart:.2g}")


with tempfile.TemporaryDirectory() as folder:
    main(pathlib.Path(folder))
