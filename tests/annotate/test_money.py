"""The component conflict_money: case table, every ISO 4217 currency, settling of shared forms, conversions."""

from __future__ import annotations

from typing import Any

import pytest
import spacy

from conflict_extract.annotate.layer import PlaceMention, PlaceRow, QuantityRecord, read, write, write_table
from conflict_extract.annotate.money import Money
from conflict_extract.lexicons.quantities import currencies, currency_defaults
from tests.annotate.quantity_cases import parameters, problems, records


@pytest.fixture(scope="session")
def bare() -> Any:
    nlp = spacy.blank("en")
    nlp.add_pipe("conflict_counts")
    nlp.add_pipe("conflict_money")
    return nlp


@pytest.mark.parametrize("case", parameters("money"))
def test_case(bare: Any, case: dict[str, Any]) -> None:
    assert problems(case, bare(case["text"])) == []


def money(nlp: Any, text: str) -> list[QuantityRecord]:
    return read(nlp(text), "money", QuantityRecord)


@pytest.mark.parametrize("code", sorted(currencies()))
def test_every_code(bare: Any, code: str) -> None:
    for text in (f"It cost {code} 4,500.", f"It cost 4,500 {code}.", f"It cost {code} 2.5 million."):
        assert [record.currency for record in money(bare, text)] == [code], text


def test_every_name_with_its_adjective(bare: Any) -> None:
    """Demonym and unit name the currency, in singular and plural, capitalised or not."""
    wrong = []
    for code, entry in currencies().items():
        if entry.until is not None:
            continue
        for adjective in entry.adjectives:
            for unit in entry.units:
                for text in (f"He paid 300 {adjective} {unit}.", f"He paid 300 {adjective} {unit.title()}."):
                    found = money(bare, text)
                    right = len(found) == 1 and (found[0].currency == code or code in found[0].candidates)
                    if not right:
                        wrong.append((text, [(record.currency, record.candidates) for record in found]))
    assert wrong == []


def test_every_name_alone_is_settled_or_has_candidates(bare: Any) -> None:
    wrong = []
    for code, entry in currencies().items():
        for unit in entry.units:
            found = money(bare, f"He paid 300 {unit}.")
            if len(found) != 1 or not (found[0].currency or code in found[0].candidates):
                wrong.append((unit, [(record.currency, record.candidates) for record in found]))
    assert wrong == []


def test_every_symbol(bare: Any) -> None:
    wrong = []
    for code, entry in currencies().items():
        for symbol in entry.symbols:
            found = money(bare, f"It cost {symbol}4.5 million.") + money(bare, f"It cost {symbol} 4.5 million.")
            if not found or not all(
                record.currency == code or code in record.candidates or symbol in currency_defaults() for record in found
            ):
                wrong.append((code, symbol))
    assert wrong == []


def test_iso_4217_is_complete() -> None:
    """Every code of ISO 4217 but metals, funds' test codes and "no currency" is in the table."""
    pycountry = pytest.importorskip("pycountry")
    left_out = {"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XPD", "XPT", "XTS", "XXX", "XAD"}
    assert {item.alpha_3 for item in pycountry.currencies} - left_out <= set(currencies())


def test_places_settle_shared_forms(bare: Any) -> None:
    doc = bare.make_doc("The tax took 40 million pounds and $3m.")
    write_table(doc, "places", [PlaceRow(key="p1", name="Khartoum", country="SD")])
    write(doc, "places", [PlaceMention(start=0, end=3, place="p1")])
    pounds, dollars = read(Money()(doc), "money", QuantityRecord)
    assert (pounds.currency, dollars.currency) == ("SDG", "USD")


def test_money_default_is_for_the_dollar_sign_only(bare: Any) -> None:
    doc = Money("AUD")(bare.make_doc("It cost $3m, US$2m and 5 pounds."))
    assert [record.currency for record in read(doc, "money", QuantityRecord)] == ["AUD", "USD", "GBP"]


def test_named_currency_settles_the_sign(bare: Any) -> None:
    text = "The budget is 5 million Canadian dollars, of which $2 million is spent."
    assert [record.currency for record in money(bare, text)] == ["CAD", "CAD"]


def test_brackets_never_make_a_sum_negative(bare: Any) -> None:
    for text in ("(US$22 million)", "[US$22 million]", "a loss (€5m)", "($3)", "-$5m", "(₹300)"):
        assert all((record.value or 0) > 0 for record in money(bare, text)), text


def test_two_dollar_countries_leave_candidates(bare: Any) -> None:
    (found,) = money(bare, "Canadian and Australian officials put the cost at $40 million.")
    assert found.currency is None
    assert {"USD", "CAD", "AUD"} <= set(found.candidates)


def test_offsets_and_ids(bare: Any) -> None:
    text = "Aid of more than €3.5bn ($3.9bn) was pledged."
    doc = bare(text)
    first, second = records(doc)
    assert text[first.start : first.end] == "more than €3.5bn"
    assert (first.equivalent, second.equivalent) == (second.id, first.id)
