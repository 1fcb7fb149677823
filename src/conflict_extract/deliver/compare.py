"""Many reports side by side: who says what about one incident over time, which figures disagree, which were revised.

`compare(reports)` returns a `Comparison` (pydantic). Series of figures are kept apart by category, people counted, `scope`, `since`,
status and whether the figure is a part of another; parts are never summed with wholes. Bounds are respected: "at least 42" does not
contradict 67.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from conflict_extract.deliver import compare_group as grouping
from conflict_extract.errors import InputError
from conflict_extract.schema import Report
from conflict_extract.schema.figure_rows import figure_rows

By = Literal["event", "place", "actor"]


class Part(BaseModel):
    """Base of the result's parts: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Saying(Part):
    """A claim about an incident."""

    report: str
    published: str | None
    said_on: str | None
    source: str | None
    source_id: str | None
    act: str
    event: str
    text: str
    claim: str
    claim_key: str
    confidence: float
    copies: int = 1


class Point(Part):
    """A figure that somebody gives. `copies`: reports that carry it as copies of one story."""

    report: str
    published: str | None
    said_on: str | None
    source: str | None
    source_id: str | None
    relayed_by: str | None
    text: str | None
    unit: str | None
    who_status: str | None
    comparator: str
    at_least: float | None
    best: float | None
    at_most: float | None
    part_of: str | None
    hedged: bool
    claim_key: str
    copies: int = 1

    @property
    def when(self) -> str:
        """The day of the saying, else of publication, else ""."""
        return self.said_on or self.published or ""

    @property
    def limits(self) -> tuple[float, float]:
        """The least and greatest number that the words allow."""
        low = self.at_least if self.at_least is not None else 0.0
        high = self.at_most if self.at_most is not None else float("inf")
        if self.best is not None and self.at_least is None:
            low = self.best * (1 - NEAR)
            high = high if self.at_most is not None else self.best * (1 + NEAR)
        return low, high


class Disagreement(Part):
    """Two sources whose latest figures cannot both be right."""

    a: Point
    b: Point


class Revision(Part):
    """A source that gives another figure than before. `direction`: up or down."""

    source: str
    before: Point
    after: Point
    direction: Literal["up", "down"]


class Series(Part):
    """Figures of one kind over time, in order of saying."""

    category: str | None
    unit: str | None
    status: str
    scope: str
    since: str | None
    part: bool
    who: str | None
    points: tuple[Point, ...]
    disagreements: tuple[Disagreement, ...] = ()
    revisions: tuple[Revision, ...] = ()


class Incident(Part):
    """One incident and what is said about it."""

    id: str
    types: tuple[str, ...]
    place: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    start: str | None
    end: str | None
    dated: bool
    actors: tuple[str, ...]
    reports: tuple[str, ...]
    sayings: tuple[Saying, ...]
    series: tuple[Series, ...]
    basis: tuple[str, ...]

    @property
    def title(self) -> str:
        """A short name: type, place and day."""
        parts = [self.types[0] if self.types else "event"]
        if self.place:
            parts.append(f"at {self.place}")
        if self.start:
            parts.append(self.start if self.start == self.end or not self.end else f"{self.start} to {self.end}")
        return " ".join(parts)


