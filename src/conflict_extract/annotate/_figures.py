"""Relations of a figure to its text and to other figures: scope, since, part of, percentage of, replaced figure."""

from __future__ import annotations

import re

from conflict_extract.annotate._counted import Words
from conflict_extract.annotate.layer import QuantityRecord
from conflict_extract.lexicons.quantities import scope_words

_SINCE = re.compile(
    r"(?<![^\W_])since\s(?:[^,.;()\n]{2,48}?)(?=[,.;()\n]|\s(?:when|while|but|and|as|according|the army|officials|he|she|they|said)\b|$)",
    re.IGNORECASE,
)
_YEAR_SO_FAR = re.compile(
    r"(?<![^\W_])(?:so far this (?:year|month|week)|(?:already )?this year|to date|since then)(?![^\W_])", re.IGNORECASE
)
_PERIOD = re.compile(
    r"(?<![^\W_])(?:in|over|within|during) the (?:past|last|previous|preceding) (?:\w+ )?(?:hours?|days?|weeks?|months?|night|24)|(?<![^\W_])(?:overnight|yesterday|today|tonight|this morning|last night|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'s|’s)?)(?![^\W_])",
    re.IGNORECASE,
)
INCLUDING = re.compile(
    r"(?:including|among them|included|of them|of whom|of which|, with)\s(?:(?:at least|about|some|around|more than|over|nearly|the)\s)*$",
    re.IGNORECASE,
)
AND = re.compile(r",?\s(?:and|plus)\s(?:(?:at least|about|some|around|more than|over|nearly|another)\s)?", re.IGNORECASE)
_OF_THEM = re.compile(r"\s(?:of them|of whom|of which|of these|of those)(?![^\W_])", re.IGNORECASE)
_UP_FROM = re.compile(
    r"(?:,|\()?\s?(?:up|down|revised|increased|raised|lowered|an increase|a rise)\s(?:sharply |slightly )?from\s(?:an?\s(?:earlier|initial|previous)\s(?:figure|estimate|toll|count|tally)?\s?(?:of\s)?)?(?:the\s)?(?:earlier\s|previous\s)?(?:about\s|at least\s|around\s|some\s|more than\s)?$",
    re.IGNORECASE,
)
_ROSE = re.compile(
    r"(?<![^\W_])(?:rose|risen|rises?|climbed|jumped|grew|fell|dropped|up|down)\s(?:\w+\s)?to\s(?:\w+\s){0,2}$", re.IGNORECASE
)
_FROM = re.compile(
    r"^(?:\s(?:on|by|at|as of|over|late|early)?\s?(?:\w+\s?){0,3})?,?\sfrom\s(?:(?:about|at least|around|some|more than)\s)?$",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"(?:not|instead of|rather than|replacing|against)\s(?:the\s)?(?:an?\s)?(?:earlier\s|previously\s|initially\s|previous\s|initial\s)?(?:figure of\s|reported\s|announced\s|toll of\s|estimate of\s|as reported\s|as first reported\s)*$",
    re.IGNORECASE,
)
_REVISED = re.compile(
    r"(?<![^\W_])(?:revis\w+|lower\w*|rais\w+|correct\w+|cut|adjust\w+|scaled back|updated?)\s(?:(?:its|their|the|his|her|an?)\s)?(?:[\w-]+\s){0,5}(?:up\s|down\s|upwards?\s|downwards?\s)?(?:to|at)\s(?:(?:at least|about|around|more than|over|nearly|some)\s)?$",
    re.IGNORECASE,
)


_SHARED = frozenset(
    {"killed", "wounded", "casualties", "missing", "captured", "detained", "abducted", "displaced", "evacuated", "returned"}
)
"""Categories that a part takes over from its whole when its own words say nothing ("11 people died, six of them policemen")."""


def cumulative_before() -> re.Pattern[str]:
    """Phrases before a figure that make it cumulative."""
    return _compiled("cumulative", "before")


