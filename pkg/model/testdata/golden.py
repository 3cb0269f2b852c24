"""Golden numbers of the models, from transformers on the CPU.

    pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    python pkg/model/testdata/golden.py

Writes, beside itself, two files a case: NAME.json with the config as it was
given and as transformers saves it, and NAME.safetensors (all float32) with

    w/NAME       weights                g/NAME      gradients of the loss
    ids, lengths, types                 the inputs, padded at the end
    labels       per position (masked LM, -100: none) or per row
    hidden/NN    embeddings, layers, the last after the final norm
    logits, loss, and pooled (BERT's pooler)

Eager attention, float32, evaluation mode. The weights are far larger than a
trained model's, so that every path carries numbers that can be told apart.

NAME-bfloat16.safetensors has logits and gradients of the same weights and
inputs under torch.autocast in bfloat16, for the cases in AUTOCAST.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertForSequenceClassification,
    BertModel,
    ModernBertConfig,
    ModernBertForMaskedLM,
    ModernBertForSequenceClassification,
)

assert torch.__version__.startswith("2.15.0"), torch.__version__
assert transformers.__version__ == "5.23.0", transformers.__version__

OUT = Path(__file__).parent
torch.set_num_threads(1)

SMALL = dict(vocab_size=53, hidden_size=24, intermediate_size=20, num_hidden_layers=3, num_attention_heads=2,
             max_position_embeddings=256, pad_token_id=1, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)

MODERNBERT = {
    # Like llm-jp-modernbert: no bias but the decoder's, tied, the older names; blocks of 64 with a rest.
    "modernbert-base": (ModernBertForMaskedLM, [150, 97], dict(
        SMALL, num_hidden_layers=4, local_attention=16, global_attn_every_n_layers=3,
        global_rope_theta=10000.0, local_rope_theta=10000.0)),
    # The same with smaller weights, which magnify bfloat16's rounding less.
    "modernbert-modest": (ModernBertForMaskedLM, [150, 97], dict(
        SMALL, num_hidden_layers=4, local_attention=16, global_attn_every_n_layers=3,
        global_rope_theta=10000.0, local_rope_theta=10000.0)),
    # Everything that can be switched the other way; two thetas in the newer form.
    "modernbert-biases": (ModernBertForMaskedLM, [40, 13, 1], dict(
        SMALL, local_attention=10, global_attn_every_n_layers=2, hidden_activation="silu", classifier_activation="relu",
        norm_bias=True, attention_bias=True, mlp_bias=True, decoder_bias=False, classifier_bias=True,
        tie_word_embeddings=False, norm_eps=1e-3, rope_parameters={
            "full_attention": {"rope_type": "default", "rope_theta": 160000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 500.0}})),
    # A window wider than the least block, layers in no regular order, one head.
    "modernbert-wide": (ModernBertForMaskedLM, [211, 140], dict(
        SMALL, hidden_size=16, num_attention_heads=1, local_attention=135, hidden_activation="gelu_pytorch_tanh",
        classifier_activation="gelu_new", mlp_bias=True, tie_word_embeddings=False, decoder_bias=True,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        global_rope_theta=1000.0, local_rope_theta=100.0)),
    # Exactly two blocks; a window of nothing but itself.
    "modernbert-narrow": (ModernBertForMaskedLM, [128], dict(
        SMALL, hidden_size=16, local_attention=1, hidden_activation="gelu_new", num_hidden_layers=2)),
    "modernbert-classify": (ModernBertForSequenceClassification, [17, 30, 4], dict(
        SMALL, hidden_size=16, local_attention=8, num_labels=3, problem_type="single_label_classification")),
    "modernbert-regress": (ModernBertForSequenceClassification, [17, 30, 4], dict(
        SMALL, hidden_size=16, local_attention=8, num_labels=1, problem_type="regression",
        classifier_pooling="mean", classifier_activation="silu", classifier_bias=True, norm_bias=True)),
    "modernbert-multilabel": (ModernBertForSequenceClassification, [9, 5], dict(
        SMALL, hidden_size=16, local_attention=8, problem_type="multi_label_classification", num_hidden_layers=1,
        classifier_pooling="mean", id2label={0: "alpha", 1: "beta", 2: "gamma", 3: "delta"})),
}

BERT_SMALL = dict(vocab_size=53, hidden_size=24, intermediate_size=20, num_hidden_layers=3, num_attention_heads=2,
                  max_position_embeddings=64, type_vocab_size=2, pad_token_id=0)

BERT = {
    "bert-masked": (BertForMaskedLM, [60, 33, 1], BERT_SMALL),
    "bert-untied": (BertForMaskedLM, [20, 7], dict(
        BERT_SMALL, hidden_act="gelu_new", layer_norm_eps=1e-3, tie_word_embeddings=False, num_hidden_layers=2,
        type_vocab_size=3)),
    "bert-classify": (BertForSequenceClassification, [17, 30, 4], dict(
        BERT_SMALL, hidden_size=16, num_labels=3, problem_type="single_label_classification")),
    "bert-regress": (BertForSequenceClassification, [17, 30, 4], dict(
        BERT_SMALL, hidden_size=16, num_labels=1, problem_type="regression", hidden_act="relu")),
    "bert-multilabel": (BertForSequenceClassification, [9, 5], dict(
        BERT_SMALL, hidden_size=16, problem_type="multi_label_classification", num_hidden_layers=1,
        id2label={0: "alpha", 1: "beta", 2: "gamma", 3: "delta"})),
    "bert-pooled": (BertModel, [12, 31], dict(BERT_SMALL, hidden_size=16, num_attention_heads=4, num_hidden_layers=2)),
}

# Computed a second time under autocast: pretraining's preset base does so.
AUTOCAST = ("modernbert-modest", "bert-masked")
MODEST = 0.3  # of the other cases' matrices


def draw(model, generator, size=1.0):
    """Weights of a size that lets attention choose, norms near one, biases off zero."""
    for name, weight in model.named_parameters():
        values = torch.randn(weight.shape, generator=generator)
        if weight.dim() == 1:
            values = values * 0.2 + ("norm" in name.lower() and name.endswith("weight"))
        else:
            values = values * (1.0 if "embeddings" in name else size * 1.5 * weight.shape[1] ** -0.5)
        weight.data.copy_(values)


def run(name, make, lengths, given, config):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    config._attn_implementation = "eager"
    model = make(config).eval()
    draw(model, generator, MODEST if name.endswith("modest") else 1.0)

    batch, seq = len(lengths), max(lengths)
    ids = torch.randint(0, config.vocab_size, (batch, seq), generator=generator)
    ids[0, min(2, seq - 1)] = config.pad_token_id  # an attended pad token: its row learns from the decoder alone
    mask = torch.arange(seq) < torch.tensor(lengths)[:, None]
    ids[~mask] = config.pad_token_id
    inputs = dict(input_ids=ids, attention_mask=mask.long())
    tensors = {"ids": ids, "lengths": torch.tensor(lengths)}
    if config.model_type == "bert":
        types = torch.randint(0, config.type_vocab_size, (batch, seq), generator=generator) * mask
        inputs["token_type_ids"] = tensors["types"] = types

    head = make.__name__
    if head.endswith("MaskedLM"):
        labels = torch.randint(0, config.vocab_size, (batch, seq), generator=generator)
        labels[(torch.rand((batch, seq), generator=generator) > 0.3) | ~mask] = -100
        labels[0, 0] = 7
    elif config.problem_type == "single_label_classification":
        labels = torch.randint(0, config.num_labels, (batch,), generator=generator)
    elif config.problem_type == "regression":
        labels = torch.rand((batch,), generator=generator) * 5
    elif config.problem_type == "multi_label_classification":
        labels = torch.randint(0, 2, (batch, config.num_labels), generator=generator).float()
    else:
        labels = None
    if labels is not None:
        inputs["labels"] = tensors["labels"] = labels

    out = model(**inputs, output_hidden_states=True)
    for i, hidden in enumerate(out.hidden_states):
        tensors[f"hidden/{i:02d}"] = hidden * mask[..., None]  # padded positions mean nothing
    if labels is None:
        tensors["pooled"] = out.pooler_output
        loss = out.pooler_output.square().sum() + (out.last_hidden_state * mask[..., None]).sum()
    else:
        tensors["logits"] = out.logits * mask[..., None] if head.endswith("MaskedLM") else out.logits
        loss = out.loss
    tensors["loss"] = loss.reshape(1)
    loss.backward()

    for weight, value in model.named_parameters():
        tensors["w/" + weight] = value
        assert value.grad is not None or "pooler" in weight or weight == "cls.predictions.bias", weight
        tensors["g/" + weight] = torch.zeros_like(value) if value.grad is None else value.grad
    write(name, tensors)
    if name in AUTOCAST:
        model.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = model(**inputs)
        out.loss.backward()
        rounded = {"g/" + weight: torch.zeros_like(value) if value.grad is None else value.grad
                   for weight, value in model.named_parameters()}
        write(name + "-bfloat16", dict(rounded, logits=out.logits * mask[..., None]))
    saved = json.loads(config.to_json_string(use_diff=False))
    saved["architectures"] = [head]
    for private in ("_attn_implementation", "_name_or_path", "_attn_implementation_internal", "_output_attentions"):
        saved.pop(private, None)
    (OUT / f"{name}.json").write_text(json.dumps(
        {"given": dict(given, model_type=config.model_type, architectures=[head]), "saved": saved},
        indent=1, sort_keys=True) + "\n")
    print(f"{name}: loss {loss.item():.6f}, logits std", tensors.get("logits", tensors["loss"]).std().item())


def write(name, tensors):
    save_file({k: v.detach().float().contiguous() for k, v in tensors.items()}, OUT / f"{name}.safetensors")


def main():
    for name, (make, lengths, given) in MODERNBERT.items():
        run(name, make, lengths, given, ModernBertConfig(**json.loads(json.dumps(given))))
    for name, (make, lengths, given) in BERT.items():
        run(name, make, lengths, given, BertConfig(**json.loads(json.dumps(given))))


if __name__ == "__main__":
    main()
