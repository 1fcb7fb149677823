"""The words of a document as plain lists, made once: a spaCy token is a new object at every access, a list item costs nothing."""

from __future__ import annotations

import threading
from typing import Any

from spacy.tokens import Doc

from conflict_extract.annotate.layer import text_of


class Forms:
    """Written forms, lower-case forms and offsets of all tokens: what tokenising alone settles, so it never goes stale.

    `gap[i]`: whether white space follows token i. `kept`: what others derive from the forms alone, under a name of their own.
    """

    __slots__ = ("begin", "end", "gap", "kept", "lower", "source", "text")

    def __init__(self, doc: Doc) -> None:
        self.source = text_of(doc)
        table = doc.to_array(["ORTH", "IDX", "LENGTH", "SPACY"])
        strings = doc.vocab.strings
        orths = table[:, 0].tolist()
        written = {orth: strings[orth] for orth in set(orths)}
        lowered = {orth: form.lower() for orth, form in written.items()}
        self.text: list[str] = [written[orth] for orth in orths]
        self.lower: list[str] = [lowered[orth] for orth in orths]
        self.begin: list[int] = table[:, 1].tolist()
        self.end: list[int] = (table[:, 1] + table[:, 2]).tolist()
        self.gap: list[bool] = (table[:, 3] > 0).tolist()
        self.kept: dict[str, Any] = {}

    def span(self, first: int, last: int) -> str:
        """The text of tokens `[first, last)`; empty when there are none."""
        return self.source[self.begin[first] : self.end[min(last, len(self.end)) - 1]] if first < last else ""


_last = threading.local()


def forms_of(doc: Doc) -> Forms:
    """The forms of a Doc; those of the last Doc of each thread are remembered."""
    if getattr(_last, "doc", None) is not doc or len(_last.forms.text) != len(doc):
        _last.doc, _last.forms = doc, Forms(doc)
    found: Forms = _last.forms
    return found
