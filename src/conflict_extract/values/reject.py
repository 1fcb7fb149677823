"""Numbers that are no quantities because of their neighbours: years, labels of names, parts of identifiers, pronoun "one"."""

from __future__ import annotations

import re

from conflict_extract.lexicons.quantities import not_counted, person_nouns, thing_nouns, word_set
from conflict_extract.values.numbers import Number

_WORD_BEFORE = re.compile(r"([^\W\d_][\w.&'’]{0,24})[ \u00a0]$")
_WORD_AFTER = re.compile(r"[ \u00a0\n]([^\W\d_]+)")
_YEAR_BEFORE = word_set(
    "in since until till during before after by of from mid early late year years circa and to for between through the a its "
    "their his her this that 's s summer spring autumn winter fall season fiscal than as at or with against around about"
)
_FUNCTION = word_set(
    "the a an this that these those some about around only just at least most more than over under nearly almost up to of in on by "
    "for from with and or but if as when while after before since another further additional other his her its their our my your "
    "all both between among any each every no not was were is are be been have has had who which what where he she they we it i "
    "you there here so then now also even still yet nor per within without into onto against during until total approximately "
    "roughly exactly perhaps killed wounded injured two three four five six seven eight nine ten"
)
_PRONOUN_AFTER = word_set(
    "another can could should must would may might who that which whose whom has had is was 's'll do does did cannot never"
)
_PRONOUN_BEFORE = word_set(
    "no any every the this that some each which another my your his its our their number day a as chapter such same right wrong "
    "big new last first second good bad old next other better best worst loved thing"
)


_RATIO = re.compile(
    r"\s(?:in|out of)\s(?:every\s)?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|fifty|a hundred)(?![^\W_])"
)
_NUMERIC_BEFORE = word_set(
    "least only killed killing wounded wounding injured injuring just exactly than most about one and including by arrested detained"
)


def word_before(text: str, position: int) -> str:
    """The word directly before `position` (one space between), or ""."""
    match = _WORD_BEFORE.search(text, max(0, position - 28), position)
    return match[1] if match else ""


def word_after(text: str, position: int) -> str:
    """The word directly after `position` (one space between), or ""."""
    match = _WORD_AFTER.match(text, position)
    return match[1] if match else ""


