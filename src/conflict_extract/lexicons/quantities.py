"""Tables of the value parsers and the count and money components.

Number words, bound phrases, currencies, units, and nouns and verbs that say what is counted. The models check every line of the
tables in `data/`; the functions below return look-up dictionaries, made once per process.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.loader import Entry, load_table

Comparator = Literal["=", "~", ">", ">=", "<", "<=", "range"]
Category = Literal[
    "killed", "wounded", "casualties", "missing", "captured", "detained", "abducted", "displaced", "returned", "evacuated",
    "affected", "troops", "population", "weapons", "vehicles", "buildings", "other",
]  # fmt: skip
Status = Literal["civilian", "combatant", "police", "aid_worker", "medic", "journalist", "peacekeeper", "official", "unknown"]


def word_set(words: str) -> frozenset[str]:
    """The words of a text parted by white space, as a set.

    >>> sorted(word_set("on at"))
    ['at', 'on']
    """
    return frozenset(words.split())


class NumberWord(Entry):
    """A word in a number.

    `kind`: small (0-19), tens (20-90), hundred, scale (thousand and up), dozen, plural (vague: "dozens", with `low` and `high`),
    few ("a few": `low` and `high` are factors before a scale), fraction ("half", "third"), suffix (letters after digits, "bn").
    """

    word: str = Field(min_length=1)
    kind: Literal["small", "tens", "hundred", "scale", "dozen", "plural", "few", "fraction", "suffix"]
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _has_value(self) -> Self:
        vague = self.kind in ("plural", "few")
        if not vague and self.value is None:
            raise ValueError(f"a {self.kind} word needs a value")
        if vague and (self.low is None) != (self.high is None):
            raise ValueError("low and high stand together")
        return self


class BoundPhrase(Entry):
    """Words before or after a number that bound it or say how exact it is.

    `comparator` null: the words belong to the quantity and change nothing ("a total of", "another"). `needs`: the phrase counts only
    with such a kind of quantity ("within" with durations and measures). `scope`: what the words say of the scope ("another").
    """

    phrase: str = Field(min_length=1)
    position: Literal["before", "after"]
    comparator: Comparator | None = None
    needs: tuple[str, ...] = ()
    scope: Literal["further"] | None = None


class CurrencyEntry(Entry):
    """A currency: ISO 4217 code, English name, written forms and the ISO 3166-1 alpha-2 codes of the countries that use it.

    `units`: singular and plural ("franc", "francs"); `adjectives`: words before them ("Swiss"); `symbols`: signs and abbreviations,
    case counts; `subunits`: hundredths and the like; `until`: last year as legal tender of a withdrawn currency.
    """

    code: str = Field(pattern=r"^[A-Z]{3}$")
    name: str
    units: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    subunits: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    until: int | None = None


class CurrencyDefault(Entry):
    """How a written form that several currencies share is read when the document does not settle it.

    `default`: ISO code, or null when the candidates are left; `family`: the codes to choose from, most used first.
    """

    form: str = Field(min_length=1)
    default: str | None = None
    family: tuple[str, ...] = Field(min_length=1)


class CurrencyCountry(Entry):
    """Names and adjectives of a country, to settle shared currency forms in a text without place and actor layers."""

    country: str = Field(pattern=r"^[A-Z]{2}$")
    names: tuple[str, ...]


class UnitEntry(Entry):
    """A unit of time or measure: `forms` as written (case counts for symbols), `name` in the singular, and its dimension.

    `symbol` forms may follow digits directly and are matched with their case; words are matched in any case.
    """

    name: str
    dimension: str
    kind: Literal["duration", "measure", "percent"]
    words: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


class UnitWord(Entry):
    """A rare unit word that opens a measure candidate; quantulum3's unit table says which unit it is."""

    word: str = Field(min_length=1)


class PersonNoun(Entry):
    """A noun for people: what it says of their status, age, sex, and of the category of the count."""

    noun: str = Field(min_length=1)
    status: Status = "unknown"
    age: Literal["child", "adult", "unknown"] = "unknown"
    sex: Literal["female", "male", "unknown"] = "unknown"
    category: Category | None = None


class ThingNoun(Entry):
    """A noun for things that conflict reports count: vehicles, weapons, buildings …"""

    noun: str = Field(min_length=1)
    category: Category


