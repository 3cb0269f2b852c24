"""Executes notebooks headless and says which cell failed and why.

The outputs are the same bytes in every run whose results are the same. A cell
fails on an error, on a shell line (!) that fails, on a command (%) that GoNB
does not know, and where a cell with a main part (%%) shows nothing (the tag
"silent" allows it). A notebook is written only when all its cells are good;
what a failed one got so far is left in .local/log. Several are executed at a
time, each by a process of its own: much of a new cell's time is Go's linker's,
which has one core to do. One that reads what the others leave comes last.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unicodedata

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = pathlib.Path(os.environ["MODERNBERT_ROOT"])
LOG = ROOT / ".local" / "log"
COLUMNS = 100  # of a line of code, at most
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Failed(Exception):
    """One line that names the notebook, the cell and the cause."""


class NoKernel(Exception):
    """The kernel does not start: no notebook can do better than the first."""


def complaint(cell):
    """Returns what is wrong with the outputs of a cell that the kernel calls ok, or None."""
    errors = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
    unknown = re.search(r'"%\S+" unknown or not implemented yet', errors)
    if unknown:
        return unknown.group()
    status = re.search(r"^(exit status \d+|signal: \w+)$", errors, re.MULTILINE)
    if status:
        before = errors[: status.start()].strip().splitlines()
        return f"a shell line failed with {status.group()}" + (f": {before[-1]}" if before else "")
    shows = re.search(r"^%%\s*$", cell.source, re.MULTILINE) and "silent" not in cell.metadata.get("tags", [])
    if shows and not cell.outputs:
        return "it shows nothing"
    return None


def drop_empty(cell):
    """Removes places that showed how far the cell had come and are empty at its end: whether there
    was time for one is not a result."""
    if cell.cell_type == "code":
        cell.outputs = [o for o in cell.outputs if o.output_type != "display_data" or any(o.data.values())]


def cause(cell):
    """The line of a failed cell's outputs that says most: a compiler's first, else the last."""
    text = "".join(o.text for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
    text += "".join("\n".join(o.traceback) for o in cell.outputs if o.output_type == "error")
    lines = [line.strip() for line in ANSI.sub("", text).splitlines()]
    lines = [line for line in lines if line and not re.match(r"exit status \d+$|#|goroutine |\S+\.go:\d+ \+0x", line)]
    panics = [line for line in lines if line.startswith(("panic:", "fatal error:"))]
    compiler = [line for line in lines if re.search(r"\.go:\d+:\d+: ", line)]
    return (panics or compiler or lines[-1:] or [text.strip().splitlines()[-1] if text.strip() else "no message"])[0]


def last_line(path):
    lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
    return ANSI.sub("", lines[-1]) if lines else "it wrote nothing"


def execute(path, output, limit):
    """Runs one notebook and writes it to output; returns its number of code cells."""
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat has no single class for what is not a notebook
        raise Failed(f"{path}: not a notebook: {brief(error)}") from None
    client = NotebookClient(notebook, kernel_name="gonb", startup_timeout=60, record_timing=False,
                            resources={"metadata": {"path": str(path.parent)}})
    log = LOG / f"{path.stem}.kernel.log"
    log.unlink(missing_ok=True)  # of another kernel
    os.environ["MODERNBERT_KERNEL_LOG"] = str(log)
    deadline = time.monotonic() + limit
    group = None
    index = -1
    try:
        with client.setup_kernel():
            group = client.km.provisioner.pgid
            for index, cell in enumerate(notebook.cells):
                client.timeout = max(1, round(deadline - time.monotonic()))  # what the cells before it left
                client.execute_cell(cell, index)
                drop_empty(cell)
                if cell.cell_type == "code" and (wrong := complaint(cell)):
                    raise Failed(f"{path}: cell {index} ({first_line(cell)}): {wrong}")
            info = client.wait_for_reply(client.kc.kernel_info())
            notebook.metadata["language_info"] = dict(info["content"]["language_info"], version="go1.26")
    except CellTimeoutError:
        raise Failed(f"{path}: cell {index}: not done within the {limit} s of the notebook (--timeout)") from None
    except CellExecutionError:
        raise Failed(f"{path}: cell {index} ({first_line(notebook.cells[index])}): {cause(notebook.cells[index])}") from None
    except Failed:
        raise
    except Exception as error:  # whatever a broken kernel.json or program makes of itself
        if index >= 0 and isinstance(error, (DeadKernelError, RuntimeError)):
            raise Failed(f"{path}: cell {index}: the kernel died: {last_line(log)}") from None
        if index >= 0 and not isinstance(error, OSError):
            raise
        raise NoKernel(f"the Go kernel does not start ({brief(error)}; {last_line(log)}); "
                       "rm -r .local/bin .local/jupyter && scripts/setup makes it anew") from None
    finally:
        if group:
            kill(group)  # a cell's program may outlive its kernel
        if sys.exc_info()[0]:
            write(notebook, LOG / path.name)
    write(notebook, output)
    return sum(cell.cell_type == "code" for cell in notebook.cells)


def digest(path):
    """Returns a digest of the notebook's cells without their outputs."""
    cells = json.loads(path.read_text())["cells"]
    what = [[c["cell_type"], "".join(c["source"]), c["metadata"].get("tags")] for c in cells]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]


