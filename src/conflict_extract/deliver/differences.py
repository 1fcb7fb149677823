"""What two runs over the same texts say differently: another release of the model, the rules or the tables, other settings.

Claims are paired by `Claim.key`, those that found other spans by their cue (narrated ones by their sentence). Ids that are unique in one
report only are not compared; what they stand for is: knowledge-base ids, GeoNames ids, offsets and values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from conflict_extract.errors import InputError, MissingExtraError
from conflict_extract.schema import Claim, Report
from conflict_extract.schema.models import Model, UserTable

Kind = Literal["added", "removed", "changed", "document added", "document removed", "other text"]
CONFIDENCE = 0.005
"""Confidences that differ by less are the same."""


class Provenance(Model):
    """What made a report: the parts of `meta` that do not depend on the document."""

    library: str
    model_sha256: str | None
    lexicons_sha256: str
    user_tables: tuple[UserTable, ...]
    settings: dict[str, Any]


class Change(Model):
    """A claim that only one run has, a field of a claim that differs, or a document that is not the same in both.

    `key`: of the claim, before where both runs have it. `field`: "source.actor", "figures" …, null but for `changed`. `before`, `after`:
    the field's values as JSON-ready data; for a claim added or removed, the whole claim. `words`: the content, null without texts.
    """

    document: str
    kind: Kind
    key: str | None = None
    field: str | None = None
    before: Any = None
    after: Any = None
    words: str | None = None


class Differences(Model):
    """What differs between two runs, with what made each of them."""

    before: tuple[Provenance, ...]
    after: tuple[Provenance, ...]
    documents: int
    claims_before: int
    claims_after: int
    same: int
    changes: tuple[Change, ...]

    def to_frame(self) -> Any:
        """The changes as a pandas DataFrame, one a row.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise MissingExtraError("pandas", "table") from None
        return pandas.DataFrame([change.model_dump() for change in self.changes], columns=list(Change.model_fields))


def differences(before: Iterable[Report], after: Iterable[Report]) -> Differences:
    """Compare two runs, document by document and claim by claim.

    Args:
        before: Reports of one run; all of them are held in memory, the other run's one at a time.
        after: Reports of the other run. Reports belong together by `Report.id`. With or without texts; where only one of two has its text,
            names are compared by their offsets.

    Raises:
        InputError: an id stands twice in one run.
    """
    first: dict[str, Report] = {}
    for report in before:
        if report.id in first:
            raise InputError(f"the id {report.id!r} stands twice in the first run")
        first[report.id] = report
    made = _distinct(first.values())
    claims_before = sum(len(report.claims) for report in first.values())
    seen: set[str] = set()
    others: dict[str, Provenance] = {}
    changes: list[Change] = []
    documents = claims_after = same = 0
    for report in after:
        if report.id in seen:
            raise InputError(f"the id {report.id!r} stands twice in the second run")
        seen.add(report.id)
        others.setdefault(_made_by(report).model_dump_json(), _made_by(report))
        claims_after += len(report.claims)
        old = first.pop(report.id, None)
        if old is None:
            changes.append(Change(document=report.id, kind="document added"))
        elif old.meta.text_sha256 != report.meta.text_sha256:
            changes.append(
                Change(document=report.id, kind="other text", before=old.meta.text_sha256, after=report.meta.text_sha256)
            )
        else:
            documents += 1
            found, equal = _of_document(old, report)
            changes += found
            same += equal
    changes += [Change(document=name, kind="document removed") for name in first]
    return Differences(
        before=tuple(made.values()),
        after=tuple(others.values()),
        documents=documents,
        claims_before=claims_before,
        claims_after=claims_after,
        same=same,
        changes=tuple(changes),
    )


