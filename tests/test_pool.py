"""The supervised pool: order, deadlines, deaths, back-pressure."""

from __future__ import annotations

import pickle
import subprocess
import sys
from types import ModuleType

import pytest

from conflict_extract.errors import BatchError
from conflict_extract.pool import Pool
from conflict_extract.settings import Settings


def run(chunks, **arguments):
    with Pool(Settings(), factory="tests.pool_handlers:Echo", **{"processes": 2, **arguments}) as pool:
        return [item for data in pool.map(chunks) for item in pickle.loads(data)]


def test_order_is_kept():
    assert run([list(range(at, at + 3)) for at in range(0, 60, 3)]) == list(range(60))


def test_order_is_kept_when_large_chunks_and_tiny_ones_follow_each_other():
    """A large chunk is still on its way into a worker's pipe when the next one is given to it."""
    items = [str(number) + "x" * (500_000 if number % 2 else 0) for number in range(400)]
    assert run([[item] for item in items]) == items


def test_no_chunks():
    assert run([]) == []


def test_a_late_document_fails_and_the_others_do_not():
    assert run([[1, "hang", 2], [3]], timeout=0.5) == [1, "DocumentTimeoutError", 2, 3]


@pytest.mark.slow
def test_a_deadly_document_fails_after_its_second_try():
    assert run([[1, "die", 2], [3], ["die"]], processes=1) == [1, "BatchError", 2, 3, "BatchError"]


def test_a_worker_killed_for_another_reason_costs_nothing(tmp_path):
    item = f"die-once:{tmp_path / 'mark'}"
    assert run([[1, item, 2]]) == [1, item, 2]


def test_a_worker_that_cannot_start_is_an_error():
    with pytest.raises(BatchError, match="told to"):
        run([[1]], options={"broken": True})


def test_bare_workers_do_not_import_the_main_module(tmp_path, monkeypatch):
    """With a main module of a script's kind, whatever the tests were started by."""
    main = ModuleType("__main__")
    script = tmp_path / "main.py"
    script.write_text("STARTED = True\n")
    main.__file__, main.__spec__ = str(script), None
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert run([["main"]], bare=True) == [False]
    assert run([["main"]]) == [True]
    assert sys.modules["__main__"] is main


def test_reads_no_further_than_four_chunks_a_worker_ahead():
    read = 0

    def source():
        nonlocal read
        for number in range(100):
            read += 1
            yield [number]

    with Pool(Settings(), processes=2, factory="tests.pool_handlers:Echo") as pool:
        results = pool.map(source())
        next(results)
        assert read <= 1 + 4 * 2


@pytest.mark.parametrize("plugin", [False, True])
def test_thinc_is_imported_without_torch_unless_there_are_plugins(tmp_path, plugin):
    """A package named torch that leaves a mark when it is imported; it can be imported afterwards."""
    (tmp_path / "torch.py").write_text("from pathlib import Path\nPath(__file__).with_name('mark').touch()\nraise ImportError\n")
    if plugin:
        (tmp_path / "other-1.0.dist-info").mkdir()
        (tmp_path / "other-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
        (tmp_path / "other-1.0.dist-info" / "entry_points.txt").write_text("[spacy_loggers]\nother = other:logger\n")
    code = (
        f"import sys; from pathlib import Path; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from conflict_extract.pool import spare_torch\n"
        "spare_torch()\n"
        "import thinc.compat\n"
        "print(Path(sys.path[0], 'mark').exists())\n"
        "try:\n    import torch\nexcept ImportError:\n    pass\n"
        "print(Path(sys.path[0], 'mark').exists())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(plugin), "True"]


def test_spacy_is_imported_without_its_command_line_and_both_work_afterwards():
    code = (
        "import sys\n"
        "from conflict_extract.pool import spare_commands\n"
        "spare_commands()\n"
        "import spacy\n"
        "print(*[name for name in ('spacy.cli', 'weasel', 'httpx', 'requests') if name in sys.modules])\n"
        "print(spacy.info(silent=True)['spacy_version'] == spacy.__version__)\n"
        "import spacy.cli\n"
        "print(callable(spacy.cli.download), callable(spacy.cli.info))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split("\n") == ["", "True", "True True", ""], done.stderr
