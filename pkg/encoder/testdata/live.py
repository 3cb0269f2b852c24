#!/usr/bin/env python3
"""Compares the program's hidden states, scores and embeddings with those of
transformers, over models that are drawn anew for every seed:

    .local/peer/bin/python pkg/encoder/testdata/live.py PROGRAM [--cases 40] [--seed 0] [--keep DIR]

PROGRAM is scripts/modernbert, or what it builds. A case is a ModernBERT or a
BERT of random depth, widths, window, thetas, layer kinds, biases, activations,
pooling and vocabulary, written by transformers in float32, bfloat16 or float16,
in one file or in shards, its config in the form of transformers 5 or 4, its
tensors by old names or new ones. It reads rows of ids from one token to several
windows, with and without padding. The reference is eager attention in float32 on
the CPU; the differences are printed in standard deviations of the tensor.
Exit status 1 if one is above 1e-4. Made with torch 2.15.0, transformers 5.23.0.
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers as hf
from safetensors.torch import load_file, save_file

hf.logging.set_verbosity_error()
hf.utils.logging.disable_progress_bar()
torch.set_num_threads(1)
TOLERANCE = 1e-4
ACTIVATIONS = ["gelu", "gelu", "gelu_new", "gelu_pytorch_tanh", "silu", "relu"]


def labels(draw):
    n = draw.choice([1, 2, 3, 7])
    fields = dict(num_labels=n) if draw.random() < 0.5 else dict(id2label={i: f"class {i}" for i in range(n)})
    problem = draw.choice([None, "regression" if n == 1 else "single_label_classification", "multi_label_classification"])
    return fields | ({"problem_type": problem} if problem else {})


def modernbert(draw):
    heads = draw.choice([1, 2, 3, 4])
    layers = draw.choice([1, 2, 3, 4, 5, 7])
    fields = dict(
        vocab_size=draw.choice([11, 53, 128, 1000, 1031]), hidden_size=heads * draw.choice([2, 4, 6, 8, 16, 64]),
        intermediate_size=draw.choice([1, 5, 24, 64]), num_hidden_layers=layers, num_attention_heads=heads,
        max_position_embeddings=draw.choice([512, 700, 8192]),
        local_attention=draw.choice([1, 2, 3, 7, 16, 31, 64, 127, 128, 129, 130, 200, 256, 512, 1001]),
        global_attn_every_n_layers=draw.choice([1, 2, 3, 4, 9]), norm_eps=draw.choice([1e-5, 1e-12, 1e-2]),
        hidden_activation=draw.choice(ACTIVATIONS), classifier_activation=draw.choice(ACTIVATIONS),
        classifier_pooling=draw.choice(["cls", "mean"]), tie_word_embeddings=draw.random() < 0.5,
        attention_dropout=draw.choice([0.0, 0.1]), embedding_dropout=draw.choice([0.0, 0.1]), mlp_dropout=draw.choice([0.0, 0.1]))
    for bias in ("norm_bias", "attention_bias", "mlp_bias", "decoder_bias", "classifier_bias"):
        fields[bias] = draw.random() < 0.5
    special = [draw.randrange(fields["vocab_size"]) for _ in range(5)]
    fields |= dict(zip(("pad_token_id", "bos_token_id", "eos_token_id", "cls_token_id", "sep_token_id"), special))
    if draw.random() < 0.2:
        fields["pad_token_id"] = None
    thetas = [draw.choice([100.0, 500.0, 10000.0, 160000.0, 1e6]) for _ in range(2)]
    if draw.random() < 0.5:
        fields |= dict(global_rope_theta=thetas[0], local_rope_theta=thetas[1])
    else:
        fields["rope_parameters"] = {kind: {"rope_type": "default", "rope_theta": theta}
                                     for kind, theta in zip(("full_attention", "sliding_attention"), thetas)}
    if draw.random() < 0.3:
        fields["layer_types"] = [draw.choice(["full_attention", "sliding_attention"]) for _ in range(layers)]
    return hf.ModernBertConfig(**fields, **labels(draw)), draw.choice(
        [hf.ModernBertModel, hf.ModernBertForMaskedLM, hf.ModernBertForMaskedLM, hf.ModernBertForSequenceClassification])


def bert(draw):
    heads = draw.choice([1, 2, 3, 4])
    fields = dict(
        vocab_size=draw.choice([11, 53, 1000, 1031]), hidden_size=heads * draw.choice([1, 3, 8, 16, 64]),
        intermediate_size=draw.choice([1, 5, 24, 64]), num_hidden_layers=draw.choice([1, 2, 3, 5]), num_attention_heads=heads,
        max_position_embeddings=draw.choice([40, 130, 512]), type_vocab_size=draw.choice([1, 2, 3]),
        layer_norm_eps=draw.choice([1e-12, 1e-5, 1e-2]), hidden_act=draw.choice(ACTIVATIONS),
        tie_word_embeddings=draw.random() < 0.7, pad_token_id=draw.choice([0, 3, None]))
    return hf.BertConfig(**fields, **labels(draw)), draw.choice(
        [hf.BertModel, hf.BertForMaskedLM, hf.BertForMaskedLM, hf.BertForSequenceClassification, hf.BertForPreTraining])


def weights(draw, model):
    """As transformers draws them, or so large that attention chooses and no norm or bias looks like a default."""
    if draw.random() < 0.3:
        return
    generator = torch.Generator().manual_seed(draw.randrange(1 << 30))
    for name, weight in model.named_parameters():
        values = torch.randn(weight.shape, generator=generator)
        if weight.dim() == 1:
            values = values * 0.2 + ("norm" in name.lower() and name.endswith("weight"))
        else:
            values = values * (1.0 if "embeddings" in name else weight.shape[1] ** -0.5)
        weight.data.copy_(values)


def rows(draw, config):
    most = min(config.max_position_embeddings, 700)
    window = getattr(config, "local_attention", 8)
    wanted = [1, 2, 3, 63, 64, 65, window // 2 + 1, window + 1, 2 * window + 1, 3 * window + 5, most, draw.randrange(1, most + 1)]
    out = []
    for length in sorted({n for n in draw.sample(wanted, 6) if n <= most}) or [1]:
        row = {"ids": [draw.randrange(config.vocab_size) for _ in range(length)]}
        if draw.random() < 0.4:
            attended = draw.randrange(1, length + 1)
            row["attention_mask"] = [1] * attended + [0] * (length - attended)
        out.append(row)
    draw.shuffle(out)
    return out


def old_form(folder):
    """config.json as transformers 4 wrote it."""
    path = folder / "config.json"
    config = json.loads(path.read_text())
    rope, kinds = config.pop("rope_parameters"), config.pop("layer_types")
    for every in range(1, len(kinds) + 2):
        if kinds == ["full_attention" if i % every == 0 else "sliding_attention" for i in range(len(kinds))]:
            break
    else:
        return  # an irregular order has no older form
    config["global_attn_every_n_layers"] = every
    config["global_rope_theta"] = rope["full_attention"]["rope_theta"]
    config["local_rope_theta"] = rope["sliding_attention"]["rope_theta"]
    config["torch_dtype"] = config.pop("dtype", "float32")
    config |= dict(position_embedding_type="absolute", reference_compile=None, repad_logits_with_grad=False, transformers_version="4.48.0")
    path.write_text(json.dumps(config))


def old_names(draw, folder, kind):
    """Tensors by other names that published files have."""
    path = folder / "model.safetensors"
    if not path.exists():
        return
    tensors = load_file(path)
    prefix = "bert." if kind == "bert" else "model."
    cut = draw.random() < 0.5
    if cut and not all(name.startswith(prefix) for name in tensors):
        cut = False  # only a body stands without
    def rename(name):
        if cut:
            name = name.removeprefix(prefix)
        elif not any(name.startswith(p) for p in (prefix, "cls.", "classifier.", "head.", "decoder.")):
            name = prefix + name
        return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta") if kind == "bert" else name
    save_file({rename(name): value for name, value in tensors.items()}, path, metadata={"format": "pt"})


def make(draw, folder):
    """Writes a model; gives it in float32."""
    kind = draw.choice(["modernbert", "modernbert", "bert"])
    config, cls = {"modernbert": modernbert, "bert": bert}[kind](draw)
    config._attn_implementation = "eager"
    model = cls(config).eval()
    weights(draw, model)
    dtype = draw.choice([torch.float32, torch.float32, torch.bfloat16, torch.float16])
    shards = draw.random() < 0.25
    model.to(dtype).save_pretrained(folder, max_shard_size="8KB" if shards else "1GB")
    # Not model.float(): the rotary frequencies have been rounded with the weights.
    model = cls.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    if kind == "modernbert" and draw.random() < 0.4:
        old_form(folder)
    if draw.random() < 0.3:
        old_names(draw, folder, kind)
    return model


@torch.no_grad()
def reference(model, row):
    inputs = dict(input_ids=torch.tensor([row["ids"]]), attention_mask=torch.tensor([row.get("attention_mask", [1] * len(row["ids"]))]))
    out = model(**inputs, output_hidden_states=True)
    hidden = [h[0] for h in out.hidden_states]
    hidden[-1] = model.base_model(**inputs).last_hidden_state[0]
    scores = next((out[name] for name in ("prediction_logits", "logits") if name in out), None)
    return hidden, None if scores is None else scores[0], int(inputs["attention_mask"].sum())


def apart(got, want):
    assert got.shape == want.shape, (got.shape, want.shape)
    assert torch.isfinite(got).all()
    spread = want.std().item() if want.numel() > 1 else 0.0
    return (got - want).abs().max().item() / (spread or want.abs().max().item() or 1.0)


def compare(program, folder, model, inputs):
    texts = folder / "rows.jsonl"
    texts.write_text("".join(json.dumps(row) + "\n" for row in inputs))

    def run(command, *more):
        out = folder / f"{command}.safetensors"
        done = subprocess.run([program, command, "--model", folder, "--input", texts, "--output", out, *more], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr.strip()}")
        return load_file(out)

    want = [reference(model, row) for row in inputs]
    worst = {}

    def note(what, got, wanted):
        worst[what] = max(worst.get(what, 0.0), apart(got, wanted))

    got = run("hidden")
    assert set(got) == {f"{i}/layer_{k:02d}" for i in range(len(inputs)) for k in range(len(want[0][0]))}, sorted(got)
    for i, (hidden, _, n) in enumerate(want):
        for k, h in enumerate(hidden):
            note("hidden", got[f"{i}/layer_{k:02d}"][:n], h[:n])
    for pooling in ("mean", "cls"):
        got = run("embed", "--pooling", pooling)["embeddings"]
        wanted = [h[-1][0] if pooling == "cls" else h[-1][:n].mean(0) for h, _, n in want]
        note(pooling, got, torch.stack(wanted))
    if want[0][1] is not None:
        got = run("logits")
        for i, (_, scores, n) in enumerate(want):
            if scores.dim() == 2:
                assert got[f"{i}/logits"].shape == scores.shape
                note("logits", got[f"{i}/logits"][:n], scores[:n])
            else:
                note("logits", got[f"{i}/logits"], scores)
    return worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the models that differ")
    args = parser.parse_args()
    failed, highest = 0, 0.0
    for case in range(args.seed, args.seed + args.cases):
        with tempfile.TemporaryDirectory() as tmp:
            folder = pathlib.Path(tmp) / f"case-{case}"
            folder.mkdir()
            draw = random.Random(case)
            torch.manual_seed(case)
            model = make(draw, folder)
            try:
                worst = compare(args.program, folder, model, rows(draw, model.config))
                bad = max(worst.values()) > TOLERANCE
                highest = max(highest, *worst.values())
                told = ", ".join(f"{what} {x:.1e}" for what, x in worst.items())
            except (RuntimeError, AssertionError) as error:
                bad, told = True, f"{type(error).__name__}: {error}"
            print(f"{'FAILED ' if bad else ''}case {case} {type(model).__name__}: {told}", flush=True)
            if bad:
                failed += 1
                if args.keep:
                    args.keep.mkdir(parents=True, exist_ok=True)
                    folder.rename(args.keep / folder.name)
    print(f"{args.cases} cases, {failed} failed, the largest difference is {highest:.2g} standard deviations")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
