"""Where an error was raised, for the log."""

from __future__ import annotations

import traceback
from pathlib import Path


def frames(error: BaseException) -> list[str]:
    """Files and lines without messages, which may quote the text; innermost last."""
    return [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)][-8:]
