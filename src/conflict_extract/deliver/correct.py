"""Human corrections: replayed on reports by `Claim.key`, so that they outlive a new extraction.

A correction is one JSON object a line::

    {"action": "replace", "key": "9f…", "field": "act", "value": "denial", "was": "statement"}
    {"action": "delete",  "key": "9f…"}
    {"action": "confirm", "key": "9f…"}
    {"action": "add", "report": "article-7", "claim": {"content": [[10, 42]], "act": "statement", "mode": "indirect", …}}

Values have the form of annotated claims (docs/evaluation.md): spans are `[start, end]`, actors are given by name. `report` limits a
correction to one report, `was` to claims that still have that value, `by` names the person. What was corrected gets an `Evidence` with
the rule `human`; a corrected claim keeps its key, so later corrections find it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from conflict_extract.deliver.correct_edit import Edit, MisfitError
from conflict_extract.errors import InputError
from conflict_extract.schema import Report

FIELDS = (
    "act", "mode", "event", "content", "cue", "source", "source.span", "source.name", "source.affiliation", "source.type", "target",
    "hedges", "negated", "responsibility", "parent", "quantities", "places", "times",
)  # fmt: skip


class Correction(BaseModel):
    """One edit by a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["replace", "delete", "add", "confirm"]
    report: str | None = None
    key: str | None = None
    field: str | None = None
    value: Any = None
    was: Any = None
    claim: dict[str, Any] | None = None
    by: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> Correction:
        if self.action == "add":
            if self.claim is None or self.report is None:
                raise ValueError("'add' needs 'report' and 'claim'")
            unknown = set(self.claim) - set(FIELDS) - {"id", "key"}
            if unknown or not self.claim.get("content"):
                raise ValueError(f"an added claim has {sorted(unknown)}" if unknown else "an added claim needs 'content'")
        elif self.key is None:
            raise ValueError(f"{self.action!r} needs 'key'")
        if self.action == "replace" and (self.field not in FIELDS or "value" not in self.model_fields_set):
            raise ValueError(f"'replace' needs 'value' and one of these fields: {', '.join(FIELDS)}")
        return self


@dataclass(frozen=True, slots=True)
class Misfit:
    """A correction that does not fit: its number (from 1), itself, and why."""

    number: int
    correction: Correction
    why: str

    def __str__(self) -> str:
        what = self.correction
        where = f"{what.report or 'any report'}, {what.key or 'new claim'}"
        return f"correction {self.number} ({what.action} {what.field or 'claim'}; {where}): {self.why}"


@dataclass(slots=True)
class Corrected:
    """Corrected reports in the given order, how many corrections had an effect, and those that do not fit."""

    reports: list[Report] = field(default_factory=list)
    applied: int = 0
    misfits: list[Misfit] = field(default_factory=list)


def read_corrections(path: str | Path) -> list[Correction]:
    """Corrections of a JSONL file.

    Raises:
        InputError: it cannot be read, or a line is no correction; the message names file and line.
    """
    try:
        data = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    out = []
    for number, line in enumerate(data.split("\n"), 1):
        if line.strip():
            try:
                out.append(Correction.model_validate_json(line))
            except ValidationError as error:
                first = error.errors()[0]
                place = ".".join(str(part) for part in first["loc"])
                raise InputError(f"{path}, line {number}: {place + ': ' if place else ''}{first['msg']}") from error
    return out


def correct(reports: Iterable[Report], corrections: Sequence[Correction]) -> Corrected:
    """Replay corrections.

    Args:
        reports: the reports, of this or another release.
        corrections: edits, replayed in their order; one without `report` fits every report that has its key.

    Returns:
        All reports; those that nothing fits are the same objects. `misfits` lists corrections of which no report had the claim,
        whose value has changed since (`was`), or whose value is not valid.
    """
    by_report: dict[str, list[int]] = {}
    by_key: dict[str, list[int]] = {}
    for number, item in enumerate(corrections):
        if item.report is not None:
            by_report.setdefault(item.report, []).append(number)
        elif item.key is not None:
            by_key.setdefault(item.key, []).append(number)
    out = Corrected()
    done: set[int] = set()
    problems: dict[int, str] = {}
    for report in reports:
        chosen = [*by_report.get(report.id, ()), *(n for claim in report.claims for n in by_key.get(claim.key, ()))]
        if not chosen:
            out.reports.append(report)
            continue
        edit = Edit(report)
        for number in sorted(chosen):
            try:
                _apply(edit, corrections[number])
                done.add(number)
            except MisfitError as error:
                problems[number] = str(error)
        out.reports.append(edit.report())
    out.applied = len(done)
    for number, item in enumerate(corrections):
        if number not in done:
            missing = "no such report" if item.report is not None else "no report has this claim"
            out.misfits.append(Misfit(number + 1, item, problems.get(number, missing)))
    return out


def _apply(edit: Edit, item: Correction) -> None:
    if item.action == "add":
        assert item.claim is not None
        edit.add(item.claim, item.by)
        return
    assert item.key is not None
    if item.action == "delete":
        edit.delete(item.key)
    elif item.action == "confirm":
        edit.confirm(item.key, item.by)
    else:
        assert item.field is not None
        if "was" in item.model_fields_set:
            now = edit.value(item.key, item.field)
            if not any(same(now, value) for value in (item.was, item.value)):
                raise MisfitError(f"the value is now {json.dumps(now, ensure_ascii=False)}")
        edit.replace(item.key, item.field, item.value, item.by)


def same(one: Any, two: Any) -> bool:
    """Whether two values of a field are the same as JSON (tuples are lists, the order of keys is free)."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
