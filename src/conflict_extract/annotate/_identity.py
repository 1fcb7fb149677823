"""Descriptions that come before the name: "a 61-year-old man … X", "the regional governor … Gov. X", "His lawyer says … X said"."""

from __future__ import annotations

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._coref_scene import Scene, Seen, title_nouns
from conflict_extract.annotate._view import View

_LEDE = 2  # paragraphs below a lede in which its people get their names
_SENTENCES = 12  # from a description to the name that bears its office
_SAME = 2  # sentences from "His lawyer says" to the name


def described(scene: Scene, i: int, mention: layer.ActorMention, numbers: list[int], *, source: bool) -> list[str]:
    """Keys of the unnamed people whom a person's first mention by name names.

    Args:
        scene: what was read so far. i: the mention's last token. mention: the mention.
        numbers: sentence number of each token. source: whether the name is the source of a saying.
    """
    rows = scene.rows
    row = rows.get(mention.actor)
    if row is None or row.type != "person" or mention.form != "name" or not row.name[:1].isupper():
        return []
    if any(seen.actor == row.key for seen in scene.seen):
        return []
    if _in_title(scene.view, i):
        return []
    unnamed = [seen for seen in scene.seen if _unnamed(rows.get(seen.actor))]
    if not unnamed:
        return []
    titles = _titles(scene.view, i, mention, row)
    found = _office_holder(scene, i, unnamed, titles, numbers)
    if not found and _so_called(scene.view, i):
        found = _just_quoted(scene, i, unnamed, numbers, across=True)
    elif not found and source and titles and _of_rank(scene, i, titles):
        found = _just_quoted(scene, i, unnamed, numbers)
    if not found and not titles:
        found = _just_quoted(scene, i, unnamed, numbers) if source else []
        found = found or ([] if source and _behind_quote(scene.view, i) else _of_lede(scene, i, unnamed))
    return found


def _unnamed(row: layer.ActorRow | None) -> bool:
    return row is not None and row.kb is None and row.type == "person" and row.number != "plural" and row.name[:1].islower()


def _titles(view: View, i: int, mention: layer.ActorMention, row: layer.ActorRow) -> set[str]:
    """The words of a person's role and of the title at this mention, abbreviations written out."""
    words = {word.lower().strip(".") for word in (row.role or "").replace("-", " ").split()}
    first = view.tokens(mention.start, mention.end)[0]
    for j in range(first - 1, max(-1, first - 7), -1):
        if view.word[j] == ".":
            continue
        if view.pos[j] not in ("NOUN", "PROPN", "ADJ"):
            break
        words.add(view.low[j].strip("."))
    return words | {title_nouns()[word] for word in words if word in title_nouns()}


def _office_holder(scene: Scene, i: int, unnamed: list[Seen], titles: set[str], numbers: list[int]) -> list[str]:
    """ "the regional governor" before "Gov. X": whoever bears all the words of a definite description."""
    view = scene.view
    for seen in reversed(unnamed):
        if numbers[i] - numbers[seen.token] > _SENTENCES:
            break
        if numbers[i] == numbers[seen.token]:
            continue  # "the mayor of X" is not X
        words = scene.rows[seen.actor].name.lower().replace("-", " ").split()
        first = view.left[seen.token]
        if words[-1] not in titles or words[-1] in use_words("many_hold", "same"):
            continue
        if view.low[first] not in ("the", "its", "his", "her", "their"):
            new = view.paragraph[seen.token] > _LEDE or _rank(words[-1])
            if new:
                continue
        if set(words) <= titles | use_words("mere_rank", "same"):
            return [seen.actor]
    return []


def _rank(noun: str) -> bool:
    """Whether a noun is a military rank, which many hold in one text."""
    return any(title_nouns().get(short) == noun for short in use_words("title_military", "same"))


