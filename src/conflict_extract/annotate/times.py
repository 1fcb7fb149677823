"""conflict_times: dates and times, resolved against the day that the document frame gives.

Reads `doc._.ce_date` or, when conflict_frame ran, its anchor and dated entries; uses the UD tree (tense) and entities (names) when they are
there and does with the words alone when they are not. Writes layer `times`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate.layer import TIMELINE, FrameInfo, FrameRecord, TimeRecord, read, read_table, text_of, write
from conflict_extract.annotate.times_tense import direction_of
from conflict_extract.lexicons.times import tense_words
from conflict_extract.values.periods import Period, resolve
from conflict_extract.values.periods_calendar import Days, date_precision
from conflict_extract.values.periods_compose import DAYISH, Expression, find_expressions
from conflict_extract.values.periods_stamps import STAMP, parse_stamp

_EVENT_REACH = 600
"""Characters back to the date that "the following day" counts from."""
_NAME_LABELS = frozenset({"PER", "PERSON", "ORG", "LOC", "GPE", "FAC", "NORP", "PRODUCT", "WORK_OF_ART", "LAW"})
_NO_TIMES = frozenset({"dateline", "byline", "credit", "boilerplate"})


@Language.factory(
    "conflict_times",
    assigns=["doc._.ce_records"],
    default_config={"dayfirst": None},
)
def make_times(nlp: Language, name: str, dayfirst: bool | None) -> Times:
    """Make the component.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
        dayfirst: how to read 03/04/2024: true day first, false month first, None: as the document's other dates do, else both readings.
    """
    return Times(dayfirst)


@dataclass(slots=True)
class _Anchors:
    """The anchor day at each place of the text."""

    starts: list[int]
    days: list[date | None]
    bases: list[str]

    def at(self, offset: int) -> tuple[date | None, str, int]:
        """Anchor, basis, and where its stretch of text begins."""
        index = bisect_right(self.starts, offset) - 1
        return self.days[index], self.bases[index], self.starts[index]


class Times:
    """The component; call it on a Doc."""

    def __init__(self, dayfirst: bool | None = None) -> None:
        self.dayfirst = dayfirst

    def __call__(self, doc: Doc) -> Doc:
        """Write layer `times`."""
        text = text_of(doc)
        frame = read(doc, "frame", FrameRecord)
        shut = [(record.start, record.end) for record in frame if record.kind in _NO_TIMES]
        anchors = _anchors(doc, frame)
        entries = {record.start for record in frame if record.kind == "entry" and record.rule == TIMELINE}
        heads = {record.start for record in frame if record.kind == "entry" and record.rule != TIMELINE}
        expressions = [
            part
            for part in find_expressions(text)
            if not _covered(shut, part.core) and part.start not in heads and not _in_name(doc, part)
        ]
        dayfirst = self.dayfirst if self.dayfirst is not None else document_order(expressions)
        records: list[TimeRecord] = []
        seen: list[tuple[int, Days]] = []
        for index, part in enumerate(expressions):
            anchor, basis, begin = anchors.at(part.start)
            if part.edge == "since" and begin in entries:
                anchor, basis = anchors.days[0] or anchor, anchors.bases[0]  # it runs to the day of the article
            direction = direction_of(doc, text, part.start, part.end, part.edge, part.main.kind)
            event = _event(text, part, expressions, index, seen, begin, anchor, dayfirst)
            period = resolve(part, anchor, direction, dayfirst, event)
            record = _record(part, period, basis if anchor else "document_date", anchor)
            record.in_claims = record.in_claims and not _titles(doc, part)
            records.append(record)
            if (
                period.start
                and period.end
                and period.start == period.end
                and part.edge not in ("since", "until", "by", "before", "ahead")
            ):
                seen.append((part.end, (period.start, period.end)))
        taken = [(record.start, record.end) for record in records]
        for match in STAMP.finditer(text):
            if not _covered(shut, match.start()) and not any(
                low < match.end() and match.start() < high for low, high in _near(taken, match.start())
            ):
                day = parse_stamp(match.group(), dayfirst)
                if day is not None:
                    iso = day.isoformat()
                    records.append(
                        TimeRecord(start=match.start(), end=match.end(), date_start=iso, date_end=iso, date_prec=1, rule="stamp")
                    )
        write(doc, "times", records)
        return doc


def _near(spans: list[tuple[int, int]], offset: int) -> list[tuple[int, int]]:
    """The spans around an offset (sorted, not overlapping)."""
    index = bisect_right(spans, (offset, offset))
    return spans[max(0, index - 1) : index + 2]


def _covered(spans: list[tuple[int, int]], offset: int) -> bool:
    index = bisect_right(spans, (offset, 1 << 60)) - 1
    return any(low <= offset < high for low, high in spans[max(0, index - 1) : index + 1])


def as_date(text: str | None) -> date | None:
    """The day of an ISO date or date and time; None when it is none."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _anchors(doc: Doc, frame: list[FrameRecord]) -> _Anchors:
    """The document's anchor, and from each dated entry of a live blog on that entry's."""
    rows = read_table(doc, "frame", FrameInfo)
    if rows:
        day = as_date(rows[0].anchor or rows[0].date)
        basis = "dateline" if rows[0].date_source == "dateline" or rows[0].anchor != rows[0].date else "document_date"
    else:
        day, basis = as_date(doc._.ce_date), "document_date"
    anchors = _Anchors([-1], [day], [basis])
    for record in frame:
        if record.kind == "entry" and (published := as_date(record.published)):
            anchors.starts.append(record.start)
            anchors.days.append(published)
            anchors.bases.append("dateline")
    return anchors


