"""Replays ten dumped training steps in torch and writes what they gave.

From the project's root, with the packages of scripts/setup --peer:

    .local/peer/bin/python pkg/pretrain/testdata/replay.py

runs scripts/modernbert pretrain with the settings below, which the test in
../replay_test.go runs too, then makes the same ten steps with transformers'
ModernBERT (eager attention) and torch's AdamW from the checkpoint of step 0
and the dumped batches, and writes replay.json: the settings, each step's loss
and gradient norm, and of every final weight its norm and some elements.

Versions: transformers 5.23.0, torch 2.15.0.
"""

import json
import pathlib
import subprocess
import tempfile

import torch
from safetensors.torch import load_file
from transformers import ModernBertForMaskedLM

SETTINGS = [
    "hidden_size=32", "num_attention_heads=2", "intermediate_size=48", "num_hidden_layers=4",
    "max_length=192", "batch_size=6", "micro_tokens=384", "lengths=", "total_steps=10", "warmup_steps=3",
    "lr=0.01", "weight_decay=0.1", "clip=1.2", "checkpoint_steps=0", "checkpoint_every=0", "seed=7",
]
MODERNBERT = pathlib.Path("scripts/modernbert").resolve()
SAMPLES = 40


def pretrain(folder):
    flags = [flag for setting in SETTINGS for flag in ("--set", setting)]
    subprocess.run(
        [str(MODERNBERT), "pretrain", "--preset", "tiny", *flags, "--data", "data/corpus/valid.jsonl.gz",
         "--valid", "none", "--output", folder / "run", "--dump-batches", folder / "batches"], check=True)
    return folder / "run" / "checkpoints" / "step-000000", sorted((folder / "batches").glob("*.safetensors"))


def replay(start, batches):
    model = ModernBertForMaskedLM.from_pretrained(start, dtype=torch.float32, attn_implementation="eager")
    model.train()
    named = list(model.named_parameters())
    plain = lambda name: "bias" in name or "LayerNorm.weight" in name
    optimizer = torch.optim.AdamW(
        [{"params": [p for n, p in named if not plain(n)], "weight_decay": 0.1},
         {"params": [p for n, p in named if plain(n)], "weight_decay": 0.0}],
        lr=0.01, betas=(0.9, 0.98), eps=1e-6)
    steps = []
    for done, path in enumerate(batches):
        rate = 0.01 * (done / 3 if done < 3 else (10 - done) / (10 - 3))
        for group in optimizer.param_groups:
            group["lr"] = rate
        batch = {name: x.long() for name, x in load_file(path).items()}
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        # torch sums a gradient's squares in float32, which for 3 million elements is off by 1e-4: not what is compared.
        norm = torch.stack([p.grad.double().norm() for p in model.parameters()]).norm()
        rounded = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.2)
        print(f"step {done + 1}: norm {norm:.6f}, in float32 {rounded:.6f}")
        optimizer.step()
        steps.append({"loss": loss.item(), "grad_norm": norm.item(), "masked": int((batch["labels"] != -100).sum())})
    return model, steps


def main():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        model, steps = replay(*pretrain(pathlib.Path(folder)))
    weights = {}
    for name, p in model.named_parameters():
        flat = p.detach().reshape(-1)
        at = [i * (len(flat) - 1) // (SAMPLES - 1) for i in range(SAMPLES)]
        weights[name] = {"norm": flat.double().norm().item(), "std": flat.double().std().item(), "at": at, "values": flat[at].tolist()}
    out = pathlib.Path(__file__).with_name("replay.json")
    out.write_text(json.dumps({"settings": SETTINGS, "steps": steps, "weights": weights}, indent=1) + "\n")


main()
