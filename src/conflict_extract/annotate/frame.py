"""conflict_frame: headline, dateline, byline, credit, corrections, boilerplate, live-blog entries; the date that anchors the rest.

It reads the text, `doc._.ce_date` and `doc._.ce_title`, needs no other component and no model, and looks at every line once. Writes layer
`frame` and the one row of table `frame` (`FrameInfo`).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate.frame_dateline import Dateline, find_dateline
from conflict_extract.annotate.frame_entries import Line, find_entries, opens_entry
from conflict_extract.annotate.frame_warnings import text_warnings
from conflict_extract.annotate.layer import TIMELINE, FrameInfo, FrameRecord, text_of, write, write_table
from conflict_extract.lexicons.frame import agencies, frame_phrases, headline_verbs, stamp_words

DATELINE_DAYS = 7
"""A dateline so many days before the caller's date, or fewer, anchors weekdays."""
_HEADLINE_CHARS = 180
_SHORT = 600
"""Boilerplate, bylines and credits are paragraphs no longer than this (characters)."""
_HEAD_LINES = 8
"""Non-blank lines at the top where dateline and byline are looked for."""


@Language.factory("conflict_frame", assigns=["doc._.ce_records", "doc._.ce_tables"])
def make_frame(nlp: Language, name: str) -> Frame:
    """Make the component.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
    """
    return Frame()


class Frame:
    """The component; call it on a Doc."""

    def __call__(self, doc: Doc) -> Doc:
        """Write layer and table `frame`."""
        records, info = read_frame(text_of(doc), doc._.ce_date, doc._.ce_title)
        write(doc, "frame", records)
        write_table(doc, "frame", [info])
        return doc


def read_frame(text: str, given: str | None = None, title: str | None = None) -> tuple[list[FrameRecord], FrameInfo]:
    """The frame of a text.

    Args:
        text: the article.
        given: the caller's ISO date (a time after it is ignored).
        title: the caller's headline; a first line equal to it is the headline.
    """
    lines = split_lines(text)
    day = _day(given)
    records: list[FrameRecord] = []
    headline = _headline(text, lines, title)
    if headline is not None:
        records.append(headline)
    dateline: Dateline | None = None
    top = [line for line in lines[: 3 * _HEAD_LINES] if line.end > line.start][:_HEAD_LINES]
    for line in top:
        if dateline is None and not (headline and line.start == headline.start and title):
            dateline = find_dateline(text, line.start, line.end, day)
            if dateline is not None:
                if headline is not None and headline.start == line.start:
                    records.remove(headline)
                    headline = None
                records.append(dateline.record)
    taken = {record.start for record in records if record.kind == "headline"}
    records.extend(_paragraphs(text, lines, taken, {line.start for line in top}))
    info = _dates(day, dateline)
    fallback = info.anchor
    entries = find_entries(text, lines, _day(fallback))
    heads = {record.start for record in entries}
    records = [record for record in records if record.rule != "stamp" or record.start not in heads]
    records.extend(entries)
    info.warnings = _warnings(text, records, info, dateline, day)
    return sorted(records, key=lambda record: (record.start, -record.end)), info


def split_lines(text: str) -> list[Line]:
    """All lines without white space at their ends (blank ones have `start == end`)."""
    lines: list[Line] = []
    position = 0
    for raw in text.split("\n"):
        stripped = raw.strip()
        start = position + (len(raw) - len(raw.lstrip()) if stripped else 0)
        lines.append(Line(start, start + len(stripped)))
        position += len(raw) + 1
    return lines


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        return None


_ENDS_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*$")
_LAST_FUNCTION_WORD = re.compile(
    r"\b(?:the|a|an|of|in|on|at|to|and|or|for|with|from|by|that|its|his|her|their|as|is|are|was|were)$", re.IGNORECASE
)