def document_order(expressions: list[Expression]) -> bool | None:
    """How the document writes dates: from numeric dates with a part over 12, else from "5 March" against "March 5"; None: no sign."""
    votes = 0
    for part in expressions:
        atom = part.main
        if atom.kind == "numeric" and atom.day and atom.month:
            if atom.day > 12 >= atom.month:
                votes += 100
            elif atom.month > 12 >= atom.day:
                votes -= 100
    if votes:
        return votes > 0
    for part in expressions:
        atom = part.main
        if atom.kind == "day" and atom.text:
            votes += 1 if re.match(r"(?:the\s+)?\d", atom.text, re.IGNORECASE) else -1
    return votes > 0 if votes else None


def _titles(doc: Doc, part: Expression) -> bool:
    """Whether a year is part of a plan's or law's title ("the 2024 response plan"): it dates nothing that happens."""
    if part.main.kind != "year" or part.edge is not None or doc._.ce_scheme != "ud2":
        return False
    span = doc.char_span(part.main.start, part.main.end, alignment_mode="expand")
    for token in doc[span.end : span.end + 4] if span is not None else ():
        if token.lower_ in tense_words("titled"):
            return True
        if token.pos_ not in ("NOUN", "PROPN", "ADJ"):
            break
    return False


def _in_name(doc: Doc, part: Expression) -> bool:
    """Whether an entity of another kind covers the time's main word and more ("Theresa May", "the March 23 Movement")."""
    if part.main.kind not in ("month", "weekday", "season", "day", "year", "holiday"):
        return False
    span = doc.char_span(part.main.start, part.main.end, alignment_mode="expand")
    if span is None:
        return False
    kinds = {token.ent_type_ for token in span}
    if not kinds or not kinds <= _NAME_LABELS:
        return False
    before = doc[span.start - 1].ent_type_ in kinds and doc[span.start].ent_iob_ == "I" if span.start else False
    after = doc[span.end].ent_iob_ == "I" if span.end < len(doc) else False
    return before or after


_NOUN = re.compile(r"\s+(?:the|his|her|their|its|that|this|an?)\s+((?:[\w-]+\s+){0,3}[\w-]+)")
_STOP = frozenset(
    [
        "of",
        "in",
        "on",
        "at",
        "that",
        "which",
        "who",
        "by",
        "for",
        "with",
        "from",
        "was",
        "were",
        "is",
        "are",
        "had",
        "has",
        "and",
        "or",
        "but",
        "to",
        "as",
        "when",
        "near",
        "against",
    ]
)
_WORD = re.compile(r"[^\W\d_][\w-]+")


