"""Lemmas of the words that our event and modality tables use, from their forms, so that the tables work behind any lemmatizer or none.

Only known words are mapped: each lemma of the tables is inflected by the regular rules (both spellings of a doubled consonant) and
by `data/irregular_forms.jsonl`. A form that is itself a lemma of its part of speech maps to itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal

from conflict_extract.lexicons.events import light_verbs, plover_acts, responsibility_cues, triggers, word_classes
from conflict_extract.lexicons.loader import Entry, load_table
from conflict_extract.lexicons.modality import modality_rules

WORD = re.compile(r"^[a-z][a-z'-]*$")


class IrregularForms(Entry):
    """A lemma and its forms that the regular rules do not give (and, for verbs, its regular past where both are used)."""

    lemma: str
    pos: Literal["verb", "noun"]
    forms: tuple[str, ...]


def verb_forms(lemma: str) -> list[str]:
    """Regular forms of a verb.

    >>> verb_forms("deny")
    ['denies', 'denied', 'denying']
    >>> verb_forms("ban")
    ['bans', 'baned', 'baning', 'banned', 'banning']
    """
    if len(lemma) > 2 and lemma.endswith("y") and lemma[-2] not in "aeiou":
        return [lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing"]
    forms = [lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")]
    if lemma.endswith("ie"):
        return [*forms, lemma + "d", lemma[:-2] + "ying"]
    if lemma.endswith("e"):
        return [*forms, lemma + "d", (lemma if lemma.endswith(("ee", "oe", "ye")) else lemma[:-1]) + "ing"]
    forms += [lemma + "ed", lemma + "ing"]
    if len(lemma) > 2 and lemma[-1] in "bdgklmnprt" and lemma[-2] in "aeiou" and lemma[-3] not in "aeiou":
        forms += [lemma + lemma[-1] + "ed", lemma + lemma[-1] + "ing"]
    return forms


def noun_forms(lemma: str) -> list[str]:
    """Regular plural of a noun.

    >>> noun_forms("army"), noun_forms("clash"), noun_forms("mine")
    (['armies'], ['clashes'], ['mines'])
    """
    if len(lemma) > 2 and lemma.endswith("y") and lemma[-2] not in "aeiou":
        return [lemma[:-1] + "ies"]
    if lemma.endswith("man"):
        return [lemma[:-2] + "en"]
    return [lemma + ("es" if lemma.endswith(("s", "x", "z", "ch", "sh")) else "s")]


@lru_cache(maxsize=1)
def verb_lemmas() -> Mapping[str, str]:
    """Form -> lemma, for verbs. A verb of the trigger tables maps to itself; other words only when they are no form of one."""
    strong: dict[str, None] = {}
    weak: dict[str, None] = {"be": None, "have": None, "do": None}
    for trigger in triggers():
        if trigger.pos == "verb":
            _add(strong, trigger.lemmas[:1])
    for rows in light_verbs().values():
        for light in rows:
            _add(strong, light.words.split(" ")[:1])
    for cue in responsibility_cues():
        for part in cue.parts:
            _add(weak, sorted(part or ()))
    for act in plover_acts():
        _add(weak, act.cues)
    _add(weak, _modality_lemmas())
    return _forms("verb", strong, weak)


@lru_cache(maxsize=1)
def noun_lemmas() -> Mapping[str, str]:
    """Form -> lemma, for nouns. A plural maps to its singular where the tables have it."""
    words: dict[str, None] = {}
    for trigger in triggers():
        _add(words, trigger.lemmas if trigger.pos == "noun" else trigger.lemmas[1:])
        _add(words, (word for names in (trigger.object, trigger.subject, trigger.oblique, trigger.without) for word in names))
    _add(words, word_classes())
    _add(words, _modality_lemmas())
    _add(words, ("year", "month", "week", "day", "hour", "minute", "weekend", "moment", "season", "decade", "century"))
    return _forms("noun", {}, words)


def _modality_lemmas() -> list[str]:
    return sorted({word for rule in modality_rules() for item in rule.items if item.lemma for word in item.words})


@lru_cache(maxsize=50_000)
def lemma_of(lower: str, pos: str, given: str) -> str:
    """Lemma of a form by our tables, else the one given, else the form.

    Args:
        lower: the form in lower case. pos: its UD part of speech. given: the lemma that another component set, in lower case.
    """
    if pos in ("VERB", "AUX"):
        return verb_lemmas().get(lower) or given or lower
    if pos in ("NOUN", "PROPN", ""):
        return noun_lemmas().get(lower) or given or lower
    return given or lower


def _add(words: dict[str, None], more: Iterable[str]) -> None:
    for word in more:
        if WORD.match(word):
            words[word] = None


def _forms(pos: str, strong: Mapping[str, None], weak: Mapping[str, None]) -> Mapping[str, str]:
    """Form -> lemma: strong words themselves, then the irregular and regular forms of all, then weak words themselves."""
    irregular = {row.lemma: row.forms for row in load_table("irregular_forms", IrregularForms) if row.pos == pos}
    found = {word: word for word in strong}
    for words in (strong, weak):
        for word in words:
            for form in irregular.get(word, ()):
                found.setdefault(form, word)
        for word in words:
            for form in verb_forms(word) if pos == "verb" else noun_forms(word):
                found.setdefault(form, word)
    for word in weak:
        found.setdefault(word, word)
    return found