_CACHE: dict[tuple[str, str], re.Pattern[str]] = {}


def _compiled(scope: str, where: str) -> re.Pattern[str]:
    key = (scope, where)
    if key not in _CACHE:
        phrases = sorted(
            (entry.phrase for entry in scope_words() if entry.scope == scope and entry.where in (where, "any")),
            key=len,
            reverse=True,
        )
        _CACHE[key] = re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, phrases)) + r")(?![^\W_])", re.IGNORECASE)
    return _CACHE[key]


def scope_of(text: str, record: QuantityRecord, left: str, right: str, *, further: bool) -> tuple[str, list[int] | None]:
    """The scope of a count and the offsets of its "since …", from the clause around it.

    Args:
        text: the document's text.
        record: the count.
        left: the sentence before it, from the figure before on.
        right: the sentence behind it, up to the next figure.
        further: whether its own words say "another", "others", "more".
    """
    since = None
    match = _SINCE.search(right[:120])
    if match and not re.search(r"[.;]", right[: match.start()]):
        since = [record.end + match.start(), record.end + match.end()]
    else:
        match = _SINCE.match(left.lstrip())
        if match:
            offset = record.start - len(left) + (len(left) - len(left.lstrip()))
            since = [offset + match.start(), offset + match.end()]
    if since is not None:
        return "cumulative", since
    if _compiled("cumulative", "before").search(left[-64:]) or _compiled("cumulative", "after").search(right[:48]):
        return "cumulative", None
    if _YEAR_SO_FAR.search(right[:80]) or _YEAR_SO_FAR.match(left.lstrip()):
        return "cumulative", None
    if further:
        return "further", None
    if record.category in (
        "killed",
        "wounded",
        "casualties",
        "captured",
        "detained",
        "abducted",
        "displaced",
        "evacuated",
        "returned",
        "missing",
    ) and (_PERIOD.search(right[:110]) or _PERIOD.search(left[-90:])):
        return "new", None
    return "unknown", None


def relate(words: Words, records: list[QuantityRecord]) -> None:
    """Fill `part_of`, `percent_of` and `replaces` of the records (in order of offset) in place; needs their ids."""
    text = words.text
    for position, record in enumerate(records):
        if record.kind not in ("count", "percent"):
            continue
        sentence = words.sentence(record.start)
        left = text[max(sentence[0], record.start - 90) : record.start]
        before = _count_before(records, position, sentence[0])
        following = records[position + 1] if position + 1 < len(records) else None
        close = (
            following is not None
            and following.kind == "count"
            and following.start - record.end <= 24
            and bool(
                re.fullmatch(
                    r"\s(?:[a-z]+\s)?of\s(?:the|its|their|these|those|his|all)?\s?(?:more than |about |some |nearly |over |estimated |roughly |around |total )*",
                    text[record.end : following.start],
                )
                or re.fullmatch(r"\s?of\s(?:the|its|their|these|those)\s", text[record.end : following.start])
            )
        )
        if record.kind == "percent":
            if close and following is not None:
                record.percent_of = following.id
            elif _OF_THEM.match(text[record.end : record.end + 12]) and (
                target := _count_before(records, position, sentence[0] - 300)
            ):
                record.percent_of = target.id
            elif before is not None and INCLUDING.search(left):
                record.percent_of = before.id
            else:
                noun = re.match(
                    r"\sof\s(?:the|its|their|these|those|all)?\s?([a-z-]+(?:\s[a-z-]+)?)", text[record.end : record.end + 40]
                )
                if noun:
                    target = _same_noun(records, position, noun[1])
                    if target is not None:
                        record.percent_of = target.id
            continue
        if record.part_of is None:
            tail = text[record.end : record.end + 12]
            inside = text[record.start : record.end].lower()
            if close and following is not None:
                record.part_of = following.id
            elif (
                INCLUDING.search(left) or _OF_THEM.match(tail) or re.search(r"\bof (?:them|whom|which|these|those)\b", inside)
            ) and (target := before or _count_before(records, position, sentence[0] - 300)):
                record.part_of = target.id
            elif re.match(r"\sof\s(?:the|those|these)\s", tail) or re.search(r"\sof (?:the|those|these)\s", inside):
                target = _same_noun(records, position, record.unit.split()[-1] if record.unit else "")
                if target is not None:
                    record.part_of = target.id
            elif position and records[position - 1].part_of is not None:
                last = records[position - 1]
                if AND.fullmatch(text[last.end : record.start]) and INCLUDING.search(
                    text[max(sentence[0], last.start - 60) : last.start]
                ):
                    record.part_of = last.part_of  # "among them nine children and two medics"
        whole = next((other for other in records[max(0, position - 6) : position + 3] if other.id == record.part_of), None)
        if whole is not None and record.category in (None, "other") and whole.category in _SHARED:
            record.category = whole.category
        if whole is not None and record.since_span and whole.scope == "unknown" and words.sentence(whole.start) == sentence:
            whole.scope, whole.since_span = (
                record.scope,
                record.since_span,
            )  # "50 were killed, including 9 children, since Monday"
        if record.replaces is None and before is not None and _replaced(text, sentence[0], before, record, left):
            before.replaces = record.id
            same_as(record, before)
        if record.replaces is None and _REVISED.search(left):
            target = _same_category(records, position, record)
            if target is not None:
                record.replaces = target.id


