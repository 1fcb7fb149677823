"""The examples of the API's description: a request, and what the library answers to it.

`example.json` beside this module is the library's own output (`python -m tests.golden` writes it, a test compares it) but for what
names a version: of the library, of its model, of its tables. Those are filled in here.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from conflict_extract._version import __version__
from conflict_extract.api import model_sha256
from conflict_extract.lexicons.loader import lexicons_sha256
from conflict_extract.schema import SCHEMA_VERSION

REQUEST: dict[str, Any] = {
    "text": "The governor of North Kivu said on Monday that at least 12 people had been killed when M23 rebels shelled a camp near Goma. "
    "The M23 denied the accusation.",
    "date": "2024-03-18",
}
REQUEST_ID = "3f2a9c"  # in the examples of errors
VERSIONS = ("library", "model_sha256", "lexicons_sha256")  # fields of a report's `meta`


@cache
def report() -> dict[str, Any]:
    """The Report that answers the request."""
    found: dict[str, Any] = json.loads((files("conflict_extract.deliver.service") / "example.json").read_text(encoding="utf-8"))
    found["meta"] |= dict(zip(VERSIONS, (__version__, model_sha256(), lexicons_sha256()), strict=True))
    return found


def version() -> dict[str, str | None]:
    """The answer of `/version`."""
    return {"version": __version__, "schema_version": SCHEMA_VERSION, "model_sha256": model_sha256()}


def lines(*objects: Any) -> str:
    """Objects as NDJSON."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in objects)
