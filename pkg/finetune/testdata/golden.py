"""Fine-tunes the small models of pkg/eval/testdata for 20 updates with transformers and torch.

Made with torch 2.15.0, transformers 5.23.0, python 3.11:
    python golden.py
Result: golden.json, read by golden_test.go. The rows are those of data/jglue (CC BY-SA 4.0), by number.
"""
import json
import pathlib
import random

import torch
import transformers as hf

HERE = pathlib.Path(__file__).parent
DATA = HERE.parents[2] / "data" / "jglue"
MODELS = HERE.parents[1] / "eval" / "testdata"
UPDATES, BATCH, LR = 20, 32, 1e-3
TASKS = {
    "jsts": ("jsts/train.json", "jsts/valid.json", dict(num_labels=1, problem_type="regression"), float),
    "jnli": ("jnli/train-recovered.json", "jnli/valid.json", dict(num_labels=3, problem_type="single_label_classification"), ["entailment", "contradiction", "neutral"].index),
    "jcola": ("jcola/train.json", "jcola/valid.json", dict(num_labels=2, problem_type="single_label_classification"), int),
}
NO_DROPOUT = dict(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)


def rows(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines()]


def encode(tok, examples, limit, types):
    texts = ([e["sentence"] for e in examples],) if "sentence" in examples[0] else ([e["sentence1"] for e in examples], [e["sentence2"] for e in examples])
    return tok(*texts, truncation=True, max_length=limit, padding=True, return_tensors="pt", return_token_type_ids=types)


def finetune(name, task, types):
    train, valid, head, label = TASKS[task]
    train, valid = rows(train), rows(valid)[:48]
    torch.manual_seed(5)
    more = NO_DROPOUT if name == "bert" else {}
    model = hf.AutoModelForSequenceClassification.from_pretrained(MODELS / name, attn_implementation="eager", ignore_mismatched_sizes=True, **head, **more)
    for p in model.classifier.parameters():
        p.data.normal_(0, 0.1)
    start = {f"classifier.{k}": p.flatten().tolist() for k, p in model.classifier.named_parameters()}
    tok = hf.AutoTokenizer.from_pretrained(MODELS / name)
    limit = model.config.max_position_embeddings
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0)
    schedule = hf.get_linear_schedule_with_warmup(optimizer, 0, UPDATES)
    order = random.Random(3).sample(range(len(train)), UPDATES * BATCH)
    model.train()
    steps = []
    for k in range(UPDATES):
        members = order[k * BATCH : (k + 1) * BATCH]
        batch = encode(tok, [train[i] for i in members], limit, types)
        loss = model(**batch, labels=torch.tensor([label(train[i]["label"]) for i in members])).loss
        loss.backward()
        norm = torch.nn.utils.get_total_norm([p.grad for p in model.parameters() if p.grad is not None])
        steps.append({"rows": members, "lr": optimizer.param_groups[0]["lr"], "loss": loss.item(), "norm": norm.item()})
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    model.eval()
    with torch.no_grad():
        logits = model(**encode(tok, valid, limit, types)).logits
    return {"model": name, "task": task, "types": types, "updates": UPDATES, "peak": LR, "start": start, "steps": steps, "logits": logits.flatten().tolist()}


cases = [finetune(*case) for case in [("modernbert", "jsts", False), ("modernbert", "jnli", False), ("modernbert", "jcola", False), ("bert", "jnli", True)]]
(HERE / "golden.json").write_text(json.dumps(cases) + "\n")