def looks_plural(word: str) -> bool:
    """Whether a lower-case word is written like a plural.

    >>> looks_plural("rockets"), looks_plural("rocket"), looks_plural("gunmen"), looks_plural("bus")
    (True, False, True, False)
    """
    return (
        (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")))
        or word in _IRREGULAR_PLURALS
        or (word.endswith(("men", "women")) and len(word) > 4)
    )


_IRREGULAR_PLURALS = word_set(
    "people men women children police personnel staff aircraft troops folk youth infantry feet dead mice geese cattle police media data"
)


def is_counted_noun(word: str) -> bool:
    """Whether the lower-case word is a plural of the noun tables or looks like a plural."""
    return (
        word in person_nouns()
        or word in thing_nouns()
        or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")))
    )


_YEAR_NOUNS = word_set(
    "level levels season seasons election elections vote war wars budget campaign peak figures totals prices rates standards "
    "estimates census results harvest crisis massacre uprising invasion revolution coup agreement accord treaty constitution "
    "ceasefire truce report survey study film novel album model edition tournament final finals games vintage"
)


def is_year(text: str, number: Number) -> bool:
    """Whether a bare four-digit number is a year.

    >>> from conflict_extract.values.numbers import find_numbers
    >>> [is_year(s, find_numbers(s)[0]) for s in ("in 2014", "the 1998 war", "killed 2000 people", "2,000", "1500 men")]
    [True, True, False, False, False]
    """
    written = text[number.start : number.end]
    if len(written) != 4 or not written.isdigit() or number.value is None or not 1500 <= number.value <= 2100:
        return False
    if text[number.end : number.end + 1] in ("%", "-") and text[number.end : number.end + 2] not in ("-", "- "):
        return text[number.end] == "-" and 1900 <= number.value <= 2035
    follow = word_after(text, number.end)
    before = word_before(text, number.start).lower()
    if before in ("in", "since", "until", "during", "mid", "year", "late", "early"):
        return True
    if follow.lower() in _YEAR_NOUNS and number.value >= 1900:
        return True
    if follow and is_counted_noun(follow.lower()) and follow[0].islower():
        return (before in ("the", "its", "their", "his", "her") and 1900 <= number.value <= 2035) or before.endswith(("'s", "’s"))
    if before in ("than", "least", "about", "around", "nearly", "almost", "over", "some", "approximately", "roughly", "most"):
        return False
    return 1900 <= number.value <= 2035


def is_label(text: str, number: Number, *, starts_sentence: bool = False) -> bool:
    """Whether the number belongs to a name or label: "Resolution 1701", "Boeing 737", "Phase Two", "S&P 500".

    >>> from conflict_extract.values.numbers import find_numbers
    >>> [is_label(s, find_numbers(s)[-1]) for s in ("under Resolution 1701", "page 12", "a Boeing 737 crashed", "killed 12 men")]
    [True, True, True, False]
    """
    if number.form not in ("digits", "words") or number.scale != 1.0 or number.suffix:
        return False
    written = text[number.start : number.end]
    if "," in written or number.vague:
        return False
    if re.match(r"[-‑][a-z]", text[number.end : number.end + 2]):
        return False
    before = word_before(text, number.start)
    if not before:
        return False
    bare = before.rstrip(".").lower()
    follow = word_after(text, number.end)
    counted = bool(follow) and follow[0].islower() and is_counted_noun(follow.lower())
    digits = number.form == "digits"
    if bare in not_counted("label"):
        if before[0].isupper():
            return True
        return digits and not counted and "." not in written and text[number.end : number.end + 1] not in ("-", "–", "%")
    if not digits and follow[:1].isupper() and written[0].isupper() and bare in ("the", "of"):
        return True  # "The Seven Samurai"
    if before.islower() or before[0].isdigit() or bare in _FUNCTION or counted:
        return False
    if _ends_sentence(before, bare):
        return False  # "on Monday. Five were hurt"
    if not digits:
        return written[0].isupper() and written.isalpha() and not starts_sentence
    if "." in written:
        return False
    left = number.start - len(before) - 1
    head = text[max(0, left - 2) : left].rstrip(" \n\t\"'“‘(")
    sentence_start = not head or head[-1] in ".!?:"
    return not sentence_start and not (
        follow and follow[0].islower() and follow.lower() in ("people", "percent", "of", "more", "other", "others")
    )


def _ends_sentence(before: str, bare: str) -> bool:
    """Whether a word with its full stop ends a sentence: no initials ("J.", "U.S.")."""
    return before.endswith(".") and "." not in bare and len(bare) > 2


def is_pronoun_one(text: str, number: Number) -> bool:
    """Whether "one" is no number here ("no one", "the one who", "one another").

    >>> from conflict_extract.values.numbers import find_numbers
    >>> [is_pronoun_one(s, find_numbers(s)[0]) for s in ("no one knew", "one of them", "one another", "one policeman")]
    [True, False, True, False]
    """
    written = text[number.start : number.end].lower()
    if written == "zero":
        return word_before(text, number.start).lower() in (
            "below",
            "above",
            "ground",
            "net",
            "near",
            "patient",
            "carbon",
            "day",
            "absolute",
        )
    if written != "one":
        return False
    before = word_before(text, number.start).lower()
    if before in _PRONOUN_BEFORE and before not in ("last",):
        return True
    if text[number.end : number.end + 2] in ("'s", "’s") or text[max(0, number.start - 1) : number.start] == "-":
        return True
    if _RATIO.match(text, number.end) or text[max(0, number.start - 2) : number.start] == ", ":
        return False
    follow = word_after(text, number.end).lower()
    if not follow or follow in _PRONOUN_AFTER:
        return not (before in ("only", "least", "and", "or", "to", "by", "at") and not follow)
    return (
        follow in _FUNCTION
        and follow
        not in (
            "of",
            "in",
            "or",
            "and",
            "to",
            "was",
            "is",
            "per",
            "more",
            "killed",
            "wounded",
            "injured",
            "other",
            "another",
            "additional",
            "with",
            "from",
            "on",
            "at",
            "by",
            "for",
        )
    ) or (follow in ("in", "and", "to", "with", "from", "on", "at", "by", "for", "was", "is") and before not in _NUMERIC_BEFORE)


_QUANTITY_END = re.compile(r"\d(?:bn|mn|tn|[mkbMKBt%])$")


def _after_quantity(text: str, position: int) -> bool:
    """Whether digits with a suffix end at `position` ("$5m" in "$5m-7m")."""
    return bool(_QUANTITY_END.search(text, max(0, position - 4), position))


def is_identifier(text: str, start: int, end: int) -> bool:
    """Whether letters, underscores or signs glued to text[start:end] make it part of an identifier ("Su27", "1080p", "v2.1").

    >>> is_identifier("Su27", 2, 4), is_identifier("1080p", 0, 4), is_identifier("12 men", 0, 2)
    (True, True, False)
    """
    before = text[start - 1] if start else " "
    if before.isalpha() or before in "_#@":
        return True
    if before in "-‑" and start > 1 and text[start - 2].isalpha() and not _after_quantity(text, start - 1):
        return True
    if before == "." and start > 1 and text[start - 2].isalnum():
        return True
    if before == "/" and start > 1 and text[start - 2].isalnum():
        return True
    after = text[end] if end < len(text) else " "
    return after.isalpha() or after in "_@"
