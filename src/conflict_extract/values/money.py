"""Currencies in text: the symbol, code or name beside a number, and which ISO 4217 currency a shared form stands for.

Tables: `lexicons/data/currencies.jsonl` (ISO 4217 codes; English names and symbols after Unicode CLDR, extended by hand) and
`lexicons/data/currency_defaults.jsonl` (forms that several currencies share).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from conflict_extract.lexicons.quantities import currencies, currency_countries, currency_defaults

_WORDLIKE = frozenset(
    {
        "ALL",
        "TOP",
        "TRY",
        "COP",
        "CUP",
        "SOS",
        "MAD",
        "PEN",
        "BAM",
        "MOP",
        "GEL",
        "LAK",
        "ANG",
        "DOP",
        "NAD",
        "SAR",
        "MUR",
        "HUF",
        "RON",
        "STD",
        "FIM",
        "BOB",
        "SIT",
    }
)
"""Codes that are also English words or abbreviations: they need a scale word or a four-digit number beside them."""

_WEAK = frozenset(
    {
        "Af",
        "Bs",
        "Br",
        "BD",
        "DA",
        "DT",
        "FC",
        "FG",
        "ID",
        "JD",
        "KD",
        "KM",
        "LD",
        "LE",
        "LL",
        "LS",
        "Le",
        "Ls",
        "Lt",
        "MK",
        "MT",
        "Nu",
        "QR",
        "SR",
        "TL",
        "UM",
        "VT",
        "ZK",
        "Kz",
        "DM",
        "FF",
        "Shs",
        "c",
        "p",
        "kn",
        "Ft",
        "Z$",
        "Dh",
        "Fr.",
        "Re",
        "B$",
        "G$",
        "L$",
        "T$",
        "N$",
        "S/",
        "Nfk",
        "Afl",
    }
)
"""Abbreviations that mean other things too: they need a scale word or at least three digits beside them."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency form beside a number.

    Attributes:
        start, end: offsets of the form in the text.
        form: the form as the tables have it ("dollars", "$", "USD").
        codes: the currencies that it can be, most used first.
        default: the code to take when the document says nothing, or None.
        subunit: whether it names hundredths ("cents").
        needs_scale: whether the form is certain only with a scale word or a large number.
    """

    start: int
    end: int
    form: str
    codes: tuple[str, ...]
    default: str | None
    subunit: bool = False
    needs_scale: bool = False


@lru_cache(maxsize=1)
def _words() -> Mapping[tuple[str, ...], tuple[tuple[str, ...], str | None, bool]]:
    """Lower-case words of names → (codes, default, subunit): "swiss francs", "francs", "us cents", "yen"."""
    living: dict[tuple[str, ...], list[str]] = {}
    sub: dict[tuple[str, ...], list[str]] = {}
    for entry in currencies().values():
        for forms, table in ((entry.units, living), (entry.subunits, sub)):
            for form in forms:
                key = tuple(form.lower().replace("-", " ").split())
                table.setdefault(key, []).append(entry.code)
                for adjective in entry.adjectives:
                    longer = tuple(adjective.lower().replace("-", " ").split()) + key
                    table.setdefault(longer, []).append(entry.code)
        for form in entry.units:
            for place in (entry.code,):
                living.setdefault((place.lower(), *form.lower().split()), []).append(entry.code)
    defaults = currency_defaults()
    out: dict[tuple[str, ...], tuple[tuple[str, ...], str | None, bool]] = {}
    for table, is_sub in ((sub, True), (living, False)):
        for key, codes in table.items():
            shared = defaults.get(" ".join(key))
            if shared is not None:
                out[key] = (shared.family, shared.default, is_sub)
                continue
            unique = list(dict.fromkeys(codes))
            now = [code for code in unique if currencies()[code].until is None]
            if len(now) == 1:
                out[key] = ((now[0],), now[0], is_sub)
            elif len(unique) == 1:
                out[key] = ((unique[0],), unique[0], is_sub)
            else:
                out[key] = (tuple(now or unique), None, is_sub)
    for form, shared in defaults.items():
        key = tuple(form.lower().split())
        if form.isalpha() and form.islower() and len(form) > 1 and key not in out:
            out[key] = (shared.family, shared.default, False)
    return out


@lru_cache(maxsize=1)
def _symbols() -> Mapping[str, tuple[tuple[str, ...], str | None, bool]]:
    """Symbols and codes, case kept → (codes, default, needs_scale)."""
    out: dict[str, tuple[tuple[str, ...], str | None, bool]] = {}
    defaults = currency_defaults()
    by_symbol: dict[str, list[str]] = {}
    for entry in currencies().values():
        out[entry.code] = ((entry.code,), entry.code, entry.code in _WORDLIKE)
        for symbol in entry.symbols:
            by_symbol.setdefault(symbol, []).append(entry.code)
    for symbol, codes in by_symbol.items():
        shared = defaults.get(symbol)
        unique = tuple(dict.fromkeys(codes))
        family = shared.family if shared else unique
        default = shared.default if shared else (unique[0] if len(unique) == 1 else None)
        out[symbol] = (family, default, symbol in _WEAK)
    for form in ("kr", "Kr", "kr.", "Rs", "Rs.", "Re", "¢", "c", "p"):
        shared = defaults[form]
        out[form] = (shared.family, shared.default, form in ("c", "p", "Re"))
    out["Euro"] = out["euro"] = out["EURO"] = (("EUR",), "EUR", False)
    out["R"] = (("ZAR",), "ZAR", True)
    out["N"] = (("NGN",), "NGN", True)
    out["P"] = (("PHP", "BWP"), None, True)
    return out


@lru_cache(maxsize=1)
def _longest_symbol() -> int:
    return max(map(len, _symbols()))


def currency_before(text: str, position: int) -> Currency | None:
    """The symbol or code that ends at `position` (one space may stand between); the longest one.

    >>> currency_before("for US$22 million", 7).codes
    ('USD',)
    >>> currency_before("SDG 40 million", 4).form
    'SDG'
    >>> currency_before("about 40", 6) is None
    True
    """
    table = _symbols()
    for gap in (0, 1):
        end = position - gap
        if gap and (end < 1 or text[end] not in " \u00a0\u202f"):
            break
        for size in range(min(_longest_symbol(), end), 0, -1):
            form = text[end - size : end]
            found = table.get(form)
            if found is None or form in ("¢", "c", "p"):
                continue
            if form[0].isalpha() and end - size > 0 and (text[end - size - 1].isalnum() or text[end - size - 1] in "-$"):
                continue
            if form in ("R", "N", "P") and gap:
                continue
            if form.islower() and form.isalpha() and text[max(0, end - size - 2) : end - size - 1].isdigit():
                continue  # "1 euro 20 cents"
            return Currency(end - size, end, form, found[0], found[1], False, found[2])
    return None


@lru_cache(maxsize=1)
def _longest_by_first() -> Mapping[str, int]:
    """First word of a currency's names -> the number of words of the longest one."""
    longest: dict[str, int] = {}
    for key in _words():
        longest[key[0]] = max(longest.get(key[0], 0), len(key))
    return longest