def blemishes(path):
    """What a committed notebook must not have: a line of code too long to be read beside its file
    browser, an error, a folder of the machine that executed it."""
    for index, cell in enumerate(json.loads(path.read_text())["cells"]):
        for line in "".join(cell["source"]).splitlines() if cell["cell_type"] == "code" else []:
            if (wide := columns(line)) > COLUMNS:
                yield f"cell {index}: a line of code has {wide} columns, more than {COLUMNS}: {line.strip()[:40]}…"
        for output in cell.get("outputs", []):
            shown = json.dumps([output.get("text"), [v for k, v in output.get("data", {}).items() if k.startswith("text/")]])
            if output["output_type"] == "error":
                yield f"cell {index}: an error"
            elif folder := re.search(r"/(?:root|home|Users|tmp)/\S{0,60}", shown):
                yield f"cell {index}: a folder of one machine: {folder.group()}"


def columns(line):
    """Returns the width of a line in columns: two for a wide character, four for a tab."""
    return sum(4 if c == "\t" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def first_line(cell):
    """Returns a cell's first line that is not an import, which names it in messages."""
    source = re.sub(r'import \(.*?^\)|^import .*?$|^%%.*?$', "", cell.source, flags=re.MULTILINE | re.DOTALL)
    return (source.strip() or cell.source.strip() or "empty").splitlines()[0]


def brief(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def kill(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def write(notebook, path):
    """Writes the notebook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(nbformat.writes(notebook) + "\n")
    temporary.replace(path)


def main():
    parser = argparse.ArgumentParser(prog="scripts/notebooks", description="Execute notebooks headless.")
    parser.add_argument("notebook", nargs="*", type=pathlib.Path, help="default: all of notebooks/, in order")
    parser.add_argument("--output", type=pathlib.Path, metavar="DIR", help="write them here (default: in place)")
    parser.add_argument("--timeout", type=int, default=600, metavar="S", help="seconds a notebook (600)")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count()), metavar="N", help="how many at a time (%(default)s)")
    parser.add_argument("--made-from", metavar="KEY", help="what they read, in a word: not again what --output has, made from it by the same cells")
    parser.add_argument("--check", action="store_true", help="execute nothing, say which show what is not to be committed")
    arguments = parser.parse_args()
    paths = [path.resolve() for path in arguments.notebook] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    if arguments.check:
        found = [f"{path}: {what}" for path in paths for what in blemishes(path)]
        print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
        return 1 if found else 0
    if arguments.made_from:
        if not arguments.output:
            parser.error("--made-from needs --output")
        paths = [path for path in paths if not made(path, arguments)]
    elif not paths:
        parser.error("there are no notebooks")
    return phases(paths, lambda some: every(some, arguments))


def phases(paths, execute_all):
    """Executes first the notebooks that stand alone, then, where none of those failed, the ones that draw
    together what the others leave; returns the greatest status."""
    last = [path for path in paths if reads_others(path)]
    status = execute_all([path for path in paths if path not in last])
    if status == 0:
        return execute_all(last)
    for path in last:
        print(f"notebooks: {path}: not executed, it reads what those that failed leave", file=sys.stderr, flush=True)
    return status


def reads_others(path):
    """Tells whether a notebook's metadata say that it draws together what other notebooks leave."""
    try:
        return bool(json.loads(path.read_text())["metadata"].get("reads_others"))
    except (ValueError, LookupError, AttributeError, OSError):  # executing it says what is wrong
        return False


def every(paths, arguments):
    """Executes notebooks, --jobs at a time, and returns the greatest status."""
    if len(paths) > 1 and arguments.jobs > 1:
        return share(paths, arguments)
    failed = 0
    for path in paths:
        began = time.monotonic()
        try:
            cells = execute(path, arguments.output / path.name if arguments.output else path, arguments.timeout)
        except Failed as error:
            failed += 1
            print(f"notebooks: {error}", file=sys.stderr, flush=True)
        except NoKernel as error:
            print(f"notebooks: {error}", file=sys.stderr, flush=True)
            return 3
        else:
            if arguments.made_from:
                stamp(path, arguments).write_text(key(path, arguments))
            print(f"notebooks: {path.stem}: {cells} cells in {time.monotonic() - began:.1f} s", flush=True)
    return 1 if failed else 0


def stamp(path, arguments):
    return arguments.output / f".{path.stem}.made-from"


def key(path, arguments):
    return f"{arguments.made_from} {digest(path)}\n"


def made(path, arguments):
    """Tells whether the output exists and was made from the same inputs and cells."""
    mark = stamp(path, arguments)
    try:
        return (arguments.output / path.name).exists() and mark.exists() and mark.read_text() == key(path, arguments)
    except (ValueError, LookupError):  # not a notebook: executing it says so
        return False


def share(paths, arguments):
    """Executes each notebook in a process of its own, --jobs at a time, and returns the greatest status."""
    command = [sys.executable, __file__, "--timeout", str(arguments.timeout)]
    if arguments.output:
        command += ["--output", arguments.output]
    if arguments.made_from:
        command += ["--made-from", arguments.made_from]
    waiting, running, worst = list(paths), {}, 0
    try:
        while running or waiting and worst != 3:  # without a kernel no other is begun
            if waiting and worst != 3 and len(running) < arguments.jobs:
                path = waiting.pop(0)
                process = subprocess.Popen([*command, path], start_new_session=True)
                running[process.pid] = path, process
                continue
            pid, status = os.wait()
            path, _ = running.pop(pid)
            if (code := os.waitstatus_to_exitcode(status)) < 0:
                print(f"notebooks: {path}: killed by signal {-code} (9 is often too little memory)", file=sys.stderr, flush=True)
            worst = max(worst, code if code >= 0 else 1)
    except KeyboardInterrupt:
        for _, process in running.values():
            process.terminate()  # heard as an interruption, also where that one is ignored
        for _, process in running.values():
            process.wait()
        raise
    return worst


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("notebooks: interrupted", file=sys.stderr)
        sys.exit(130)
