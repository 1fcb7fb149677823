"""The garbage collector rests while tables load, and is as it was afterwards."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading

import pytest

from conflict_extract.collector import paused


@pytest.fixture(autouse=True)
def on():
    gc.enable()
    yield
    gc.enable()


def test_it_rests_until_the_last_block_ends():
    with paused():
        with paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off():
    gc.disable()
    with paused():
        pass
    assert not gc.isenabled()


def test_an_error_inside_ends_the_rest():
    with pytest.raises(ValueError), paused():
        raise ValueError
    assert gc.isenabled()


def test_blocks_of_threads_overlap():
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with paused():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with paused():
        thread.start()
        assert inside.wait(10)
    assert not gc.isenabled()  # the other thread still loads
    leave.set()
    thread.join()
    assert gc.isenabled()


@pytest.mark.slow
def test_what_a_warm_load_holds_is_spared_once():
    script = (
        "import gc, conflict_extract as c\n"
        "c.load(); print(gc.get_freeze_count(), gc.isenabled())\n"
        "c.load(warm=True); first = gc.get_freeze_count()\n"
        "c.load(warm=True); print(first > 100_000, gc.get_freeze_count() <= first, gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=240, check=True)
    assert done.stdout.split() == ["0", "True", "True", "True", "True"]