def _longest(word: str) -> int:
    """The number of words of the longest name that begins with a word, full stop or not; 0 when none does."""
    longest = _longest_by_first()
    return max(longest.get(word, 0), longest.get(word.rstrip("."), 0))


_WORD_AFTER = re.compile(r"[ \u00a0\u202f\u2009\n-]{0,2}([^\W\d_]+(?:[.'’ʻ][^\W\d_]+)*\.?)")


def currency_after(text: str, position: int) -> Currency | None:
    """The currency name, code or symbol that starts after `position`; the longest one.

    >>> currency_after("20 million Swiss Francs (", 10).codes
    ('CHF',)
    >>> found = currency_after("5 pounds of rice", 1); found.form, found.default
    ('pounds', 'GBP')
    >>> currency_after("5 EUR", 1).codes, currency_after("5€", 1).codes, currency_after("75 cents", 2).subunit
    (('EUR',), ('EUR',), True)
    >>> currency_after("5 people", 1) is None
    True
    """
    symbols = _symbols()
    start = position
    if text[start : start + 1] in ("\u00a0", "\u202f", " "):
        start += 1
    for size in (4, 3, 2, 1):
        form = text[start : start + size]
        if (
            len(form) == size
            and form in symbols
            and (form[0].isalpha() is False or form in _AFTER_SYMBOLS or form in currencies())
        ):
            follow = text[start + size : start + size + 1]
            if form[-1].isalpha() and follow.isalnum():
                continue
            codes, default, weak = symbols[form]
            if form == "$" and follow.isdigit():
                return None
            return Currency(start, start + size, form, codes, default, form in ("¢", "c", "p"), weak)
    table = _words()
    words: list[tuple[str, int, int]] = []
    at, longest = position, 1
    while len(words) < longest:
        match = _WORD_AFTER.match(text, at)
        if not match:
            break
        word = match[1].lower().replace("’", "'")
        if not words:
            longest = _longest(word)
            if not longest:
                return None
        words.append((word, match.start(1), match.end(1)))
        at = match.end()
    for size in range(len(words), 0, -1):
        key = tuple(word for word, _, _ in words[:size])
        found = table.get(key) or (table.get((*key[:-1], key[-1].rstrip("."))) if key[-1].endswith(".") else None)
        if found is None:
            continue
        end = words[size - 1][2]
        if key[-1].endswith(".") and key not in table:
            end -= 1
        return Currency(
            words[0][1],
            end,
            " ".join(key).rstrip("."),
            found[0],
            found[1],
            found[2],
            key[0]
            in (
                "won",
                "real",
                "som",
                "sum",
                "mark",
                "marks",
                "buck",
                "bucks",
                "crown",
                "crowns",
                "sol",
                "kina",
                "tala",
                "kip",
                "dong",
                "lei",
                "ban",
                "fen",
                "pul",
                "sen",
                "ore",
                "quid",
                "zig",
                "rand",
                "stone",
                "taka",
                "rands",
                "lats",
                "pula",
                "sums",
                "vatu",
                "zaire",
            ),
        )
    return None


