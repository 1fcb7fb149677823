"""Near-duplicates in a stream: copies of one wire story get the same cluster.

Two MinHash signatures a document (Broder 1997; datasketch's), over word 3-shingles: of the whole body, and of its
first `LEAD` words, since copies are mostly cut from the end. Bands of the signatures are looked up in an SQLite file (locality-sensitive
hashing, Indyk & Motwani 1998), so memory does not grow with the corpus. A document joins the cluster of the earlier document that
is most like it when the estimated Jaccard similarity of either pair of signatures reaches `THRESHOLD`.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any

from conflict_extract.errors import MissingExtraError

PERMUTATIONS = 128
ROWS = 4  # a band's rows: 32 bands of 4 find pairs of similarity 0.5 with probability 0.87, of 0.7 with 0.9998
THRESHOLD = 0.5
LEAD = 100
CANDIDATES = 64  # most earlier documents compared for one
WORD = re.compile(r"\w+")


class Near:
    """Assigns clusters in order of arrival.

    Args:
        path: the SQLite file, made anew; it is scratch and may be deleted when the run ends.
    """

    def __init__(self, path: Path) -> None:
        try:
            import datasketch
            import numpy
        except ImportError:
            raise MissingExtraError("datasketch", "batch") from None
        self._np = numpy
        self._base = datasketch.MinHash(num_perm=PERMUTATIONS, seed=1)
        path.unlink(missing_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
            "CREATE TABLE bands (key BLOB, doc INTEGER, PRIMARY KEY (key, doc)) WITHOUT ROWID;"
            "CREATE TABLE docs (doc INTEGER PRIMARY KEY, cluster TEXT, whole BLOB, lead BLOB);"
            "BEGIN"
        )

    def __enter__(self) -> Near:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._db.close()

    def assign(self, number: int, id: str, text: str) -> str:
        """The cluster of a document: the id of the first document that it is a near-copy of, else its own.

        Args:
            number: record number, increasing.
            id: the document's id.
            text: the article; a first line of fewer than 20 words counts as its title and is left out.
        """
        words = WORD.findall(_body(text).lower())
        first, all_of_it = _shingles(words[:LEAD]), _shingles(words)
        sketch = self._base.copy()
        sketch.update_batch(first)
        lead = sketch.hashvalues.astype(self._np.uint32)
        sketch.update_batch(all_of_it - first)  # a signature of a union: the lead's shingles need no second hashing
        whole = sketch.hashvalues.astype(self._np.uint32)
        keys = [*self._bands(b"w", whole), *self._bands(b"l", lead)]
        marks = ",".join("?" * len(keys))
        rows = self._db.execute(
            f"SELECT d.cluster, d.whole, d.lead FROM docs d JOIN (SELECT doc, COUNT(*) AS n FROM bands WHERE key IN ({marks}) "
            f"GROUP BY doc ORDER BY n DESC, doc LIMIT {CANDIDATES}) USING (doc) ORDER BY d.doc",
            keys,
        ).fetchall()
        cluster, best = id, THRESHOLD
        for name, other_whole, other_lead in rows:
            alike = max(self._alike(whole, other_whole), self._alike(lead, other_lead))
            if alike > best or (alike == best and cluster == id):
                cluster, best = name, alike
        self._db.execute("INSERT INTO docs VALUES (?, ?, ?, ?)", (number, cluster, whole.tobytes(), lead.tobytes()))
        self._db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, number) for key in keys))
        return cluster

    def _bands(self, prefix: bytes, signature: Any) -> list[bytes]:
        return [
            prefix + at.to_bytes(1, "big") + signature[at * ROWS : (at + 1) * ROWS].tobytes()
            for at in range(PERMUTATIONS // ROWS)
        ]

    def _alike(self, signature: Any, stored: bytes) -> float:
        other = self._np.frombuffer(stored, dtype=self._np.uint32)
        return float((signature == other).mean())


def _shingles(words: list[str]) -> set[bytes]:
    return {" ".join(words[at : at + 3]).encode() for at in range(max(1, len(words) - 2))}


def _body(text: str) -> str:
    first, _, rest = text.lstrip().partition("\n")
    return rest if rest.strip() and len(first.split()) < 20 else text