def _just_quoted(scene: Scene, i: int, unnamed: list[Seen], numbers: list[int], *, across: bool = False) -> list[str]:
    """ "His lawyer says P. “Q,” X said": the last speaker, unnamed, of the same paragraph (`across`: or of the one before)."""
    view = scene.view
    if not scene.speakers:
        return []
    last = scene.speakers[-1][1]
    for seen in reversed(unnamed):
        beside = view.paragraph[i] == view.paragraph[seen.token] or across
        if seen.actor == last and view.dep[seen.token].startswith("nsubj") and beside:
            return [last] if numbers[i] - numbers[seen.token] <= _SAME else []
    return []


def predicate(scene: Scene, i: int, mention: layer.ActorMention, found: dict[int, str]) -> str | None:
    """The person that a predicate noun describes: in "the man is the trial's first witness" who the man is.

    Args:
        scene: what was read so far. i: the noun. mention: the unnamed person there. found: token -> actor that a pronoun or
            description means.
    """
    view, rows = scene.view, scene.rows
    row = rows.get(mention.actor)
    if not _unnamed(row) or view.child(i, "cop") is None or any(seen.actor == mention.actor for seen in scene.seen):
        return None
    subject = view.child(i, "nsubj")
    if subject is None or subject > i or view.left[i] > i:
        return None
    if any(view.low[j] in ("not", "n't", "like", "than") or view.tag[j] == "MD" for j in view.children[i]):
        return None
    held = view.mention[subject]
    actor = found.get(subject) or (held.actor if held is not None and held.use == "actor" else None)
    other = rows.get(actor or "")
    if other is None or other.type != "person" or other.number == "plural" or other.key == mention.actor:
        return None
    return other.key


def _so_called(view: View, i: int) -> bool:
    """Whether a name is one that somebody goes by in this text: "under the pseudonym X", "identified only as X"."""
    words = view.low[max(view.sent[i], i - 4) : i]
    return bool(set(words) & use_words("goes_by", "same")) and (words[-1] in ("as", ",") or words[-1].startswith("pseudonym"))


def _of_rank(scene: Scene, i: int, titles: set[str]) -> bool:
    """ "The head of the unit said P. “Q,” Lt. Col. X said": a rank of the kind of the definite description that spoke last."""
    view = scene.view
    if not scene.speakers or not _behind_quote(view, i):
        return False
    last = scene.speakers[-1][1]
    row, seen = scene.rows.get(last), next((seen for seen in reversed(scene.seen) if seen.actor == last), None)
    if row is None or seen is None or view.low[view.left[seen.token]] not in ("the", "its", "their"):
        return False
    ranks = use_words("rank_" + (row.source_type or ""), "same")
    return bool(titles & ranks) and not titles & use_words("former", "same")


def _in_title(view: View, i: int) -> bool:
    """Whether a name stands where a title has its place: "the mayor of X"."""
    return view.case_of(i) in ("of", "in", "at", "from", "near")


def _behind_quote(view: View, i: int) -> bool:
    """Whether a quotation stands right before a token's clause: "“Q,” X said"."""
    first = view.sent[i]
    return any(view.quote[j] >= 0 for j in range(first, i))


def _of_lede(scene: Scene, i: int, unnamed: list[Seen]) -> list[str]:
    """The one unnamed person of headline and lede, when the first name of the text is the subject that opens a paragraph below."""
    view = scene.view
    if any(view.paragraph[seen.token] > _LEDE for seen in unnamed):
        return []
    if any(scene.rows[seen.actor].type == "person" and scene.rows[seen.actor].name[:1].isupper() for seen in scene.seen):
        return []
    first = view.tokens(view.start[i], view.end[i])[0]
    top = scene.top(i)
    opens = view.sent[i] == 0 or view.paragraph[view.sent[i] - 1] != view.paragraph[i] or view.word[view.sent[i] - 1].isspace()
    if (
        not view.dep[top].startswith("nsubj")
        or not opens
        or not 1 <= view.paragraph[first] - view.paragraph[unnamed[0].token] <= _LEDE
    ):
        return []
    keys = list(dict.fromkeys(seen.actor for seen in unnamed if view.paragraph[seen.token] < view.paragraph[i]))
    nouns = {scene.rows[key].name.split()[-1] for key in keys}
    return keys if len(nouns) == 1 and not nouns & use_words("many_hold", "same") else []
