"""`conflict_actors`: who is in the text, one row for each actor, and whether a name is used as an actor, a place or a modifier.

Knowledge base (`lexicons/actors.py`), entities and patterns give drafts; document-level merging makes rows. Needs neither
entities nor a tree, but gives more with them.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_joint import draft_joint
from conflict_extract.annotate._actor_merge import merge
from conflict_extract.annotate._actor_names import draft_names
from conflict_extract.annotate._actor_scene import make_scene
from conflict_extract.annotate._actor_use import place_or_actor
from conflict_extract.annotate._person_names import find_persons
from conflict_extract.annotate._persons import draft_people
from conflict_extract.lexicons.actors import index_for, user_entries

DEFAULTS: dict[str, list[str]] = {"actors": []}


class Actors:
    """Writes the layer and the table `actors`.

    Args:
        actors: files with the user's own entries; they are checked now and indexed at the first document.

    Raises:
        LexiconError: a file cannot be read or a line does not fit.
    """

    def __init__(self, *, actors: Sequence[str] = ()) -> None:
        self.actors = tuple(actors)
        for path in self.actors:
            user_entries(path)

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a Doc."""
        scene = make_scene(doc, index_for(self.actors))
        find_persons(scene)
        draft_names(scene)
        draft_people(scene)
        draft_joint(scene)
        mentions, rows = merge(scene)
        layer.write(doc, "actors", mentions)
        layer.write_table(doc, "actors", rows)
        return doc


@Language.factory("conflict_actors", default_config=DEFAULTS, assigns=["doc._.ce_records", "doc._.ce_tables"])
def make_actors(nlp: Language, name: str, actors: list[str]) -> Actors:
    """The component; see `Actors`."""
    return Actors(actors=actors)


__all__ = ["Actors", "make_actors", "place_or_actor"]
