"""The party or body that the words before a name give a speaker: "For the Green League, Senator X", "Green Dawn lawmaker X"."""

from __future__ import annotations

from collections.abc import Callable

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._coref_scene import COLLECTIVE, Scene
from conflict_extract.lexicons.actors import peoples, roles

_TITLE = 8  # tokens of a title before a name


def in_front(scene: Scene, span: list[int], make: Callable[[str], str]) -> str | None:
    """The party at the start of the sentence: "For the Green League, Senator X asked", "From the coalition, X pleaded"."""
    view, rows = scene.view, scene.rows
    last = view.tokens(*span)[0] - 1
    first = view.sent[last] if last >= 0 else last
    while first < last and not view.word[first].strip():
        first += 1
    if last - first < 2 or last - first > 10 or view.word[last] != ",":
        return None
    if view.tag[first] == "VBG":
        first += 1
    if view.low[first] not in ("for", "from"):
        return None
    first += 1 + int(view.low[first + 1] in ("the", "a"))
    if any(view.word[i] == "," or view.tag[i] in ("VBD", "VBZ", "VBP", "MD") for i in range(first, last)):
        return None
    mention = view.mention[last - 1]
    row = rows.get(mention.actor) if mention is not None else None
    if row is not None and row.type in COLLECTIVE:
        return row.key
    plain = all(view.word[i][:1].isupper() for i in range(first, last)) and row is None
    if plain and first < last - 1 and view.ent[last - 1] not in ("LOC", "GPE", "FAC", "PER", "PERSON"):
        return make(view.text[view.start[first] : view.end[last - 1]])
    return None


def before_name(scene: Scene, span: list[int], head: int) -> str | None:
    """Whom a person speaks for by the title before the name: "Pentagon Press Secretary Peter Cook"."""
    view, rows = scene.view, scene.rows
    first, _ = view.tokens(*span)
    if "minister" in view.low[first:head]:
        return None  # "Communication Service Minister X"
    for i in range(first, head):
        mention = view.mention[i]
        row = rows.get(mention.actor) if mention is not None else None
        if row is not None and row.type in COLLECTIVE and mention is not None and mention.end < view.start[head]:
            return row.affiliation if row.type == "government_body" and row.affiliation else row.key
    return None


def party_before(scene: Scene, head: int, places: frozenset[int], make: Callable[[str], str]) -> str | None:
    """ "Green Dawn lawmaker X": capitalised words before the noun of a member of parliament that are no place and no title.

    Args:
        scene: the document. head: a token of the name. places: tokens of places. make: gives the key of a row for a name.
    """
    view = scene.view
    title = next((i for i in range(head - 1, max(-1, head - _TITLE), -1) if view.low[i] in use_words("of_party", "same")), None)
    if title is None or view.sent[title] != view.sent[head]:
        return None
    first = title
    while first > view.sent[head] and view.tag[first - 1] in ("NNP", "NNPS") and view.word[first - 1][:1].isupper():
        first -= 1
    words = view.low[first:title]
    if not words or any(
        word in roles() or word in use_words("np_modifier", "same") or word in use_words("title", "same") for word in words
    ):
        return None
    named = any(mention is not None and mention.form != "nominal" for mention in view.mention[first:title])
    if named or places & set(range(first, title)) or any(view.word[i] in peoples() for i in range(first, title)):
        return None
    return make(" ".join(view.word[first:title]))


def of_fighters(row: layer.ActorRow, make: Callable[[str], str]) -> str | None:
    """ "A rebel spokesman" speaks for the rebels: the plural of the word before the noun of one who speaks for others."""
    words = (row.role or row.name).lower().split() if row.type == "person" else []
    if len(words) < 2 or words[-1] not in use_words("speaks_for_others", "same"):
        return None
    pairs = dict(pair.split("=") for pair in use_words("fighters", "lemma"))
    return make(pairs[words[-2]]) if words[-2] in pairs else None
