"""What a number counts: the noun phrase beside it, from tags when there are any, from word lists otherwise."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from conflict_extract.annotate.layer import tokens_of
from conflict_extract.lexicons.quantities import not_counted, person_nouns, thing_nouns, word_set
from conflict_extract.values.reject import is_counted_noun, looks_plural

_STOP = word_set(
    "the a an this that these those his her its their our my your of in on at to for from with by as and or but nor than that which "
    "who whom whose when where while if was were is are be been being has have had do does did will would could should may might must "
    "can not n't also then now so into over after before since during until against between among near about around under above "
    "below per killed wounded injured died dead missing arrested detained fled displaced including said says told when because "
    "there here he she it they we i you him them us what how why were went came took made put ago later earlier last next this "
    "on-board aboard inside outside across through up down off out back away both either neither each every any no"
)
_NOT_HEAD = word_set("percent per cent times time o'clock a.m p.m am pm gmt minutes")
_ADJECTIVES = word_set(
    "other others more additional further new young old former suspected alleged armed unarmed senior local foreign civilian innocent "
    "different separate top key major main small large big whole full extra elderly female male dead wounded injured missing "
    "pregnant adult displaced returning registered confirmed reported similar previous military"
)


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A counted noun phrase.

    Attributes:
        start, end: character offsets, from the first word after the number to the head.
        unit: the noun as it stands, in the plural where a singular is written, with nouns before it ("artillery shells").
        head: the head noun in lower case.
        words: all words of the phrase in lower case.
        other: whether it says "other", "more" or "additional".
        token: index of the head token.
    """

    start: int
    end: int
    unit: str
    head: str
    words: tuple[str, ...]
    other: bool
    token: int


class Words:
    """The tokens of a Doc with offsets, tags and sentences for quick look-up."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        tokens = tokens_of(doc)
        self.text, self.starts, self.ends, self.lower = tokens.text, tokens.start, tokens.end, tokens.lower
        self.firsts = tokens.firsts
        self.tagged = bool(len(doc)) and doc.has_annotation("TAG")
        self.tree = doc._.ce_scheme == "ud2" and doc.has_annotation("DEP")
        self._sentence_starts = self._sentences()

    def index(self, position: int) -> int:
        """The token that holds or follows the character at `position`; len(doc) behind the last."""
        at = bisect_right(self.starts, position) - 1
        if at < 0:
            return 0
        return at if position < self.ends[at] else at + 1

    def sentence(self, position: int) -> tuple[int, int]:
        """Offsets of the sentence that holds the character at `position`."""
        starts = self._sentence_starts
        at = max(0, bisect_right(starts, position) - 1)
        start = starts[at] if starts else 0
        end = starts[at + 1] if at + 1 < len(starts) else len(self.text)
        return start, end

    def _sentences(self) -> list[int]:
        """Where sentences start: from the annotation, else after a full stop before a capital and after line breaks."""
        if self.doc.has_annotation("SENT_START"):
            starts = [self.starts[first] for first in self.firsts]
            return [at for at in starts if not self._breaks_off(at)] or [0]
        starts = [0]
        fresh = False
        for token in self.doc:
            if fresh and (token.text[:1].isupper() or token.text[:1] in "\"“'‘(") and token.idx > starts[-1]:
                starts.append(token.idx)
            if token.text[-1:] in ".!?" or "\n" in token.text or token.is_space:
                fresh = token.text in (".", "!", "?") or "\n" in token.text
            elif token.text not in ('"', "”", "'", "’", ")"):
                fresh = False
        return starts

    def _breaks_off(self, start: int) -> bool:
        """Whether a sentence begins in lower case behind one line break only: then the line was wrapped, not the sentence ended."""
        text = self.text
        if not text[start : start + 1].islower():
            return False
        before = text[max(0, start - 40) : start]
        kept = before.rstrip()
        return bool(kept) and kept[-1] not in '.!?:;"”' and before[len(kept) :].count("\n") <= 1


def plural(noun: str) -> str:
    """The plural of a singular English noun, by the common rules and a few irregular nouns.

    >>> plural("girl"), plural("watchman"), plural("child"), plural("city"), plural("bus"), plural("person")
    ('girls', 'watchmen', 'children', 'cities', 'buses', 'people')
    """
    lower = noun.lower()
    irregular = {
        "person": "people",
        "child": "children",
        "foot": "feet",
        "man": "men",
        "woman": "women",
        "wife": "wives",
        "life": "lives",
        "thief": "thieves",
        "tooth": "teeth",
        "aircraft": "aircraft",
        "police": "police",
        "series": "series",
    }
    for one, many in irregular.items():
        if lower == one or (one == "wife" and lower.endswith(one)):
            return noun[: len(noun) - len(one)] + many
    if lower.endswith("man") and lower not in ("human", "german", "roman", "ottoman", "shaman"):
        return noun[:-3] + "men"
    if lower.endswith("child"):
        return noun + "ren"
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        return noun + "es"
    return noun + "s"


def _is_noun(token: Token) -> bool:
    return token.tag_ in ("NN", "NNS", "NNP", "NNPS", "GW") or (not token.tag_ and token.pos_ in ("NOUN", "PROPN"))


def phrase_after(words: Words, position: int, *, limit: int = 9) -> NounPhrase | None:
    """The noun phrase that starts at `position` (right behind a number), or None.

    Args:
        words: the Doc's tokens.
        position: character offset behind the number and its unit.
        limit: tokens looked at, at most.
    """
    doc = words.doc
    first = words.index(position)
    while first < len(doc) and doc[first].is_space and "\n\n" not in doc[first].text:
        first += 1
    if first >= len(doc) or doc[first].text in ("-", "–", "—", "--"):
        return None
    if words.tagged:
        found = _by_tags(words, first, limit)
    else:
        found = _by_words(words, first, limit)
    return found


def _by_tags(words: Words, first: int, limit: int) -> NounPhrase | None:
    doc = words.doc
    head = -1
    i = first
    stop = min(len(doc), first + limit)
    while i < stop:
        token = doc[i]
        tag = token.tag_ or token.pos_
        lower = token.lower_
        if head >= 0 and lower in ("next", "last", "this", "each", "every", "past"):
            break  # "three town halls next year"
        if i > first + 1 and doc[i - 1].text in ("-", "‑") and doc[i - 1].whitespace_ == "":
            head = i if _is_noun(token) else -1  # the last part of a compound decides: "rocket-propelled grenades"
        elif _is_noun(token) and not token.text.endswith("-"):
            if lower in ("today", "yesterday", "tomorrow", "percent", "cent") or (
                head >= 0
                and lower in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "each", "apiece")
            ):
                break
            head = i
        elif tag in ("JJ", "JJR", "JJS", "VBG", "VBN", "RBR", "ADJ", "AFX", "FW", "PRP$") or (
            tag in ("RB", "ADV") and i + 1 < stop and (doc[i + 1].tag_ in ("JJ", "VBN", "JJR") or lower == "more")
        ):
            if tag == "PRP$":
                break
            if tag == "VBN" and (head >= 0 or not _noun_follows(doc, i + 1, stop)):
                break
            if head >= 0 and not (
                doc[i - 1].text in ("-", "‑")
                or (i + 1 < stop and _is_noun(doc[i + 1]) and not (words.tree and doc[i].head.i <= head))
            ):
                break
            if tag == "VBG" and head >= 0:
                break
        elif (
            (token.text in ("-", "‑", "–") and i > first and token.whitespace_ == "" and i + 1 < stop)
            or tag == "POS"
            or (lower in ("and", "or") and head < 0 and i > first and doc[i - 1].tag_ == "JJ" and _noun_follows(doc, i + 1, stop))
            or token.text in ("'s", "’s")
            or (token.text.endswith("-") and len(token.text) > 1)  # "coal- and gas-fired"
            or (lower in ("and", "or", "&") and doc[i - 1].text.endswith("-"))
            or (lower in ("and", "or", "&") and i > first and i + 1 < stop and _coordinated(words, first, head, i, stop))
        ):
            pass
        elif lower in ("more", "other", "others", "further", "additional", "new") and head < 0:
            if lower == "others":
                head = i
                break
        else:
            break
        i += 1
    return _build(words, first, head) if head >= 0 else None


def _noun_follows(doc: Doc, i: int, stop: int) -> bool:
    """Whether adjectives and a noun follow (then a participle is attributive: "displaced people")."""
    while i < stop and (doc[i].tag_ in ("JJ", "HYPH", "VBN", "VBG") or doc[i].text == "-"):
        i += 1
    return i < stop and _is_noun(doc[i])


def _coordinated(words: Words, first: int, head: int, i: int, stop: int) -> bool:
    """Whether "and" at i joins nouns under the same number ("women and children", "artillery and mortar systems")."""
    doc = words.doc
    following = doc[i + 1]
    if head != i - 1 or not (_is_noun(following) or following.tag_ == "JJ"):
        return False
    plural_head = doc[head].tag_ in ("NNS", "NNPS")
    j = i + 1
    while j < stop and (_is_noun(doc[j]) or doc[j].tag_ == "JJ" or doc[j].text == "-"):
        j += 1
    last = doc[j - 1]
    if last.tag_ not in ("NNS", "NNPS"):
        return False
    if plural_head:
        same = (last.lower_ in person_nouns()) == (doc[head].lower_ in person_nouns())
        return same
    return True


def _by_words(words: Words, first: int, limit: int) -> NounPhrase | None:
    """Without tags: the first plural-looking or known noun among the next words."""
    doc = words.doc
    head = -1
    stop = min(len(doc), first + limit)
    i = first
    while i < stop:
        token = doc[i]
        lower = token.lower_
        known = lower in person_nouns() or lower in thing_nouns()
        if lower == "others" and head < 0:
            head = i
            break
        if token.text in ("-", "‑") and i > first and token.whitespace_ == "":
            i += 1
            continue
        if lower in ("'s", "’s"):
            i += 1
            continue
        if lower in ("and", "or") and head == i - 1 and head >= 0 and i + 1 < stop:
            following = doc[i + 1].lower_
            pair = is_counted_noun(following) and (following in person_nouns()) == (doc[head].lower_ in person_nouns())
            later = (
                i + 2 < stop
                and is_counted_noun(doc[i + 2].lower_)
                and doc[head].lower_ not in person_nouns()
                and doc[i + 1].is_alpha
            )
            if pair or (later and not doc[i + 1].is_stop):
                i += 1
                continue
            break
        if (
            not token.is_alpha
            and not (token.text[:1].isalpha() and token.text[-1:].isalnum())
            and token.text not in ("U.S.", "U.K.", "U.N.")
        ):
            break
        if lower in _STOP and not (
            lower in ("dead", "wounded", "injured", "missing", "displaced")
            and i + 1 < stop
            and doc[i + 1].lower_ in person_nouns()
        ):
            break
        singular = known and not looks_plural(lower)
        if singular and i + 1 < stop and (doc[i + 1].text in ("-", "‑") or _plural_follows(doc, i + 1, stop)):
            i += 1
            continue
        if (known or is_counted_noun(lower)) and lower not in _ADJECTIVES:
            if head >= 0 and i != head + 1 and doc[i - 1].lower_ not in ("and", "or"):
                break
            if head >= 0 and not known:
                break
            head = i
        elif head >= 0 or (not token.text[0].isupper() and lower not in _ADJECTIVES and i - first >= 4):
            break
        i += 1
    if head < 0:
        return None
    return _build(words, first, head)


def _plural_follows(doc: Doc, i: int, stop: int) -> bool:
    """Whether a plural-looking noun stands at i, or behind "and" and one more word."""
    if doc[i].lower_ in ("and", "or"):
        return i + 2 < stop and looks_plural(doc[i + 2].lower_) and doc[i + 1].is_alpha
    return looks_plural(doc[i].lower_)


def _build(words: Words, first: int, head: int) -> NounPhrase | None:
    doc = words.doc
    token = doc[head]
    lower = token.lower_
    if lower in _NOT_HEAD or (lower in not_counted("label") and False):
        return None
    start = head
    while start > first:
        before = doc[start - 1]
        if before.text in ("-", "‑") or doc[start].text in ("-", "‑"):
            break
        if start - 2 >= first and doc[start - 2].text in ("-", "‑"):
            break
        if before.lower_ in ("and", "or") and start - 1 > first:
            start -= 1
            continue
        if (
            before.lower_ in _ADJECTIVES
            or (words.tagged and not _is_noun(before))
            or (
                not words.tagged
                and not (
                    is_counted_noun(before.lower_)
                    or (before.lower_, lower) in _PAIRS
                    or f"{before.lower_} {lower}" in person_nouns()
                    or f"{before.lower_} {lower}" in thing_nouns()
                )
            )
        ):
            break
        if words.tagged and before.tag_ in ("NNP", "NNPS") and token.tag_ not in ("NNP", "NNPS"):
            break
        start -= 1
    text = words.text[doc[start].idx : token.idx + len(token)]
    singular = not looks_plural(lower) and (token.tag_ == "NN" or not words.tagged)
    if lower in ("others",):
        text = "others"
    elif singular and lower not in ("people", "police", "personnel", "staff", "aircraft", "infantry", "troops", "ammunition"):
        text = text[: len(text) - len(token)] + plural(token.text)
    phrase = tuple(item.lower_ for item in doc[first : head + 1] if not item.is_space)
    other = any(word in ("other", "others", "more", "additional", "further") for word in phrase)
    return NounPhrase(doc[first].idx, token.idx + len(token), " ".join(text.split()), lower, phrase, other, head)


_PAIRS = frozenset({("police", "officers"), ("aid", "workers"), ("army", "officers"), ("artillery", "shells")})


def phrase_before(words: Words, position: int) -> NounPhrase | None:
    """The plural noun that ends right before `position` across a dash, colon or comma ("air strikes -- eight in …"), or None."""
    doc = words.doc
    i = words.index(position) - 1
    while i >= 0 and doc[i].text in ("-", "--", "–", "—", ":", ","):
        i -= 1
    if i < 0:
        return None
    token = doc[i]
    is_plural = token.tag_ in ("NNS", "NNPS") if words.tagged else is_counted_noun(token.lower_)
    if not is_plural:
        return None
    first = i
    while first > 0 and words.tagged and doc[first - 1].tag_ == "NN":
        first -= 1
    return _build(words, first, i)


def singular_phrase(words: Words, article: int) -> NounPhrase | None:
    """The noun phrase behind the article at token `article` ("a nine-year-old girl"), head in the singular; or None."""
    doc = words.doc
    if article + 1 >= len(doc):
        return None
    stop = min(len(doc), article + 9)
    head = -1
    for i in range(article + 1, stop):
        token = doc[i]
        lower = token.lower_
        if lower in person_nouns() and not (words.tagged and token.tag_ not in ("NN", "NNS", "JJ", "VBN", "NNP")):
            following = doc[i + 1] if i + 1 < stop else None
            if (
                following is not None
                and following.lower_ in person_nouns()
                and following.lower_ not in ("dead", "missing", "injured", "wounded", "killed")
            ):
                continue
            head = i
            break
        if lower in _STOP or not (token.is_alpha or token.text in ("-", "‑") or token.like_num or "-" in token.text):
            return None
    if head < 0 or (words.tagged and doc[head].tag_ == "NNS" and any(doc[i].like_num for i in range(article + 1, head))):
        return None  # "an estimated 600,000 people"
    if doc[head].lower_ in ("dead", "missing", "killed", "wounded", "injured", "abducted", "displaced"):
        return None
    phrase = _build(words, article + 1, head)
    if phrase is None:
        return None
    noun = doc[head].text
    unit = (
        phrase.unit
        if phrase.unit.lower().endswith(plural(noun).lower())
        else phrase.unit[: len(phrase.unit) - len(noun)] + plural(noun)
        if phrase.unit.endswith(noun)
        else plural(noun)
    )
    return NounPhrase(doc[article].idx, phrase.end, unit, phrase.head, phrase.words, phrase.other, head)
