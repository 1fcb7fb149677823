"""Pronouns and descriptions to actors: agreement first, then recency, grammatical role and who spoke last."""

from __future__ import annotations

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._candidates import source_span
from conflict_extract.annotate._coref_scene import COLLECTIVE, PRONOUNS, Scene, title_nouns
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.references import Description, descriptions

SENTENCES = 4  # how far back a pronoun reaches
ENOUGH = 0.8
_SPEAKERS = 3  # looked back at
SHORT_FORMS = ("organization", "armed_group", "government_body", "media")  # what a capitalised noun alone takes up
NOUNS = frozenset({"NOUN", "PROPN"})
DEFINITE = frozenset({"the", "this", "that", "these", "those", "both"})
NEW = frozenset(
    {"another", "other", "one", "second", "a", "an", "some", "several", "many", "two", "three", "separate", "different"}
)


def clause_of(view: View, i: int) -> int:
    """The head of the clause that a token stands in."""
    for _ in range(40):
        if view.head[i] == i or (
            view.base(i) in ("ccomp", "advcl", "acl", "parataxis", "conj")
            and (view.verbal(i) or view.child(i, "cop") is not None)
        ):
            return i
        i = view.head[i]
    return i


def expletive(view: View, i: int) -> bool:
    """Whether an "it" stands for nothing: expl, weather and cleft patterns."""
    if view.low[i] != "it":
        return False
    if view.dep[i] == "expl":
        return True
    head = view.head[i]
    if view.dep[i].startswith("nsubj") and any(
        view.dep[j] in ("ccomp", "csubj", "csubj:pass", "advcl", "acl:relcl") for j in view.children[head]
    ):
        if view.child(head, "cop") is not None and view.pos[head] in ("ADJ", "NOUN"):
            return True
        if view.passive(head) and view.child(head, "ccomp", "csubj", "csubj:pass") is not None:
            return True
    return False


def resolve_pronoun(scene: Scene, i: int, numbers: list[int], *, source: bool, speaker: str | None) -> str | None:
    """The actor that a third-person pronoun means, or None when nothing fits well enough.

    Args:
        scene: what was read so far.
        i: the pronoun's token.
        numbers: sentence number of each token.
        source: whether it is the source of a saying (then the last speaker is likely).
        speaker: the speaker of the direct quotation that it stands in (who is not "he" there), if any.
    """
    view = scene.view
    kind, gender = PRONOUNS[view.low[i]]
    if expletive(view, i):
        return None
    clause = clause_of(view, i)
    subject = view.dep[i].startswith("nsubj")
    last, where = _last_speaker(scene, kind, gender)
    nearer = last is not None and _since(scene, last, where, i, kind, gender)
    scores: dict[str, float] = {}
    askers: set[str] = set()
    for back, seen in enumerate(reversed(scene.seen)):
        if seen.token == i or not scene.fits(seen.actor, kind, gender):
            continue
        distance = numbers[i] - numbers[seen.token]
        if distance > SENTENCES or distance < 0:
            if distance > SENTENCES:
                break
            continue
        if seen.actor == speaker and view.quote[i] >= 0:
            continue
        if subject and distance == 0 and _asker(scene, seen.token, i):
            askers.add(seen.actor)
            continue
        if (
            not subject
            and distance == 0
            and clause_of(view, seen.token) == clause
            and view.dep[i] in ("obj", "iobj")
            and view.dep[seen.token].startswith("nsubj")
        ):
            continue
        score = seen.rank - 0.75 * distance - 0.04 * back
        if view.quote[seen.token] != view.quote[i]:
            score -= 0.6
        if subject and view.dep[seen.token].startswith("nsubj"):
            score += 0.4
        if not subject and view.dep[i] == "nmod:poss" and distance == 0 and view.dep[seen.token].startswith("nsubj"):
            score += 0.8
        if view.paragraph[seen.token] != view.paragraph[i]:
            score -= 0.3
        row = scene.rows[seen.actor]
        if kind == "person" and row.kb is None and row.name[:1].isupper():
            score += 0.5
        if kind == "person" and scene.gender_of(seen.actor) == gender:
            told = row.gender == gender and row.name[:1].isupper() and distance <= 1
            told = told and view.paragraph[seen.token] == view.paragraph[i]
            score += 1.8 if told else 0.6  # "Mrs X" against a name without title
        if kind == "many" and row.number != "plural" and row.type == "state":
            score -= 0.8
        mention = view.mention[seen.token]
        if mention is not None and mention.use != "actor":
            score -= 1.2
        scores[seen.actor] = max(scores.get(seen.actor, -9.0), score)
    if last in askers:
        pass
    elif source and last is not None:
        if view.start[i] - where < 1500:
            scores[last] = scores.get(last, 0.0) + (0.5 if nearer else 2.2)
    elif last in scores:
        scores[last] += 0.5
    if not scores:
        return None
    best = max(scores, key=lambda key: scores[key])
    if scores[best] < ENOUGH - 1.5:
        return None
    if gender is not None and scene.gender_of(best) is None:
        scene.gender[best] = gender
    return best


def _asker(scene: Scene, token: int, i: int) -> bool:
    """ "Asked by X who gave the orders, he replied": whether a mention is the one that the subject answers."""
    view = scene.view
    top = scene.top(token)
    for _ in range(4):
        if view.base(top) == "obl" or view.head[top] == top or abs(view.head[top] - top) > 8:
            break
        top = view.head[top]
    asked = view.head[top]
    return view.case_of(top) == "by" and view.tag[asked] == "VBN" and asked < i and view.head[asked] == view.head[i]


