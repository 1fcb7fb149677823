"""conflict-extract: conflict news in, attributed claims out.

>>> from conflict_extract import extract
>>> report = extract("Baku has denied the claim.", date="2023-09-30")
>>> [(claim.source.name, claim.act) for claim in report.claims]
[('Azerbaijan', 'denial')]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from conflict_extract._version import __version__

if TYPE_CHECKING:
    from conflict_extract.api import Document, Extractor, add_to, extract, load, prepare
    from conflict_extract.errors import (
        BatchError,
        ConflictExtractError,
        DateError,
        DocumentTimeoutError,
        GoldError,
        InputError,
        LexiconError,
        MissingExtraError,
        ModelError,
        PipelineError,
        SettingsError,
        TableError,
        TextMismatchError,
        TextTooLongError,
        TextTypeError,
    )
    from conflict_extract.schema import (
        Actor,
        Claim,
        Event,
        Frame,
        Link,
        Meta,
        Place,
        Quantity,
        Report,
        Source,
        Span,
        Time,
    )
    from conflict_extract.settings import Settings

_HOMES: dict[str, str] = {
    **dict.fromkeys(("Document", "Extractor", "add_to", "extract", "load", "prepare"), "api"),
    **dict.fromkeys(
        (
            "BatchError", "ConflictExtractError", "DateError", "DocumentTimeoutError", "GoldError", "InputError",
            "LexiconError", "MissingExtraError", "ModelError", "PipelineError", "SettingsError", "TableError",
            "TextMismatchError", "TextTooLongError", "TextTypeError",
        ),
        "errors",
    ),
    **dict.fromkeys(
        (
            "Actor", "Claim", "Event", "Frame", "Link", "Meta", "Place", "Quantity", "Report", "Source", "Span", "Time",
        ),
        "schema",
    ),
    "Settings": "settings",
}  # fmt: skip
_MODULES = {"compare": "conflict_extract.deliver.compare", "cluster": "conflict_extract.deliver.cluster"}

__all__ = [
    "Actor",
    "BatchError",
    "Claim",
    "ConflictExtractError",
    "DateError",
    "Document",
    "DocumentTimeoutError",
    "Event",
    "Extractor",
    "Frame",
    "GoldError",
    "InputError",
    "LexiconError",
    "Link",
    "Meta",
    "MissingExtraError",
    "ModelError",
    "PipelineError",
    "Place",
    "Quantity",
    "Report",
    "Settings",
    "SettingsError",
    "Source",
    "Span",
    "TableError",
    "TextMismatchError",
    "TextTooLongError",
    "TextTypeError",
    "Time",
    "__version__",
    "add_to",
    "extract",
    "load",
    "prepare",
]


def __getattr__(name: str) -> Any:
    """Public names are imported when first used, so `import conflict_extract` is quick."""
    home = _HOMES.get(name)
    if home is not None:
        value = getattr(importlib.import_module(f"conflict_extract.{home}"), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    raise AttributeError(f"module 'conflict_extract' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_MODULES])
