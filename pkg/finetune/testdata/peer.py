"""Fine-tunes a model with transformers as the authors' script does, to compare scores and speed with.

    python peer.py --task jsts --model DIR --train F --valid F --lr 5e-5 --epochs 3 --seed 1
Prints a JSON line: score, updates a second of training, and "steady", those of the median update of the second
half. Batches of 32, dynamic padding, AdamW without decay, linear decay, no warm-up, no clipping, float32.
compare.py runs it beside ours.
"""
import argparse
import json
import statistics
import time

import numpy
import scipy.stats
import torch
import transformers as hf

TASKS = {
    "jsts": (dict(num_labels=1, problem_type="regression"), float),
    "jnli": (dict(num_labels=3, problem_type="single_label_classification"), ["entailment", "contradiction", "neutral"].index),
    "jcola": (dict(num_labels=2, problem_type="single_label_classification"), int),
}


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--task", choices=TASKS, required=True)
    p.add_argument("--model", required=True)
    p.add_argument("--train", required=True)
    p.add_argument("--valid", required=True)
    p.add_argument("--lr", type=float, default=5e-5)
    p.add_argument("--epochs", type=int, default=3)
    p.add_argument("--seed", type=int, default=42)
    p.add_argument("--updates", type=int, help="end after so many, for the speed alone")
    a = p.parse_args()
    head, label = TASKS[a.task]
    torch.manual_seed(a.seed)
    tok = hf.AutoTokenizer.from_pretrained(a.model)
    model = hf.AutoModelForSequenceClassification.from_pretrained(a.model, attn_implementation="sdpa", **head)

    def load(path):
        rows = [json.loads(line) for line in open(path, encoding="utf-8") if line.strip()]
        texts = ([r["sentence"] for r in rows],) if "sentence" in rows[0] else ([r["sentence1"] for r in rows], [r["sentence2"] for r in rows])
        encoded = tok(*texts, truncation=True, max_length=512)
        return [{k: v[i] for k, v in encoded.items()} | {"labels": label(r["label"])} for i, r in enumerate(rows)]

    collate = hf.DataCollatorWithPadding(tok)
    train, valid = load(a.train), load(a.valid)
    loader = torch.utils.data.DataLoader(train, batch_size=32, shuffle=True, collate_fn=collate)
    total = a.epochs * len(loader)
    optimizer = torch.optim.AdamW(model.parameters(), lr=a.lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    schedule = hf.get_linear_schedule_with_warmup(optimizer, 0, total)
    model.train()
    took, began = [], time.time()
    for _ in range(a.epochs):
        for batch in loader:
            model(**batch).loss.backward()
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            took.append(time.time() - began - sum(took))
            if len(took) == a.updates:
                break
        if len(took) == a.updates:
            break
    done, seconds = len(took), sum(took)
    model.eval()
    with torch.no_grad():
        scores = torch.cat([model(**{k: v for k, v in batch.items() if k != "labels"}).logits for batch in torch.utils.data.DataLoader(valid, batch_size=32, collate_fn=collate)]).numpy()
    labels = numpy.array([v["labels"] for v in valid])
    score = scipy.stats.pearsonr(scores[:, 0], labels).statistic if a.task == "jsts" else (scores.argmax(1) == labels).mean()
    print(json.dumps({"task": a.task, "lr": a.lr, "epochs": a.epochs, "seed": a.seed, "score": float(score), "updates": done, "updates_per_second": done / seconds, "steady": 1 / statistics.median(took[done // 2 :]), "torch": torch.__version__, "transformers": hf.__version__}))


main()
