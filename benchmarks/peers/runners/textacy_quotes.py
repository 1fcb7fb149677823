"""textacy's direct quotations on our parses: `{"doc": base64 of a spaCy Doc}` in; content, speaker, cue as character offsets out.

textacy refuses a Doc with an odd number of quotation marks. Its paragraphs are then read one by one, so that only the odd one is lost.
"""

import base64
from importlib.metadata import version
from itertools import pairwise
from typing import Any

import spacy
from protocol import serve  # type: ignore[import-not-found]  # beside this file when it runs
from spacy.tokens import Doc
from textacy.extract.triples import direct_quotations

VOCAB = spacy.blank("en").vocab


def read(item: dict[str, Any]) -> dict[str, Any]:
    """The triples, and whether the whole Doc was refused."""
    doc = Doc(VOCAB).from_bytes(base64.b64decode(item["doc"]))
    try:
        return {"triples": triples(doc, 0), "refused": False}
    except ValueError:
        out: list[dict[str, Any]] = []
        for start, end in paragraphs(doc):
            part = doc[start:end].as_doc()
            try:
                out += triples(part, doc[start].idx)
            except ValueError:
                continue
        return {"triples": out, "refused": True}


def paragraphs(doc: Doc) -> list[tuple[int, int]]:
    """Stretches of tokens between line breaks."""
    edges = [0, *(token.i + 1 for token in doc if "\n" in token.text), len(doc)]
    return [(a, b) for a, b in pairwise(edges) if a < b]


def triples(doc: Doc, shift: int) -> list[dict[str, Any]]:
    """textacy's triples with offsets moved by `shift`."""

    def place(tokens: Any) -> list[int]:
        tokens = sorted(tokens, key=lambda token: token.i)
        return [tokens[0].idx + shift, tokens[-1].idx + len(tokens[-1]) + shift]

    return [{"speaker": place(t.speaker), "cue": place(t.cue), "content": place(list(t.content))} for t in direct_quotations(doc)]


serve(read, {"textacy": version("textacy"), "spacy": version("spacy")})
