"""Takes the article's words out of a dumped report and puts them back.

A span's text becomes null: its offsets say where it stood. Other verbatim strings (names that no table knows, roles, channels,
modifiers, units, what a link's basis quotes) become references `"⟦start:end⟧"` to the place where the text has them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

REFERENCE = re.compile(r"⟦(\d+):(\d+)⟧")


def text_sha256(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def drop_text(dump: dict[str, Any], text: str) -> dict[str, Any]:
    """A dumped report without words of `text`."""

    def refer(value: str | None) -> str | None:
        if not value:
            return value
        at = text.find(value)
        if at >= 0:
            return f"⟦{at}:{at + len(value)}⟧"
        words = [
            (word, text.find(word)) for word in value.split(" ")
        ]  # a name made of the text's words, or words over a line's end
        return " ".join(word if not word or at < 0 else f"⟦{at}:{at + len(word)}⟧" for word, at in words)

    out = _spans(dump, lambda span: {**span, "text": None})
    out["text"] = None
    return _strings(out, refer)


def restore_text(dump: dict[str, Any], text: str) -> dict[str, Any]:
    """A dumped report with the words of `text` put back."""

    def resolve(value: str | None) -> str | None:
        return value and REFERENCE.sub(lambda found: text[int(found[1]) : int(found[2])], value)

    out = _spans(dump, lambda span: {**span, "text": text[span["start"] : span["end"]]})
    out["text"] = text
    return _strings(out, resolve)


def _spans(value: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"start", "end", "text"}:
            return change(value)
        return {key: item if key == "meta" else _spans(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_spans(item, change) for item in value]
    return value


def _strings(dump: dict[str, Any], change: Callable[[str | None], str | None]) -> dict[str, Any]:
    """Apply `change` to the strings that can be verbatim: what no table of ours or of ISO gives."""
    known = {actor["id"] for actor in dump["actors"] if actor["kb"]}
    names = sorted((actor["name"] for actor in dump["actors"] if not actor["kb"] and actor["name"]), key=len, reverse=True)
    named = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)
    quoted = re.compile(rf"(?<=“)[^”]+(?=”)|{named}" if named else r"(?<=“)[^”]+(?=”)")
    for part in (*dump["links"], *dump["events"]):
        part["basis"] = quoted.sub(lambda found: change(found[0]) or "", part["basis"])
    for actor in dump["actors"]:
        if not actor["kb"]:
            actor["name"] = change(actor["name"])
    for place in dump["places"]:
        if place["geonames"] is None:
            place["name"] = change(place["name"])
    for quantity in dump["quantities"]:
        quantity["modifier"] = change(quantity["modifier"])
        quantity["vague"] = change(quantity["vague"])
        if quantity["kind"] == "count":
            quantity["unit"] = change(quantity["unit"])
    by_id = {actor["id"]: actor["kb"] for actor in dump["actors"]}
    for claim in dump["claims"]:
        source = claim["source"]
        if source:
            if source["actor"] not in known:
                source["name"] = change(source["name"])
            if source["affiliation_actor"] not in known:
                source["affiliation"] = change(source["affiliation"])
            source["role"] = change(source["role"])
            if source["via"] and not by_id.get(source["via"]["actor"]):
                source["via"]["name"] = change(source["via"]["name"])
    return dump
