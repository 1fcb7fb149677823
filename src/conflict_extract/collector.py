"""Python's garbage collector while the model and the tables load: hardly anything of them is garbage, and they stay.

Its rounds over what is being loaded would take a quarter of the loading time, and a full round over all of it later takes as long
as reading two articles.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_loading = 0
_was_on = False
_kept = False


@contextmanager
def paused() -> Iterator[None]:
    """Stop the collector inside the block, in all threads; it goes on when the last of several such blocks ends, if it was on before."""
    global _loading, _was_on
    with _lock:
        if not _loading:
            _was_on = gc.isenabled()
            gc.disable()
        _loading += 1
    try:
        yield
    finally:
        with _lock:
            _loading -= 1
            if not _loading and _was_on:
                gc.enable()


def keep_loaded() -> None:
    """Spare the collector what the process holds now (`gc.freeze`; `gc.unfreeze` undoes it). Only the first call does it."""
    global _kept
    with _lock:
        if not _kept:
            _kept = True
            gc.freeze()