def lines(result: Differences) -> Iterator[str]:
    """The differences for people."""
    for name, runs in (("before", result.before), ("after", result.after)):
        for run in runs:
            model = run.model_sha256[:12] if run.model_sha256 else "none"
            tables = "".join(f"  {table.name} {table.sha256[:12]}" for table in run.user_tables)
            yield f"{name + ':':<8} library {run.library}  model {model}  lexicons {run.lexicons_sha256[:12]}{tables}"
    names = sorted({name for run in (*result.before, *result.after) for name in run.settings})
    for name in names:
        one, two = ({json.dumps(run.settings.get(name)) for run in runs} for runs in (result.before, result.after))
        if one != two:
            yield f"setting {name}: {', '.join(sorted(one))} -> {', '.join(sorted(two))}"
    yield (
        f"{result.documents} documents in both; claims: {result.claims_before} before, {result.claims_after} after, {result.same} the same"
    )
    last: tuple[str, str | None] | None = None
    for change in result.changes:
        if change.key is None:
            yield f"{change.document}: {change.kind}"
            continue
        if (change.document, change.key) != last:
            last = (change.document, change.key)
            words = f"  {change.words}" if change.words else ""
            yield f"{change.document} {change.key} {change.kind}{words}"
        if change.field is not None:
            yield f"    {change.field}: {_short(change.before)} -> {_short(change.after)}"


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# -- one document ----------------------------------------------------------------------------------------
def _of_document(old: Report, new: Report) -> tuple[list[Change], int]:
    """The changes between two reports on one text, in order of offset, and the number of claims that are the same."""
    if (old.text is None) != (new.text is None):
        old, new = (report if report.text is None else report.without_text() for report in (old, new))
    left, right = {claim.key: claim for claim in old.claims}, {claim.key: claim for claim in new.claims}
    partner = {key: key for key in left if key in right}
    anchors: dict[tuple[int, ...], list[str]] = {}
    for claim in new.claims:
        if claim.key not in left:
            anchors.setdefault(_anchor(claim), []).append(claim.key)
    for claim in old.claims:
        if claim.key not in right and (free := anchors.get(_anchor(claim))):
            partner[claim.key] = free.pop(0)
    here, there = _Values(old, {}), _Values(new, {after: before for before, after in partner.items()})
    found: list[tuple[int, Change]] = []
    same = 0
    for key, claim in left.items():
        words = _words(claim)
        if key not in partner:
            gone = Change(document=old.id, kind="removed", key=key, before=here.claim(claim), words=words)
            found.append((claim.sentence.start, gone))
            continue
        one, two = here.claim(claim), there.claim(right[partner[key]])
        fields = [name for name in one if not _equal(name, one[name], two[name])]
        same += not fields
        found += [
            (
                claim.sentence.start,
                Change(document=old.id, kind="changed", key=key, field=name, before=one[name], after=two[name], words=words),
            )
            for name in fields
        ]
    taken = set(partner.values())
    found += [
        (claim.sentence.start, Change(document=new.id, kind="added", key=key, after=there.claim(claim), words=_words(claim)))
        for key, claim in right.items()
        if key not in taken
    ]
    return [change for _, change in sorted(found, key=lambda item: item[0])], same


def _anchor(claim: Claim) -> tuple[int, ...]:
    """Where a claim's cue stands; for a narrated one, its sentence."""
    return (claim.cue.start, claim.cue.end, 0) if claim.cue else (claim.sentence.start, claim.sentence.end, 1)


def _words(claim: Claim) -> str | None:
    return claim.text if claim.sentence.text is not None else None


def _equal(name: str, one: Any, two: Any) -> bool:
    if name in ("confidence", "source.confidence") and one is not None and two is not None:
        return bool(abs(one - two) < CONFIDENCE)
    return bool(one == two)


