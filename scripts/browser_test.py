"""Walks through a notebook in a real JupyterLab in a real browser: opens it, which must not change
it, runs all, completes, stops a training, runs it again, restarts the kernel.

The browser is Chromium or Chrome, spoken to by its own protocol; where none is installed a line
says so. --pictures DIR keeps a picture of each stage.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import nbformat
import websocket

import kernel_test

ROOT = pathlib.Path(os.environ["MODERNBERT_ROOT"])
LOG = ROOT / ".local" / "log" / "browser.log"
PORT = 18891
TOKEN = "test"
LIMIT = 200  # seconds for a stage, on a machine with more to do
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


class Page:
    """A tab of the browser."""

    def __init__(self, address):
        self.socket = websocket.create_connection(address, timeout=LIMIT, suppress_origin=True)
        self.count = 0

    def call(self, method, **params):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != self.count:
            pass
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def evaluate(self, expression):
        """The value of an expression of JavaScript, which may be a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails'].get('exception', answer['exceptionDetails'])}")
        return answer["result"].get("value")

    def until(self, expression, what):
        """Waits until an expression is true."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                if value := self.evaluate(expression):
                    return value
            except RuntimeError:  # the page is not that far yet
                pass
            time.sleep(0.3)
        sys.exit(f"browser_test: {what}: not within {LIMIT} s; the page shows:\n"
                 + str(self.evaluate("document.body.innerText"))[-1500:])

    def command(self, name):
        self.evaluate(f"void jupyterapp.commands.execute('{name}')")

    def picture(self, name):
        if "--pictures" in sys.argv:
            folder = pathlib.Path(sys.argv[sys.argv.index("--pictures") + 1])
            folder.mkdir(parents=True, exist_ok=True)
            data = self.call("Page.captureScreenshot", format="png")["data"]
            (folder / f"{name}.png").write_bytes(base64.b64decode(data))


NOTEBOOK = "Array.from(jupyterapp.shell.widgets('main')).find(w => w.context && w.context.path === 'walk.ipynb')"
CELLS = f"{NOTEBOOK}.content.widgets"
KERNEL = f"{NOTEBOOK}.sessionContext.session.kernel"
# gonb says nothing of its status before its first cell: it is "unknown" then.
IDLE = f"{KERNEL}.connectionStatus === 'connected' && ['idle', 'unknown'].includes({KERNEL}.status)"
SHOWN = f"Array.from({CELLS}, c => c.outputArea ? c.outputArea.node.innerText : '').join('\\n')"


def write(path):
    """Notebook 1 without its outputs, a cell to complete in and one that trains."""
    notebook = nbformat.read(ROOT / "notebooks" / "01-training-curve.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells += [nbformat.v4.new_code_cell(kernel_test.TRAIN + "train(60)")]
    nbformat.write(notebook, path)
    return path.read_bytes()


def walk(page, path, before):
    page.until("jupyterapp.restored.then(() => true)", "JupyterLab opens")
    page.until(f"{NOTEBOOK} && {NOTEBOOK}.sessionContext && {IDLE}", "the notebook and its kernel open")
    page.evaluate(f"jupyterapp.shell.activateById({NOTEBOOK}.id)")
    time.sleep(2)  # time for what pops up
    expect(page.evaluate("document.querySelectorAll('.jp-Dialog, .Toastify__toast').length") == 0, "something popped up", page)
    page.evaluate(f"{NOTEBOOK}.context.save()")
    expect(path.read_bytes() == before, "opening and saving the notebook changed it", page)
    page.picture("1-open")

    # All cells but the last, which trains.
    page.evaluate(f"{NOTEBOOK}.content.activeCellIndex = {CELLS}.length - 1")
    page.command("notebook:run-all-above")
    code = f"Array.from({CELLS}).slice(0, -1).filter(c => c.model.type === 'code')"
    page.until(f"{code}.every(c => c.model.executionCount > 0) && {IDLE}", "all cells run")
    expect(page.evaluate(f"{NOTEBOOK}.node.querySelectorAll('.jp-OutputArea-output[data-mime-type$=stderr]').length") == 0, "a cell failed", page)
    expect(page.evaluate(f"{NOTEBOOK}.node.querySelectorAll('.jp-RenderedImage img').length") >= 2, "no figure is shown", page)
    page.picture("2-run")

    page.command("notebook:insert-cell-above")
    # Cells that are not on the screen have no editor.
    page.until(f"({NOTEBOOK}.content.scrollToItem({NOTEBOOK}.content.activeCellIndex), !!{CELLS}[{NOTEBOOK}.content.activeCellIndex].editor)", "a new cell")
    cell = f"{CELLS}[{NOTEBOOK}.content.activeCellIndex]"
    page.evaluate(f"{cell}.model.sharedModel.setSource('%%\\nfigure.'); {cell}.editor.setCursorPosition({{line: 1, column: 7}}); {cell}.editor.focus()")
    # gopls may still be loading the packages: the key is pressed again after ten seconds.
    page.evaluate("window.again = setInterval(() => jupyterapp.commands.execute('completer:invoke-notebook'), 10000)")
    page.command("completer:invoke-notebook")
    names = page.until("Array.from(document.querySelectorAll('.jp-Completer-item'), i => i.innerText).join(' ')", "Tab completes")
    expect("TrainingCurve" in names, f"Tab offers {names[:200]}", page)
    page.picture("3-complete")
    page.evaluate("clearInterval(window.again); document.activeElement.blur()")
    page.command("notebook:delete-cell")

    train = f"{CELLS}[{CELLS}.length - 1]"
    page.evaluate(f"{NOTEBOOK}.content.activeCellIndex = {CELLS}.length - 1")
    page.command("notebook:run-cell")
    page.until(f"/step [2-9] of 60/.test({train}.outputArea.node.innerText)", "the training begins")
    page.picture("4-train")
    page.command("notebook:interrupt-kernel")
    page.until(f"/Stopped after step \\d+ and saved/.test({train}.outputArea.node.innerText) && {IDLE}", "the stop button saves")
    expect(page.evaluate(f"/signal|exit status/.test({train}.outputArea.node.innerText)") is False, "the stopped cell failed", page)
    page.picture("5-stopped")
    page.evaluate(f"{NOTEBOOK}.content.activeCellIndex = {CELLS}.length - 1")
    page.command("notebook:run-cell")
    page.until(f"{train}.model.executionCount > 0 && !/Stopped/.test({train}.outputArea.node.innerText) && {IDLE}", "the training goes on")
    page.picture("6-again")

    page.command("notebook:restart-kernel")
    page.until("!!document.querySelector('.jp-Dialog .jp-mod-accept')", "the question before a restart")
    page.evaluate("document.querySelector('.jp-Dialog .jp-mod-accept').click()")
    time.sleep(1)
    page.until(IDLE, "the kernel restarts")
    page.evaluate(f"{NOTEBOOK}.content.activeCellIndex = 1")
    page.command("notebook:run-cell")
    page.until(f"{CELLS}[1].model.executionCount === 1", "a cell runs after the restart")


def expect(holds, what, page):
    if not holds:
        page.picture("failed")
        sys.exit(f"browser_test: {what}; the cells show:\n" + str(page.evaluate(SHOWN))[-1500:])


def answers(address):
    """What a server says once it is there."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        try:
            return urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            time.sleep(0.3)
    sys.exit(f"browser_test: {address} does not answer; log: {LOG}")


