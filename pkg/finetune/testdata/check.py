"""Checks a folder that scripts/modernbert finetune made with transformers, scipy and scikit-learn.

    scripts/setup --peer
    .local/peer/bin/python pkg/finetune/testdata/check.py DIR [DIR …]
DIR/model has to load without a missing or unexpected weight and give the logits of predictions.jsonl (1e-4 of their
deviation); the score of result.json has to follow from predictions.jsonl. Prints a line a folder, or fails.
"""
import json
import pathlib
import sys

import numpy
import scipy.stats
import sklearn.metrics
import torch
import transformers as hf


hf.utils.logging.disable_progress_bar()


def check(folder):
    report = json.loads((folder / "result.json").read_text())
    rows = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    labels, predictions = [r["label"] for r in rows], [r["prediction"] for r in rows]
    if report["task"] == "jsts":
        scores = {"pearson": scipy.stats.pearsonr(predictions, labels).statistic, "spearman": scipy.stats.spearmanr(predictions, labels).statistic}
    else:
        scores = {"accuracy": sklearn.metrics.accuracy_score(labels, predictions), "mcc": sklearn.metrics.matthews_corrcoef(labels, predictions)}
    claimed = {report["metric"]: report["score"]} | report.get("others", {})
    for name, value in claimed.items():
        assert abs(scores[name] - value) < 1e-9, f"{folder}: {name} is {scores[name]}, result.json has {value}"

    model, info = hf.AutoModelForSequenceClassification.from_pretrained(folder / "model", attn_implementation="eager", output_loading_info=True)
    assert not any(info.values()), f"{folder}: {info}"
    tok = hf.AutoTokenizer.from_pretrained(folder / "model")
    logits = []
    with torch.no_grad():
        for at in range(0, len(rows), 64):
            part = rows[at : at + 64]
            texts = ([r["sentence"] for r in part],) if "sentence" in part[0] else ([r["sentence1"] for r in part], [r["sentence2"] for r in part])
            batch = tok(*texts, truncation=True, max_length=report["max_length"], padding=True, return_tensors="pt")
            logits.append(model.eval()(**batch).logits)
    theirs, ours = torch.cat(logits).numpy(), numpy.array([r["logits"] for r in rows])
    worst = numpy.abs(theirs - ours).max() / ours.std()
    assert worst < 1e-4, f"{folder}: logits differ by {worst} of their deviation"
    if report["task"] != "jsts":
        named = [model.config.id2label[k] for k in theirs.argmax(1)]
        same = [n == p or k == p for n, k, p in zip(named, theirs.argmax(1), predictions)]
        assert all(same), f"{folder}: {same.count(False)} of {len(same)} predictions differ"
    print(f"{folder}: {len(rows)} rows, {type(model).__name__}, logits within {worst:.1g} of their deviation, {', '.join(f'{k} {v:.4f}' for k, v in claimed.items())}")


for argument in sys.argv[1:]:
    check(pathlib.Path(argument))
