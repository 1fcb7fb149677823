"""The component `conflict_money`: sums of money with ISO 4217 currency, and stated conversions.

Shared forms ("$", "pounds", "kr") are settled by the countries of the document's places and actors, by currencies that the document
names outright, or by the setting `money_default`; otherwise the candidates are kept.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._figures import scope_of
from conflict_extract.annotate.layer import (
    ActorMention,
    ActorRow,
    PlaceMention,
    PlaceRow,
    QuantityRecord,
    read,
    read_table,
    text_of,
    write,
)
from conflict_extract.values.expressions import Expression, scan
from conflict_extract.values.money import country_words, settle

_DOLLAR = frozenset({"$", "dollar", "dollars", "cent", "cents", "c", "¢"})
_PAIR = re.compile(
    r"\s?(?:[(\[]\s?(?:(?:equivalent to|equal to|about|around|or|some|roughly|approximately|worth|then|at the time|=|≈|~|nearly|over)\s?){0,3}|"
    r",\s(?:or|equivalent to|equal to|the equivalent of|i\.e\.|about)\s(?:about\s|around\s|some\s|roughly\s|approximately\s)?|"
    r"\s?(?:=|≈|–|—|--)\s?(?:about\s|around\s|or\s)?|\sor\s(?:about\s|around\s|some\s|roughly\s)|\s(?:is|was|are)\s(?:equivalent to|worth)\s)$",
    re.IGNORECASE,
)


@Language.factory("conflict_money", default_config={"money_default": None}, assigns=["doc._.ce_records"])
def make_money(nlp: Language, name: str, money_default: str | None) -> Money:
    """The component that writes the layer `money`."""
    return Money(money_default)


class Money:
    """Writes the layer `money` of `QuantityRecord`s.

    Args:
        money_default: ISO 4217 code for "$" when the document does not settle it; None: US dollars unless it names another dollar
            country.
    """

    def __init__(self, money_default: str | None = None) -> None:
        self.money_default = money_default

    def __call__(self, doc: Doc) -> Doc:
        """Find all sums of money of the Doc.

        Args:
            doc: any Doc with tokens; layers `places` and `actors` are used when they are there.

        Returns:
            The same Doc.
        """
        text = text_of(doc)
        expressions = [item for item in scan(text) if item.kind == "money" and item.currency is not None]
        if not expressions:
            write(doc, "money", [])
            return doc
        named = [item.currency.codes[0] for item in expressions if item.currency is not None and len(item.currency.codes) == 1]
        shared = any(item.currency is not None and len(item.currency.codes) > 1 for item in expressions)
        countries = countries_of(doc) if shared else {}
        settled: dict[str, tuple[str | None, list[str]]] = {}
        for item in expressions:
            form = item.currency
            if form is not None and form.form not in settled:
                settled[form.form] = settle(
                    form.codes,
                    form.default,
                    countries,
                    named=named,
                    money_default=self.money_default,
                    dollar=form.form in _DOLLAR,
                )
        records = [self._record(text, item, *settled[item.currency.form]) for item in expressions if item.currency is not None]
        records.sort(key=lambda record: (record.start, -record.end))
        for number, record in enumerate(records, 1):
            record.id = f"money:{number}"
        for left, right in itertools.pairwise(records):
            same = left.currency == right.currency and left.currency is not None
            if (
                not same
                and right.start - left.end <= 40
                and _PAIR.fullmatch(text[left.end : right.start])
                and left.equivalent is None
            ):
                left.equivalent, right.equivalent = right.id, left.id
        write(doc, "money", records)
        return doc

    def _record(self, text: str, item: Expression, code: str | None, candidates: list[str]) -> QuantityRecord:
        currency = item.currency
        assert currency is not None
        if currency.subunit:
            unit, iso = text[currency.start : currency.end].lower(), None
            candidates = [code] if code else candidates
            unit = {"¢": "cents", "c": "cents", "cent": "cents", "p": "pence", "penny": "pence"}.get(unit, unit)
        else:
            unit, iso = (code, code) if code else (text[currency.start : currency.end], None)
        record = QuantityRecord(
            start=item.start,
            end=item.end,
            kind="money",
            value=item.value,
            low=item.low,
            high=item.high,
            comparator=item.comparator,
            modifier=item.modifier,
            vague=item.vague,
            unit=unit or "",
            currency=iso,
            candidates=list(candidates),
            number=list(item.number),
            rule=item.rule,
            entry=currency.form,
            in_claims=item.value is not None or item.low is not None,
        )
        record.scope, record.since_span = scope_of(
            text,
            record,
            text[max(0, item.start - 80) : item.start].rsplit(". ", 1)[-1],
            text[item.end : item.end + 100].split(". ", 1)[0],
            further=item.scope == "further",
        )
        if record.scope == "new":
            record.scope = "unknown"
        return record


def countries_of(doc: Doc) -> dict[str, int]:
    """How often the document names each country, by its places and actors; by country names and adjectives without those layers."""
    counter: Counter[str] = Counter()
    places = {row.key: row.country for row in read_table(doc, "places", PlaceRow)}
    actors = {row.key: row.country for row in read_table(doc, "actors", ActorRow)}
    for mention in read(doc, "places", PlaceMention):
        country = places.get(mention.place)
        if country:
            counter[country] += 1
    for actor in read(doc, "actors", ActorMention):
        country = actors.get(actor.actor)
        if country:
            counter[country] += 1
    if not counter:
        counter.update(country_words(text_of(doc)))
    return dict(counter)
