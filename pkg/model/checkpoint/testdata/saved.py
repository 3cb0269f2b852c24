"""Writes saved/: tiny models as transformers itself saves them.

Made with torch 2.15.0 and transformers 5.23.0: python saved.py
"""

import json
import pathlib
import shutil

import torch
import transformers as hf
from safetensors.torch import load_file, save_file

assert hf.__version__ == "5.23.0", hf.__version__

OUT = pathlib.Path(__file__).with_name("saved")
SIZES = dict(vocab_size=13, hidden_size=8, intermediate_size=6, num_hidden_layers=2, num_attention_heads=2, max_position_embeddings=16)
MODERN = hf.ModernBertConfig(**SIZES, pad_token_id=0, bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)
BERT = hf.BertConfig(**SIZES)


def randomized(model):
    generator = torch.Generator().manual_seed(7)
    for parameter in model.parameters():  # norms and biases too: nothing may look like a default
        parameter.data.normal_(0, 1, generator=generator)
    return model


def save(name, model, **options):
    randomized(model).save_pretrained(OUT / name, **options)


def but(config, **fields):
    given = {key: value for key, value in config.to_dict().items() if key not in ("id2label", "label2id")}
    return type(config)(**{**given, **fields})


shutil.rmtree(OUT, ignore_errors=True)
save("modernbert-body", hf.ModernBertModel(MODERN))
save("modernbert-masked", hf.ModernBertForMaskedLM(MODERN))
save("modernbert-untied", hf.ModernBertForMaskedLM(but(MODERN, tie_word_embeddings=False)))
save("modernbert-classifier", hf.ModernBertForSequenceClassification(but(MODERN, num_labels=3)))
save("modernbert-bf16", hf.ModernBertForMaskedLM(MODERN).to(torch.bfloat16))
save("modernbert-shards", hf.ModernBertForMaskedLM(MODERN), max_shard_size=1500)
save("bert-body", hf.BertModel(BERT))
save("bert-masked", hf.BertForMaskedLM(BERT))
save("bert-untied", hf.BertForMaskedLM(but(BERT, tie_word_embeddings=False)))
save("bert-classifier", hf.BertForSequenceClassification(but(BERT, num_labels=1, problem_type="regression")))
save("bert-pretraining", hf.BertForPreTraining(BERT))

# As checkpoints were published years ago: gamma and beta, the position buffer,
# the decoder and its bias once more.
old = OUT / "bert-old"
shutil.copytree(OUT / "bert-pretraining", old)
tensors = load_file(old / "model.safetensors")
renamed = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t for name, t in tensors.items()}
renamed["bert.embeddings.position_ids"] = torch.arange(16)[None]
renamed["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"].clone()
renamed["cls.predictions.decoder.bias"] = tensors["cls.predictions.bias"].clone()
save_file(renamed, old / "model.safetensors", metadata={"format": "pt"})

for path in OUT.glob("*/generation_config.json"):
    path.unlink()
for path in OUT.rglob("*"):
    path.chmod(0o755 if path.is_dir() else 0o644)
print(json.dumps({p.name: sorted(f.name for f in p.iterdir()) for p in sorted(OUT.iterdir())}, indent=1))
