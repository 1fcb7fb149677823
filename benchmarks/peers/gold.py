"""The gold sets: sentences of our own in `benchmarks/gold`, and our annotated articles in `fixtures/gold`.

Quantities and dates are marked in their sentences: `[words|6]`, `[words|>=19]`, `[words|~30]`, `[words|80..110]`, `[words|48000000 USD]`,
`[words|34 %]`; `[words|2023-10-09]`, `[words|2023-03-01..2023-03-31]`; `[words|one/another]` where conventions differ. `[?words]` is neither right
nor wrong for anybody; `[!words]` is a date, an ordinal or a name with a number in it. Quotations: `[1:content]`, `{1:speaker}`, `<1:cue>`, where the
number ties the three together. `article_times.jsonl` holds second right answers for times of the annotated articles.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GOLD = ROOT / "benchmarks" / "gold"
ARTICLES = ROOT / "fixtures" / "gold"
POLNEAR = ROOT.parent / "shared" / "data" / "attribution" / "polnear_dev.jsonl.gz"
Span = tuple[int, int]
NO_DATE = "2024-03-18"  # for texts without a date; their relative times are not in the gold
OPEN, CLOSE = "\"“‘'«„`", "\"”’'»“"


@dataclass
class Marked:
    """A text with what is to be found in it, and spans that do not count."""

    text: str
    date: str = NO_DATE
    wanted: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[Span] = field(default_factory=list)
    labels: list[Span] = field(default_factory=list)  # dates and names with numbers in them


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The lines of a gold file."""
    for line in (GOLD / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def unmark(text: str) -> tuple[str, list[tuple[Span, str | None]]]:
    """A text without its marks, and the marks: span and value (None: not to be counted; "!": a date or name).

    >>> unmark("Some [9 men|~9] and [?a few] on [!Highway 9].")
    ('Some 9 men and a few on Highway 9.', [((5, 10), '~9'), ((15, 20), None), ((24, 33), '!')])
    """
    plain, marks, at = "", [], 0
    for match in re.finditer(r"\[([?!]?)([^\[\]|]*)(?:\|([^\]]*))?\]", text):
        plain += text[at : match.start()]
        marks.append(((len(plain), len(plain) + len(match[2])), {"?": None, "!": "!"}.get(match[1], match[3])))
        plain += match[2]
        at = match.end()
    return plain + text[at:], marks


def quantity(value: str) -> dict[str, Any]:
    """A mark's value as fields; `bounds` are all that count as right.

    >>> quantity(">=19") == {"value": 19.0, "low": None, "high": None, "bounds": [">="], "unit": None}
    True
    >>> quantity("80..110")["low"], quantity("5 km")["unit"], quantity("<9 month/~9 month")["bounds"]
    (80.0, 'km', ['<', '~'])
    """
    value, *others = value.split("/")
    number, _, unit = value.partition(" ")
    match = re.fullmatch(r"(>=|<=|>|<|~)?(-?[\d.]+?)(?:\.\.(-?[\d.]+))?", number)
    if match is None:
        raise ValueError(f"no quantity: {value}")
    ranged = match[3] is not None
    return {
        "value": None if ranged else float(match[2]),
        "low": float(match[2]) if ranged else None,
        "high": float(match[3]) if ranged else None,
        "bounds": [*([] if ranged else [match[1] or "="]), *(bound for other in others for bound in quantity(other)["bounds"])],
        "unit": unit or None,
    }


def quantity_sentences() -> list[Marked]:
    """The sentences with quantities."""
    out = []
    for row in rows("quantities"):
        text, marks = unmark(row["text"])
        wanted = [{"span": span, **quantity(value)} for span, value in marks if value and value != "!"]
        ignored, labels = ([span for span, value in marks if value == kind] for kind in (None, "!"))
        out.append(Marked(text, wanted=wanted, ignored=ignored, labels=labels))
    return out


def days(option: str) -> list[str]:
    """First and last day of a mark.

    >>> days("2024-03-01..2024-03-31"), days("2024-03-18")
    (['2024-03-01', '2024-03-31'], ['2024-03-18', '2024-03-18'])
    """
    first, _, last = option.partition("..")
    return [first, last or first]


def date_sentences() -> list[Marked]:
    """The sentences with dates."""
    out = []
    for row in rows("dates"):
        text, marks = unmark(row["text"])
        wanted = []
        for span, value in marks:
            if value:
                wanted.append({"span": span, "options": [days(option) for option in value.split("/")]})
        out.append(Marked(text, row["date"], wanted, [span for span, value in marks if value is None]))
    return out


def quote_passages() -> list[Marked]:
    """The passages with direct quotations."""
    out = []
    for row in rows("quotes"):
        plain, at, parts = "", 0, []
        for match in re.finditer(r"\[([\d?]):?([^\]]*)\]|\{(\d):([^}]*)\}|<(\d):([^>]*)>", row["text"]):
            plain += row["text"][at : match.start()]
            kind = "content" if match[1] else "speaker" if match[3] else "cue"
            number, words = next(pair for pair in ((match[1], match[2]), (match[3], match[4]), (match[5], match[6])) if pair[0])
            parts.append((kind, number, (len(plain), len(plain) + len(words))))
            plain += words
            at = match.end()
        plain += row["text"][at:]
        wanted = [
            {
                "content": span,
                "speaker": [s for k, n, s in parts if k == "speaker" and n == number],
                "cue": [s for k, n, s in parts if k == "cue" and n == number],
            }
            for kind, number, span in parts
            if kind == "content" and number != "?"
        ]
        out.append(Marked(plain, wanted=wanted, ignored=[span for _, number, span in parts if number == "?"]))
    return out


def annotated() -> list[dict[str, Any]]:
    """Our annotated articles."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ARTICLES.glob("*.json"))]


def quote_articles() -> list[Marked]:
    """Our annotated articles: claims whose mode is direct are wanted, contents of the others do not count."""
    out = []
    for row in annotated():
        wanted, ignored = [], []
        for claim in row["claims"]:
            spans = [tuple(span) for span in claim["content"]]
            if claim["mode"] == "direct" and claim["source"] and claim["cue"]:
                speaker, cue = [tuple(claim["source"]["span"])], [tuple(claim["cue"])]
                wanted += [{"content": span, "speaker": speaker, "cue": cue} for span in spans]
            elif claim["mode"] != "narration":
                ignored += spans
        out.append(Marked(row["text"], row["date"] or NO_DATE, wanted, ignored))
    return out


def quote_polnear() -> list[Marked]:
    """PolNeAR dev: contents that stand between quotation marks are wanted, other contents do not count. Empty without ../shared."""
    out: list[Marked] = []
    if not POLNEAR.exists():
        return out
    with gzip.open(POLNEAR, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text, wanted, ignored = row["text"], [], []
            for attribution in row["attributions"]:
                speaker = [tuple(span) for span in attribution["source"]]
                cue = [tuple(span) for span in attribution["cue"]]
                for span in attribution["content"]:
                    if quoted(text, span[0], span[1]) and speaker and cue:
                        wanted.append({"content": tuple(span), "speaker": speaker, "cue": cue})
                    else:
                        ignored.append(tuple(span))
            out.append(Marked(text, row["date"] or NO_DATE, wanted, ignored))
    return out


def quoted(text: str, start: int, end: int) -> bool:
    """Whether a stretch is one quotation, its marks included or right beside it.

    >>> quoted('He said: "We won."', 9, 18), quoted('He said: "We won."', 10, 17), quoted('It is "over" now', 0, 16)
    (True, True, False)
    """
    inner = text[start:end].strip()
    opens = inner[:1] in OPEN or text[start - 1 : start] in tuple(OPEN)
    closes = inner.rstrip(",.?!")[-1:] in CLOSE or inner[-1:] in CLOSE or text[end : end + 1] in tuple(CLOSE)
    return bool(inner) and opens and closes and not any(mark in inner[1:-1] for mark in '"“”')


def figure_articles() -> list[Marked]:
    """Our annotated articles with the quantities of all claims. What no claim holds was not annotated, so only recall can be read off them."""
    out = []
    for row in annotated():
        seen: dict[Span, dict[str, Any]] = {}
        for claim in row["claims"]:
            for item in claim["quantities"]:
                if item.get("value") is not None or item.get("low") is not None:
                    seen[tuple(item["span"])] = {
                        "span": tuple(item["span"]),
                        "value": item.get("value"),
                        "low": item.get("low"),
                        "high": item.get("high"),
                        "bounds": [item["comparator"]],
                        "unit": item.get("unit"),
                    }
        out.append(Marked(row["text"], row["date"] or NO_DATE, list(seen.values())))
    return out


def time_articles() -> list[Marked]:
    """Our annotated articles with the times of all claims; recall only, as above."""
    out = []
    also: dict[tuple[str, str], list[list[str]]] = {}
    for extra in rows("article_times"):
        also.setdefault((extra["document"], extra["words"]), []).append(days(extra["also"]))
    for row in annotated():
        seen: dict[Span, dict[str, Any]] = {
            tuple(item["span"]): {"span": tuple(item["span"]), "options": [[item["start"], item["end"]]]}
            for claim in row["claims"]
            for item in claim["times"]
            if item.get("start") and item.get("end")
        }
        for item in seen.values():
            item["options"] += also.pop((row["id"], row["text"][slice(*item["span"])]), [])
        out.append(Marked(row["text"], row["date"] or NO_DATE, list(seen.values())))
    if also:
        raise ValueError(f"no such times: {sorted(also)}")
    return out
