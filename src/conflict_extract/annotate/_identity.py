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


def _just_quoted(scene: Scene, i: int, unnamed: list[Seen], numbers: list[int]) -> list[str]:
    """ "His lawyer says P. “Q,” X said": the last speaker, unnamed, of the same paragraph."""
    view = scene.view
    if not scene.speakers:
        return []
    last = scene.speakers[-1][1]
    for seen in reversed(unnamed):
        if seen.actor == last:
            near = numbers[i] - numbers[seen.token] <= _SAME and view.paragraph[i] == view.paragraph[seen.token]
            return [last] if near and view.dep[seen.token].startswith("nsubj") else []
    return []


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
