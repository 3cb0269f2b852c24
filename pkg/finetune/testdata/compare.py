"""Fine-tunes models with scripts/modernbert and with transformers, in turns, and compares scores and speed.

    scripts/setup --peer
    .local/peer/bin/python pkg/finetune/testdata/compare.py --task jsts --lr 1e-4 --epochs 1 --model DIR [--model DIR …]
Both start from the same weights, with the same settings; the classifier's first weights and the order of the rows
are each program's own, by the seed. Prints a JSON line a run and then, a model, a line in words: the mean score and
its deviation over the seeds, and updates a second: over the whole training (ours compiles in it) and of the median
update of the second half.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]


def ours(a, model, seed):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "run"
        flags = dict(task=a.task, model=model, train=a.train, valid=a.valid, output=out, lr=a.lr, epochs=a.epochs, seed=seed)
        subprocess.run([ROOT / "scripts" / "modernbert", "finetune", *(x for k, v in flags.items() for x in (f"--{k}", str(v)))],
                       check=True, stdout=subprocess.DEVNULL, stderr=None if a.verbose else subprocess.PIPE)
        result = json.loads((out / "result.json").read_text())
        took = [json.loads(line)["seconds"] for line in (out / "log.jsonl").read_text().splitlines()]
    return {"score": result["score"], "updates": len(took), "updates_per_second": len(took) / result["seconds"], "steady": 1 / statistics.median(took[len(took) // 2 :])}


def theirs(a, model, seed):
    flags = dict(task=a.task, model=model, train=a.train, valid=a.valid, lr=a.lr, epochs=a.epochs, seed=seed)
    done = subprocess.run([sys.executable, HERE / "peer.py", *(x for k, v in flags.items() for x in (f"--{k}", str(v)))],
                          check=True, stdout=subprocess.PIPE, stderr=None if a.verbose else subprocess.DEVNULL)
    return json.loads(done.stdout.splitlines()[-1])


def spread(values):
    return statistics.mean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--task", default="jsts")
    p.add_argument("--model", action="append", required=True)
    p.add_argument("--train")
    p.add_argument("--valid")
    p.add_argument("--lr", type=float, required=True)
    p.add_argument("--epochs", type=int, required=True)
    p.add_argument("--seeds", default="1,2,3")
    p.add_argument("--verbose", action="store_true")
    a = p.parse_args()
    data = ROOT / "data" / "jglue" / a.task
    a.train = a.train or data / ("train-recovered.json" if a.task == "jnli" else "train.json")
    a.valid = a.valid or data / "valid.json"
    for model in a.model:
        runs = {"ours": [], "transformers": []}
        for seed in map(int, a.seeds.split(",")):
            for name, run in (("ours", ours), ("transformers", theirs)):
                runs[name].append(run(a, model, seed))
                print(json.dumps({"program": name, "model": model, "task": a.task, "lr": a.lr, "epochs": a.epochs, "seed": seed} | runs[name][-1]), flush=True)
        score = {name: spread([r["score"] for r in rs]) for name, rs in runs.items()}
        rate = {key: {name: statistics.median(r[key] for r in rs) for name, rs in runs.items()} for key in ("updates_per_second", "steady")}
        print(f"{model}: score ours {score['ours'][0]:.4f} ± {score['ours'][1]:.4f}, transformers {score['transformers'][0]:.4f} ± {score['transformers'][1]:.4f}; "
              + "; ".join(f"updates a second ({words}) ours {rate[key]['ours']:.2f}, transformers {rate[key]['transformers']:.2f}, ratio {rate[key]['ours'] / rate[key]['transformers']:.2f}"
                          for key, words in (("updates_per_second", "whole"), ("steady", "steady"))), flush=True)


main()
