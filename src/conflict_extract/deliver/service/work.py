"""What a worker process does with a request: a payload in, JSON or HTML bytes out."""

from __future__ import annotations

import json
import pickle
from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from conflict_extract.api import Extractor, load
from conflict_extract.deliver.service.traces import frames
from conflict_extract.errors import ConflictExtractError
from conflict_extract.schema import Report
from conflict_extract.settings import Settings


class RequestHandler:
    """Handles one payload a call: {"text", "date", "id", "title", "offsets", "include_text", "min_confidence", "html"}.

    Gives pickled ("ok", bytes) or (code, (detail, where it was raised)).
    """

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.extractor: Extractor = load(warm=True, **settings.model_dump())

    def __call__(self, items: list[Any], failed: dict[int, ConflictExtractError], beat: Callable[[int], None]) -> bytes:
        """The answer to the one payload of the chunk."""
        payload = items[0]
        beat(0)
        try:
            report = self.extractor.extract(
                payload["text"], date=payload.get("date"), id=payload.get("id"), title=payload.get("title")
            ).above(payload.get("min_confidence") or 0.0)
            return pickle.dumps(("ok", render(report, payload)))
        except ConflictExtractError as error:
            return pickle.dumps(("invalid_request", (str(error), None)))
        except Exception as error:  # the answer names the kind of error, never the text
            return pickle.dumps(("failed", (type(error).__name__, frames(error))))


def render(report: Report, payload: dict[str, Any]) -> bytes:
    """A report as the payload asks for it."""
    if payload.get("html"):
        from conflict_extract.deliver.viewer import body

        return body(report).encode("utf-8", "replace")
    wide = _wide(report.text or "") if payload.get("offsets") == "utf16" else []
    if not payload.get("include_text", True):
        report = report.without_text()
    if not wide:
        return report.__pydantic_serializer__.to_json(report)
    return json.dumps(_moved(report.model_dump(mode="json"), wide), ensure_ascii=False, separators=(",", ":")).encode()


def _wide(text: str) -> list[int]:
    """Where characters are that take two UTF-16 code units."""
    return [] if text.isascii() else [at for at, char in enumerate(text) if ord(char) > 0xFFFF]


def _moved(value: Any, wide: list[int]) -> Any:
    """A dumped report, or a part of one, whose spans count UTF-16 code units, as JavaScript and Java do."""
    if isinstance(value, dict):
        if value.keys() == {"start", "end", "text"}:
            return {**value, **{key: value[key] + bisect_left(wide, value[key]) for key in ("start", "end")}}
        return {key: item if key == "meta" else _moved(item, wide) for key, item in value.items()}
    return [_moved(item, wide) for item in value] if isinstance(value, list) else value
