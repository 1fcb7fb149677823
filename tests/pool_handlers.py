"""Handlers that test_pool runs in worker processes: they crash, hang or fail when told."""

from __future__ import annotations

import os
import pickle
import sys
import time
from pathlib import Path


class Echo:
    """Gives items back; "hang", "die", "raise" and "die-once:FILE" do what they say; "main" says whether the parent's main module is here."""

    def __init__(self, settings, options):
        if options.get("broken"):
            raise ValueError("told to")

    def __call__(self, items, failed, beat):
        out = []
        for number, item in enumerate(items):
            if number in failed:
                out.append(type(failed[number]).__name__)
                continue
            beat(number)
            if item == "hang":
                time.sleep(600)
            if item == "main":
                item = sys.modules["__main__"].__name__ == "__mp_main__"
            if item == "die":
                os._exit(9)
            if isinstance(item, str) and item.startswith("die-once:"):
                mark = Path(item.removeprefix("die-once:"))
                if not mark.exists():
                    mark.touch()
                    os._exit(9)
            out.append(item)
        return pickle.dumps(out)
