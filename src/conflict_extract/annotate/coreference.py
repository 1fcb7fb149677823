"""Component `conflict_coreference`: pronouns and descriptions to actors, and the speaker of every saying.

Reads the UD tree and, when they are there, the layers `actors` and `said`; writes layer `coreference` and table `chains`, and fills
speaker, target, affiliation, role, channel, `anonymous` and `former` of the `said` records. Speakers without a row of their own
("witnesses", "another resident") get one. Without a `said` layer it only makes the chains.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from conflict_extract.annotate import layer
from conflict_extract.annotate._candidates import source_span
from conflict_extract.annotate._coref_scene import FIRST, PRONOUNS, Scene, sentence_numbers
from conflict_extract.annotate._identity import described, predicate
from conflict_extract.annotate._resolve import NOUNS, description_of, resolve_description, resolve_pronoun
from conflict_extract.annotate._speakers import Speakers
from conflict_extract.annotate._view import View


class Coreference:
    """The component."""

    def __call__(self, doc: Doc) -> Doc:
        """Write layer `coreference`, table `chains`, and complete layer `said`.

        Raises:
            PipelineError: the Doc has no UD v2 tree.
        """
        layer.require_tree(doc, "conflict_coreference")
        view = View(doc)
        said = layer.read(doc, "said", layer.SaidRecord)
        scene = Scene(view, view.actors)
        numbers = sentence_numbers(view)
        speakers = Speakers(scene, said, numbers)
        resolved: list[tuple[int, int, str, str]] = []  # first token, last token, actor, form
        for i in range(view.n):
            mention = view.mention[i]
            heads = mention is not None and mention.use != "modifier" and view.tokens(mention.start, mention.end)[1] - 1 == i
            if mention is not None or i in view.inner:
                _note_modifiers(scene, i)
            description = None
            settled = (
                mention is not None
                and heads
                and mention.actor in scene.rows
                and (scene.rows[mention.actor].kb is not None or _named(view, i, scene.rows[mention.actor]))
            )
            if view.pos[i] in NOUNS and (mention is None or (mention.form == "nominal" and heads and not settled)):
                description = description_of(view, i)
            if view.low[i] in PRONOUNS and view.pos[i] in ("PRON", "DET"):
                actor = resolve_pronoun(scene, i, numbers, source=i in speakers.heads, speaker=speakers.quoted_by(i))
                if actor is not None:
                    resolved.append((i, i + 1, actor, "pronoun"))
                    scene.note(actor, i)
                    speakers.found[i] = actor
            elif view.low[i] in FIRST and view.quote[i] >= 0:
                actor = speakers.quoted_by(i)
                if actor is not None:
                    resolved.append((i, i + 1, actor, "pronoun"))
                    speakers.found[i] = actor
            elif description is not None:
                actor = resolve_description(scene, i, description, numbers)
                if actor is not None:
                    resolved.append((*_span(view, i), actor, "description"))
                    scene.note(actor, i)
                    speakers.found[i] = actor
                elif heads and mention is not None:
                    _note(scene, i, mention, speakers)
            elif heads and mention is not None:
                for actor in described(scene, i, mention, numbers, source=i in speakers.heads or scene.top(i) in speakers.heads):
                    scene.name(actor, mention.actor)
                    speakers.rename(actor, mention.actor)
                    resolved = [(a, b, mention.actor if key == actor else key, form) for a, b, key, form in resolved]
                _note(scene, i, mention, speakers)
            if i in speakers.last:
                speakers.at(i)
        _follow(doc, view, scene, speakers)
        speakers.finish()
        _write(doc, view, speakers, said, resolved)
        return doc


def _note(scene: Scene, i: int, mention: layer.ActorMention, speakers: Speakers) -> None:
    """Remember a mention; a predicate noun is the one whom its subject means."""
    same = predicate(scene, i, mention, speakers.found)
    if same is not None:
        scene.name(mention.actor, same)
    scene.note(same or mention.actor, i)


def _note_modifiers(scene: Scene, i: int) -> None:
    """Remember an organisation that starts here and only modifies: "X fighters … The group"."""
    view = scene.view
    mention = view.mention[i]
    starting = view.inner.get(i, []) + ([mention] if mention is not None and mention.start == view.start[i] else [])
    for inner in starting:
        row = scene.rows.get(inner.actor)
        organised = row is not None and row.type in ("organization", "armed_group")
        if organised and inner.use == "modifier" and inner.form in ("name", "acronym"):
            scene.note(inner.actor, i, rank=0.8)


def _named(view: View, i: int, row: layer.ActorRow) -> bool:
    """Whether a noun phrase is a name; "the Islamist group" is none, although its row begins with a capital."""
    return row.name[:1].isupper() and (row.type not in ("organization", "armed_group") or not view.word[i].islower())


def _follow(doc: Doc, view: View, scene: Scene, speakers: Speakers) -> None:
    """Let sides that are a description's row follow it to the actor that it was resolved to ("The Islamist group … its spokesman")."""
    moved: dict[str, set[str]] = {}
    for mention in layer.read(doc, "actors", layer.ActorMention):
        if mention.use != "modifier":
            last = view.tokens(mention.start, mention.end)[1] - 1
            nominal = mention.form == "nominal"
            moved.setdefault(mention.actor, set()).add(speakers.found.get(last, mention.actor) if nominal else mention.actor)
    to = {old: new for old, (new, *rest) in ((old, tuple(keys)) for old, keys in moved.items()) if not rest and new != old}
    to |= scene.named
    for row in scene.rows.values():
        if row.affiliation in to and to[row.affiliation] != row.key:
            row.affiliation = to[row.affiliation]
        row.members = [to.get(key, key) for key in row.members]
    for held in view.mention:
        if held is not None and held.affiliation in to:
            held.affiliation = to[held.affiliation]


