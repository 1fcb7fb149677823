"""Rules of negation, hedges, boosters, plans, conditionals and questions: what the words are and how far they reach.

The form follows the ConText algorithm (cues with a direction, a longest scope, words that end it, and pseudo-cues that look like
a cue and are none); the dependency tree, where there is one, narrows the scope to the clause. Every rule carries a sentence
in which its target is in scope and one in which it is not; `tests/annotate/test_modality.py` runs them all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from conflict_extract.errors import LexiconError
from conflict_extract.lexicons.loader import Entry, load_table

Kind = Literal["negation", "hedge", "booster", "plan", "conditional", "question"]
Direction = Literal["forward", "backward", "both", "clause", "sentence"]
ITEM = re.compile(r"^(?P<open>\()?(?P<lemma><)?(?P<words>_|[^\s()<>/]+)(?(lemma)>)(?:/(?P<tag>[A-Z$|]+))?(?(open)\))$")


class Item(Entry):
    """One token of a pattern. `words`: forms or lemmas that fit, empty: any. `tags`: fine tags that fit, empty: any."""

    words: frozenset[str]
    lemma: bool = False
    tags: frozenset[str] = frozenset()
    optional: bool = False

    def fits(self, lower: str, lemma: str, tag: str) -> bool:
        """Whether a token fits; a token without a tag fits any item that names words."""
        if not self.words and self.tags:
            return tag in self.tags
        if self.words and (lemma if self.lemma else lower) not in self.words and not (self.lemma and lower in self.words):
            return False
        return not self.tags or not tag or tag in self.tags


class Case(Entry):
    """A sentence and a word of it that is, or is not, in the scope of the rule."""

    text: str
    target: str

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.text.count(self.target) != 1:
            raise ValueError(f"the target {self.target!r} must stand once in {self.text!r}")
        return self


class ModalityRule(Entry):
    """A cue and its scope.

    Attributes:
        id: its name, which the record keeps as evidence.
        kind: what the cue does.
        pattern: tokens separated by blanks: `word` a form, `<word>` a lemma, `a|b` alternatives, `(word)` optional, `_` any token,
            `word/MD` only with that fine tag.
        direction: which side of the cue its scope is on; clause: the clause that the cue marks; sentence: the whole sentence.
        max_scope: longest scope in tokens on each side.
        terminators: names of groups in `TERMINATORS` whose words end the scope.
        pseudo: the words look like a cue and are none: they have no scope and block cues inside them.
        hedge: whether the words are listed in `Claim.hedges`.
        status: what an event in the scope becomes, or None when it stays as it is.
        positive, negative: a target in scope and one out of scope (of a pseudo-cue: a target that stays out, and a sentence with the
            real cue, whose target is in scope of that cue).
    """

    id: str = Field(pattern=r"^[a-z]+(\.[a-z0-9_]+)+$")
    kind: Kind
    pattern: str
    direction: Direction = "forward"
    max_scope: int = Field(12, ge=0, le=60)
    terminators: tuple[str, ...] = ("contrast", "stop")
    pseudo: bool = False
    hedge: bool = False
    status: Literal["denied", "planned", "possible"] | None = None
    positive: Case
    negative: Case

    @model_validator(mode="after")
    def _check(self) -> Self:
        for name in self.terminators:
            if name not in TERMINATORS:
                raise ValueError(f"{self.id}: unknown group of terminators {name!r}")
        for part in self.pattern.split():
            if not ITEM.match(part):
                raise ValueError(f"{self.id}: cannot read {part!r} in the pattern")
        if self.pseudo and (self.status or self.hedge):
            raise ValueError(f"{self.id}: a pseudo-cue gives no status and is no hedge")
        if not self.id.startswith(self.kind + "."):
            raise ValueError(f"{self.id}: the name begins with the kind, {self.kind!r}")
        if self.hedge and self.kind != "hedge":
            raise ValueError(f"{self.id}: only a hedge is listed in hedges")
        return self

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """The pattern, read."""
        return _items(self.pattern)


TERMINATORS: Mapping[str, frozenset[str]] = {
    "contrast": frozenset({"but", "however", "although", "though", "whereas", "yet", "except", "nevertheless", "instead"}),
    "cause": frozenset({"because", "since", "as", "after", "before", "when", "while", "until", "once"}),
    "relative": frozenset({"which", "who", "whom", "whose", "where"}),
    "coordination": frozenset({"and", "or"}),
    "comma": frozenset({","}),
    "stop": frozenset({".", ";", ":", "!", "?", "—", "–", "…"}),
    "complement": frozenset({"that", "to"}),
}


@cache
def _items(pattern: str) -> tuple[Item, ...]:
    found = []
    for part in pattern.split():
        match = ITEM.match(part)
        if match is None:  # checked when the rule was read
            raise LexiconError(f"cannot read {part!r} in a modality pattern")
        words = match["words"]
        found.append(
            Item(
                words=frozenset() if words == "_" else frozenset(words.split("|")),
                lemma=match["lemma"] is not None,
                tags=frozenset((match["tag"] or "").split("|")) - {""},
                optional=match["open"] is not None,
            )
        )
    return tuple(found)


@lru_cache(maxsize=1)
def modality_rules() -> tuple[ModalityRule, ...]:
    """All rules.

    Raises:
        LexiconError: two rules have the same name.
    """
    rows = load_table("modality", ModalityRule)
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise LexiconError(f"modality.jsonl: the rule {row.id} is there twice")
        seen.add(row.id)
    return rows


@lru_cache(maxsize=1)
def modality_index() -> Mapping[str, tuple[ModalityRule, ...]]:
    """First word of the pattern (each alternative) -> rules, longest pattern first."""
    found: dict[str, list[ModalityRule]] = {}
    for row in modality_rules():
        first = row.items[0]
        if not first.words:
            raise LexiconError(f"modality.jsonl: the rule {row.id} begins with a placeholder")
        for word in first.words:
            found.setdefault(word, []).append(row)
    return {word: tuple(sorted(rows, key=lambda row: -len(row.items))) for word, rows in found.items()}


@lru_cache(maxsize=1)
def modality_by_id() -> Mapping[str, ModalityRule]:
    """Name -> rule."""
    return {row.id: row for row in modality_rules()}
