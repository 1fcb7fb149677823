"""Counts of one ("a soldier was killed") and of none ("no casualties", "nobody was hurt", "none of the 12")."""

from __future__ import annotations

import re
from bisect import bisect_right

from conflict_extract.annotate._category import category, verb_forms
from conflict_extract.annotate._counted import NounPhrase, Words, plural, singular_phrase
from conflict_extract.annotate._figures import scope_of
from conflict_extract.annotate._who import who
from conflict_extract.annotate.layer import QuantityRecord
from conflict_extract.lexicons.quantities import person_nouns

_ZERO = re.compile(
    r"(?<![^\W_])(?:no|zero|without(?: any)?)\s((?:\w+\s){0,2}?(?:casualties|casualty|deaths|injuries|fatalities|survivors|victims))(?![^\W_])",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?<![^\W_])(?:no one|no-one|nobody|none)\s(?:was|were|had been|has been|is|have been)\s(?:reported\s|reportedly\s|believed\s|seriously\s|also\s)?(killed|hurt|injured|wounded|missing|harmed|detained|arrested)(?![^\W_])",
    re.IGNORECASE,
)
_NO_PEOPLE = re.compile(
    r"(?<![^\W_])no\s((?:[a-z]+\s){0,2}?)([a-z]+)\s(?:was|were|had been|have been|has been)\s(?:reported\s|reportedly\s)?(killed|hurt|injured|wounded|missing|harmed)(?![^\W_])",
    re.IGNORECASE,
)
_ZERO_NOUNS = ("casualt", "deaths", "injuries", "fatalities", "survivors", "victims")
_NOBODY_WORDS = ("no one", "no-one", "nobody", "none")
_NONE_OF = re.compile(r"(?<![^\W_])none\sof\s(?:the|these|those|its|their)\s$", re.IGNORECASE)
_SIZE = re.compile(r"\sof\s(?:\d|(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)")
_ROLE = frozenset({"killed", "wounded", "missing", "captured", "detained", "abducted"})


def singles(words: Words, records: list[QuantityRecord]) -> list[QuantityRecord]:
    """ "a soldier was killed", "killed three militants and a nine-year-old girl": counts of one, only as casualties."""
    doc = words.doc
    ends = {record.end: record for record in records if record.kind == "count" and record.category in _ROLE}
    made: list[QuantityRecord] = []
    for index, lower in enumerate(words.lower):
        if lower not in ("a", "an"):
            continue
        token = doc[index]
        phrase = singular_phrase(words, index)
        if phrase is None:
            continue
        found = _role(words, index, phrase, ends)
        if found is None:
            continue
        record = QuantityRecord(
            start=token.idx,
            end=phrase.end,
            kind="count",
            value=1.0,
            whole=True,
            unit=phrase.unit,
            category=found,
            who=who(phrase),
            number=[token.idx, token.idx + len(token)],
            rule="article, casualty",
        )
        sentence = words.sentence(token.idx)
        record.scope, record.since_span = scope_of(
            words.text,
            record,
            words.text[max(sentence[0], record.start - 120) : record.start],
            words.text[record.end : min(sentence[1], record.end + 160)],
            further=False,
        )
        ends[record.end] = record
        made.append(record)
    return made