def end(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def main():
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        print("skipped: a walk in the browser wants Chromium or Chrome (Debian and Ubuntu: apt-get install chromium)")
        return
    with tempfile.TemporaryDirectory() as folder, open(LOG, "w") as log:
        path = pathlib.Path(folder, "walk.ipynb")
        before = write(path)
        environment = dict(os.environ, MODERNBERT_OUTPUT=str(pathlib.Path(folder, "run")), JUPYTER_TOKEN=TOKEN)
        lab = subprocess.Popen(
            [ROOT / "scripts" / "lab", "--no-browser", f"--port={PORT}", "--ServerApp.port_retries=0",
             f"--ServerApp.root_dir={folder}", "--LabApp.expose_app_in_browser=True"],
            env=environment, stdout=log, stderr=log)
        chrome = subprocess.Popen(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--window-size=1280,1600",
             f"--user-data-dir={folder}/profile", "--remote-debugging-port=0", "about:blank"],
            stdout=log, stderr=log)
        try:
            answers(f"http://127.0.0.1:{PORT}/api/status?token={TOKEN}")
            chosen = pathlib.Path(folder, "profile", "DevToolsActivePort")  # the port that Chromium took
            until = time.monotonic() + LIMIT
            while not (chosen.exists() and chosen.read_text()):
                if time.monotonic() > until or chrome.poll() is not None:
                    sys.exit(f"browser_test: {browser} does not start; log: {LOG}")
                time.sleep(0.2)
            pages = json.loads(answers(f"http://127.0.0.1:{chosen.read_text().splitlines()[0]}/json"))
            page = Page(next(p["webSocketDebuggerUrl"] for p in pages if p["type"] == "page"))
            page.call("Emulation.setFocusEmulationEnabled", enabled=True)  # as if somebody looked at it
            page.call("Page.navigate", url=f"http://127.0.0.1:{PORT}/lab/tree/walk.ipynb?token={TOKEN}")
            walk(page, path, before)
            print("opened, run, completed, stopped, run again, restarted")
        finally:
            end(chrome)
            end(lab)


if __name__ == "__main__":
    main()
