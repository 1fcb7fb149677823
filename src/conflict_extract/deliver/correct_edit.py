"""One report under correction: changes to claims, checked one by one, so that a bad value spoils nothing else."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from conflict_extract.evaluate.claims import to_gold
from conflict_extract.evaluate.names import name_key
from conflict_extract.schema import Actor, Claim, Place, Quantity, Report, Source, Time

HUMAN = "human"
Raw = dict[str, Any]


class MisfitError(Exception):
    """A correction that does not fit; `correct` turns it into a `Misfit`, it never leaves the library."""


def claim_key(sha: str, source: Any, cue: Any, content: Any) -> str:
    """The key that extraction gives a claim with these offsets (16 hex digits of a SHA-256)."""
    text = ";".join(",".join(str(offset) for offset in part) for part in (source or [], cue or [], *content))
    return hashlib.sha256(f"{sha};{text}".encode()).hexdigest()[:16]


class Edit:
    """A report that is being corrected.

    Args:
        report: the report; it stays as it is.
    """

    def __init__(self, report: Report) -> None:
        self.before = report
        self.text = report.text
        self.dump = report.model_dump(mode="json")
        self.claims: dict[str, Raw] = {claim["key"]: claim for claim in self.dump["claims"]}
        self._touched: set[str] = set()

    @cached_property
    def _as_given(self) -> dict[str, Raw]:
        return {claim["id"]: claim for claim in to_gold(self.before)["claims"]}

    def report(self) -> Report:
        """The corrected report."""
        self.dump["claims"] = list(self.claims.values())
        return Report.model_validate(self.dump)

    # -- corrections ------------------------------------------------------------------------------
    def value(self, key: str, field: str) -> Any:
        """The present value of a field, in the form of annotated claims.

        Raises:
            MisfitError: there is no such claim.
        """
        raw = self._claim(key)
        if field in ("negated", "responsibility"):
            return raw[field]
        if field == "source.type":
            return raw["source"] and raw["source"]["type"]
        if field == "parent":
            return next((claim["key"] for claim in self.claims.values() if claim["id"] == raw["parent"]), None)
        if key in self._touched:
            rows = {claim["id"]: claim for claim in to_gold(self.report())["claims"]}
        else:
            rows = self._as_given
        found = rows[raw["id"]]
        head, _, part = field.partition(".")
        value = found.get(head)
        return value and value.get(part) if part else value

    def confirm(self, key: str, by: str | None) -> None:
        """A person says that the claim is right: its confidence is 1."""
        claim = self._claim(key)
        self._sign(claim, "claim", by)
        claim["confidence"] = 1.0

    def delete(self, key: str) -> None:
        """Drop a claim and its links; claims inside it lose their parent."""
        name = self._claim(key)["id"]
        del self.claims[key]
        for claim in self.claims.values():
            if claim["parent"] == name:
                claim["parent"] = None
        self.dump["links"] = [link for link in self.dump["links"] if name not in (link["from"], link["to"])]

    def replace(self, key: str, field: str, value: Any, by: str | None) -> None:
        """Give a field another value."""
        self._guarded(self._claim(key), {field: value}, by)

    def add(self, new: Raw, by: str | None) -> None:
        """Add a claim, or, when the report has one with these offsets, give that one the values."""
        values = {name: value for name, value in new.items() if name not in ("id", "key")}
        content = self._spans(values["content"])
        source = values.get("source") or {}
        offsets = [[span["start"], span["end"]] for span in content]
        key = claim_key(self.before.meta.text_sha256, source.get("span"), values.get("cue"), offsets)
        if key in self.claims:
            self._guarded(self.claims[key], values, by, whole=True)
            return
        raw = Claim(
            id=self._free("c", list(self.claims.values())), key=key, act="statement", mode="indirect", content=(),
            sentence=self._sentence(content[0]), confidence=1.0,
        ).model_dump(mode="json")  # fmt: skip
        if values.get("source") is None and values.get("cue") is None:
            raw["act"] = raw["mode"] = "narration"
        self._guarded(raw, values, by, whole=True)
        self.claims[key] = raw

    # -- parts ------------------------------------------------------------------------------------
    def _claim(self, key: str) -> Raw:
        claim = self.claims.get(key)
        if claim is None:
            raise MisfitError("the report has no such claim")
        return claim

    def _guarded(self, claim: Raw, values: Raw, by: str | None, *, whole: bool = False) -> None:
        """Change a claim if all values are good, else leave everything as it was."""
        tables = {name: copy.deepcopy(self.dump[name]) for name in ("actors", "quantities", "places", "times")}
        changed = copy.deepcopy(claim)
        try:
            for field, value in values.items():
                self._set(changed, field, value)
                if not whole:
                    self._sign(changed, field, by)
            if whole:
                self._sign(changed, "claim", by)
                changed["confidence"] = 1.0
            Claim.model_validate(changed)
        except (ValidationError, MisfitError, TypeError, KeyError, AttributeError) as error:
            self.dump.update(tables)
            raise MisfitError(_why(error)) from error
        claim.update(changed)
        self._touched.add(claim["key"])

    def _sign(self, claim: Raw, field: str, by: str | None) -> None:
        rest = [item for item in claim["evidence"] if item["field"] != field]
        claim["evidence"] = [*rest, {"field": field, "rule": HUMAN, "entry": by, "score": 1.0}]

    def _set(self, claim: Raw, field: str, value: Any) -> None:
        if field in ("act", "mode", "event", "negated", "responsibility"):
            claim[field] = value
        elif field == "cue":
            claim["cue"] = None if value is None else self._span(value)
        elif field in ("content", "hedges"):
            claim[field] = self._spans(value, empty=field == "hedges")
        elif field == "source":
            claim["source"] = None if value is None else self._source(value)
        elif field.startswith("source."):
            if claim["source"] is None:
                raise MisfitError("the claim has no source")
            self._set_source(claim["source"], field.removeprefix("source."), value)
        elif field == "target":
            claim["target"] = None if value is None else self._actor(value)
        elif field == "parent":
            claim["parent"] = None if value is None else self._parent(claim, value)
        elif field == "quantities":
            claim["quantities"] = [self._quantity(item) for item in value]
            status = {item["quantity"]: item for item in claim["figures"]}
            claim["figures"] = [status.get(name, {"quantity": name}) for name in claim["quantities"]]
        elif field == "places":
            claim["places"] = list(dict.fromkeys(self._place(item) for item in value))
        elif field == "times":
            claim["times"] = [self._time(item) for item in value]
            claim["said"] = [name for name in claim["said"] if name in claim["times"]]
        else:
            raise MisfitError(f"there is no field {field!r}")

    def _span(self, value: Any) -> Raw:
        good = isinstance(value, list | tuple) and len(value) == 2 and all(type(n) is int for n in value)
        if not good or not 0 <= value[0] < value[1] or (self.text is not None and value[1] > len(self.text)):
            raise MisfitError(f"{value!r} are no offsets [start, end] into the text")
        return {"start": value[0], "end": value[1], "text": None if self.text is None else self.text[value[0] : value[1]]}

    def _spans(self, value: Any, *, empty: bool = False) -> list[Raw]:
        if not isinstance(value, list | tuple) or not (value or empty):
            raise MisfitError(f"{value!r} is no list of offsets [[start, end], …]")
        return sorted((self._span(item) for item in value), key=lambda span: (span["start"], span["end"]))

    def _source(self, value: Raw) -> Raw:
        mention = self._span(value["span"])
        name = value.get("name") or mention["text"]
        if not isinstance(name, str):
            raise MisfitError("a source needs a name")
        source = Source.model_validate({"mention": mention, "name": name}).model_dump(mode="json")
        source["actor"] = self._actor(name)
        for part in ("affiliation", "type"):
            if part in value:
                self._set_source(source, part, value[part])
        return source

    def _set_source(self, source: Raw, part: str, value: Any) -> None:
        if part == "span":
            source["mention"] = self._span(value)
        elif part == "name":
            source["actor"] = self._actor(value)
            source["name"], source["confidence"] = value, 1.0
        elif part == "affiliation":
            source["affiliation_actor"] = None if value is None else self._actor(value)
            source["affiliation"] = value
        else:
            source[part] = value

    def _parent(self, claim: Raw, key: str) -> str:
        outer = self._claim(key)
        name: str = outer["id"]
        by_id = {item["id"]: item for item in self.claims.values()}
        above: Raw | None = outer
        while above is not None:
            if above["id"] == claim["id"]:
                raise MisfitError("a claim cannot lie inside itself")
            above = by_id.get(above["parent"])
        return name

    def _sentence(self, span: Raw) -> Any:
        for claim in self.claims.values():
            sentence = claim["sentence"]
            if sentence["start"] <= span["start"] and span["end"] <= sentence["end"]:
                return sentence
        if self.text is None:
            return span
        start = self.text.rfind("\n", 0, span["start"]) + 1
        end = self.text.find("\n", span["end"])
        return self._span([start, len(self.text) if end < 0 else end])

    # -- the report's tables ----------------------------------------------------------------------
    def _free(self, letter: str, rows: list[Raw]) -> str:
        taken = [int(row["id"][1:]) for row in rows if row["id"][1:].isdigit()]
        return f"{letter}{max(taken, default=0) + 1}"

    def _row(self, table: str, model: type[BaseModel], fits: Callable[[Raw], bool], values: Raw, given: Raw) -> str:
        """The id of the row that fits, with the values set; a new row where none fits."""
        rows: list[Raw] = self.dump[table]
        row = next((item for item in rows if fits(item)), None)
        fresh = {**(row or {"id": self._free(table[0], rows), **given}), **values}
        checked = model.model_validate(fresh).model_dump(mode="json")
        if row is None:
            rows.append(checked)
        else:
            row.update(checked)
        return str(checked["id"])

    def _actor(self, name: Any) -> str:
        if not isinstance(name, str) or not name.strip():
            raise MisfitError(f"{name!r} is no name")
        wanted = name_key(name)
        return self._row("actors", Actor, lambda row: name_key(row["name"]) == wanted, {}, {"name": name})

    def _quantity(self, item: Raw) -> str:
        span = self._span(item["span"])
        low, high, value, sign = item.get("low"), item.get("high"), item.get("value"), item.get("comparator", "=")
        values = {"kind": item["kind"], "value": value, "low": low, "high": high, "comparator": sign}
        money = item["kind"] == "money"
        values |= {"unit": item.get("unit") or "", "currency": item.get("unit") if money else None, "in_claims": True}
        rows = [row for row in self.dump["quantities"] if (row["span"]["start"], row["span"]["end"]) == tuple(item["span"])]
        old = rows[0] if rows else None
        if old is None or any(old[name] != values[name] for name in ("value", "low", "high", "comparator")):
            values |= _bounds(values, old["modifier"] if old else None)
        return self._row("quantities", Quantity, lambda row: bool(row is old), values, {"span": span})

    def _place(self, item: Raw) -> str:
        mention = self._span(item["span"])
        wanted, country = name_key(item["name"]), item.get("country")
        values: Raw = {}
        old = next((row for row in self.dump["places"] if name_key(row["name"]) == wanted and row["country"] == country), None)
        if old is not None and mention not in old["mentions"]:
            values["mentions"] = sorted([*old["mentions"], mention], key=lambda span: span["start"])
        new = {"name": item["name"], "country": country, "mentions": [mention]}
        return self._row("places", Place, lambda row: bool(row is old), values, new)

    def _time(self, item: Raw) -> str:
        span = self._span(item["span"])
        values = {"start": item.get("start"), "end": item.get("end")}
        return self._row("times", Time, lambda row: bool(row["span"] == span), values, {"span": span})


def _bounds(item: Raw, modifier: str | None) -> Raw:
    """The bounds of a figure (docs/quantities.md)."""
    from conflict_extract.values.bounds import bounds

    whole = item["kind"] == "count"
    found = bounds(item["value"], item["low"], item["high"], item["comparator"], whole, modifier=modifier)
    return {"at_least": found.at_least, "best": found.best, "at_most": found.at_most}


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return f"needs {error}" if isinstance(error, KeyError) else str(error)
