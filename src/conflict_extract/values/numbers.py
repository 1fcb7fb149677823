"""Numbers in English text: digits, words, mixtures, vague plurals, fractions. Pure string functions, linear in the text.

The word lists are `lexicons/data/number_words.jsonl`. Ranges of vague plurals ("dozens" 24 to 99) follow the annotation scheme of the
project; the table of bounds is in `values/bounds.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from conflict_extract.lexicons.quantities import number_words
from conflict_extract.values.atoms import Atom, find_atoms, finite, gap


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written.

    Attributes:
        start, end: offsets into the text.
        value: the value, None when vague or beyond `LIMIT`.
        low, high: the range of a vague number ("dozens"), else None.
        vague: the words of a vague number, else None.
        form: digits, words, mixed, vague, fraction, ratio, bad (a number without a certain value).
        whole: whether the value is a whole number written without a fraction.
        scale: the product of its scale words and suffix ("million": 1e6), 1 without.
        suffix: an ambiguous suffix letter after digits ("m" is million or metres), not yet applied; "" without.
    """

    start: int
    end: int
    value: float | None
    low: float | None = None
    high: float | None = None
    vague: str | None = None
    form: str = "digits"
    whole: bool = True
    scale: float = 1.0
    suffix: str = ""

    def scaled(self, factor: float, end: int) -> Number:
        """This number times a scale word or suffix that ends at `end`."""
        value = None if self.value is None else finite(self.value * factor)
        low = None if self.low is None else finite(self.low * factor)
        high = None if self.high is None else finite(self.high * factor)
        whole = value is None or value == int(value)
        form = "bad" if self.value is not None and value is None else self.form
        return replace(
            self, end=end, value=value, low=low, high=high, scale=self.scale * factor, suffix="", whole=whole, form=form
        )


_SUFFIX = re.compile(r"[A-Za-z]{1,3}(?![^\W_])")


_BEFORE_SCALE = re.compile(r"(?<![^\W_])(?:about|extra|another|every|per|around|over|nearly|almost|some)\s$", re.IGNORECASE)


_ARTICLE = re.compile(r"(?<![^\W_])an?[\s-]$", re.IGNORECASE)


def find_numbers(text: str) -> list[Number]:
    """All numbers of a text, in order, without overlaps.

    Args:
        text: any string.

    Returns:
        Numbers with exact offsets. Ordinals, dates and names are not sorted out here; `values/expressions.py` does that.

    >>> [(text_.start, text_.value) for text_ in find_numbers("3.5 million, twenty-three and two dozen")]
    [(0, 3500000.0), (13, 23.0), (30, 24.0)]
    >>> [(n.low, n.high, n.vague) for n in find_numbers("hundreds of thousands; a few hundred; dozens")]
    [(200000.0, 999999.0, 'hundreds of thousands'), (200.0, 900.0, 'a few hundred'), (24.0, 99.0, 'dozens')]
    >>> [n.value for n in find_numbers("half a million, one and a half years, 2 1/2 miles, two hundred and five, 1½ hours")]
    [500000.0, 1.5, 2.5, 205.0, 1.5]
    >>> [n.value for n in find_numbers("1e9, 10^400, a hundred, two-thirds")]
    [1000000000.0, None, 100.0, 0.666666666667]
    """
    return list(_numbers(text))


def _numbers(text: str) -> Iterator[Number]:
    atoms = find_atoms(text)
    words = number_words()
    i = 0
    while i < len(atoms):
        number, used = _phrase(text, atoms, i)
        i += used
        if number is None:
            continue
        if number.form in ("digits", "mixed") and number.scale == 1.0 and text[number.end : number.end + 1].isalpha():
            match = _SUFFIX.match(text, number.end)
            entry = words.get("·" + match[0]) if match else None
            if match and entry and entry.value:
                if match[0].lower() in ("m", "b", "k", "t", "mm"):
                    number = replace(number, suffix=match[0])
                else:
                    number = number.scaled(entry.value, match.end())
        yield number


def suffix_value(suffix: str) -> float:
    """The factor of a suffix after digits.

    >>> suffix_value("bn"), suffix_value("k")
    (1000000000.0, 1000.0)
    """
    entry = number_words().get("·" + suffix)
    return float(entry.value) if entry and entry.value else 1.0


