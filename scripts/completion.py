"""Asks the notebooks' kernel what an editor asks it: Tab and Shift-Tab.

Prints a line for each answer. With --warm it only waits until the first answer
comes, which fills the cache on disk that gopls keeps for later kernels.
"""
import sys
import time

from jupyter_client.manager import start_new_kernel

IMPORT = 'import "llmjp.internal/modernbert/pkg/figure"\n\n%%\n'
LIMIT = 180  # seconds until gopls has loaded all packages, on a machine with more to do


def cursor(code):
    """Splits code at its | into what the kernel is asked."""
    at = code.index("|")
    return code[:at] + code[at + 1:], at


def complete(client, code, want):
    """The names that Tab offers at the |, once want is among them."""
    code, at = cursor(code)
    until = time.monotonic() + LIMIT
    while True:
        answer = client.complete(code, at, reply=True, timeout=LIMIT)["content"]
        if want in answer["matches"]:
            return answer["matches"]
        if time.monotonic() > until:
            sys.exit(f"completion: Tab after {code[:at]!r} offers {answer['matches'][:5]}, not {want}")


def explain(client, code, want):
    """What Shift-Tab shows at the |, which has to hold want."""
    code, at = cursor(code)
    text = client.inspect(code, at, reply=True, timeout=LIMIT)["content"]["data"].get("text/markdown", "")
    if want not in text:
        sys.exit(f"completion: Shift-Tab at {code[:at]!r} shows {text!r}, not {want!r}")
    return text


def execute(client, code):
    answer = client.execute(code, reply=True, timeout=LIMIT)["content"]
    if answer["status"] != "ok":
        sys.exit(f"completion: {code!r}: {answer}")


def main():
    manager, client = start_new_kernel(kernel_name="gonb", startup_timeout=60)
    try:
        execute(client, "%noautoget")
        began = time.monotonic()
        names = complete(client, IMPORT + "figure.|", "TrainingCurve")
        print(f"figure.: {len(names)} names, {time.monotonic() - began:.1f} s after the first cell")
        if "--warm" in sys.argv:
            return
        explain(client, IMPORT + "figure.Li|nes()", "Lines ")
        execute(client, 'import "llmjp.internal/modernbert/pkg/result"\n\nvar curve = &result.TrainingCurve{}\n')
        print("methods:", ", ".join(complete(client, "%%\ncurve.|", "BestRetrieval")))
        print("docstring:", explain(client, "%%\ncurve.Best|Retrieval()", "BestRetrieval ").split("---")[1].strip())
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