def _headline(text: str, lines: list[Line], title: str | None) -> FrameRecord | None:
    """The first line when it reads like a headline, or when it is the title that the caller gave."""
    filled = [index for index, line in enumerate(lines) if line.end > line.start]
    while title is None and filled and _before_headline(text[lines[filled[0]].start : lines[filled[0]].end]):
        del filled[0]
    if not filled:
        return None
    first = lines[filled[0]]
    words = text[first.start : min(first.end, first.start + 4 * _HEADLINE_CHARS)]
    if title is not None:
        wanted = " ".join(title.split()).casefold()
        if not wanted or " ".join(words.split()).casefold().rstrip(".") != wanted.rstrip("."):
            return None
        return FrameRecord(start=first.start, end=first.end, kind="headline", full_clause=is_clause(words), rule="title")
    if len(filled) < 2 or first.end - first.start > _HEADLINE_CHARS or len(words.split()) < 2:
        return None
    if _ENDS_SENTENCE.search(words) and not words.endswith("?"):
        return None
    if opens_entry(words):
        return None
    following = lines[filled[1]]
    after = text[following.start : following.start + 400]
    blank = filled[1] > filled[0] + 1 or _BULLET.match(after) is not None
    if after[:1].islower() or _LAST_FUNCTION_WORD.search(words) or words.endswith((",", ";", ":")):
        return None
    body = sum(lines[index].end - lines[index].start for index in filled[1:6])
    if body < 40:
        return None
    if not blank:
        length = following.end - following.start
        longer = length > (first.end - first.start) + 25 or any(
            lines[index].end - lines[index].start > (first.end - first.start) + 25 for index in filled[2:4]
        )
        if not longer or not (words[:1].isupper() or words[:1].isdigit() or words[:1] in "\"'“‘"):
            return None
    if (
        frame_phrases("correction").match(words)
        or frame_phrases("byline").match(words)
        or frame_phrases("boilerplate").match(words)
    ):
        return None
    return FrameRecord(start=first.start, end=first.end, kind="headline", full_clause=is_clause(words), rule="first line")


_WORD = re.compile(r"[^\W\d_]+(?:['’]\w+)?")


def is_clause(words: str) -> bool:
    """Whether a headline is a full clause: it has a finite verb (or headline participle) that is not its first word.

    >>> is_clause("Gunmen kill nine in market raid"), is_clause("Timeline of the Masalit crisis"), is_clause("Nine killed in market raid")
    (True, False, True)
    """
    found = _WORD.findall(words)
    verbs = headline_verbs()
    before = ""
    for place, word in enumerate(found):
        lower = word.lower()
        if (
            place
            and lower in verbs
            and before not in ("the", "a", "an", "of", "in", "on", "to", "for", "by", "with", "after", "its", "his")
        ):
            noun_like = lower in ("attack", "raid", "strike", "fire", "vote", "march", "sanction", "target", "test", "march", "claim", "protest",
                                  "attacks", "raids", "strikes", "claims", "protests", "sanctions", "rally", "visit", "trade", "plan", "shell",
                                  "rule", "call", "calls", "fears", "talks", "use", "turn", "sentence", "release", "lead", "run", "need", "hit",
                                  "fight", "demand", "demands", "clash", "clashes", "ban", "appeal", "ambush", "arrest", "down", "free", "near",
                                  "open", "set", "cross", "order", "return", "retreat", "march", "rocks", "bomb", "bombs")  # fmt: skip
            rest = found[place + 1 :]
            if not noun_like or (
                rest and rest[0].lower() not in ("in", "on", "of", "at", "by", "for", "and", "over", "near", "as", "to", "from")
            ):
                return True
        before = lower
    return bool(re.search(r"\b\w{3,}['’](?:s|re|ll|ve)\s+\w+ing\b", words))