def _phrase(text: str, atoms: list[Atom], i: int) -> tuple[Number | None, int]:
    """The number that starts at atom i and how many atoms it takes."""
    first = atoms[i]
    if first.kind == "plural":
        return _vague_plural(text, atoms, i)
    if first.kind == "few":
        return _few(text, atoms, i)
    if first.kind == "fraction":
        return _fraction_first(text, atoms, i)
    if first.kind == "bad":
        return Number(first.start, first.end, None, form="bad"), 1
    if first.kind == "sign":
        number = Number(first.start, first.end, first.value, form="fraction", whole=False)
        return _scales(text, atoms, i + 1, number, 1)
    if first.kind in ("hundred", "scale", "dozen"):
        article = _ARTICLE.search(text, max(0, first.start - 4), first.start)
        loose = _BEFORE_SCALE.search(text, max(0, first.start - 10), first.start)
        if (
            article is None
            and loose is None
            and first.kind != "dozen"
            and not (i + 1 < len(atoms) and atoms[i + 1].kind == "scale")
        ):
            return None, 1
        if first.word in ("mn", "bn", "tn", "trn", "mln", "bln", "tln"):
            return None, 1
        begin = article.start() if article else first.start
        number = Number(begin, first.end, 1.0, form="words")
        return _words(text, atoms, i, number, starts_with_scale=True)
    if first.kind == "digits":
        return _digits(text, atoms, i)
    return _words(text, atoms, i, Number(first.start, first.end, 0.0, form="words"), starts_with_scale=False)


def _digits(text: str, atoms: list[Atom], i: int) -> tuple[Number, int]:
    """A number that starts with digits: "1½", "2 1/2", "3.5 million", "two and a half" in digits."""
    first = atoms[i]
    number = Number(first.start, first.end, first.value, form="digits", whole=first.whole)
    used = 1
    if i + 1 < len(atoms) and not first.whole and _is_quote(text, first, atoms[i + 1]):
        return replace(number, end=atoms[i + 1].end), 2
    if i + 1 < len(atoms) and first.whole:
        after = atoms[i + 1]
        between = text[first.end : after.start]
        if after.kind == "sign" and between in ("", " ", "-"):
            number = replace(number, end=after.end, value=(first.value or 0) + (after.value or 0), whole=False, form="fraction")
            used = 2
        elif between == "/" and after.kind == "digits":
            before = text[max(0, first.start - 1) : first.start]
            follow = text[after.end : after.end + 1]
            if after.value and first.value is not None and after.value <= 100 and before != "/" and follow not in ("/", "-"):
                return Number(first.start, after.end, finite(first.value / after.value), form="ratio", whole=False), 2
        elif between == " " and after.kind == "digits" and i + 2 < len(atoms) and after.word in "123456789":
            below = atoms[i + 2]
            if text[after.end : below.start] == "/" and below.word in ("2", "3", "4", "5", "8", "16") and after.value:
                part = after.value / (below.value or 1)
                number = replace(number, end=below.end, value=(first.value or 0) + part, whole=False, form="fraction")
                used = 3
        elif after.kind == "fraction" and after.word == "half" and text[first.end : after.start].lower() == " and a ":
            number = replace(number, end=after.end, value=(first.value or 0) + 0.5, whole=False, form="fraction")
            used = 2
    return _scales(text, atoms, i + used, number, used)


_DECIMALS = re.compile(r"\.\d{2,5}$")


def _is_quote(text: str, first: Atom, second: Atom) -> bool:
    """Whether two runs of digits are a price with the last digits of the price asked ("1.3155/65", "110.25-30"); the first counts."""
    between = text[first.end : second.start]
    decimals = _DECIMALS.search(first.word)
    if decimals is None or second.kind != "digits" or len(second.word) != 2 or not second.word.isdigit():
        return False
    if text[second.end : second.end + 1] in ("%", "/", "-", "\u2013") or text[second.end : second.end + 1].isalnum():
        return False
    return between == "/" or (between in ("-", "\u2013") and (first.value or 0.0) >= (second.value or 0.0))


def _scales(text: str, atoms: list[Atom], j: int, number: Number, used: int) -> tuple[Number, int]:
    """Apply the scale words that follow: "3.5 million", "20 thousand", "2 hundred", "1.2 million million"."""
    while j < len(atoms) and atoms[j].kind in ("scale", "hundred", "dozen"):
        atom = atoms[j]
        joiner = text[number.end : atom.start]
        if joiner not in ("", " ", "-", "\u00a0", "\u202f", "\u2009", "\n", "  "):
            break
        if joiner == "" and atom.word not in ("mln", "bln", "mn", "bn", "tn", "trn", "tln", "million", "billion"):
            break
        number = replace(number.scaled(atom.value or 1.0, atom.end), form="mixed")
        j += 1
        used += 1
    return number, used


