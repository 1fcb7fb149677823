"""The parts of a Report: frozen pydantic models, no spaCy.

Offsets are Unicode code points into `Report.text`, `[start, end)`. Ids (`c1`, `a1`, `p1`, `q1`, `t1`, `e1`) are unique in one
report and ordered by first offset. Collections are tuples, so a report cannot be changed in place.
"""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from conflict_extract.schema import vocabulary as v

LARGEST = 1e15


def tidy_number(value: Any) -> Any:
    """A whole float as int; infinity, NaN and numbers beyond 1e15 as None.

    >>> tidy_number(3.0), tidy_number(2.5), tidy_number(float("inf")), tidy_number(10**16)
    (3, 2.5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not -LARGEST <= value <= LARGEST or math.isnan(value):
        return None
    return int(value) if float(value).is_integer() else value


Number = Annotated[int | float | None, BeforeValidator(tidy_number)]


class Model(BaseModel):
    """Base of all parts: frozen, no unknown fields, aliases both ways."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True, validate_by_name=True, validate_by_alias=True)


class Span(Model):
    """Words of the text. `text` is `Report.text[start:end]`, or null in a report without text."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str | None

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.end < self.start:
            raise ValueError(f"a span's end ({self.end}) lies before its start ({self.start})")
        if self.text is not None and len(self.text) != self.end - self.start:
            raise ValueError("a span's text is not as long as its offsets say")
        return self


class Evidence(Model):
    """Why a field has its value: the rule or model head, the lexicon entry, a score from 0 to 1."""

    field: str
    rule: str
    entry: str | None = None
    score: float | None = None


class Entry(Model):
    """A dated entry of a live blog. `published`: ISO date or date and time, when it is given."""

    span: Span
    published: str | None = None


class Frame(Model):
    """Headline, dateline, byline, credit, corrections and boilerplate of the article."""

    headline: Span | None = None
    dateline: Span | None = None
    byline: Span | None = None
    credit: Span | None = None
    dateline_place: str | None = None
    dateline_date: str | None = None
    agency: str | None = None
    corrections: tuple[Span, ...] = ()
    boilerplate: tuple[Span, ...] = ()
    entries: tuple[Entry, ...] = ()


class Via(Model):
    """The channel through which a source spoke ("told AFP", "on X")."""

    kind: v.ViaKind
    name: str | None = None
    actor: str | None = None


class Source(Model):
    """Who said it.

    `name`: canonical name after pronouns, metonyms and short forms are resolved. `affiliation`: the state, organisation or group
    that it speaks for, when the text says so.
    """

    mention: Span
    name: str
    actor: str | None = None
    affiliation: str | None = None
    affiliation_actor: str | None = None
    type: v.SourceType = "unknown"
    role: str | None = None
    former: bool = False
    anonymous: bool = False
    via: Via | None = None
    confidence: float = Field(1.0, ge=0.0, le=1.0)


class ClaimEvent(Model):
    """An event that a claim is about, and how the claim presents it."""

    event: str
    status: v.EventStatus = "asserted"


class ClaimFigure(Model):
    """A quantity of a claim, and how the claim presents it (a figure can be denied or planned while others are asserted)."""

    quantity: str
    status: v.EventStatus = "asserted"


class Claim(Model):
    """A proposition that the text reports, with the one who is responsible for it.

    `source` and `cue` are null when the article itself asserts it (`act` is `narration`). `key` is the same in every release that
    finds the same spans. `said` lists the times that date the saying, `times` all of the claim's times. `figures`
    gives the status of each quantity.
    """

    id: str
    key: str
    source: Source | None = None
    cue: Span | None = None
    act: v.Act
    mode: v.Mode
    content: tuple[Span, ...]
    target: str | None = None
    event: v.EventType = "other"
    events: tuple[ClaimEvent, ...] = ()
    plover_act: v.Plover | None = None
    responsibility: v.Responsibility | None = None
    quantities: tuple[str, ...] = ()
    figures: tuple[ClaimFigure, ...] = ()
    places: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    hedges: tuple[Span, ...] = ()
    negated: bool = False
    parent: str | None = None
    sentence: Span
    confidence: float = Field(1.0, ge=0.0, le=1.0)
    evidence: tuple[Evidence, ...] = ()

    @property
    def text(self) -> str:
        """The content's words, parts joined by " … ", on one line."""
        return " … ".join(" ".join((span.text or "").split()) for span in self.content)