def _paragraphs(text: str, lines: list[Line], taken: set[int], top: set[int]) -> list[FrameRecord]:
    """Bylines, credits, corrections and boilerplate: whole lines, by how they begin."""
    found: list[FrameRecord] = []
    boilerplate, correction = frame_phrases("boilerplate"), frame_phrases("correction")
    credit, byline = frame_phrases("credit"), frame_phrases("byline")
    last = max((line.end for line in lines if line.end > line.start), default=0)
    for line in lines:
        if line.start == line.end or line.start in taken:
            continue
        size = line.end - line.start
        words = line.start + _bullet(text, line)
        if size <= 1200 and correction.match(text, words, line.end) and _is_correction(text, line):
            found.append(FrameRecord(start=line.start, end=line.end, kind="correction", rule="phrase"))
        elif size > _SHORT:
            found.extend(_closing(text, line, last))
        elif boilerplate.match(text, line.start, line.end) or boilerplate.match(text, words, line.end):
            found.append(FrameRecord(start=line.start, end=line.end, kind="boilerplate", rule="phrase"))
        elif _is_stamp(text[line.start : line.end]):
            found.append(FrameRecord(start=line.start, end=line.end, kind="boilerplate", rule="stamp"))
        elif frame_phrases("stub").match(text, line.start, line.end):
            found.append(FrameRecord(start=line.start, end=line.end, kind="boilerplate", rule="stub"))
        elif credit.match(text, line.start, line.end) or _signature(text[line.start : line.end]):
            agency = _signature(text[line.start : line.end])
            found.append(FrameRecord(start=line.start, end=line.end, kind="credit", agency=agency, rule="phrase"))
        elif line.start in top and _NAME_IN_PLACE.fullmatch(text[line.start : line.end]):
            found.append(FrameRecord(start=line.start, end=line.end, kind="byline", rule="name in place"))
        elif byline.match(text, line.start, line.end) and _is_byline(text[line.start : line.end]):
            found.append(
                FrameRecord(
                    start=line.start, end=line.end, kind="byline", agency=_trailing_agency(text[line.start : line.end]), rule="by"
                )
            )
        else:
            found.extend(_closing(text, line, last))
    return found


_BULLET = re.compile(r"(?:[•*▪■>»–—-]+|\W{1,3})\s+")
_STAMP = re.compile(r"(?:(?:first|last)\s+)?(?:published|updated?|posted|modified|created|edited|read)\b", re.IGNORECASE)


def _is_stamp(words: str) -> bool:
    """Whether a line is nothing but when the article was published or updated: "Updated 14:30 GMT", "Published"."""
    if len(words) > 90 or not (_STAMP.match(words) or words.lower().endswith(" ago")):
        return False
    return all(word.lower() in stamp_words() for word in re.findall(r"[^\W\d_]+", words))


def _before_headline(words: str) -> bool:
    """Whether a line at the top is a notice, a button or a stamp, so that the headline is looked for below it."""
    return len(words) <= _HEADLINE_CHARS and (frame_phrases("boilerplate").match(words) is not None or _is_stamp(words))


def _bullet(text: str, line: Line) -> int:
    mark = _BULLET.match(text, line.start, line.end)
    return len(mark.group()) if mark else 0


_CORRECTION_NEEDS = re.compile(
    r"[:(–—-]|\b(?:version|article|story|report|paragraph|headline|figure|refile|error|to say|typo|spelling)", re.IGNORECASE
)


def _is_correction(text: str, line: Line) -> bool:
    """Not "Correction of the map is under way": a notice names its kind at once or names the article."""
    return _CORRECTION_NEEDS.search(text, line.start, min(line.end, line.start + 200)) is not None


_PERSON = r"[A-Z][\w'’.-]*(?:\s+(?:(?:al|el|bin|ibn|van|de|da|der|von|al-)[\s-]?)?[A-Z][\w'’.-]*){0,4}"
_BY = re.compile(
    rf"(?:By|BY|Words by|Story by|Written by|Report by|Analysis by|Text by)\s+{_PERSON}(?:(?:,|\s+and|\s+in|\s+for|,\s+and|\s*\|)\s+(?:the\s+)?{_PERSON}){{0,5}}"
    r"(?:,?\s+(?:in|at|for|from|of)\s+[\w ,'’-]{2,60}|,\s+[\w ,'’-]{2,80})?\.?"
)