def _words(text: str, atoms: list[Atom], i: int, number: Number, *, starts_with_scale: bool) -> tuple[Number | None, int]:
    """A number in words by the grammar of English number names."""
    total, group, last, scale = 0.0, None, "", 1.0
    limit = math.inf
    j, end = i, number.start
    if starts_with_scale:
        group = 1.0
        end = atoms[i].start
    while j < len(atoms) and j - i < 14:
        atom = atoms[j]
        joiner = gap(text, end, atom.start) if j > i else " "
        if not joiner:
            break
        value = atom.value or 0.0
        if atom.kind in ("small", "tens"):
            if joiner in ("of", "a"):
                break
            if group is None:
                if total and joiner == "-":
                    break
                group = value
            elif (last == "tens" and atom.kind == "small" and 0 < value < 10 and joiner in (" ", "-")) or (
                last == "hundred" and joiner in (" ", "and", "-")
            ):
                group += value
            else:
                break
            if joiner == "and" and last not in ("hundred", "scale"):
                group = None if last == "" else group
                break
            last = atom.kind
        elif atom.kind in ("hundred", "scale", "dozen"):
            if joiner not in (" ", "-"):
                break
            if atom.kind == "hundred":
                if group is None or group >= 100 or group == 0:
                    break
                group *= 100
                last = "hundred"
            else:
                if value >= limit or (group is None and not total):
                    break
                if group is None:
                    break
                if atom.kind == "dozen" and group > 99:
                    break
                total += group * value
                group, last, limit = None, "scale", value
                scale = max(scale, value)
                if atom.kind == "dozen":
                    j += 1
                    end = atom.end
                    break
        elif atom.kind == "fraction" and atom.word == "half" and joiner == "and":
            break
        else:
            break
        end = atom.end
        j += 1
    if j == i:
        return None, 1
    value = total + (group or 0.0)
    whole = True
    used = j - i
    if j < len(atoms) and atoms[j].kind == "fraction" and atoms[j].word in ("half", "quarter", "third", "quarters"):
        joined = text[end : atoms[j].start].lower().replace("-", " ")
        if joined in (" and a ", " and one ", " and three ") and atoms[j].word != "quarters":
            base = 1.0 if last != "scale" else scale
            value += (atoms[j].value or 0.0) * base
            end, whole, used = atoms[j].end, False, used + 1
            number = replace(number, end=end, value=finite(value), whole=whole, scale=scale, form="words")
            return _scales(text, atoms, i + used, number, used)
        if joined == " " and group is not None and group <= 20 and atoms[j].word != "half" and used == 1:
            return _of_scale(text, atoms, j, number.start, value), used + (2 if _has_of_scale(text, atoms, j) else 1)
    elif (
        j < len(atoms)
        and atoms[j].kind == "fraction"
        and used == 1
        and group is not None
        and 0 < group <= 20
        and text[end : atoms[j].start] in (" ", "-")
    ):
        return _of_scale(text, atoms, j, number.start, value), 3 if _has_of_scale(text, atoms, j) else 2
    if last in ("small", "tens") and used == 1 and group and 11 <= group <= 20 and _tens_follow(text, atoms, j, end):
        # "nineteen eighty-four" is a year
        return None, used + (
            2 if j + 1 < len(atoms) and atoms[j + 1].kind == "small" and text[atoms[j].end : atoms[j + 1].start] in " -" else 1
        )
    fine = finite(value)
    form = "words" if fine is not None else "bad"
    return replace(number, end=end, value=fine, whole=whole, scale=scale, form=form), used


def _tens_follow(text: str, atoms: list[Atom], j: int, end: int) -> bool:
    """Whether a word for tens stands right behind `end`."""
    return j < len(atoms) and atoms[j].kind == "tens" and text[end : atoms[j].start] in (" ", "-")


def _has_of_scale(text: str, atoms: list[Atom], j: int) -> bool:
    """Whether "of a million" or the like follows the fraction at atom j."""
    return (
        j + 1 < len(atoms)
        and atoms[j + 1].kind in ("scale", "dozen")
        and text[atoms[j].end : atoms[j + 1].start].lower() == " of a "
    )


def _of_scale(text: str, atoms: list[Atom], j: int, start: int, value: float) -> Number:
    """The fraction at atom j ("three quarters"), times the scale word that follows it ("of a million")."""
    number = Number(start, atoms[j].end, finite(value * (atoms[j].value or 0.0)), form="fraction", whole=False)
    if _has_of_scale(text, atoms, j):
        return replace(number.scaled(atoms[j + 1].value or 1.0, atoms[j + 1].end), form="words")
    return number


