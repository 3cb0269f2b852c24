"""Ten steps of torch.optim.AdamW on a toy model, with clipping, schedule and
gradients accumulated over unequal micro-batches. Run with torch 2.15.0:

    python adamw.py > adamw.json
"""
import json

import torch

torch.manual_seed(1)
assert torch.__version__.startswith("2.15.0"), torch.__version__
shapes = {"dense.weight": (3, 4), "dense.bias": (3,), "norm.weight": (3,), "LayerNorm.weight": (3,)}
weights = {n: torch.nn.Parameter(torch.randn(s)) for n, s in shapes.items()}
start = {n: w.detach().flatten().tolist() for n, w in weights.items()}
exempt = lambda n: "bias" in n or "LayerNorm.weight" in n
decay, peak, warmup, total, clip = 0.1, 0.05, 3, 12, 8.5
optimizer = torch.optim.AdamW(
    [
        {"params": [w for n, w in weights.items() if not exempt(n)], "weight_decay": decay},
        {"params": [w for n, w in weights.items() if exempt(n)], "weight_decay": 0.0},
    ],
    lr=peak, betas=(0.9, 0.98), eps=1e-6,
)
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda k: k / warmup if k < warmup else (total - k) / (total - warmup)
)


def loss_sum(x, y):
    h = torch.tanh(x @ weights["dense.weight"].T + weights["dense.bias"])
    return ((h * weights["norm.weight"] + weights["LayerNorm.weight"] - y) ** 2).sum()


steps = []
for _ in range(10):
    batches = [(torch.randn(n, 4), 2 * torch.randn(n, 3)) for n in (5, 2, 3)]
    optimizer.zero_grad()
    loss = sum(loss_sum(x, y) for x, y in batches) / 10
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(weights.values(), clip)
    lr = optimizer.param_groups[0]["lr"]
    optimizer.step()
    schedule.step()
    steps.append({
        "x": [x.flatten().tolist() for x, _ in batches], "y": [y.flatten().tolist() for _, y in batches],
        "loss": loss.item(), "norm": norm.item(), "lr": lr,
        "weights": {n: w.detach().flatten().tolist() for n, w in weights.items()},
    })
print(json.dumps({"shapes": shapes, "start": start, "steps": steps}))
