#!/usr/bin/env python3
"""Make NAME.lock from NAME.in: every package by version and SHA-256.

    python3 lock.py NAME PYTHON…     # such as: lock.py jupyter python3.10 python3.11 python3.12 python3.13

pip itself resolves, once for each PYTHON (nothing is installed). A package
that not every PYTHON needs gets a marker; "# without: PACKAGE" in NAME.in leaves
one out whose dependencies alone are wanted. The Jupyter lock also has the
hashes of the wheels for Linux on ARM.
"""
import collections
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ARM = [f"--platform=manylinux_{glibc}_aarch64" for glibc in ("2_17", "2_27", "2_28")]
ARM += ["--platform=manylinux2014_aarch64", "--only-binary=:all:", "--no-deps", "--target=unused"]


def resolve(python, arguments):
    """The packages pip would install: {name: (version, sha256)}."""
    command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report=-", *arguments]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    packages = {}
    for item in report["install"]:
        meta = item["metadata"]
        packages[meta["name"].lower().replace("_", "-").replace(".", "-")] = (
            meta["version"], item["download_info"]["archive_info"]["hashes"]["sha256"])
    return packages


def version_of(python):
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", code], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def condition(where, everywhere):
    """Versions as a marker; those above or below all others as a bound, so that the next Python is counted in."""
    order = sorted(everywhere, key=lambda v: int(v[2:]))
    inside = [v in where for v in order]
    if inside == sorted(inside):
        return f'python_version >= "{order[inside.index(True)]}"'
    if inside == sorted(inside, reverse=True):
        return f'python_version < "{order[inside.index(False)]}"'
    return " or ".join(f'python_version == "{v}"' for v in order if v in where)


def main(name, *pythons):
    found = collections.defaultdict(lambda: (set(), set()))  # (name, version) -> pythons, hashes
    source = HERE / f"{name}.in"
    without = {line.split()[-1] for line in source.read_text().splitlines() if line.startswith("# without:")}
    for python in pythons:
        packages = resolve(python, ["--requirement", str(source)])
        packages = {package: what for package, what in packages.items() if package not in without}
        for package, (version, sha256) in packages.items():
            where, hashes = found[package, version]
            where.add(version_of(python))
            hashes.add(sha256)
        pins = [f"{package}=={version}" for package, (version, _) in packages.items()]
        if name == "jupyter":
            for package, (version, sha256) in resolve(python, ARM + pins).items():
                found[package, version][1].add(sha256)
    everywhere = {version_of(python) for python in pythons}
    lines = [f"# Made by lock.py from {name}.in for Python {', '.join(sorted(everywhere, key=lambda v: int(v[2:])))}."]
    for (package, version), (where, hashes) in sorted(found.items()):
        marker = "" if where == everywhere else f" ; {condition(where, everywhere)}"
        lines.append(f"{package}=={version}{marker}" + "".join(f" \\\n    --hash=sha256:{h}" for h in sorted(hashes)))
    (HERE / f"{name}.lock").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
