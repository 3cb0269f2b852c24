"""Tests scripts/notebooks.py without a kernel: the notebook that reads what the others leave comes last."""
import json
import os
import pathlib
import tempfile
import unittest

os.environ.setdefault("MODERNBERT_ROOT", str(pathlib.Path(__file__).parent.parent))
import notebooks


class Phases(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.paths = [pathlib.Path(folder.name, name) for name in ("1.ipynb", "2.ipynb", "3.ipynb", "4.ipynb")]
        for path, metadata in zip(self.paths, [{}, {"reads_others": True}, None, {}]):
            path.write_text(json.dumps({"metadata": metadata}) if metadata is not None else "no notebook")

    def test_reader_comes_last(self):
        calls = []
        status = notebooks.phases(self.paths, lambda some: calls.append([path.stem for path in some]) or 0)
        self.assertEqual((calls, status), ([["1", "3", "4"], ["2"]], 0))

    def test_reader_waits_for_a_whole_set(self):
        calls = []
        status = notebooks.phases(self.paths, lambda some: calls.append(some) or 3)
        self.assertEqual((len(calls), status), (1, 3))

    def test_committed(self):
        folder = pathlib.Path(__file__).parent.parent / "notebooks"
        self.assertEqual([path.stem for path in folder.glob("*.ipynb") if notebooks.reads_others(path)], ["14-claims"])


if __name__ == "__main__":
    unittest.main()
