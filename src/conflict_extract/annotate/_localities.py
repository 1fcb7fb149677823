"""The place that a local official speaks for: "the mayor of X", "a city official in X", "X's governor", "the city's council"."""

from __future__ import annotations

from collections.abc import Callable

from conflict_extract.annotate import layer
from conflict_extract.annotate._coref_scene import Scene
from conflict_extract.lexicons.gazetteer import gazetteer

_LEVELS = {
    "city": ("settlement",),
    "town": ("settlement",),
    "village": ("settlement",),
    "municipality": ("settlement", "admin2"),
    "district": ("admin2", "admin3", "settlement"),
    "territory": ("admin2", "admin3", "settlement"),
    "county": ("admin2", "admin3"),
    "region": ("admin1", "region"),
    "province": ("admin1",),
    "state": ("admin1",),
    "oblast": ("admin1",),
}
_OFFICES = {
    "governor": ("admin1",),
    "premier": ("admin1",),
    "chief minister": ("admin1",),
    "mayor": ("settlement", "neighbourhood"),
}
_LEDE = 2  # paragraphs
_REACH = 60  # tokens back from "the city's"
_BESIDE = 12  # tokens from a title to its place


class Localities:
    """Finds the places of local officials; one for each document, built at the first question.

    Args:
        scene: the document. make: gives the key of a row for a place's name.
    """

    def __init__(self, scene: Scene, make: Callable[[str], str]) -> None:
        self.scene, self.view, self.make = scene, scene.view, make
        self._at: dict[int, layer.PlaceRow] | None = None
        self._all: dict[int, layer.PlaceRow] = {}
        self._last: str | None = None
        self._known: dict[str, str | None] = {}

    def of(self, row: layer.ActorRow, head: int | None) -> str | None:
        """The key of the place that an official speaks for, or None where the words at a mention of him do not say.

        Args:
            row: the speaker. head: token of this mention.
        """
        if row.key in self._known:
            return self._known[row.key]
        titled = self.in_title(head) if head is not None and row.type == "person" else None
        if titled is not None:
            self._known[row.key] = titled
            return titled
        words = {*(row.role or "").lower().split(), *row.name.lower().replace("-", " ").split()}
        body = self.scene.rows.get(row.affiliation or "")
        if body is not None and body.name[:1].islower():
            words |= {*body.name.lower().replace("'", " ").replace("’", " ").split()}
        if row.source_type != "local_official" and not words & _LEVELS.keys():
            return None
        if row.kb is not None or row.type not in ("person", "government_body", "other") or row.number == "plural":
            return None
        heads = [head] if head is not None else []
        if row.name[:1].isupper():  # the title may stand at another mention of him
            heads += [i for i, mention in enumerate(self.view.mention) if mention is not None and mention.actor == row.key][:6]
        found = None
        for i in heads:
            found = self._beside(i)
            if found is not None:
                break
        level = next((word for word in row.name.lower().split()[:1] if word in _LEVELS), None)
        if found is None and level is not None and head is not None and row.type == "person":
            found = self._before(head, _LEVELS[level])  # "a city official" in a paragraph about the city
        if found is None and row.type == "person":
            found = self._of_text(row)
        if found is not None or row.name[:1].isupper():
            self._known[row.key] = found
        self._last = found or self._last
        return found

    def in_title(self, head: int) -> str | None:
        """The province at the head of a title before a name: "Punjab Home Minister X"."""
        view, at = self.view, self._places(modifiers=True)
        for i in range(head - 1, max(-1, head - 7), -1):
            if view.pos[i] not in ("PROPN", "NOUN", "ADJ") or view.sent[i] != view.sent[head]:
                return None
            if i in at and i < head - 1 and at[i].level in ("admin1", "region"):
                self._last = self.make(at[i].name)
                return self._last
        return None

    def in_role(self, row: layer.ActorRow) -> str | None:
        """The first-level region that a title begins with, where the entities took it for a part of the name: "X Chief Minister"."""
        words = (row.role or "").split()
        for size in (2, 1):
            name = " ".join(words[:size])
            if len(words) > size and name[:1].isupper() and any(found.level == "admin1" for found in gazetteer().rows(name)[:50]):
                return self.make(name)
        return None

    def _of_text(self, row: layer.ActorRow) -> str | None:
        """The one place of its level in the first paragraphs, for "Governor X" and "Mayor X" without a place; for a bare "the
        governor" the place of the official before.
        """
        role = (row.role or row.name).lower()
        if not row.name[:1].isupper():
            return self._last if role.split()[-1] in ("governor", "premier", "mayor") or role == "chief minister" else None
        office = next((levels for word, levels in _OFFICES.items() if role.endswith(word)), None)
        if office is None or row.former:
            return None
        names = {
            place.name
            for i, place in self._places(modifiers=True).items()
            if self.view.paragraph[i] <= _LEDE and place.level in office
        }
        return self.make(names.pop()) if len(names) == 1 else None

    def tokens(self) -> frozenset[int]:
        """The tokens of all places but states."""
        return frozenset(self._places(modifiers=True))

    def _places(self, *, modifiers: bool = False) -> dict[int, layer.PlaceRow]:
        """Places by token; `modifiers`: those before a noun too."""
        if self._at is None:
            rows = {row.key: row for row in layer.read_table(self.view.doc, "places", layer.PlaceRow)}
            self._at, self._all = {}, {}
            for mention in layer.read(self.view.doc, "places", layer.PlaceMention):
                row = rows.get(mention.place)
                if row is None or row.level == "country":
                    continue
                first, last = self.view.tokens(mention.start, mention.end)
                named = last < self.view.n and self.view.word[last][:1].isupper() and self.view.low[last] in _LEVELS  # "X State"
                for i in range(first, last):
                    held = self.view.mention[i]
                    somebody = held is not None and held.actor in self.scene.rows and self.scene.rows[held.actor].type == "person"
                    if not somebody:  # a name that looks like a place's
                        self._all[i] = row
                    if named or not mention.modifier:
                        self._at[i] = row
        return self._all if modifiers else self._at

    def _beside(self, head: int) -> str | None:
        """The place in the noun phrase of an official's title or name."""
        view, at = self.view, self._places()
        first, last = view.left[head], min(view.right[head], head + _BESIDE)
        top = view.head[head]
        if view.base(head) in ("appos", "nmod") and abs(top - head) < _BESIDE:  # "the mayor of X, Jane Roe"
            first, last = min(first, view.left[top]), max(last, head + 1)
        first = max(first, head - _BESIDE)
        own = view.mention[head]
        for i in range(first, last):
            named = view.mention[i]
            if named is not None and own is not None and named.actor == own.actor and named.form == "name":
                continue  # his own name, which looks like a place's
            if view.verbal(i) and view.tag[i] not in ("VBN", "VBG"):
                if i > head:
                    break
                continue
            if i in at and view.sent[i] == view.sent[head] and view.case_of(i) in ("", "of", "for", "in", "'s", "’s"):
                return self.make(at[i].name)
        for i in range(first, last):
            if view.low[i] in _LEVELS and i + 1 < view.n and view.low[i + 1] in ("'s", "’s"):
                return self._before(i, _LEVELS[view.low[i]])
        return None

    def _before(self, i: int, levels: tuple[str, ...]) -> str | None:
        """The last place of a level before "the city's", within its paragraph."""
        at = self._places()
        for j in range(i - 1, max(-1, i - _REACH), -1):
            if self.view.paragraph[j] != self.view.paragraph[i]:
                return None
            if j in at and at[j].level in levels:
                return self.make(at[j].name)
        return None
