"""Whether a time stands with the past or the future: from the UD tree, or, without one, from the words before it."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from conflict_extract.lexicons.times import tense_forms, tense_words

_CLIMB = 12


def direction_of(doc: Doc, text: str, start: int, end: int, edge: str | None, kind: str = "weekday") -> int:
    """-1, 0 or 1 for the time at characters `[start, end)` of the Doc's text with the preposition `edge`; `kind` is its atom's."""
    if edge == "since":
        return -1
    if edge == "ahead":
        return 1
    if doc._.ce_scheme == "ud2":
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is not None:
            root = span.root
            if (
                kind in ("day", "month")
                and root.head.pos_ == "NOUN"
                and (
                    root.dep_ in ("compound", "nummod", "nmod:unmarked")
                    or (root.dep_ == "nmod" and edge in (None, "of") and any(child.lower_ == "of" for child in root.lefts))
                )
            ):
                return 0  # "the Feb. 14 coup", "the accord of 12 August": the verb says nothing of it
            found = _from_tree(root, span.start, span.end, edge)
            if found == -1 and edge in ("by", "until") and _from_words(text, start, end, edge) == 1:
                return (
                    1  # a far attachment over a verb of the future ("asked to look and may come by Friday") is the parser's slip
                )
            if found is not None:
                return found
    return _from_words(text, start, end, edge)


def _lemma(token: Token) -> str:
    """The token's lemma when there is one, else its form cut by the commonest endings."""
    if token.lemma_:
        return token.lemma_.lower()
    return stem(token.lower_)


def stem(form: str) -> str:
    """A verb form without "-ed", "-ing", "-s" as far as the tense table knows the result.

    >>> stem("scheduled"), stem("planned"), stem("expects"), stem("told")
    ('schedule', 'plan', 'expect', 'tell')
    """
    known = tense_words("governor") | tense_words("deadline") | tense_words("planned") | tense_words("scheduled")
    if form in known:
        return form
    if form in tense_forms():
        return tense_forms()[form]
    for ending in ("ed", "ing", "es", "s", "d"):
        if form.endswith(ending):
            base = form[: -len(ending)]
            for option in (base, base + "e", base[:-1] if base[-1:] == base[-2:-1] else base):
                if option in known:
                    return option
    return form


def _from_tree(root: Token, low: int, high: int, edge: str | None) -> int | None:
    """The direction of the verb above the time; None when there is none."""
    token = root
    for _ in range(_CLIMB):
        if token.head is token or token.head.i == token.i:
            break
        token = token.head
        if low <= token.i < high:
            continue
        while token.i < low and token.dep_ in ("ccomp", "parataxis") and token.i < token.head.i < low:
            token = token.head  # "they may not cross, he told them on Friday", read as crossing on Friday
        if token.pos_ == "NOUN" and token.head.i < token.i and _lemma(token) in tense_words("happened"):
            return -1  # "to account for the killing of two drivers in June"
        if token.lower_ in tense_words("planned") and token.tag_ not in ("VB", "VBD", "VBP", "VBZ", "NN"):
            return 1
        if token.pos_ in ("VERB", "AUX") or any(child.dep_ in ("cop", "aux") for child in token.lefts):
            return _of_verb(token, edge)
    if token.pos_ in ("VERB", "AUX"):
        return _of_verb(token, edge)
    return None


