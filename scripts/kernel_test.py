"""Tests the notebooks' kernel as an editor and a reader use it: it completes, explains, and its
stop button saves."""
import os
import pathlib
import re
import sys
import tempfile
import time

from jupyter_client.manager import start_new_kernel

import completion

TRAIN = """
import (
	"llmjp.internal/modernbert/pkg/notebook"
	"llmjp.internal/modernbert/pkg/notebook/experiment"
	"llmjp.internal/modernbert/pkg/pretrain"
)

func train(steps int) pretrain.Summary {
	s := notebook.Must(experiment.Preset())
	s.HiddenSize, s.IntermediateSize, s.NumHiddenLayers, s.BatchSize, s.MaxLength = 32, 32, 1, 2, 32
	s.EvalEvery, s.EvalDocuments, s.Lengths = 1000, 4, nil
	dir := notebook.Must(experiment.Run())
	return notebook.Must(experiment.Train(pretrain.Options{Settings: s, Output: dir, Steps: steps}))
}

%%
"""
LIMIT = 300  # seconds for a cell


def run(client, code, seen=lambda text: None):
    """Executes a cell; returns what it shows and its status. seen is told all that was shown so far."""
    message, shown = client.execute(code), ""
    until = time.monotonic() + LIMIT
    while time.monotonic() < until:
        answer = client.get_iopub_msg(timeout=LIMIT)
        if answer["parent_header"].get("msg_id") != message:
            continue
        content = answer["content"]
        if answer["msg_type"] == "status" and content["execution_state"] == "idle":
            while (reply := client.get_shell_msg(timeout=LIMIT))["parent_header"].get("msg_id") != message:
                pass
            return shown, reply["content"]["status"]
        for part in [content.get("text"), *content.get("data", {}).values(), *content.get("traceback", [])]:
            shown += f"{part[:300]}\n" if isinstance(part, str) else ""
        seen(shown)
    sys.exit(f"kernel_test: a cell took more than {LIMIT} s: {shown[-500:]}")


def expect(holds, what, shown):
    if not holds:
        sys.exit(f"kernel_test: {what}; the cell showed:\n{shown}")


def stops():
    """An interrupted training cell ends its step, saves, says so once, and goes on when it runs again."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MODERNBERT_OUTPUT"] = folder
        manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=60)
        try:
            run(client, "%noautoget")
            stopped = []

            def stop(shown):
                if not stopped and "step 3 of" in shown:
                    stopped.append(True)
                    manager.interrupt_kernel()

            shown, status = run(client, TRAIN + "train(400)", stop)
            said = re.findall(r"Stopped after step (\d+) and saved", shown)
            expect(stopped and len(said) == 1, "the stop button did not save", shown)
            expect("signal:" not in shown and "exit status" not in shown and status == "ok", "the cell failed", shown)
            step = int(said[0])
            saved = pathlib.Path(folder, "checkpoints", f"step-{step:06}", "model.safetensors")
            expect(saved.exists(), f"{saved} is not there", shown)
            shown, status = run(client, f"%%\nnotebook.Markdown(\"%d steps\", train({step + 2}).Steps)")
            expect(status == "ok" and "2 steps" in shown, "the run did not go on", shown)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
            del os.environ["MODERNBERT_OUTPUT"]


def servers():
    """The process ids of this project's gopls."""
    program = os.path.join(os.environ["MODERNBERT_ROOT"], ".local", "gopls", "gopls")
    found = set()
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes().startswith(program.encode() + b"\0-listen"):
                found.add(int(entry.name))
        except OSError:
            pass  # it ended
    return found


def ends(before):
    """No gopls outlives the kernels of this test by more than its half minute."""
    until = time.monotonic() + 90
    while left := servers() - before:
        if time.monotonic() > until:
            sys.exit(f"kernel_test: gopls goes on without its kernel: {sorted(left)}")
        time.sleep(1)


if __name__ == "__main__":
    others = servers()
    completion.main()
    stops()
    ends(others)
    print("the stop button saves, the cell goes on, and gopls ends with its kernel")
