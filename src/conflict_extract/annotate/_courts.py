"""The court that prosecutors, judges and registrars of a text speak for: the one of first instance, or the international one."""

from __future__ import annotations

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._coref_scene import Scene

_LEDE = 2  # paragraphs
_NAMED = 2  # mentions further down


def only_court(scene: Scene) -> str | None:
    """The one court of first instance that the document names, or None."""
    named = [
        row.key
        for row in scene.rows.values()
        if row.type in ("organization", "government_body")
        and row.name[:1].isupper()
        and row.name.split()[-1] in ("Court", "Tribunal")
        and not {word.lower() for word in row.name.split()} & use_words("higher_court", "same")
    ]
    return named[0] if len(named) == 1 else None


def trial_court(scene: Scene) -> str | None:
    """The international criminal court that a report is about: the only court in it, named in its first paragraphs or twice."""
    courts = {row.key: row for row in scene.rows.values() if row.source_type == "judiciary" and _court(row)}
    tried = [key for key, row in courts.items() if (row.kb or "").startswith("court/") and _criminal(row)]
    if len(tried) != 1 or len(courts) != 1:
        return None
    heads = [
        scene.view.tokens(mention.start, mention.end)[0]
        for mention in layer.read(scene.view.doc, "actors", layer.ActorMention)
        if mention.actor == tried[0] and mention.form != "nominal"
    ]
    early = any(scene.view.paragraph[head] <= _LEDE for head in heads)
    return tried[0] if early or len(heads) >= _NAMED else None


def _court(row: layer.ActorRow) -> bool:
    """Whether a row is a court with a name, not its people."""
    words = {word.lower() for word in row.name.split()}
    return (
        row.type in ("organization", "government_body")
        and row.name[:1].isupper()
        and bool(words & use_words("court_name", "same"))
    )


def _criminal(row: layer.ActorRow) -> bool:
    return bool({word.lower() for word in row.name.split()} & use_words("criminal_court", "same"))


def at_trial(row: layer.ActorRow) -> bool:
    """Whether a speaker is a prosecutor, judge or officer of a court whom the words give no state."""
    return row.source_type == "judiciary" and row.kb is None and row.country is None and row.type not in ("organization", "state")