_AFTER_SYMBOLS = frozenset({"R"}) | frozenset(
    {"kr", "Kr", "kr.", "zł", "Kč", "Ft", "p", "c", "лв", "kn", "RMB", "NIS", "FCFA", "CFAF", "Rs", "Rs."}
)


_NAME = re.compile(r"[A-Z][\w.'’-]*(?:\s(?:and|of|the|es)\s(?=[A-Z]))?(?:\s?[A-Z][\w.'’-]*)*")


def country_words(text: str) -> dict[str, int]:
    """How often a text names each country (ISO 3166-1 alpha-2), by a short table of names, adjectives and large cities.

    >>> country_words("Sudanese officials in Khartoum and the South Sudanese army")
    {'SD': 2, 'SS': 1}
    """
    table = currency_countries()
    out: dict[str, int] = {}
    for match in _NAME.finditer(text):
        parts = match[0].rstrip(".'’").replace("’s", "").replace("'s", "").split()
        i = 0
        while i < len(parts):
            for size in range(min(4, len(parts) - i), 0, -1):
                name = " ".join(parts[i : i + size])
                country = table.get(name) or table.get(name.rstrip("."))
                if country:
                    out[country] = out.get(country, 0) + 1
                    i += size - 1
                    break
            i += 1
    return out


_PER_UNIT = re.compile(
    r"\s(?:to|per|against|versus|for)\s(?:the\s|an?\s|one\s|each\s)?(?:US\s|U\.S\.\s|American\s)?(?:dollar|euro|pound|greenback|sterling)(?![^\W_])",
    re.IGNORECASE,
)
_CODE_PAIR = re.compile(r"(?<![^\W_])[A-Z]{3}\s?/\s?([A-Z]{3})(?![^\W_])")
_NAME_BEFORE = re.compile(r"[^\W\d_]+")
_RATE_VERB = re.compile(
    r"\b(?:at|to|of|was|is|stood|traded|quoted|bought|buys|changed hands|past|near|below|above|than)\s$", re.IGNORECASE
)