def _event(
    text: str,
    part: Expression,
    expressions: list[Expression],
    index: int,
    seen: list[tuple[int, Days]],
    begin: int,
    anchor: date | None,
    dayfirst: bool | None,
) -> Days | None:
    """The days that an expression counts from: those of a date beside it, of the event it names, or the last day named before it."""
    atom = part.main
    if atom.kind in ("clock", "daypart"):
        return _last_day(seen, part, begin, 250)
    if atom.which == "following" and atom.kind in ("weekday", "rolling"):
        return _last_day(seen, part, begin, _EVENT_REACH)
    if atom.kind != "anaphor":
        return None
    if atom.which in ("after", "before"):
        if index + 1 < len(expressions):
            following = expressions[index + 1]
            if (
                following.main.kind in DAYISH
                and following.core - part.end <= 40
                and not re.search(r"[.;!?\n]", text[part.end : following.core])
            ):
                period = resolve(following, anchor, -1, dayfirst)
                if period.start and period.end:
                    return period.start, period.end
        noun = _NOUN.match(text, part.end)
        if noun is None:
            return None
        words: list[str] = []
        for word in _WORD.findall(noun.group(1).lower()):
            if word in _STOP:
                break
            words.append(word)
        return _dated_event(text, words[-1] if words else "", seen, begin, part.start)
    return _last_day(seen, part, begin, _EVENT_REACH)


def _last_day(seen: list[tuple[int, Days]], part: Expression, begin: int, reach: int) -> Days | None:
    if seen and seen[-1][0] >= max(begin, part.start - reach):
        return seen[-1][1]
    return None


def _dated_event(text: str, noun: str, seen: list[tuple[int, Days]], begin: int, end: int) -> Days | None:
    """The day of the latest earlier mention of a noun beside a date ("Monday's attack", "the attack on Monday")."""
    if len(noun) < 3:
        return None
    root = re.escape(noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun)
    beside = re.compile(rf"\b{root}\w{{0,3}}\b", re.IGNORECASE)
    for at, days in reversed(seen[-40:]):
        if at < begin or at > end:
            continue
        after = re.split(r"[.,;!?]", text[at : at + 40])[0]
        before = re.split(r"[.,;!?]\s", text[max(0, at - 60) : at])[-1]
        if beside.search(after) or beside.search(before):
            return days
    return None


def _record(part: Expression, period: Period, basis: str, anchor: date | None) -> TimeRecord:
    if not period.relative:
        basis = "explicit"
    elif period.anaphoric:
        basis = "event"
    known = period.start is not None
    settled = known or bool(period.readings) or period.partial is not None
    in_claims = not (period.is_duration or period.vague or part.loose)
    if period.anaphoric and not known:
        in_claims = part.main.kind == "anaphor" and anchor is None and part.main.which not in ("after", "before")
    elif not settled and anchor is not None:
        in_claims = False
    readings = [{"start": low.isoformat(), "end": high.isoformat()} for low, high in period.readings]
    return TimeRecord(
        start=part.start,
        end=part.end,
        date_start=period.start.isoformat() if period.start else None,
        date_end=period.end.isoformat() if period.end else None,
        clock_start=period.clock_start,
        clock_end=period.clock_end,
        granularity=period.granularity,
        partial=period.partial,
        date_prec=date_precision(period.start, period.end) if period.start and period.end else None,
        readings=readings,
        basis=basis,
        is_duration=period.is_duration,
        in_claims=in_claims,
        rule=part.main.kind + (f"/{part.edge}" if part.edge else ""),
    )


@lru_cache(maxsize=1)
def warm() -> None:
    """Build the patterns before the first document."""
    find_expressions("on Monday 5 March")