class _Values:
    """A report's claims as flat data without ids of the report.

    Args:
        report: the report.
        keys: other names for claims' keys, where a claim names its parent.
    """

    def __init__(self, report: Report, keys: dict[str, str]) -> None:
        self.actors = {actor.id: actor.kb or actor.name for actor in report.actors}
        self.places = {place.id: place.geonames or place.name for place in report.places}
        self.spans = {quantity.id: _span(quantity.span) for quantity in report.quantities}
        self.spans |= {time.id: _span(time.span) for time in report.times}
        self.quantities = {quantity.id: self._quantity(quantity) for quantity in report.quantities}
        self.times = {
            time.id: {"span": self.spans[time.id], **time.model_dump(mode="json", exclude={"id", "span"}, exclude_defaults=True)}
            for time in report.times
        }
        self.events = {event.id: self._event(event) for event in report.events}
        self.keys = {claim.id: keys.get(claim.key, claim.key) for claim in report.claims}
        self.links: dict[str, list[list[str]]] = {claim.id: [] for claim in report.claims}
        for link in report.links:
            self.links[link.from_].append([link.kind, self.keys[link.to]])

    def claim(self, claim: Claim) -> dict[str, Any]:
        """The fields to compare, by name."""
        source = claim.source
        via = source.via if source else None
        status = {figure.quantity: figure.status for figure in claim.figures}
        return {
            "source": _span(source.mention) if source else None,
            "source.name": source.name if source else None,
            "source.actor": self.actors.get(source.actor or "") if source else None,
            "source.type": source.type if source else None,
            "source.role": source.role if source else None,
            "source.affiliation": self.actors.get(source.affiliation_actor or "", source.affiliation) if source else None,
            "source.former": source.former if source else None,
            "source.anonymous": source.anonymous if source else None,
            "source.via": [via.kind, self.actors.get(via.actor or "", via.name)] if via else None,
            "source.confidence": source.confidence if source else None,
            "cue": _span(claim.cue) if claim.cue else None,
            "content": [_span(span) for span in claim.content],
            "act": claim.act,
            "mode": claim.mode,
            "target": self.actors.get(claim.target or ""),
            "event": claim.event,
            "events": [{**self.events[item.event], "status": item.status} for item in claim.events],
            "plover_act": claim.plover_act,
            "responsibility": claim.responsibility,
            "figures": [{**self.quantities[name], "status": status.get(name)} for name in claim.quantities],
            "places": [self.places[name] for name in claim.places],
            "times": [self.times[name] for name in claim.times],
            "said": [self.spans[name] for name in claim.said],
            "hedges": [_span(span) for span in claim.hedges],
            "negated": claim.negated,
            "parent": self.keys.get(claim.parent or ""),
            "links": sorted(self.links[claim.id]),
            "confidence": claim.confidence,
        }

    def _quantity(self, quantity: Any) -> dict[str, Any]:
        fields = quantity.model_dump(mode="json", exclude={"id", "span", "in_claims"}, exclude_defaults=True)
        for name in ("since", "part_of", "percent_of", "replaces", "equivalent"):
            if name in fields:
                fields[name] = self.spans.get(fields[name])
        if fields.get("who", {}).get("side"):
            fields["who"]["side"] = self.actors.get(fields["who"]["side"])
        return {"span": self.spans[quantity.id], **fields}

    def _event(self, event: Any) -> dict[str, Any]:
        return {
            "type": event.type,
            "mentions": [_span(span) for span in event.mentions],
            "plover": event.plover,
            "plover_mode": event.plover_mode,
            "acled": event.acled.model_dump() if event.acled else None,
            "agents": [self.actors.get(name) for name in event.agents],
            "patients": [self.actors.get(name) for name in event.patients],
            "places": [[self.places.get(item.place), item.role] for item in event.places],
            "times": [self.spans.get(name) for name in event.times],
            "quantities": [self.spans.get(name) for name in event.quantities],
        }


def _span(span: Any) -> str:
    return f"{span.start}:{span.end}"


def _made_by(report: Report) -> Provenance:
    meta = report.meta
    return Provenance(
        library=meta.library,
        model_sha256=meta.model_sha256,
        lexicons_sha256=meta.lexicons_sha256,
        user_tables=meta.user_tables,
        settings=meta.settings,
    )


def _distinct(reports: Iterable[Report]) -> dict[str, Provenance]:
    found: dict[str, Provenance] = {}
    for report in reports:
        made = _made_by(report)
        found.setdefault(made.model_dump_json(), made)
    return found