def _role(words: Words, index: int, phrase: NounPhrase, ends: dict[int, QuantityRecord]) -> str | None:
    """The casualty role of a noun phrase with an article, or None."""
    doc = words.doc
    if phrase.head in ("family", "household", "crew") and _SIZE.match(words.text, phrase.end):
        return None  # its size is the count
    sentence = words.sentence(doc[index].idx)
    left = words.text[max(0, doc[index].idx - 14) : doc[index].idx]
    joined = re.search(r"(?:,\s?|,?\s(?:and|as well as|plus|along with)\s)$", left)
    if joined:
        before = ends.get(doc[index].idx - (len(left) - joined.start()))
        if before is not None:
            return before.category
    last = words.index(phrase.end)
    left_limit = words.index(max(sentence[0], doc[index].idx - 60))
    right_limit = min(len(doc), words.index(min(sentence[1], phrase.end + 120)))
    found, _ = category(words, phrase, index, last, min(left_limit, index), max(right_limit, last))
    if found not in _ROLE:
        return None
    if phrase.head in (
        "prisoner",
        "detainee",
        "hostage",
        "captive",
        "victim",
        "refugee",
        "survivor",
        "death",
        "injury",
        "body",
        "fatality",
        "killed",
        "wound",
        "corpse",
        "martyr",
        "life",
        "human",
    ):
        return None
    between = words.text[phrase.end : phrase.end + 60]
    if re.match(r"\s(?:who|whose|that|which|said|told)\b", between) and not _verb_left(words, index):
        return None
    return found


def _verb_left(words: Words, index: int) -> bool:
    """Whether a casualty verb stands directly before the article."""
    return index > 0 and words.doc[index - 1].lower_ in verb_forms()


def zeros(text: str, records: list[QuantityRecord]) -> list[QuantityRecord]:
    """ "No casualties", "nobody was hurt", "no civilians were killed", "none of the 12"."""
    made: list[QuantityRecord] = []

    def add(start: int, end: int, unit: str, kind: str, rule: str) -> QuantityRecord:
        record = QuantityRecord(
            start=start,
            end=end,
            kind="count",
            value=0.0,
            whole=True,
            unit=unit,
            category=kind,
            number=[start, end],
            rule=rule,
        )
        made.append(record)
        return record

    lower = text.lower()
    for match in _ZERO.finditer(text) if any(noun in lower for noun in _ZERO_NOUNS) else ():
        noun = match[1].split()[-1].lower()
        kind = {
            "deaths": "killed",
            "fatalities": "killed",
            "injuries": "wounded",
            "casualties": "casualties",
            "casualty": "casualties",
        }.get(noun, "casualties")
        if noun == "survivors":
            kind = "other"
        if "and injuries" in text[match.end() : match.end() + 13] or "or injuries" in text[match.end() : match.end() + 13]:
            kind = "casualties"
        add(
            match.start(),
            match.end(),
            plural(noun) if not noun.endswith("s") else match[1].split()[-1],
            kind,
            "no + casualties",
        )
    for match in _NOBODY.finditer(text) if any(word in lower for word in _NOBODY_WORDS) else ():
        kind = {"killed": "killed", "missing": "missing", "detained": "detained", "arrested": "detained"}.get(
            match[1].lower(), "wounded"
        )
        first = re.match(r"no one|no-one|nobody|none", match[0], re.IGNORECASE)
        end = match.start() + (first.end() if first else 0)
        add(match.start(), end, "people", kind, "nobody")
    for match in _NO_PEOPLE.finditer(text):
        if match[2].lower() not in person_nouns() or match[2].lower() in ("casualties", "deaths", "injuries"):
            continue
        kind = {"killed": "killed", "missing": "missing"}.get(match[3].lower(), "wounded")
        add(match.start(), match.end(2), match[2], kind, "no + people")
    for record in list(records):
        if record.kind != "count":
            continue
        match2 = _NONE_OF.search(text, max(0, record.start - 24), record.start)
        if match2:
            none = add(match2.start(), match2.start() + 4, record.unit, record.category or "other", "none of")
            none.who = record.who
            none.in_claims = bool(record.unit)
    taken = [(record.start, record.end) for record in records]
    taken.sort()
    starts = [start for start, _ in taken]
    out = []
    for record in made:
        at = bisect_right(starts, record.start)
        clash = [span for span in taken[max(0, at - 1) : at + 1] if span[0] < record.end and record.start < span[1]]
        for other in records:
            if (other.start, other.end) in clash and other.value == 1.0:
                clash = []
        if not clash:
            out.append(record)
    return out
