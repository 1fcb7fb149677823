"""What coreference knows of each actor while it reads a document from left to right."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._view import View

REACH = 60  # mentions remembered
COLLECTIVE = frozenset({"organization", "armed_group", "government_body", "state", "media"})
PRONOUNS: dict[str, tuple[str, str | None]] = {
    # form: (number and animacy class, gender)
    "he": ("person", "male"),
    "him": ("person", "male"),
    "his": ("person", "male"),
    "himself": ("person", "male"),
    "she": ("person", "female"),
    "her": ("person", "female"),
    "hers": ("person", "female"),
    "herself": ("person", "female"),
    "it": ("thing", None),
    "its": ("thing", None),
    "itself": ("thing", None),
    "they": ("many", None),
    "them": ("many", None),
    "their": ("many", None),
    "theirs": ("many", None),
    "themselves": ("many", None),
}
FIRST = frozenset({"i", "we", "me", "us", "my", "our", "mine", "ours", "myself", "ourselves"})


@lru_cache(maxsize=1)
def title_nouns() -> dict[str, str]:
    """The noun that an abbreviated title stands for ("gov" -> "governor")."""
    pairs = (pair.partition("=") for pair in use_words("title_noun", "lemma"))
    return {short: noun for short, _, noun in pairs}


@dataclass(slots=True)
class Seen:
    """One mention of an actor on the way: where, as what, how prominent."""

    actor: str
    token: int
    sent: int
    paragraph: int
    quote: int
    rank: float


@dataclass(slots=True)
class Scene:
    """The state: rows, recent mentions, gender learned from pronouns, the last speaker.

    Attributes:
        view: the document. rows: actor rows by key.
        seen: recent mentions, oldest first.
        gender: actor -> gender that a pronoun resolved to it gave.
        titles: words before an actor's name.
        speakers: (offset of the end of the saying, actor) in order, filled as sources are resolved.
        named: unnamed people -> who they are by a name that comes later.
    """

    view: View
    rows: dict[str, layer.ActorRow]
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=REACH))
    gender: dict[str, str] = field(default_factory=dict)
    titles: dict[str, set[str]] = field(default_factory=dict)
    speakers: list[tuple[int, str]] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)

    def top(self, token: int) -> int:
        """The token of a mention that the sentence governs: of "Senator Ana Ruiz said" the one that is the subject."""
        view, mention = self.view, self.view.mention[token]
        for _ in range(6):
            head = view.head[token]
            inside = mention is not None and (view.mention[head] is mention or view.dep[token] == "flat")
            if head == token or not (inside or view.dep[token] in ("flat", "flat:name")) or abs(head - token) > 8:
                break
            token = head
        return token

    def gender_of(self, key: str) -> str | None:
        """What the text says of an actor's gender: titles and roles, or an earlier pronoun."""
        row = self.rows.get(key)
        return (row.gender if row is not None else None) or self.gender.get(key)

    def fits(self, key: str, kind: str, gender: str | None) -> bool:
        """Whether an actor can be meant by a pronoun of a class and gender."""
        row = self.rows.get(key)
        if row is None:
            return False
        if kind == "person":
            if row.number == "plural" or row.type not in ("person", "other"):
                return False
            if row.type == "other" and row.members:
                return False
            known = self.gender_of(key)
            return known is None or known == gender
        if kind == "thing":
            return row.type in COLLECTIVE and (row.number != "plural" or row.kb is not None)
        return row.number == "plural" or row.type in COLLECTIVE or bool(row.members)

    def name(self, old: str, new: str) -> None:
        """Make an unnamed person the one whose name the text gives later."""
        for seen in self.seen:
            if seen.actor == old:
                seen.actor = new
        self.speakers[:] = [(end, new if actor == old else actor) for end, actor in self.speakers]
        if old in self.gender:
            self.gender.setdefault(new, self.gender[old])
        one, other = self.rows[old], self.rows[new]
        other.former = other.former or one.former
        other.role = other.role or one.role
        other.gender = other.gender or one.gender
        if not other.former:
            other.affiliation = other.affiliation or one.affiliation
        if other.source_type in (None, "unknown"):
            other.source_type, other.sector = one.source_type, one.sector
        self.named[old] = new

    def note(self, actor: str, token: int, rank: float | None = None) -> None:
        """Remember a mention; `rank`: its prominence, where the tree does not tell."""
        view = self.view
        top = self.top(token)
        dep = view.dep[top]
        told = 3.0 if dep.startswith("nsubj") else 2.0 if dep in ("obj", "iobj", "root", "ROOT") else 1.0
        if dep in ("nmod", "nmod:poss", "compound", "amod", "nmod:desc"):
            told = 0.8
        mention = view.mention[token]
        if mention is not None and mention.form == "name":
            first = token
            while first > 0 and token - first < 7:
                before = first - 1
                if view.word[before] == "." and before > 0 and view.low[before - 1] in title_nouns():
                    before -= 1  # "Fr." in two tokens
                elif view.head[before] < before or view.pos[before] not in ("NOUN", "PROPN", "ADJ"):
                    break
                first = before
                self.titles.setdefault(actor, set()).add(view.low[first])
        self.seen.append(
            Seen(actor, token, view.sent[token], view.paragraph[token], view.quote[token], told if rank is None else rank)
        )


def sentence_numbers(view: View) -> list[int]:
    """Running number of each token's sentence."""
    numbers: list[int] = []
    count = -1
    last = -1
    for first in view.sent:
        if first != last:
            count += 1
            last = first
        numbers.append(count)
    return numbers