def rate_currency(text: str, start: int, end: int) -> Currency | None:
    """The currency of a bare number that is an exchange rate, from the words around it.

    "500,000 per dollar" and "110.25 to the euro" are in the currency that the sentence names before; a rate behind a pair of codes
    ("USD/JPY stood at 149.20") is in the second one.

    >>> text = "The rial fell to 500,000 per dollar"; rate_currency(text, 17, 24).form
    'rial'
    >>> text = "USD/JPY stood at 149.20"; rate_currency(text, 17, 23).codes
    ('JPY',)
    >>> rate_currency("500,000 per dollar", 0, 7) is None
    True
    """
    left = text[max(0, start - 70) : start]
    left = left[max(left.rfind(". "), left.rfind("\n"), left.rfind("; ")) + 1 :]
    offset = start - len(left)
    if _PER_UNIT.match(text, end):
        for word in reversed(list(_NAME_BEFORE.finditer(left))):
            found = currency_after(text, offset + word.start())
            if found is not None and not found.subunit and found.form not in ("$", "p", "c") and len(word[0]) > 2:
                return found
        return None
    pairs = list(_CODE_PAIR.finditer(left))
    if not pairs or (pair := pairs[-1])[1] not in currencies() or not _RATE_VERB.search(left):
        return None
    return Currency(offset + pair.start(1), offset + pair.end(1), pair[1], (pair[1],), pair[1], False)


def settle(
    codes: tuple[str, ...],
    default: str | None,
    countries: Mapping[str, int],
    *,
    named: Iterable[str] = (),
    money_default: str | None = None,
    dollar: bool = False,
) -> tuple[str | None, list[str]]:
    """Which currency a shared form stands for in a document.

    Args:
        codes: the currencies that the form can be.
        default: the code when the document says nothing, or None.
        countries: ISO 3166-1 alpha-2 codes of the document's places and actors with how often they are named.
        named: currency codes that the document names outright ("Canadian dollars"); they weigh most.
        money_default: the caller's choice for the dollar sign.
        dollar: whether the form is the dollar sign or the bare word "dollars".

    Returns:
        (code, candidates): the code with no candidates when it is settled, else None with the candidates.

    >>> settle(("COP", "MXN"), None, {"CO": 3})
    ('COP', [])
    >>> settle(("GBP", "SDG", "EGP"), "GBP", {"SD": 2})
    ('SDG', [])
    >>> settle(("SEK", "NOK", "DKK"), None, {"SE": 1, "NO": 1})
    (None, ['SEK', 'NOK'])
    >>> settle(("USD", "AUD", "CAD"), "USD", {"UA": 2}, dollar=True)
    ('USD', [])
    >>> settle(("USD", "AUD", "CAD"), "USD", {"AU": 2, "US": 1}, dollar=True)
    (None, ['USD', 'AUD'])
    >>> settle(("USD", "AUD", "CAD"), "USD", {"AU": 1, "US": 3}, dollar=True)
    ('USD', [])
    """
    if len(codes) == 1:
        return codes[0], []
    if dollar and money_default:
        return money_default, []
    wanted = [code for code in dict.fromkeys(named) if code in codes]
    if len(wanted) == 1:
        return wanted[0], []
    table = currencies()
    scores = {
        code: sum(countries.get(country, 0) for country in table[code].countries)
        for code in codes
        if table[code].until is None or default is None
    }
    hits = [code for code in codes if scores.get(code)]
    if dollar:
        others = [code for code in hits if code != "USD"]
        if not others:
            return default, []
        total, rival = sum(countries.values()), max(scores[code] for code in others)
        if len(others) == 1 and rival == total:
            return others[0], []  # no other country in the document
        if countries.get("US", 0) > rival or 2 * rival < total:
            return default, []  # the dollar country is named in passing only
        return None, ["USD", *others] if default == "USD" else others
    if len(hits) == 1:
        return hits[0], []
    if not hits:
        return (default, []) if default else (None, list(codes))
    best = max(scores[code] for code in hits)
    first = [code for code in hits if scores[code] == best]
    if len(first) == 1 and sum(scores[code] for code in hits) <= 1.5 * best:
        return first[0], []
    if default in hits and default not in ("GBP",):
        return default, []
    return None, hits
