"""The gazetteer: places and first- and second-level regions of GeoNames as sorted, memory-mapped arrays.

`data/gazetteer.bin` is made once by `python -m training.gazetteer` from GeoNames (CC BY 4.0; see SOURCES.md). Layout: the magic
`CEGAZ1`, two zero bytes, the length of a JSON header (little-endian uint32), the header, then the arrays, each at a multiple of 8.
The header names the arrays with dtype, shape and offset, and the country codes.

Rows are numbered: populated places first, by falling population, then first-level regions, then second-level regions. A name is
looked up by a 40-bit hash of its folded form, so a string that is no name finds a row with a chance of about one in a million.
Nothing is read before the first lookup, and processes share the mapped pages.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.loader import data_file

MAGIC = b"CEGAZ1\0\0"
FILE = "gazetteer.bin"
INDEX_BITS = 20
MAIN, ALIAS, STRIPPED = 0, 1, 2
BLOCK = 16  # names between two stored offsets
_SPECIAL = str.maketrans(
    {"ß": "ss", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ə": "a", "ŋ": "n", "ħ": "h"}
)
_QUOTES = re.compile(r"[’‘ʻʼ`´'ʿʾ\"“”]")
_BREAKS = re.compile(r"[\W_]+")
_WORDS = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort"}


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """A name without case, accents, apostrophes and punctuation; "St." is "saint", "Mt." is "mount", "Ft." is "fort".

    >>> fold("Kramators’k"), fold("Deir ez-Zor"), fold("St. Paul"), fold("Łódź")
    ('kramatorsk', 'deir ez zor', 'saint paul', 'lodz')
    """
    text = unicodedata.normalize("NFKD", name.lower().translate(_SPECIAL)).lower()
    text = "".join(char for char in text if not unicodedata.combining(char))
    words = _BREAKS.sub(" ", _QUOTES.sub("", text)).split()
    return " ".join(_WORDS.get(word, word) for word in words)


def key_of(folded: str) -> int:
    """The 40-bit key of a folded name (BLAKE2b with a digest of five bytes)."""
    return int.from_bytes(hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=5).digest(), "big")


@dataclass(frozen=True, slots=True)
class GazetteerRow:
    """A row: a place or a region.

    `level`: settlement, admin1 or admin2. `geonames`: id or None (regions other than US states have none in the source).
    `population`: to about 4%, given with two digits, 0 when unknown. `admin2`: None when the source does not have it for this place.
    """

    index: int
    name: str
    level: str
    country: str
    geonames: int | None
    latitude: float
    longitude: float
    population: int
    admin1: str | None
    admin2: str | None


class Gazetteer:
    """Lookup by name and by row number; read-only and safe to share between threads."""

    def __init__(self, buffer: Any) -> None:
        view = memoryview(buffer)
        if bytes(view[: len(MAGIC)]) != MAGIC:
            raise LexiconError(f"{FILE} is not a gazetteer of this version; make it with: python -m training.gazetteer")
        size = int.from_bytes(view[8:12], "little")
        header = json.loads(bytes(view[12 : 12 + size]))
        arrays: dict[str, NDArray[Any]] = {}
        for name, (dtype, shape, offset) in header["arrays"].items():
            count = int(np.prod(shape))
            arrays[name] = np.frombuffer(buffer, dtype=np.dtype(dtype), count=count, offset=offset).reshape(shape)
        self.countries: list[str] = header["countries"]
        self.places, self.admin1_rows, self.admin2_rows = (int(number) for number in header["rows"])
        self.size = self.places + self.admin1_rows + self.admin2_rows
        self._high, self._low, self._rows = arrays["key_high"], arrays["key_low"], arrays["key_row"]
        self._ids, self._coordinates = arrays["geonames"], arrays["coordinates"]
        self.country_index, self.admin1_index = arrays["country"], arrays["admin1"]
        self.admin2_index, self._population = arrays["admin2"], arrays["population"]
        self._names, self._offsets = arrays["names"], arrays["name_offsets"]
        self.country_number = {code: number for number, code in enumerate(self.countries)}
        self.row = lru_cache(maxsize=8192)(self._row)

    def find(self, folded: Sequence[str]) -> list[NDArray[np.int64]]:
        """For each folded name the rows that bear it, as packed numbers: row + (kind << 20).

        Kind: 0 the main name, 1 an alternate name, 2 a name without its generic word or article. One binary search per name, all
        in one call.
        """
        if not folded:
            return []
        keys = np.fromiter((key_of(name) for name in folded), dtype=np.int64, count=len(folded))
        high, low = (keys >> 8).astype(np.uint32), (keys & 255).astype(np.uint8)
        first = np.searchsorted(self._high, high, side="left")
        last = np.searchsorted(self._high, high, side="right")
        found: list[NDArray[np.int64]] = []
        nothing = np.empty(0, dtype=np.int64)
        for number in range(len(folded)):
            begin, end = int(first[number]), int(last[number])
            if begin == end:
                found.append(nothing)
                continue
            same = self._low[begin:end] == low[number]
            packed = self._rows[begin:end][same].astype(np.int64)
            found.append(packed[:, 0] | (packed[:, 1] << 8) | (packed[:, 2] << 16))
        return found

    def rows(self, name: str) -> list[GazetteerRow]:
        """The rows that bear a name, largest population first, places before regions.

        >>> gazetteer().rows("Stepanakert")[0].country
        'AZ'
        """
        packed = self.find([fold(name)])[0]
        return [self.row(index) for index in sorted({int(number) & ((1 << INDEX_BITS) - 1) for number in packed})]

    def coordinates(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Latitudes and longitudes of rows, in degrees: an array of shape (n, 2)."""
        raw = self._coordinates[rows].astype(np.int64)
        value = raw[..., 0] | (raw[..., 1] << 8) | (raw[..., 2] << 16)
        scaled = value.astype(np.float64) / ((1 << 24) - 1)
        scaled[:, 0] = scaled[:, 0] * 180.0 - 90.0
        scaled[:, 1] = scaled[:, 1] * 360.0 - 180.0
        return np.asarray(scaled, dtype=np.float64)

    def populations(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """log10 of the population of rows; 0 when unknown."""
        return np.asarray(self._population[rows].astype(np.float64) / 32.0, dtype=np.float64)

    def level(self, index: int) -> str:
        """Level of a row: settlement, admin1 or admin2."""
        if index < self.places:
            return "settlement"
        return "admin1" if index < self.places + self.admin1_rows else "admin2"

    def name(self, index: int) -> str:
        """The main name of a row, as GeoNames has it."""
        begin = int(self._offsets[index // BLOCK])
        end = int(self._offsets[index // BLOCK + 1])
        return bytes(self._names[begin:end]).decode("utf-8").split("\n")[index % BLOCK]

    def admin1_name(self, index: int) -> str | None:
        """The name of the first-level region of a row, or None."""
        number = int(self.admin1_index[index])
        return self.name(self.places + number - 1) if number else None

    def admin2_name(self, index: int) -> str | None:
        """The name of the second-level region of a row, or None."""
        number = int(self.admin2_index[index]) & 0x7FFF
        inferred = int(self.admin2_index[index]) & 0x8000
        return self.name(self.places + self.admin1_rows + number - 1) if number and not inferred else None

    def _row(self, index: int) -> GazetteerRow:
        """A row by its number; `row` keeps those asked for last, since a stream of articles names the same places.

        Raises:
            LexiconError: there is no such row.
        """
        if not 0 <= index < self.size:
            raise LexiconError(f"the gazetteer has no row {index}")
        latitude, longitude = self.coordinates(np.array([index]))[0]
        level = self.level(index)
        log = float(self.populations(np.array([index]))[0])
        return GazetteerRow(
            index=index,
            name=self.name(index),
            level=level,
            country=self.countries[int(self.country_index[index])],
            geonames=int(self._ids[index]) or None,
            latitude=round(float(latitude), 4),
            longitude=round(float(longitude), 4),
            population=int(float(f"{10**log:.1e}")) if log else 0,
            admin1=self.admin1_name(index) if level != "admin1" else None,
            admin2=self.admin2_name(index) if level == "settlement" else None,
        )


_lock = threading.Lock()
_gazetteer: Gazetteer | None = None


def gazetteer() -> Gazetteer:
    """The bundled gazetteer, mapped on the first call.

    Raises:
        LexiconError: the file is missing or of another version.
    """
    global _gazetteer
    with _lock:
        if _gazetteer is None:
            source = data_file(FILE)
            if not source.is_file():
                raise LexiconError(f"the bundled {FILE} is missing; make it with: python -m training.gazetteer")
            with as_file(source) as path, path.open("rb") as handle:
                # the mapping outlives the handle (and the temporary file of a zipped wheel)
                _gazetteer = Gazetteer(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
        return _gazetteer


def unpack(packed: Iterable[int]) -> list[tuple[int, int]]:
    """(row, kind) of packed numbers as `Gazetteer.find` gives them."""
    mask = (1 << INDEX_BITS) - 1
    return [(int(number) & mask, int(number) >> INDEX_BITS) for number in packed]
