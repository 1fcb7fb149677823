"""The parts of numbers in a text: digit runs in the writing of several traditions, fraction signs, number words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from conflict_extract.lexicons.quantities import NumberWord, number_words

LIMIT = 1e15
"""Largest absolute value that is reported; above it there is no value, only a span."""


_FRACTION_SIGNS = {
    "½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅕": 1 / 5, "⅖": 2 / 5, "⅗": 3 / 5, "⅘": 4 / 5, "⅙": 1 / 6,
    "⅚": 5 / 6, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8,
}  # fmt: skip


SPACES = " \u00a0\u202f\u2009"


@dataclass(frozen=True, slots=True)
class Atom:
    """A part of a number: digits, bad (digits without a certain value), sign (½), or a kind of `NumberWord`."""

    start: int
    end: int
    kind: str  # digits, bad, sign, or a kind of NumberWord
    value: float | None
    word: str
    whole: bool = True
    low: float | None = None
    high: float | None = None


def finite(value: float) -> float | None:
    """`value` without floating noise; None when it is not finite or beyond `LIMIT`."""
    if not math.isfinite(value) or abs(value) > LIMIT:
        return None
    nearest = round(value)
    if abs(value - nearest) < 1e-6 * max(1.0, abs(value)) * 1e-3:
        return float(nearest)
    return float(f"{value:.12g}")


_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


_INDIAN = re.compile(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?")


_CONTINENTAL = re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+")


_SWISS = re.compile(r"\d{1,3}(?:['’]\d{3})+(?:\.\d+)?")


_ARABIC = re.compile(r"\d{1,3}(?:٬\d{3})+(?:٫\d+)?|\d+٫\d+")


_PLAIN = re.compile(r"\d+(?:[.·]\d+)?")


_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")


_POWER = re.compile(r"(?:\s?[x×]\s?10)?\^([+-]?\d{1,4})|[eE]([+-]?\d{1,4})")


def parse_digits(text: str) -> float | None:
    """The value of a number in digits, with the separators of several traditions; None when it has no certain value.

    Args:
        text: digits of any script with separators, no sign, no unit.

    >>> parse_digits("1,234,567"), parse_digits("1.234.567,5"), parse_digits("1'250"), parse_digits("12 500")
    (1234567.0, 1234567.5, 1250.0, 12500.0)
    >>> parse_digits("1,00,00,000"), parse_digits("١٢٣"), parse_digits("0.5"), parse_digits("2,4")
    (10000000.0, 123.0, 0.5, 2.4)
    >>> parse_digits("3.2.1"), parse_digits("1,23,4"), parse_digits("9" * 40), parse_digits("")
    (None, None, None, None)
    """
    if len(text) > 60:
        return None
    if _THOUSANDS.fullmatch(text) or _INDIAN.fullmatch(text):
        plain = text.replace(",", "")
    elif _PLAIN.fullmatch(text):
        plain = text.replace("·", ".")
    elif _CONTINENTAL.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    elif _SWISS.fullmatch(text):
        plain = text.replace("'", "").replace("’", "")
    elif _ARABIC.fullmatch(text):
        plain = text.replace("٬", "").replace("٫", ".")
    elif _DECIMAL_COMMA.fullmatch(text):
        plain = text.replace(",", ".")
    elif re.fullmatch(rf"\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?:[.,]\d+)?", text):
        plain = re.sub(f"[{SPACES}]", "", text).replace(",", ".")
    else:
        return None
    try:
        return finite(float(plain))
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=1)
def _atom_pattern() -> re.Pattern[str]:
    """Digit runs, fraction signs and number words."""
    by_letter: dict[str, list[str]] = {}
    for word, entry in number_words().items():
        if entry.kind != "suffix":
            by_letter.setdefault(word[0], []).append(word[1:])
    groups = [
        f"{letter}(?:{'|'.join(sorted(map(re.escape, rest), key=len, reverse=True))})"
        for letter, rest in sorted(by_letter.items())
    ]
    words = "|".join(groups)
    return re.compile(
        rf"(?P<run>\d+(?:[.,'’·٫٬]\d+)*)|(?P<sign>[{''.join(_FRACTION_SIGNS)}])|"
        rf"(?<![^\W_])(?P<word>{words})(?![^\W_])",
        re.IGNORECASE,
    )


def find_atoms(text: str) -> list[Atom]:
    """All atoms of the text in order; runs grouped by spaces ("12 500") are joined."""
    words = number_words()
    atoms: list[Atom] = []
    for match in _atom_pattern().finditer(text):
        start, end = match.span()
        if atoms and start < atoms[-1].end:
            continue  # inside a power that was read whole
        if match["run"] is not None:
            run = match["run"]
            last = atoms[-1] if atoms else None
            if (
                last is not None
                and last.kind == "digits"
                and start - last.end == 1
                and text[last.end] in SPACES
                and re.fullmatch(r"\d{3}(?:[.,]\d+)?", run)
                and re.fullmatch(rf"[1-9]\d{{0,2}}(?:[{SPACES}]\d{{3}}){{0,3}}", last.word)
                and (text[last.end] != " " or not _digit_near(text, last.start, end))
            ):
                joined = text[last.start : end]
                atoms[-1] = Atom(last.start, end, "digits", parse_digits(joined), joined, "." not in run and "," not in run)
                continue
            if (
                text[start - 1 : start] == "."
                and run.isdigit()
                and len(run) <= 6
                and not text[max(0, start - 2) : start - 1].strip(SPACES + "$€£(\n")
            ):
                value = parse_digits("0." + run)
                atoms.append(Atom(start - 1, end, "digits", value, "." + run, False))
                continue
            value = parse_digits(run)
            whole = value is not None and value == int(value) and not re.search(r"[.·٫]\d{1,2}$|[.·٫]\d{4,}$", run)
            power = _POWER.match(text, end) if len(run) <= 20 else None
            if power and not text[power.end() : power.end() + 1].isalnum():
                exponent = int(power[1] or power[2])
                base = value if power[0].lstrip()[0] not in "^" else None
                value = _power(base, value, exponent)
                atoms.append(
                    Atom(
                        start,
                        power.end(),
                        "digits" if value is not None else "bad",
                        value,
                        run,
                        value is not None and value == int(value),
                    )
                )
                continue
            atoms.append(Atom(start, end, "digits" if value is not None else "bad", value, run, whole))
        elif match["sign"] is not None:
            atoms.append(Atom(start, end, "sign", _FRACTION_SIGNS[match["sign"]], match["sign"], False))
        else:
            word = match["word"].lower()
            entry: NumberWord = words[word]
            atoms.append(Atom(start, end, entry.kind, entry.value, word, True, entry.low, entry.high))
    return atoms


def _digit_near(text: str, start: int, end: int) -> bool:
    """Whether another digit group stands directly around text[start:end] (then spaces are no thousands separators)."""
    before = text[max(0, start - 2) : start]
    after = text[end : end + 2]
    return bool(re.search(r"[\d+(][\s-]?$", before)) or (
        bool(re.match(r"[\s-]\d", after)) and not re.match(r"\s\d{3}", text[end : end + 4])
    )


def _power(base: float | None, value: float | None, exponent: int) -> float | None:
    """`base` × 10^exponent, or value^exponent where no base is given ("10^6"); None beyond `LIMIT`."""
    if abs(exponent) > 30:
        return None
    try:
        return finite(base * 10.0**exponent) if base is not None else finite((value or 0.0) ** exponent)
    except (OverflowError, ZeroDivisionError, ValueError):
        return None


_GAP = re.compile(
    rf"[{SPACES}\n]{{1,2}}|-|\u2011|\u2010|[{SPACES}]and[{SPACES}]|-and-|[{SPACES}]of(?:[{SPACES}]an?)?[{SPACES}]|[{SPACES}]a[{SPACES}]|-a-"
)


def gap(text: str, left: int, right: int) -> str:
    """What joins two atoms: " ", "-", "and", "of", "a", or "" when nothing does."""
    if right - left > 7 or right <= left:
        return ""
    found = _GAP.fullmatch(text, left, right)
    if not found:
        return ""
    inner = found[0].strip(SPACES + "-\n\u2011\u2010").split(" ")[0]
    return inner if inner else ("-" if found[0] in "-\u2011\u2010" else " ")
