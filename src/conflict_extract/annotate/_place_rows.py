"""Rows of table `places`: which mentions are one place, its name as the article has it, its level and what the tables know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conflict_extract.annotate._place_context import Candidate
from conflict_extract.annotate._place_resolution import Choice
from conflict_extract.annotate._place_words import slot, slots
from conflict_extract.annotate.layer import PlaceRow
from conflict_extract.lexicons.gazetteer import GazetteerRow, fold, gazetteer
from conflict_extract.lexicons.places import PlaceEntry, PlaceTable, country_points

FACILITY_FEATURES = {
    "airport": "AIRP", "airfield": "AIRF", "airbase": "AIRB", "hospital": "HSP", "clinic": "HSPC", "camp": "CMP", "site": "CMP",
    "crossing": "CRSB", "checkpoint": "CRSB", "bridge": "BDG", "dam": "DAM", "prison": "PRN", "jail": "PRN", "port": "PRT",
    "harbour": "HBR", "harbor": "HBR", "refinery": "OILR", "mosque": "MSQE", "church": "CH", "cathedral": "CH", "synagogue": "SYG",
    "temple": "TMPL", "monastery": "MSTY", "university": "UNIV", "college": "SCHC", "school": "SCH", "stadium": "STDM",
    "square": "SQR", "market": "MKT", "mine": "MN", "station": "STNR", "palace": "PAL", "hotel": "HTL", "tunnel": "TNL",
    "cemetery": "CMTY", "museum": "MUS", "park": "PRK", "monument": "MNMT", "mall": "MALL", "barracks": "INSM", "base": "INSM",
    "garrison": "INSM", "ranch": "RNCH", "zoo": "ZOO",
}  # fmt: skip
LEVEL_FEATURES = {"settlement": "PPL", "admin1": "ADM1", "admin2": "ADM2", "country": "PCLI"}


def _place_key(candidate: Candidate, choice: Choice) -> tuple[str, Any]:
    if choice.key is not None:
        return choice.key
    words = [word for word in (candidate.reading.folded or fold(candidate.name)).split() if word not in ("of", "the")]
    return ("name", (" ".join(sorted(words)), choice.context_country))


def make_rows(candidates: Sequence[Candidate], choices: Sequence[Choice], table: PlaceTable) -> tuple[list[PlaceRow], list[str]]:
    """The rows of table `places` and, per candidate, the key of its row."""
    members: dict[tuple[str, Any], list[int]] = {}
    for number, (candidate, choice) in enumerate(zip(candidates, choices, strict=True)):
        members.setdefault(_place_key(candidate, choice), []).append(number)
    keys = [""] * len(candidates)
    rows: list[PlaceRow] = []
    for numbers in members.values():
        key = f"p{len(rows) + 1}"
        for number in numbers:
            keys[number] = key
        rows.append(_row(key, [candidates[number] for number in numbers], choices[numbers[0]], table))
    return rows, keys


def _row(key: str, items: Sequence[Candidate], choice: Choice, table: PlaceTable) -> PlaceRow:
    first = items[0]
    if choice.entry is not None:
        entry = choice.entry
        row = PlaceRow(key=key, name=_name(items, entry.name), country=entry.country, level=entry.level, feature=entry.feature)
        row.geonames, row.latitude, row.longitude = entry.geonames, entry.latitude, entry.longitude
        row.admin1, row.admin2 = entry.admin1, entry.admin2
        row.disputed, row.claimed_by = entry.disputed, list(entry.claimed_by)
        if entry.level == "country" and entry.country:
            row.geonames = row.geonames or country_points()[entry.country].geonames
        return row
    if choice.country is not None:
        point = country_points()[choice.country]
        return PlaceRow(
            key=key, name=point.name, country=choice.country, geonames=point.geonames, latitude=point.latitude,
            longitude=point.longitude, level="country", feature="PCLI",
        )  # fmt: skip
    if choice.row is not None:
        found = gazetteer().row(choice.row)
        name = found.name if first.region is not None else _short_region(_name(items, found.name), found)
        row = PlaceRow(
            key=key, name=name, country=found.country, geonames=found.geonames, latitude=found.latitude,
            longitude=found.longitude, admin1=found.admin1, admin2=found.admin2, level=found.level, feature=LEVEL_FEATURES[found.level],
        )  # fmt: skip
        return _disputed(row, found.admin1, table)
    level = next((item.level for item in items if item.level), None) or _level_of(first)
    last = (first.name.split() or [""])[-1].lower()
    feature = "RD" if first.rule == "road" else FACILITY_FEATURES.get(last) or FACILITY_FEATURES.get(first.noun or "")
    row = PlaceRow(
        key=key, name=_name(items, ""), country=choice.context_country, level=level, feature=feature or LEVEL_FEATURES.get(level)
    )
    return row


def _short_region(name: str, row: GazetteerRow) -> str:
    """ "Rakhine State" is Rakhine where that is a name of the region too; "Laurel County" and "Northern Territory" stay."""
    words = name.split()
    rest = " ".join(words[:-1])
    stays = row.level != "admin1" or len(words) < 2 or words[-1].lower() not in slot("drop_noun")
    if stays or rest.lower() in slots("direction", "common"):
        return name
    return rest if any(other.index == row.index for other in gazetteer().rows(rest)) else name


def _disputed(row: PlaceRow, admin1: str | None, table: PlaceTable) -> PlaceRow:
    """A settlement in a disputed first-level region is disputed as the region is."""
    entry: PlaceEntry | None = table.find(fold(admin1)) if admin1 else None
    if entry is not None and entry.disputed and entry.level == "admin1":
        row.disputed, row.claimed_by, row.country = True, list(entry.claimed_by), entry.country
    return row


def _level_of(item: Candidate) -> str:
    noun = item.noun or ""
    if noun in ("county", "parish", "district", "territory", "subdistrict"):
        return "admin2"
    if noun in slot("region_noun") and noun not in ("area", "sector", "zone", "locality", "countryside"):
        return "admin1"
    if noun in slot("settlement_noun"):
        return "settlement"
    last = (item.name.split() or [""])[-1].lower()
    if last in slot("facility_noun"):
        return "facility"
    return "area" if last in slot("water_noun") | slot("area_noun") or noun == "area" else "settlement"


def _name(items: Sequence[Candidate], table_name: str) -> str:
    """The article's own name: the fullest form that is not an acronym or in capitals throughout; generic nouns go."""
    forms = [_clean(item) for item in items if not item.inside_org] or [_clean(item) for item in items]
    written = [form for form in forms if not form.isupper() or len(form) == 1]
    if not written:
        if table_name and (len(forms[0]) <= 5 or fold(table_name) == fold(forms[0])):
            return table_name
        return forms[0] if len(forms[0]) <= 4 else forms[0].title()
    first = written[0]
    if table_name and fold(first).startswith(fold(table_name) + " ") and fold(first).split()[-1] in slot("drop_noun"):
        return table_name
    acronyms = {form for form in written if len(form) <= 5 and sum(char.isupper() for char in form) > 1 and " " not in form}
    fuller = [form for form in written if form not in acronyms]
    if first in acronyms and (fuller or table_name):
        return fuller[0] if fuller else table_name
    return first


def _clean(item: Candidate) -> str:
    name = " ".join(item.name.split())
    return name[4:] if name[:4].lower() == "the " else name