class CategoryWord(Entry):
    """A verb, participle or noun whose subject, object or complement is counted under `category`.

    `of`: subject (those who do it), object (those to whom it is done), both. `lemma` is a lemma for verbs.
    """

    lemma: str = Field(min_length=1)
    pos: Literal["verb", "noun", "adj"]
    category: Category
    of: Literal["subject", "object", "both"] = "object"
    singular: bool = Field(default=False, description='"a farmer" as this role is a count of one')


class ScopeWord(Entry):
    """A phrase that says whether a figure is cumulative, new or further, or replaces another one.

    `where`: before or after the figure within its clause.
    """

    phrase: str = Field(min_length=1)
    scope: Literal["new", "cumulative", "further", "replaces"]
    where: Literal["before", "after", "any"] = "any"


class NotCounted(Entry):
    """A noun before a bare number that makes it a name or label ("Resolution 1701"), or a plural that is no count's head."""

    word: str = Field(min_length=1)
    why: Literal["label", "compound"]


@lru_cache(maxsize=1)
def number_words() -> Mapping[str, NumberWord]:
    """Number words by their lower-case form (suffixes keep their case)."""
    return {entry.word: entry for entry in load_table("number_words", NumberWord)}


@lru_cache(maxsize=2)
def bound_phrases(position: str) -> Mapping[tuple[str, ...], BoundPhrase]:
    """Bound phrases of one position by their lower-case words."""
    rows = load_table("bounds", BoundPhrase)
    return {tuple(entry.phrase.lower().split()): entry for entry in rows if entry.position == position}


@lru_cache(maxsize=1)
def currencies() -> Mapping[str, CurrencyEntry]:
    """Currencies by code."""
    return {entry.code: entry for entry in load_table("currencies", CurrencyEntry)}


@lru_cache(maxsize=1)
def currency_defaults() -> Mapping[str, CurrencyDefault]:
    """Defaults of shared forms by the form as written in the table (words in lower case)."""
    table = {entry.form: entry for entry in load_table("currency_defaults", CurrencyDefault)}
    known = currencies()
    for entry in table.values():
        wrong = [code for code in (*entry.family, *([entry.default] if entry.default else [])) if code not in known]
        if wrong:
            raise LexiconError(f"currency_defaults.jsonl: form {entry.form!r} names unknown codes {', '.join(wrong)}")
    return table


@lru_cache(maxsize=1)
def currency_countries() -> Mapping[str, str]:
    """Country names, adjectives and large cities → ISO 3166-1 alpha-2 code."""
    return {name: entry.country for entry in load_table("currency_countries", CurrencyCountry) for name in entry.names}


@lru_cache(maxsize=1)
def units() -> tuple[UnitEntry, ...]:
    """All units of our own table."""
    return load_table("units", UnitEntry)


@lru_cache(maxsize=1)
def unit_words() -> frozenset[str]:
    """Rare unit words, lower case."""
    return frozenset(entry.word.lower() for entry in load_table("unit_words", UnitWord))


@lru_cache(maxsize=1)
def person_nouns() -> Mapping[str, PersonNoun]:
    """Person nouns by lower-case form (singular and plural are lines of their own)."""
    return {entry.noun.lower(): entry for entry in load_table("person_nouns", PersonNoun)}


@lru_cache(maxsize=1)
def thing_nouns() -> Mapping[str, ThingNoun]:
    """Nouns for things by lower-case form."""
    return {entry.noun.lower(): entry for entry in load_table("thing_nouns", ThingNoun)}


@lru_cache(maxsize=1)
def category_words() -> Mapping[tuple[str, str], CategoryWord]:
    """Category words by (lemma, pos)."""
    return {(entry.lemma, entry.pos): entry for entry in load_table("category_words", CategoryWord)}


@lru_cache(maxsize=1)
def scope_words() -> tuple[ScopeWord, ...]:
    """Scope phrases."""
    return load_table("scope_words", ScopeWord)


@lru_cache(maxsize=2)
def not_counted(why: str) -> frozenset[str]:
    """Words of one reason, lower case."""
    return frozenset(entry.word.lower() for entry in load_table("not_counted", NotCounted) if entry.why == why)