def _replaced(text: str, floor: int, before: QuantityRecord, record: QuantityRecord, left: str) -> bool:
    """Whether a figure is the one that the figure before it replaces: "85,000, up from 60,000", "rose to 12 on Monday from 9"."""
    if _UP_FROM.search(left) or _INSTEAD.search(left):
        return True
    return (
        before.replaces is None
        and before.start >= floor
        and record.start - before.end <= 40
        and _FROM.match(text[before.end : record.start]) is not None
        and _ROSE.search(text[max(floor, before.start - 40) : before.start]) is not None
    )


def same_as(replaced: QuantityRecord, record: QuantityRecord) -> None:
    """Give a replaced figure the category, noun and people of the one that replaces it, where its own words say nothing."""
    if record.kind != "count" or replaced.kind != "count":
        return
    replaced.unit = replaced.unit or record.unit
    if replaced.category in (None, "other") and record.category and replaced.unit == record.unit:
        replaced.category, replaced.entry = record.category, "same as the figure that replaces it"
        replaced.who = replaced.who or (dict(record.who) if record.who else None)


def _count_before(records: list[QuantityRecord], position: int, floor: int) -> QuantityRecord | None:
    """The nearest count before that is no part of another one, not before offset `floor`."""
    for index in range(position - 1, max(-1, position - 6), -1):
        record = records[index]
        if record.start < floor:
            return None
        if record.kind == "count" and record.part_of is None and (record.value is not None or record.low is not None):
            return record
        if record.kind == "count" and record.part_of is not None:
            return next((other for other in records[max(0, index - 6) : index] if other.id == record.part_of), record)
    return None


def _same_noun(records: list[QuantityRecord], position: int, noun: str) -> QuantityRecord | None:
    """The nearest earlier count of the same noun."""
    last = noun.split()[-1].lower() if noun else ""
    first = noun.split()[0].lower() if noun else ""
    for index in range(position - 1, max(-1, position - 12), -1):
        record = records[index]
        if record.kind == "count" and record.unit and record.unit.split()[-1].lower() in (last, first) and record.part_of is None:
            return record
    return None


def _same_category(records: list[QuantityRecord], position: int, record: QuantityRecord) -> QuantityRecord | None:
    """The nearest earlier count of the same category (or unit)."""
    for index in range(position - 1, max(-1, position - 12), -1):
        other = records[index]
        if other.kind == "count" and other.category and (other.category == record.category or record.category in (None, "other")):
            return other
    return None