_NAME = r"[A-Z][\w'’.-]+(?: (?:al|el|bin|ibn|van|de|da|der|von))?(?: [A-Z][\w'’.-]+){1,2}"
_NAME_IN_PLACE = re.compile(
    rf"{_NAME} in [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?(?:(?:,? and|,) {_NAME}(?: in [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?)?)*"
)


def _is_byline(words: str) -> bool:
    if words.lower().startswith(("from", "our", "staff")):
        return len(words.split()) <= 10
    return (
        len(words) <= 200 and _BY.fullmatch(words) is not None and not re.search(r"\b(?:said|was|were|had|has|is|are)\b", words)
    )


def _trailing_agency(words: str) -> str | None:
    last = re.split(r"[,|]|\bof\b|\bfor\b", words)[-1].strip(" .")
    return last if last in agencies() else None


def _signature(words: str) -> str | None:
    """The agency of a line that is nothing but its signature: "(AFP)", "– Reuters", "AP"."""
    bare = words.strip("()[]–—-/ .")
    parts = [part.strip() for part in re.split(r"[/,]| and ", bare)] if len(words) <= 60 else []
    return bare if parts and all(part in agencies() for part in parts) else None


_CLOSING = re.compile(r"(?:\s*[–—-]+\s*|\s*\(|\s*\[)(?P<agency>[A-Za-z][A-Za-z./ -]{1,40}?)[)\]]?\.?$")


def _closing(text: str, line: Line, last: int) -> list[FrameRecord]:
    """An agency's signature at the very end of the text's last paragraph, or a bracketed notice at the end of any."""
    if line.end != last:
        return []
    tail = text[max(line.start, line.end - 60) : line.end]
    match = _CLOSING.search(tail)
    if match and _signature(match.group("agency")) and re.search(r"[.!?\"”’]\s*$", tail[: match.start()]):
        start = line.end - len(tail) + match.start() + (len(match.group()) - len(match.group().lstrip()))
        return [FrameRecord(start=start, end=line.end, kind="credit", agency=match.group("agency").strip(), rule="closing")]
    bracket = re.search(
        r"\((?:Additional reporting|Reporting|Writing|Editing|With inputs?|Compiled|Corrects)\b[^()]{0,500}\)\.?$",
        text[max(line.start, line.end - 540) : line.end],
    )
    if bracket:
        start = line.end - len(bracket.group())
        kind = "correction" if bracket.group().startswith("(Corrects") else "credit"
        return [FrameRecord(start=start, end=line.end, kind=kind, rule="closing")]
    return []


def _dates(given: date | None, dateline: Dateline | None) -> FrameInfo:
    """Document date, anchor and their source."""
    written = dateline.day if dateline else None
    if given is not None:
        anchor = given
        if written is not None and timedelta(0) <= given - written <= timedelta(days=DATELINE_DAYS):
            anchor = written
        return FrameInfo(date=given.isoformat(), anchor=anchor.isoformat(), date_source="caller")
    if written is not None:
        return FrameInfo(date=written.isoformat(), anchor=written.isoformat(), date_source="dateline")
    return FrameInfo()


def _warnings(text: str, records: list[FrameRecord], info: FrameInfo, dateline: Dateline | None, given: date | None) -> list[str]:
    found = text_warnings(text)
    if info.date is None:
        found.append("no_date")
    written = dateline.day if dateline else None
    if given and written and not timedelta(0) <= given - written <= timedelta(days=DATELINE_DAYS):
        found.append("date_conflict")
    kinds = {record.kind for record in records}
    if any(record.kind == "entry" and record.rule != TIMELINE for record in records):
        found.append("live_blog")
    if "correction" in kinds:
        found.append("correction")
    order = ["no_date", "date_conflict", "not_english", "markup", "stub", "live_blog", "correction"]
    return sorted(set(found), key=order.index)