def _vague_plural(text: str, atoms: list[Atom], i: int) -> tuple[Number, int]:
    """ "dozens", "tens of thousands", "hundreds of thousands"."""
    first = atoms[i]
    low, high, end, j = first.low or 0.0, first.high or 0.0, first.end, i + 1
    while (
        j < len(atoms)
        and j - i < 4
        and atoms[j].kind in ("plural", "scale")
        and re.fullmatch(r"\s+of\s+", text[end : atoms[j].start])
    ):
        unit = _SCALE_OF_PLURAL.get(atoms[j].word)
        if unit is None:
            break
        low, high = low * unit, (high + 1) * unit - 1
        end = atoms[j].end
        j += 1
    words = " ".join(text[first.start : end].lower().split())
    safe_low, safe_high = finite(low), finite(high)
    if safe_low is None or safe_high is None:
        return Number(first.start, end, None, form="bad"), j - i
    return Number(first.start, end, None, safe_low, safe_high, words, "vague"), j - i


_SCALE_OF_PLURAL = {
    "hundreds": 100.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9, "trillions": 1e12, "dozens": 12.0, "million": 1e6,
    "thousand": 1e3, "billion": 1e9,
}  # fmt: skip


def _few(text: str, atoms: list[Atom], i: int) -> tuple[Number | None, int]:
    """ "a few hundred" (200 to 900), "several thousand", "a couple of dozen" (24), "several" (no value)."""
    first = atoms[i]
    article = _ARTICLE.search(text, max(0, first.start - 4), first.start)
    if article is None and (first.word in ("couple", "handful") or text[max(0, first.start - 3) : first.start].lower() == "as "):
        return None, 1
    begin = article.start() if article else first.start
    end, j, factor = first.end, i + 1, 1.0
    while j < len(atoms) and atoms[j].kind in ("hundred", "scale", "dozen"):
        joiner = text[end : atoms[j].start].lower()
        if joiner not in (" ", "-", "\n") and not (joiner == " of " and first.word == "couple" and j == i + 1):
            break
        factor *= atoms[j].value or 1.0
        end = atoms[j].end
        j += 1
    words = " ".join(text[begin:end].lower().split())
    if factor == 1.0:
        if first.word == "couple":
            return Number(begin, end, 2.0, vague=words, form="words"), 1
        return Number(begin, end, None, vague=words, form="vague"), 1
    if first.word == "couple":
        return Number(begin, end, finite(2 * factor), vague=words, form="words", scale=factor), j - i
    if first.low is None or first.high is None:
        return Number(begin, first.end, None, vague=words, form="vague"), 1
    high = 99.0 if factor == 12.0 else first.high * factor
    return Number(begin, end, None, finite(first.low * factor), finite(high), words, "vague", scale=factor), j - i


def _fraction_first(text: str, atoms: list[Atom], i: int) -> tuple[Number | None, int]:
    """ "half a million", "half a dozen", "a quarter of a million", "a third", "half"."""
    first = atoms[i]
    article = _ARTICLE.search(text, max(0, first.start - 4), first.start)
    begin = article.start() if article else first.start
    if i + 1 < len(atoms) and atoms[i + 1].kind in ("scale", "dozen", "hundred"):
        joiner = text[first.end : atoms[i + 1].start].lower()
        if joiner in (" a ", "-a-", "-", " ", " of a ") and (first.word in ("half", "quarter") or joiner == " of a "):
            number = Number(begin, first.end, first.value, form="words", whole=False)
            number = number.scaled(atoms[i + 1].value or 1.0, atoms[i + 1].end)
            return _scales(text, atoms, i + 2, replace(number, form="words"), 2)
    if first.word == "half" or (
        article is not None and first.word in ("third", "quarter", "fifth", "tenth", "fourth", "sixth", "eighth")
    ):
        return Number(begin, first.end, first.value, form="fraction", whole=False), 1
    return None, 1


def parse_number(text: str) -> Number | None:
    """The one number that the whole of `text` writes, or None.

    >>> parse_number("seventeen").value, parse_number("1.2bn").value, parse_number("half a dozen").value
    (17.0, 1200000000.0, 6.0)
    >>> parse_number("seventeen men") is None
    True
    """
    stripped = text.strip()
    for number in _numbers(stripped):
        if number.suffix and number.end + len(number.suffix) == len(stripped):
            number = number.scaled(suffix_value(number.suffix), number.end + len(number.suffix))
        return number if number.start == 0 and number.end == len(stripped) else None
    return None