class Acled(Model):
    """ACLED's event type and sub-event type (ACLED Codebook, 2023)."""

    event: str
    sub_event: str | None = None


class EventPlace(Model):
    """A place of an event and its role there."""

    place: str
    role: v.PlaceRole = "at"


class Event(Model):
    """What happened. Several mentions of one incident share one Event; `basis` says why."""

    id: str
    type: v.EventType
    plover: v.Plover | None = None
    plover_mode: str | None = None
    acled: Acled | None = None
    mentions: tuple[Span, ...]
    agents: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    places: tuple[EventPlace, ...] = ()
    times: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    basis: str = ""


class Actor(Model):
    """A state, body, person, group or population of the article.

    `kb` is the same in every document and release ("state/AZ"), null for persons and others outside the tables. `candidates`:
    knowledge-base ids between which the text does not decide. `members`: the parties of a joint actor.
    """

    id: str
    kb: str | None = None
    name: str
    type: v.ActorType = "other"
    sector: str | None = None
    country: str | None = None
    members: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    mentions: tuple[Span, ...] = ()


class Place(Model):
    """A place of the article. `country`: ISO 3166-1 alpha-2 of the state it internationally belongs to (see docs/places.md)."""

    id: str
    name: str
    country: str | None = None
    geonames: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    admin1: str | None = None
    admin2: str | None = None
    level: v.PlaceLevel = "settlement"
    feature: str | None = None
    disputed: bool = False
    claimed_by: tuple[str, ...] = ()
    mentions: tuple[Span, ...] = ()


class Who(Model):
    """Whom a count counts, from the words only. `side`: actor id."""

    status: v.WhoStatus = "unknown"
    age: v.WhoAge = "unknown"
    sex: v.WhoSex = "unknown"
    side: str | None = None


class Quantity(Model):
    """A count, sum of money, percentage, duration, measure or age.

    `value` for exact or bounded values, `low`, `high` for ranges. `at_least`, `best`, `at_most` follow the bounds table in
    docs/quantities.md. `unit`: the counted noun, an ISO 4217 code, "%" or a unit's name. `in_claims` is false for kinds that
    claims do not list (ages, vague "several").
    """

    id: str
    span: Span
    kind: v.QuantityKind
    value: Number = None
    low: Number = None
    high: Number = None
    comparator: v.Comparator = "="
    modifier: str | None = None
    vague: str | None = None
    at_least: Number = None
    best: Number = None
    at_most: Number = None
    unit: str = ""
    currency: str | None = None
    category: v.Category | None = None
    who: Who | None = None
    scope: v.Scope = "unknown"
    since: str | None = None
    part_of: str | None = None
    percent_of: str | None = None
    replaces: str | None = None
    equivalent: str | None = None
    candidates: tuple[str, ...] = ()
    in_claims: bool = True


class Reading(Model):
    """One reading of a date whose day and month the text does not settle."""

    start: str
    end: str


class Time(Model):
    """A date or period. `start`, `end`: ISO 8601 dates, inclusive. `partial`: EDTF when the year is unknown ("XXXX-11-05").

    `date_prec` follows the UCDP GED codebook. `readings`: when day and month are unsettled; start and end are then null.
    """

    id: str
    span: Span
    start: str | None = None
    end: str | None = None
    clock_start: str | None = None
    clock_end: str | None = None
    granularity: v.Granularity = "day"
    partial: str | None = None
    date_prec: int | None = None
    readings: tuple[Reading, ...] = ()
    basis: v.TimeBasis = "explicit"


class Link(Model):
    """A relation between two claims of one report; `disagrees` has no direction. `basis` says why, for people."""

    kind: v.LinkKind
    from_: str = Field(alias="from")
    to: str
    basis: str = ""


class UserTable(Model):
    """A table of the user's own that took part: file name and SHA-256."""

    name: str
    sha256: str


class Meta(Model):
    """Where the report comes from. No clock times and no host names: the same input gives the same bytes."""

    library: str
    model_sha256: str | None = None
    lexicons_sha256: str
    user_tables: tuple[UserTable, ...] = ()
    settings: dict[str, Any] = Field(default_factory=dict)
    text_sha256: str
    replaced: int = 0
    date_source: v.DateSource = "none"
    warnings: tuple[v.Warning_, ...] = ()
