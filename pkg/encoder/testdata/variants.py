"""Makes the golden numbers of variants_test.go: forms of a model that
transformers loads, with the scores it gives. Run from this folder, with the
peer that scripts/setup --peer installs:

    python variants.py

It writes variants/NAME.safetensors (weights), variants.json (which weights with
which config.json) and variants.safetensors (ids, and the scores of each)."""

import json
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForMaskedLM, BertConfig, BertForMaskedLM, ModernBertConfig, ModernBertForMaskedLM
from transformers.activations import ACT2CLS

torch.manual_seed(20)
OUT = Path("variants")
IDS = torch.tensor([[5, 11, 7, 30, 2, 19, 8, 23, 1, 14, 33, 6, 38, 17, 9, 28, 3, 21, 12, 36, 10, 4, 25, 6]])

sizes = dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_attention_heads=2, max_position_embeddings=64,
             pad_token_id=0, bos_token_id=5, eos_token_id=6)
modernbert = ModernBertForMaskedLM(ModernBertConfig(
    **sizes, num_hidden_layers=3, cls_token_id=5, sep_token_id=6, local_attention=8, initializer_range=0.4,
    layer_types=["full_attention", "sliding_attention", "full_attention"],
    rope_parameters={"full_attention": {"rope_type": "default", "rope_theta": 1000.0},
                     "sliding_attention": {"rope_type": "default", "rope_theta": 100.0}}))
bert = BertForMaskedLM(BertConfig(**sizes, num_hidden_layers=2, initializer_range=0.4))


def tensors(model):
    with tempfile.TemporaryDirectory() as d:
        model.save_pretrained(d)
        return load_file(f"{d}/model.safetensors"), json.load(open(f"{d}/config.json"))


weights, configs = {}, {}
weights["modernbert"], configs["modernbert"] = tensors(modernbert)
weights["bert"], configs["bert"] = tensors(bert)
for name in ["modernbert", "bert"]:
    weights[f"{name}-f64"] = {k: v.double() + 1e-9 for k, v in weights[name].items()}
weights["modernbert-untied"] = weights["modernbert"] | {"decoder.weight": torch.randn(40, 16)}
weights["bert-untied"] = weights["bert"] | {"cls.predictions.decoder.weight": torch.randn(40, 16), "cls.predictions.decoder.bias": torch.randn(40)}
weights["bert-bias"] = weights["bert"] | {"cls.predictions.decoder.bias": torch.randn(40)}
weights["modernbert-buffers"] = weights["modernbert"] | {
    "model.rotary_emb.full_attention_inv_freq": torch.ones(4), "model.layers.0.attn.rotary_emb.inv_freq": torch.ones(4)}
weights["bert-buffers"] = weights["bert"] | {
    "bert.embeddings.position_ids": torch.arange(64)[None], "bert.embeddings.token_type_ids": torch.zeros(1, 64, dtype=torch.int64)}

variants = []


def variant(name, w, **changes):
    kind = w.split("-")[0]
    config = {k: v for k, v in (configs[kind] | changes).items() if v != "absent"}
    variants.append({"name": name, "weights": w, "config": config})


def rope(**scaling):
    return {"rope_parameters": {"full_attention": {"rope_theta": 1000.0} | scaling,
                                "sliding_attention": {"rope_type": "default", "rope_theta": 100.0}}}


for activation in ACT2CLS:
    if activation not in ("prelu", "xielu"):  # these have weights
        variant(f"modernbert {activation}", "modernbert", hidden_activation=activation, classifier_activation=activation)
        variant(f"bert {activation}", "bert", hidden_act=activation)
for w in weights:
    if "-" in w:
        variant(w, w)
variant("no local layer", "modernbert", local_attention=-1, layer_types=["full_attention"] * 3)
variant("no local layer, older", "modernbert", local_attention=-1, layer_types="absent", global_attn_every_n_layers=1)
variant("labels with a gap", "modernbert", id2label={"0": "a", "2": "b"}, label2id={"a": 0, "b": 2})
variant("linear", "modernbert", **rope(rope_type="linear", factor=2.5))
variant("dynamic", "modernbert", **rope(rope_type="dynamic", factor=3.0))
variant("proportional", "modernbert", **rope(rope_type="proportional", factor=2.0, partial_rotary_factor=0.5))
variant("yarn", "modernbert", **rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=16))
variant("yarn, all said", "modernbert", **rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=20,
                                               beta_fast=2.0, beta_slow=0.5, mscale=0.8, mscale_all_dim=0.4))
variant("yarn, its attention", "modernbert", **rope(rope_type="yarn", factor=2.0, original_max_position_embeddings=32, attention_factor=1.7))
variant("llama3", "modernbert", **rope(rope_type="llama3", factor=8.0, original_max_position_embeddings=32, low_freq_factor=1.0, high_freq_factor=4.0))
older = dict(rope_parameters="absent", global_rope_theta=1000.0, local_rope_theta=100.0)
variant("rope_scaling", "modernbert", **older, rope_scaling={"rope_type": "linear", "factor": 3.0})
variant("rope_scaling by its older name", "modernbert", **older, rope_scaling={"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16})

OUT.mkdir(exist_ok=True)
for name, w in weights.items():
    save_file({k: v.contiguous() for k, v in w.items()}, OUT / f"{name}.safetensors", metadata={"format": "pt"})
golden = {"ids": IDS[0].to(torch.int32)}
for v in variants:
    with tempfile.TemporaryDirectory() as d:
        (Path(d) / "config.json").write_text(json.dumps(v["config"]))
        save_file({k: x.contiguous() for k, x in weights[v["weights"]].items()}, f"{d}/model.safetensors", metadata={"format": "pt"})
        model = AutoModelForMaskedLM.from_pretrained(d, dtype=torch.float32, attn_implementation="eager").eval()
        with torch.no_grad():
            golden[v["name"]] = model(IDS).logits[0].float().contiguous()
save_file(golden, "variants.safetensors")
Path("variants.json").write_text(json.dumps(variants, indent=1) + "\n")
print(len(variants), "variants")