def _span(view: View, i: int) -> tuple[int, int]:
    """A description with its determiner and modifiers."""
    first, last, _ = source_span(view, i)
    return first, max(last, i + 1)


def _write(
    doc: Doc, view: View, speakers: Speakers, said: list[layer.SaidRecord], resolved: list[tuple[int, int, str, str]]
) -> None:
    """Store chains, sayings and new rows."""
    rows = view.actors
    mentions = layer.read(doc, "actors", layer.ActorMention)
    moved = {i: actor for first, last, actor, form in resolved if form == "description" for i in range(first, last)}
    gone: set[str] = set()
    for mention in mentions:
        last = view.tokens(mention.start, mention.end)[1] - 1
        if mention.form == "nominal" and last in moved and mention.actor != moved[last]:
            gone.add(mention.actor)
            mention.actor = moved[last]
        elif mention.actor in speakers.scene.named:
            gone.add(mention.actor)
            mention.actor = speakers.scene.named[mention.actor]
    mentions += speakers.mentions
    held = (
        {mention.actor for mention in mentions} | {record.speaker for record in said} | {record.target_actor for record in said}
    )
    for row in rows.values():
        held |= {row.affiliation, *row.members}
    if mentions or rows:
        layer.write(doc, "actors", mentions)
        layer.write_table(doc, "actors", [row for row in rows.values() if row.key not in gone or row.key in held])
    if layer.has_layer(doc, "said"):
        layer.write(doc, "said", said)
    by_actor: dict[str, list[layer.CorefMention]] = {}
    for first, last, actor, form in resolved:
        by_actor.setdefault(actor, []).append(
            layer.CorefMention(start=view.start[first], end=view.end[last - 1], chain="", form=form, rule=f"{form}-resolution")
        )
    for mention in mentions:  # "the group", which the actors layer has put to its actor already
        if mention.form == "nominal" and mention.use == "actor" and rows[mention.actor].name[:1].isupper():
            first, last = view.tokens(mention.start, mention.end)
            if first and view.low[first - 1] in ("the", "this", "that", "these", "those"):
                by_actor.setdefault(mention.actor, []).append(
                    layer.CorefMention(
                        start=view.start[first - 1], end=mention.end, chain="", form="description", rule="actor-mention"
                    )
                )
    for mention in mentions:
        if mention.actor in by_actor and mention.use == "actor" and mention.form != "nominal":
            by_actor[mention.actor].append(
                layer.CorefMention(start=mention.start, end=mention.end, chain="", form="name", rule="actor-mention")
            )
    by_actor = {actor: found for actor, found in by_actor.items() if actor in rows}
    chains: list[layer.ChainRow] = []
    out: list[layer.CorefMention] = []
    ordered = sorted(by_actor.items(), key=lambda item: (min(m.start for m in item[1]), item[0]))
    for number, (actor, found) in enumerate(ordered, 1):
        key = f"k{number}"
        chains.append(layer.ChainRow(key=key, actor=actor, name=rows[actor].name))
        seen: set[tuple[int, int]] = set()
        for item in found:
            if (item.start, item.end) not in seen:
                seen.add((item.start, item.end))
                item.chain = key
                out.append(item)
    layer.write(doc, "coreference", out)
    layer.write_table(doc, "chains", chains)


@Language.factory("conflict_coreference")
def make_coreference(nlp: Language, name: str) -> Coreference:
    """The factory of `conflict_coreference`; it has no settings."""
    return Coreference()