class Comparison(Part):
    """The incidents of many reports, in order of day. `copies`: reports left out because they repeat another one."""

    reports: int
    copies: int
    incidents: tuple[Incident, ...]

    def rows(self, by: By = "event") -> list[dict[str, Any]]:
        """One row a figure, in order of incident (or place, or source) and day."""
        out = []
        for incident in self.incidents:
            for series in incident.series:
                out += [_row(incident, series, point) for point in series.points]
        keys: dict[str, Any] = {
            "event": lambda row: (),
            "place": lambda row: (row["place"] or "~", row["when"]),
            "actor": lambda row: (row["source"] or "~", row["when"]),
        }
        if by not in keys:
            raise InputError(f"by must be event, place or actor, got {by!r}")
        return sorted(out, key=keys[by]) if by != "event" else out

    def frame(self, by: By = "event") -> Any:
        """The rows as a pandas DataFrame (extra `table`)."""
        from conflict_extract.schema.tables import frame

        rows = self.rows(by)
        return frame(rows, list(rows[0]) if rows else ["incident"])

    def html(self, by: By = "event") -> str:
        """A page of its own, without outside files."""
        from conflict_extract.deliver.compare_view import page

        return page(self, by)

    def plot(self, path: str | Path, by: By = "event") -> None:
        """Draw the figures over time for each source with their bounds (extra `plot`).

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from conflict_extract.deliver.compare_view import draw

        draw(self, path, by)


NEAR = 0.1  # an approximate figure is taken to be this far off at most


def _row(incident: Incident, series: Series, point: Point) -> dict[str, Any]:
    return {
        "incident": incident.id,
        "title": incident.title,
        "place": incident.place,
        "country": incident.country,
        "event_start": incident.start,
        "event_end": incident.end,
        "category": series.category,
        "unit": series.unit,
        "who": series.who,
        "status": series.status,
        "scope": series.scope,
        "since": series.since,
        "part_of": point.part_of,
        "when": point.when or None,
        "source": point.source,
        "source_id": point.source_id,
        "relayed_by": point.relayed_by,
        "text": point.text,
        "at_least": point.at_least,
        "best": point.best,
        "at_most": point.at_most,
        "hedged": point.hedged,
        "document_id": point.report,
        "claim_key": point.claim_key,
        "copies": point.copies,
    }


# -- comparing -------------------------------------------------------------------------------------------
def compare(reports: Iterable[Report], clusters: Sequence[str | None] | None = None) -> Comparison:
    """Compare reports on the same incidents.

    Args:
        reports: any number of reports, in any order.
        clusters: for each report the name of its cluster of near-copies, or None. Of each cluster one report counts. Reports with
            the same text and date are copies in any case.

    Raises:
        InputError: there are not as many clusters as reports.
    """
    everything = list(reports)
    names = list(clusters) if clusters is not None else [None] * len(everything)
    if len(names) != len(everything):
        raise InputError(f"{len(everything)} reports but {len(names)} clusters")
    kept = grouping.clusters_of(everything, names)
    copies = {id(report): number for report, number in kept}
    rows: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for report, _ in kept:
        rows[id(report)] = {}
        replaced = {report.quantity(q.replaces).span.start for q in report.quantities if q.replaces}
        for row in figure_rows([report]):
            if row["start"] in replaced:
                continue  # "lowered its toll from 27 to 20": the new figure speaks
            rows[id(report)].setdefault(row["claim_key"], []).append(row)
    found = grouping.group(report for report, _ in kept)
    incidents = [_incident(number, incident, copies, rows) for number, incident in enumerate(found, 1)]
    return Comparison(reports=len(kept), copies=len(everything) - len(kept), incidents=tuple(incidents))


def _incident(
    number: int, incident: grouping.Incident, copies: dict[int, int], rows: dict[int, dict[str, list[dict[str, Any]]]]
) -> Incident:
    sayings: list[Saying] = []
    points: dict[tuple[Any, ...], list[Point]] = {}
    names: dict[str, None] = {}
    for item in incident.items:
        count = copies[id(item.report)]
        for claim in item.claims:
            said_on = next((start for name in claim.said if (start := item.report.time(name).start)), None)
            sayings.append(
                Saying(
                    report=item.report.id,
                    published=item.report.date,
                    said_on=said_on,
                    source=claim.source.name if claim.source else None,
                    source_id=_source_id(item.report, claim),
                    act=claim.act,
                    event=claim.event,
                    text=claim.text,
                    claim=claim.id,
                    claim_key=claim.key,
                    confidence=claim.confidence,
                    copies=count,
                )
            )
            for row in rows[id(item.report)].get(claim.key, []):
                points.setdefault(_series_key(row), []).append(_point(row, count))
        if item.event is not None:
            for actor in item.event.agents:
                names[item.report.actor(actor).name] = None
    sayings.sort(key=lambda saying: (saying.said_on or saying.published or "9", saying.report, int(saying.claim[1:])))
    days = incident.days
    return Incident(
        id=f"i{number}",
        types=tuple(sorted({saying.event for saying in sayings}, key=lambda t: (-sum(s.event == t for s in sayings), t))),
        place=incident.place.name if incident.place else None,
        country=incident.place.country if incident.place else None,
        latitude=incident.place.latitude if incident.place else None,
        longitude=incident.place.longitude if incident.place else None,
        start=days[0].isoformat() if days else None,
        end=days[1].isoformat() if days else None,
        dated=incident.dated,
        actors=tuple(names),
        reports=tuple(dict.fromkeys(saying.report for saying in sayings)),
        sayings=tuple(sayings),
        series=tuple(_series(key, points[key]) for key in sorted(points, key=lambda key: tuple(str(part) for part in key))),
        basis=tuple(dict.fromkeys(incident.basis)),
    )


def _source_id(report: Report, claim: Any) -> str | None:
    if claim.source is None or claim.source.actor is None:
        return None
    return report.actor(claim.source.actor).kb


def _series_key(row: dict[str, Any]) -> tuple[Any, ...]:
    """What keeps series apart. The people counted do so by age and sex alone: "12 civilians" and "12 people" are one toll."""
    who = "/".join(row[name] for name in ("who_age", "who_sex") if row[name] not in (None, "unknown")) or None
    category = row["category"] if row["category"] not in (None, "other") else None
    unit = None if category else (row["unit"] or "").casefold().rpartition(" ")[2] or None
    scope = "further" if row["scope"] == "further" else "cumulative" if row["since"] else "all"
    return category, unit, who, row["status"], scope, row["since"], row["part_of"] is not None


def _point(row: dict[str, Any], copies: int) -> Point:
    return Point(
        report=row["document_id"],
        published=row["published"],
        said_on=row["said_on"],
        source=row["source"],
        source_id=row["source_id"],
        relayed_by=row["relayed_by"],
        text=row["text"],
        unit=row["unit"],
        who_status=row["who_status"],
        comparator=row["comparator"],
        at_least=row["at_least"],
        best=row["best"],
        at_most=row["at_most"],
        part_of=row["part_of"],
        hedged=row["hedged"],
        claim_key=row["claim_key"],
        copies=copies,
    )


def _plain(name: str) -> str:
    """A name without case and article."""
    words = name.casefold().replace("’", "'").split()
    while len(words) > 1 and words[0] in ("the", "a", "an"):
        words = words[1:]
    return " ".join(words)


def speakers(points: Sequence[Point]) -> list[str | None]:
    """What tells sources apart across documents: a knowledge-base id, else the name.

    A short name ("army", "interior ministry") is the one longer name of the series that ends with it, when there is one only.
    """
    names = [
        None
        if point.source is None
        else point.source_id
        if point.source_id and "#" not in point.source_id
        else _plain(point.source)
        for point in points
    ]
    known = {name for name in names if name}
    short: dict[str, str] = {}
    for name in known:
        longer = [other for other in known if other.endswith(" " + name)]
        if len(longer) == 1:
            short[name] = longer[0]
    return [short.get(name, name) if name else None for name in names]


def _series(key: tuple[Any, ...], points: list[Point]) -> Series:
    category, unit, who, status, scope, since, part = key
    points.sort(key=lambda point: (point.when or "9", point.report, point.claim_key))
    revisions: list[Revision] = []
    latest: dict[str, Point] = {}
    several = Counter((speaker, point.report) for speaker, point in zip(speakers(points), points, strict=True))
    for speaker, point in zip(speakers(points), points, strict=True):
        if speaker is None:
            continue
        before = latest.get(speaker)
        if several[speaker, point.report] > 1 and any(_middle(point) == _middle(r.before) for r in revisions):
            continue  # "lowering an earlier toll of 27": the old figure, named again beside the new one
        if before is not None and not part and _revised(before, point):
            up = _middle(point) > _middle(before)
            name = point.source or speaker
            revisions.append(Revision(source=name, before=before, after=point, direction="up" if up else "down"))
        latest[speaker] = point
    disagreements = []
    if not part and status in ("asserted", "possible"):
        last = list(latest.values())
        for at, b in enumerate(last):
            for a in last[max(0, at - 24) : at]:
                if _clash(a, b):
                    disagreements.append(Disagreement(a=a, b=b))
    return Series(
        category=category,
        unit=unit,
        status=status,
        scope=scope,
        since=since,
        part=part,
        who=who,
        points=tuple(points),
        disagreements=tuple(disagreements),
        revisions=tuple(revisions),
    )


def _middle(point: Point) -> float:
    if point.best is not None:
        return point.best
    low = point.at_least or 0.0
    return (low + point.at_most) / 2 if point.at_most is not None else low


def _revised(before: Point, after: Point) -> bool:
    """Whether the source gives another number; the same number in other words ("at least 42", "42") is none."""
    one = (before.at_least, before.best, before.at_most)
    two = (after.at_least, after.best, after.at_most)
    return one != two and _middle(before) != _middle(after)


GENERAL = frozenset({"people", "persons", "person"})


def _clash(a: Point, b: Point) -> bool:
    """Whether both cannot be right. A smaller figure of some people ("three soldiers") can be a part of a figure of all ("16 people")."""
    low = max(a.limits[0], b.limits[0])
    high = min(a.limits[1], b.limits[1])
    if low <= high:
        return False
    general = [_general(point) for point in (a, b)]
    if general[0] == general[1]:
        return True
    whole, narrow = (a, b) if general[0] else (b, a)
    return narrow.limits[0] > whole.limits[1]


def _general(point: Point) -> bool:
    return (point.unit or "").casefold() in GENERAL and point.who_status in (None, "unknown")


# -- reading ---------------------------------------------------------------------------------------------
def read_reports(paths: Iterable[str | Path]) -> Iterator[tuple[Report, str | None]]:
    """Reports from files of one report (.json) or many (.jsonl), with the value of a field `cluster` beside them, if any.

    A folder stands for its files; that of a batch run gives the run's Reports and clusters.

    Raises:
        InputError: a file cannot be read or a line is no report; the message names file and line.
    """
    from conflict_extract.deliver.run_folder import is_run, run_reports

    for path in map(Path, paths):
        if is_run(path):
            yield from run_reports(path)
            continue
        files = sorted(item for item in path.iterdir() if item.suffix in (".json", ".jsonl")) if path.is_dir() else [path]
        for file in files:
            yield from _read(file)


def _read(file: Path) -> Iterator[tuple[Report, str | None]]:
    try:
        data = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {file}: {error}") from error
    whole = file.suffix == ".json"
    for number, text in enumerate([data] if whole else data.split("\n"), 1):
        if not text.strip():
            continue
        where = str(file) if whole else f"{file}, line {number}"
        try:
            value = json.loads(text)
            if not isinstance(value, dict):
                raise InputError(f"{where}: a report is a JSON object")
            cluster = value.pop("cluster", None)
            if "report" in value and isinstance(value["report"], dict):
                value = value["report"]
            yield Report.model_validate(value), None if cluster is None else str(cluster)
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"{where}: no report ({str(error).splitlines()[0]})") from error
