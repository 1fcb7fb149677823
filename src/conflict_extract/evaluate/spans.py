"""What the evaluations of tree, names and attribution share: reading gold files, counting, Docs of given words."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from conflict_extract.errors import GoldError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


class Tally:
    """Counts of hits, of what the gold has and of what was predicted."""

    def __init__(self) -> None:
        self.hit = self.gold = self.predicted = 0

    def add(self, hit: int, gold: int, predicted: int) -> None:
        """Add counts."""
        self.hit, self.gold, self.predicted = self.hit + hit, self.gold + gold, self.predicted + predicted

    def compare(self, gold: set[Any], predicted: set[Any]) -> None:
        """Add the counts of two sets."""
        self.add(len(gold & predicted), len(gold), len(predicted))

    def scores(self) -> dict[str, float | int]:
        """Return precision `p`, recall `r` and F1 `f` (0 to 1), and the counts `tp`, `gold`, `pred`."""
        p = self.hit / self.predicted if self.predicted else 0.0
        r = self.hit / self.gold if self.gold else 0.0
        f = 2 * self.hit / (self.gold + self.predicted) if self.gold + self.predicted else 0.0
        counts = {"tp": self.hit, "gold": self.gold, "pred": self.predicted}
        return {"p": round(p, 4), "r": round(r, 4), "f": round(f, 4), **counts}


def open_text(path: Path) -> IO[str]:
    """Open a text file, gzipped or not.

    Raises:
        GoldError: it cannot be opened.
    """
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8", newline="")
        return path.open(encoding="utf-8", newline="")
    except OSError as error:
        raise GoldError(f"cannot read {path}: {error}") from error


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, object) of a JSONL file.

    Raises:
        GoldError: a line is no JSON object, or the file cannot be read; the message says which line.
    """
    number = 0
    try:
        with open_text(path) as file:
            for line in file:
                number += 1
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise GoldError(f"{path}, line {number}: expected a JSON object, got {type(row).__name__}")
                yield number, row
    except (OSError, EOFError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise GoldError(f"{path}, line {number}: {error}") from error


@lru_cache(maxsize=2)
def pipeline(model: str | None = None) -> Language:
    """Return a pipeline of the tokenizer and the encoder alone.

    Args:
        model: folder of another model; default: the bundled one.
    """
    import spacy

    from conflict_extract.annotate import tokenizer

    nlp = spacy.blank("en")
    nlp.tokenizer = tokenizer.make_tokenizer()(nlp)
    nlp.max_length = 2**31 - 1
    nlp.add_pipe("conflict_encoder", config={"model": model})
    return nlp


def doc_of(nlp: Language, words: Sequence[str], spaces: Sequence[bool], starts: Sequence[bool] | None = None) -> Doc:
    """Make a Doc of given words and annotate it.

    Args:
        nlp: a pipeline with ``conflict_encoder``.
        words, spaces: forms, and whether a space follows each.
        starts: whether a sentence starts at each word, where that is given.
    """
    from spacy.tokens import Doc

    doc = Doc(nlp.vocab, words=list(words), spaces=list(spaces), sent_starts=None if starts is None else list(starts))
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc
