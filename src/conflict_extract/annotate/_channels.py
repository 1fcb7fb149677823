"""The channel through which something was said: words of the cue's clause, outlets that were told, agencies that quoted."""

from __future__ import annotations

import re
from typing import Any

from conflict_extract.annotate import layer
from conflict_extract.annotate._view import View
from conflict_extract.lexicons.references import channels

ANONYMOUS = re.compile(
    r"\b(?:on (?:the )?condition of anonymity|(?:asked|asking|declined|declining|wished|wishing|did not want|not wishing) (?:not )?to be "
    r"(?:named|identified|quoted)|not authori[sz]ed to (?:speak|talk|brief|comment)|who (?:would|could) not be (?:named|identified)|"
    r"speaking anonymously|refused to be named|requested anonymity)\b",
    re.IGNORECASE,
)
NAMELESS = re.compile(
    r"\b(?:a source|sources|unnamed|unidentified|anonymous|people familiar|an insider|officials?|a person)\b", re.IGNORECASE
)
FORMER = re.compile(r"\b(?:former|ex|retired|ousted|deposed|then|late|one-time|erstwhile)\b", re.IGNORECASE)
POSTING = frozenset(["tweet", "tweeted", "tweets", "tweeting", "post", "posted", "posts", "posting", "blogged"])
PHONING = frozenset(["phoned", "telephoned", "texted"])
AGENCY_WORDS = (
    "agency",
    "press",
    "news",
    "reuters",
    "afp",
    "ap",
    "tass",
    "interfax",
    "xinhua",
    "anadolu",
    "dpa",
    "efe",
    "ansa",
    "kcna",
    "yonhap",
)


def media_at(view: View, first: int, last: int) -> str | None:
    """Key of an outlet or agency mentioned among tokens [first, last), or None."""
    for i in range(first, last):
        mention = view.mention[i]
        if mention is not None:
            row = view.actors.get(mention.actor)
            if row is not None and row.type == "media":
                return row.key
    return None


def media_kind(row: layer.ActorRow) -> str:
    """agency or broadcast or other, by the outlet's name."""
    words = row.name.lower()
    if row.kb and any(re.search(rf"\b{word}\b", words) for word in AGENCY_WORDS):
        return "agency"
    if any(word in words for word in ("tv", "television", "radio", "channel", "bbc", "cnn", "jazeera", "broadcast", "fox")):
        return "broadcast"
    return "agency" if row.kb and len(words.split()) <= 1 and row.name.isupper() else "other"


def via_of(view: View, verb: int, content: list[list[int]], source_end: int | None) -> dict[str, Any] | None:
    """The channel of a saying whose cue is `verb`.

    Args:
        view: the document.
        verb: the cue's token.
        content: offsets of the content: words in there are no channel.
        source_end: end offset of the source mention.
    """

    def said(i: int) -> bool:
        return any(start <= view.start[i] < end for start, end in content)

    own = [
        j
        for j in view.children[verb]
        if view.base(j) in ("obl", "obj", "iobj", "advcl", "nmod", "parataxis", "dep") and not said(j)
    ]
    zone: list[int] = []
    for j in own:
        if view.right[j] - view.left[j] <= 25:
            zone.extend(i for i in view.subtree(j) if not said(i))
    last = verb + 1
    while (
        last < min(view.n, verb + 14) and view.word[last] not in (".", ",", ":", ";") and not said(last) and view.quote[last] < 0
    ):
        zone.append(last)
        last += 1
    zone = sorted(set(zone))
    for i in zone:
        key = media_at(view, i, i + 1)
        if key is not None:
            row = view.actors[key]
            return {"kind": media_kind(row), "name": row.name, "actor": key}
    table = channels()
    for i in zone:
        for row_ in table.get(view.low[i], ()):
            parts = row_.words.split()
            if view.low[i : i + len(parts)] != parts:
                continue
            if row_.name is not None and not view.word[i][:1].isupper():
                continue
            before = [view.low[k] for k in range(max(verb, i - 6), i)]
            told = row_.kind == "press_conference" and any(view.head[k] == verb for k in range(i, i + len(parts)))
            if row_.prepositions and not told and not any(word in row_.prepositions for word in before):
                continue
            return {"kind": row_.kind, "name": row_.name, "actor": None}
    if view.low[verb] in POSTING:
        return {"kind": "social_media", "name": None, "actor": None}
    if view.low[verb] in PHONING:
        return {"kind": "phone", "name": None, "actor": None}
    return None


def anonymous_by_words(view: View, verb: int, source: list[int]) -> bool:
    """Whether the sentence says that the source is not to be named, or the mention is one without a name."""
    first, last = view.sent[verb], view.sent_end[verb]
    text = view.text[view.start[first] : view.end[last - 1]]
    if len(text) < 2000 and ANONYMOUS.search(text):
        return True
    return NAMELESS.search(view.text[source[0] : source[1]]) is not None and not any(
        view.word[i][:1].isupper() and view.ent[i] in ("PERSON", "PER") for i in range(*view.tokens(*source))
    )


def former_by_words(view: View, source: list[int], head: int) -> bool:
    """Whether the mention, or an apposition to it, is of a former office."""
    if FORMER.search(view.text[source[0] : source[1]]):
        return True
    for j in view.children[head]:
        if view.base(j) in ("appos", "nmod", "parataxis") and j > head and j < head + 12:
            words = view.text[view.start[view.left[j]] : view.end[j]]
            if FORMER.search(words):
                return True
    top = view.head[head]
    if view.base(head) == "appos" and view.left[top] <= top < head:
        return FORMER.search(view.text[view.start[view.left[top]] : view.end[top]]) is not None
    return False
