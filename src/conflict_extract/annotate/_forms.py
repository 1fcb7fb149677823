"""The words of a document as plain lists, made once: a spaCy token is a new object at every access, a list item costs nothing."""

from __future__ import annotations

import threading
from typing import Any

from spacy.tokens import Doc

from conflict_extract.annotate._tokens import surface_of


class Forms:
    """Written forms, lower-case forms and offsets of all tokens: what tokenising alone settles, so it never goes stale.

    `gap[i]`: whether white space follows token i. `kept`: what others derive from the forms alone, under a name of their own.
    """

    __slots__ = ("begin", "end", "gap", "kept", "lower", "source", "text")

    def __init__(self, doc: Doc) -> None:
        surface = surface_of(doc)
        self.source = surface.text
        self.text, self.lower = surface.word, surface.lower
        self.begin, self.end = surface.start, surface.end
        following = self.begin[1:] + [len(self.source)] * bool(self.begin)
        self.gap = [after > end for end, after in zip(self.end, following, strict=True)]
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
