#!/usr/bin/env python3
"""Replays ten steps of `pretrain --init` in torch, for models that are drawn
anew for every seed (by pkg/encoder/testdata/live.py, without dropout):

    .local/peer/bin/python pkg/pretrain/testdata/live.py PROGRAM [--cases 10] [--seed 0]

Run from the root. Compares each step's loss and gradient norm, and after the
tenth every weight, in standard deviations of the weight. Left out are the
biases of BERT's keys: their gradient is zero in exact arithmetic (a softmax does
not see what all scores have in common), so AdamW moves them by rounding errors.
Exit status 1 where a difference is above 1e-3. Made with torch 2.15.0,
transformers 5.23.0.
"""
import argparse
import gzip
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, "pkg/encoder/testdata")
import live
import torch
from safetensors.torch import load_file

TOLERANCE = 1e-3
STEPS, TOTAL = 10, 12
TOKENIZER = pathlib.Path("pkg/eval/testdata/modernbert")


def make(draw, folder):
    while True:
        kind = draw.choice(["modernbert", "modernbert", "bert"])
        config, cls = getattr(live, kind)(draw)
        if cls.__name__.endswith("MaskedLM"):
            break
    config.vocab_size, config.pad_token_id = 400, 4
    config.bos_token_id = config.cls_token_id = 5
    config.eos_token_id = config.sep_token_id = 6
    for name in vars(config):
        if "dropout" in name and name != "classifier_dropout":
            setattr(config, name, 0.0)
    model = cls(config)
    live.weights(draw, model)
    model.save_pretrained(folder)
    if kind == "modernbert" and draw.random() < 0.5:
        live.old_form(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TOKENIZER / name, folder)
    return cls


def pretrain(program, folder, draw, longest):
    s = dict(lr=draw.choice([1e-3, 5e-3]), warmup_steps=draw.choice([1, 3, 5]), clip=draw.choice([0.1, 1.0, 100.0]),
             weight_decay=draw.choice([0, 0.01, 0.1]), batch_size=draw.choice([3, 6]), max_length=min(draw.choice([40, 128, 200]), longest),
             total_steps=TOTAL, mask_rate=0.3, checkpoint_every=100, seed=draw.randrange(1000))
    flags = [word for key, value in s.items() for word in ("--set", f"{key}={value}")]
    done = subprocess.run([program, "pretrain", "--preset", "tiny", "--init", folder / "model", "--data", folder / "texts.jsonl", "--output",
                           folder / "run", "--dump-batches", folder / "batches", "--steps", str(STEPS), *flags], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return s


def replay(model, folder, s):
    """Takes the steps; gives the greatest relative differences of losses and norms."""
    plain = lambda name: "bias" in name or "LayerNorm.weight" in name
    named = list(model.named_parameters())
    optimizer = torch.optim.AdamW([{"params": [p for n, p in named if not plain(n)], "weight_decay": s["weight_decay"]},
                                   {"params": [p for n, p in named if plain(n)], "weight_decay": 0.0}], betas=(0.9, 0.98), eps=1e-6)
    log = [json.loads(line) for line in (folder / "run" / "log.jsonl").read_text().splitlines()]
    worst = {"loss": 0.0, "norm": 0.0}
    for done, path in enumerate(sorted((folder / "batches").glob("*.safetensors"))):
        warmup = s["warmup_steps"]
        for group in optimizer.param_groups:
            group["lr"] = s["lr"] * (done / warmup if done < warmup else (TOTAL - done) / (TOTAL - warmup))
        loss = model(**{name: x.long() for name, x in load_file(path).items()}).loss
        optimizer.zero_grad()
        loss.backward()
        norm = torch.stack([p.grad.double().norm() for p in model.parameters() if p.grad is not None]).norm().item()
        torch.nn.utils.clip_grad_norm_(model.parameters(), s["clip"])
        optimizer.step()
        worst["loss"] = max(worst["loss"], abs(log[done]["loss"] / loss.item() - 1))
        worst["norm"] = max(worst["norm"], abs(log[done]["grad_norm"] / norm - 1))
    assert len(log) == STEPS, len(log)
    return worst


def case(program, number, texts):
    draw = random.Random(number)
    torch.manual_seed(number)
    with tempfile.TemporaryDirectory() as tmp:
        folder = pathlib.Path(tmp)
        (folder / "model").mkdir()
        (folder / "texts.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
        cls = make(draw, folder / "model")
        model = cls.from_pretrained(folder / "model", dtype=torch.float32, attn_implementation="eager").train()
        worst = replay(model, folder, pretrain(program, folder, draw, model.config.max_position_embeddings))
        last = max((folder / "run" / "checkpoints").iterdir())
        ours = dict(cls.from_pretrained(last, dtype=torch.float32).named_parameters())
        for name, want in model.named_parameters():
            if not name.endswith("self.key.bias"):
                worst["weights"] = max(worst.get("weights", 0.0), live.apart(ours[name].detach(), want.detach()))
    return cls.__name__, worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--cases", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    with gzip.open("data/corpus/valid.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"][:700] for line in lines][:60]
    failed = 0
    for number in range(args.seed, args.seed + args.cases):
        name, worst = case(args.program, number, texts)
        bad = max(worst.values()) > TOLERANCE
        failed += bad
        print(f"{'FAILED ' if bad else ''}case {number} {name}: " + ", ".join(f"{what} {x:.1e}" for what, x in worst.items()), flush=True)
    print(f"{args.cases} cases, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