def _of_verb(verb: Token, edge: str | None, depth: int = 0) -> int:
    auxiliaries = {child.lower_ for child in verb.children if child.dep_.startswith(("aux", "cop"))}
    if edge == "by" and any(child.dep_ == "mark" and child.lower_ in ("unless", "if") for child in verb.lefts):
        return 1  # "will shell the town unless it gets the money by Friday"
    perfect = bool(auxiliaries & {"have", "has", "had", "'ve", "\u2019ve", "having"})
    lemma = _lemma(verb)
    above = verb.head
    if depth < 4 and above.i != verb.i and not auxiliaries and above.pos_ in ("VERB", "AUX"):
        subject = any(child.dep_.startswith("nsubj") for child in verb.children)
        if (verb.dep_ == "xcomp" and verb.tag_ in ("VBN", "JJ")) or (
            verb.dep_ == "conj" and not subject and verb.tag_ in ("VB", "VBN")
        ):
            return _of_verb(above, edge, depth + 1)
    if edge in ("until", "by") and lemma in tense_words("deadline"):
        return 1
    if perfect and auxiliaries.isdisjoint({"will", "shall", "'ll", "\u2019ll"}):
        return -1
    if auxiliaries & tense_words("auxiliary"):
        return 1
    infinitive = any(child.lower_ == "to" and child.dep_ in ("mark", "aux") for child in verb.lefts)
    if infinitive:
        return _of_infinitive(verb, edge, depth)
    copulas = [child for child in verb.children if child.dep_.startswith(("aux", "cop"))]
    if lemma in tense_words("planned") and verb.tag_ in ("VBN", "JJ", "NNP", "NN", "IN"):
        return 1
    if edge == "to" and lemma in tense_words("deadline"):
        return 1
    if verb.tag_ in ("VBD", "VBN") and not any(child.lower_ in ("is", "are", "am", "'s", "'re") for child in copulas):
        return -1
    if any(child.tag_ == "VBD" for child in copulas):
        return -1
    if verb.tag_ == "VB":
        return 1
    if verb.tag_ == "VBG":
        if lemma in tense_words("begins") and verb.dep_ == "acl":
            return 1  # "a truce starting on Friday"
        if any(child.lower_ in ("is", "are", "am", "'s", "'re", "\u2019s", "\u2019re") for child in copulas):
            return 1 if edge in ("on", "by", "until", None, "in", "from", "at") else 0
        return _of_verb(verb.head, edge, depth + 1) if depth < 4 and verb.head.i != verb.i and verb.head.pos_ == "VERB" else -1
    if verb.tag_ in ("VBZ", "VBP"):
        if lemma in tense_words("scheduled"):
            return 1
        return 1 if edge in ("until", "by") else -1
    if edge in ("until", "by") and not any(child.tag_ == "VBD" for child in copulas):
        return 1
    return -1


def _of_infinitive(verb: Token, edge: str | None, depth: int) -> int:
    """The direction of an infinitive: "expected to meet" lies ahead, "forced to flee" goes with the verb above."""
    head = verb.head
    if head.i == verb.i or depth > 4:
        return 1
    if _lemma(head) in tense_words("governor") or head.lower_ in tense_words("governor"):
        return 1
    if head.pos_ == "AUX" or (head.lemma_ == "be" and head.pos_ == "VERB"):
        return 1
    if head.pos_ in ("NOUN", "PROPN"):
        return 1
    return _of_verb(head, edge, depth + 1)


_FUTURE_WORDS = re.compile(
    r"\b(?:will|shall|would|may|might|could|must|should|won['\u2019]t|(?:expected|due|scheduled|set|likely|planned|plans|plan|planning|hopes?|aims?|"
    r"agreed|vowed|pledged|promised|threatened|asked|urged|ordered|told|intends?)\s+(?:\w+\s+){0,2}to|scheduled|planned|due|slated|upcoming|ahead\s+of"
    r"|(?:is|are|was|were)\s+to)\b|['\u2019]ll\b",
    re.IGNORECASE,
)
_PAST_WORDS = re.compile(
    r"\b(?:was|were|had|has|have|did|said|says|told|\w{2,}ed|took|left|fell|broke|hit|began|met|fled|shot|went|came|made|held)\b"
)


_SCHEDULED = re.compile(r"\b(?:" + "|".join(sorted(tense_words("scheduled"))) + r")(?:s|es)\s+(?:\w+\s+){0,3}$")


def _from_words(text: str, start: int, end: int, edge: str | None) -> int:
    """The nearest cue of tense before the time in its sentence, else after it."""
    before = re.split(r"[.!?;\n]\s", text[max(0, start - 120) : start])[-1]
    future = [match.end() for match in _FUTURE_WORDS.finditer(before)]
    past = [match.end() for match in _PAST_WORDS.finditer(before)]
    if future and (not past or future[-1] >= past[-1] or len(before[future[-1] : past[-1]].split()) <= 3):
        return 1
    if past:
        return 1 if edge in ("until", "by") and re.search(r"\b(?:gave|given|extended|ordered|demanded)\b", before) else -1
    if _SCHEDULED.search(before):
        return 1
    after = re.split(r"[.!?;,\n]\s", text[end : end + 100].lstrip(","))[0]
    future_at, past_at = _FUTURE_WORDS.search(after), _PAST_WORDS.search(after)
    if future_at and (past_at is None or future_at.start() <= past_at.start()):
        return 1
    if past_at:
        return -1
    return 0
