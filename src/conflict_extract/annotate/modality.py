"""Negation, hedges, boosters, plans, conditionals and questions: writes layer `modality`.

The rules are data (`lexicons/data/modality.jsonl`); their form follows ConText, and the dependency tree, where the Doc has one,
keeps a scope inside its clause. The component runs on any Doc; tags and lemmas make it more precise.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate._arcs import arcs_of
from conflict_extract.annotate._scope import Scoper
from conflict_extract.annotate.layer import ModalityRecord, write

SCARE = ("“", "‘", '"', "'")
CLOSING = {"“": "”", "‘": "’", '"': '"', "'": "'"}


class ModalityComponent:
    """Finds modality cues and their scopes in a Doc and writes them as layer `modality`."""

    def __call__(self, doc: Doc) -> Doc:
        """Write the layer.

        Args:
            doc: a Doc; tree, tags and lemmas are used when they are there.

        Returns:
            The same Doc.
        """
        write(doc, "modality", find_modality(doc))
        return doc


def find_modality(doc: Doc) -> list[ModalityRecord]:
    """The modality cues of a Doc, in order of offset, with the offsets of their scopes."""
    if not len(doc):
        return []
    arcs = arcs_of(doc) if doc.has_annotation("DEP") else None
    records = []
    for cue in Scoper(doc, arcs).cues():
        last, edge = doc[cue.end - 1], doc[cue.high - 1]
        records.append(
            ModalityRecord(
                start=doc[cue.start].idx,
                end=last.idx + len(last),
                rule=cue.rule.direction,
                entry=cue.rule.id,
                kind=cue.rule.kind,
                scope=[doc[cue.low].idx, edge.idx + len(edge)],
                is_hedge_span=cue.rule.hedge,
            )
        )
    return records


@Language.factory("conflict_modality")
def make_modality(nlp: Language, name: str) -> ModalityComponent:
    """Make the component."""
    return ModalityComponent()