def _last_speaker(scene: Scene, kind: str, gender: str | None) -> tuple[str | None, int]:
    """The last of the few last speakers whom a pronoun can mean, and where his saying ended."""
    for where, actor in reversed(scene.speakers[-_SPEAKERS:]):
        if scene.fits(actor, kind, gender):
            return actor, where
    return None, 0


def _since(scene: Scene, last: str, where: int, i: int, kind: str, gender: str | None) -> bool:
    """Whether somebody named, whom the pronoun can mean, was a sentence's subject since the last speaker's saying ended."""
    view = scene.view
    for seen in reversed(scene.seen):
        if view.start[seen.token] < where:
            return False
        named = seen.actor != last and seen.rank >= 3.0 and view.quote[seen.token] == view.quote[i]
        row = scene.rows.get(seen.actor)
        if named and row is not None and kind == "person" and row.name[:1].isupper() and scene.fits(seen.actor, kind, gender):
            top = scene.top(seen.token)
            if view.dep[view.head[top]] in ("root", "ROOT") and view.sent[seen.token] != view.sent[i]:
                return True
    return False


def description_of(view: View, i: int) -> Description | None:
    """The description that a definite noun phrase with head `i` is, or None: it has a definite determiner and no name in it."""
    if view.pos[i] not in NOUNS:
        return None
    low = view.low[i]
    row = descriptions().get(low)
    if row is None and low.endswith("s"):
        row = descriptions().get(low[:-1])
        if row is not None and "person" not in row.types:
            row = None
    if row is None and view.word[i][:1].isupper() and view.word[i][1:].islower() and i > 0 and view.low[i - 1] == "the":
        row = Description(noun=low, types=SHORT_FORMS)  # "the Cluster"
    if row is None:
        return None
    first, last, _ = source_span(view, i)
    words = [view.low[k] for k in range(first, last)]
    if not words or words[0] not in DEFINITE:
        return None
    if any(word in NEW for word in words[1:] if word not in ("two", "three")):
        return None
    if any(view.dep[j] in ("nmod", "acl:relcl", "acl") and j > i and j < i + 4 for j in view.children[i]):
        return None
    return row


def resolve_description(scene: Scene, i: int, row: Description, numbers: list[int]) -> str | None:
    """The actor that a definite description means: one whose role or name has its head noun, else the latest of its type."""
    view = scene.view
    noun = view.low[i]
    singular = noun if noun == row.noun else row.noun
    plural = noun != row.noun or row.number == "plural"
    first, last, _ = source_span(view, i)
    extra = {view.low[k] for k in range(first + 1, last) if k != i and view.word[k].isalnum()} - {"two", "three", "the"}
    own = view.mention[i]
    best: tuple[float, str] | None = None
    for back, seen in enumerate(reversed(scene.seen)):
        actor = scene.rows.get(seen.actor)
        if actor is None or (own is not None and own.actor == seen.actor):
            continue
        distance = numbers[i] - numbers[seen.token]
        if distance > 40:
            break
        if actor.type not in row.types and not (row.types[0] == "person" and actor.type == "population" and plural):
            continue
        if plural and actor.type == "person" and actor.number == "singular":
            continue
        if row.sectors and actor.sector not in row.sectors and noun not in actor.name.lower():
            continue
        named = noun in actor.name.lower().split() or singular in actor.name.lower().split()
        role = {word.lower() for word in (actor.role or "").replace("-", " ").split()}
        mentioned = view.mention[seen.token]
        if mentioned is not None and mentioned.role:
            role |= {word.lower() for word in mentioned.role.split()}
        role |= scene.titles.get(seen.actor, set())
        role |= {title_nouns()[short] for word in role if (short := word.strip(".")) in title_nouns()}
        has_role = noun in role or singular in role
        if row.types[0] == "person":
            if (actor.number == "plural") != plural:
                continue
            if not has_role and noun not in ("man", "woman", "official", "men", "officials"):
                continue
            if noun in ("man", "woman") and scene.gender_of(seen.actor) not in (None, "male" if noun == "man" else "female"):
                continue
            if not has_role and (distance > 3 or actor.name[:1].islower()):
                continue
            if extra and not extra <= role | set(actor.name.lower().split()):
                continue
            score = 3.0
        elif named:
            score = 3.0
        elif row.types is SHORT_FORMS or distance > 5 or (actor.kb is None and actor.name[:1].islower()):
            continue
        else:
            score = 1.5
        if (
            extra
            and row.types[0] != "person"
            and not extra
            <= set(actor.name.lower().split()) | use_words("of_any_group", "same") | _of_country(view, i, first, actor)
        ):
            continue
        if row.types[0] == "person" and actor.name[:1].isupper():
            score += 1.0
        score += 0.2 * seen.rank - 0.12 * distance - 0.02 * back
        if best is None or score > best[0]:
            best = (score, seen.actor)
    return best[1] if best is not None and best[0] > 0.8 else None


def _of_country(view: View, i: int, first: int, actor: layer.ActorRow) -> set[str]:
    """The words before a noun that name the actor's own country ("the Lebanese group")."""
    if actor.type not in ("armed_group", "organization"):
        return set()
    return {
        view.low[k]
        for k in range(first, i)
        for mention in (view.mention[k], *view.inner.get(k, ()))
        if mention is not None
        and mention.form == "demonym"
        and (row := view.actors.get(mention.actor)) is not None
        and row.country is not None
        and row.country == actor.country
    }


def collective(row: layer.ActorRow) -> bool:
    """Whether an actor speaks for itself."""
    return row.type in COLLECTIVE
