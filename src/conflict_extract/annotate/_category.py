"""Under which category people and things are counted: from the noun, its participle, the verb that governs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from conflict_extract.annotate._counted import NounPhrase, Words
from conflict_extract.annotate._who import person_entry
from conflict_extract.lexicons.quantities import CategoryWord, category_words, person_nouns, thing_nouns, word_set

_IRREGULAR: Mapping[str, tuple[str, ...]] = {
    "flee": ("flees", "fled", "fleeing"), "slay": ("slain", "slew", "slaying"), "shoot": ("shot", "shooting", "shoots"),
    "hurt": ("hurt", "hurts", "hurting"), "hang": ("hanged", "hanging"), "die": ("died", "dies", "dying"), "gun": ("gunned", "gunning"),
    "kidnap": ("kidnapped", "kidnapping", "kidnaps", "kidnaped"), "stab": ("stabbed", "stabbing", "stabs"), "snatch": ("snatched", "snatching", "snatches"),
    "expel": ("expelled", "expelling"), "hostage": (), "round": ("rounded", "rounding"), "jail": ("jailed", "jailing"), "deploy": ("deployed", "deploying", "deploys"),
    "impact": ("impacted",),
}  # fmt: skip


@lru_cache(maxsize=1)
def verb_forms() -> Mapping[str, CategoryWord]:
    """All written forms of the category verbs → the table's line."""
    out: dict[str, CategoryWord] = {}
    for (lemma, pos), entry in category_words().items():
        if pos != "verb":
            continue
        forms = set(_IRREGULAR.get(lemma, ()))
        if lemma not in _IRREGULAR:
            stem = lemma[:-1] if lemma.endswith("e") else lemma
            forms |= {lemma + "s", stem + "ed", stem + "ing"}
            if lemma.endswith("y") and lemma[-2] not in "aeiou":
                forms |= {lemma[:-1] + "ied", lemma[:-1] + "ies"}
            if lemma.endswith(("s", "sh", "ch", "ss")):
                forms.add(lemma + "es")
        forms.add(lemma)
        for form in forms:
            out.setdefault(form, entry)
    return out


def is_verb_like(lower: str, tag: str, entry: CategoryWord) -> bool:
    """Whether a token with this form and tag is the verb (not "the shot", "a hanging", "the return")."""
    if tag:
        return tag.startswith("VB") or (lower.endswith("ed") and tag == "JJ") or lower in ("shot", "hurt", "slain")
    return lower != entry.lemma or lower in ("kill", "killed", "hurt", "die", "flee")


_PERSONAL = frozenset({"killed", "wounded", "detained", "abducted"})


_ADJ_AFTER = frozenset(
    [
        "dead",
        "missing",
        "wounded",
        "injured",
        "homeless",
        "hurt",
        "unaccounted",
        "hostage",
        "captive",
        "displaced",
        "prisoner",
        "stranded",
    ]
)


_PAIR = re.compile(
    r"(?<![^\W_])(?:killed|dead|deaths|die|died|killing|kill|fatalities|kills)\s(?:and|or)\s(?:\w+ly\s)?(?:wounded|injured|hurt|injuries|wounding|injuring|maimed|wounds|wound|injure)(?![^\W_])",
    re.IGNORECASE,
)


_AMONG = re.compile(
    r"\s?(?:,[^,;]{1,40},\s)?(?:was|were|is|are)\s(?:also\s|reportedly\s)?among\s(?:the|those)\s(?:\w+\s)?(?P<fate>dead|killed|fatalities|"
    r"wounded|injured|missing|detained|arrested|abducted|hostages)(?![^\W_])",
    re.IGNORECASE,
)
_FATES = {
    "dead": "killed", "killed": "killed", "fatalities": "killed", "wounded": "wounded", "injured": "wounded", "missing": "missing",
    "detained": "detained", "arrested": "detained", "abducted": "abducted", "hostages": "abducted",
}  # fmt: skip


_PAIR2 = re.compile(
    r"(?<![^\W_])(?:wounded|injured|injuring|wounding|wounds|injures)\s(?:and|or)\s(?:killed|killing|dead|kills)(?![^\W_])",
    re.IGNORECASE,
)


def category(
    words: Words, phrase: NounPhrase | None, first: int, last: int, left_limit: int, right_limit: int
) -> tuple[str | None, str]:
    """The category of a count and the evidence for it.

    Args:
        words: the Doc's tokens.
        phrase: the counted noun phrase, None for a bare number.
        first, last: indices of the first token of the count and of the one behind it.
        left_limit, right_limit: token indices that the search does not cross (the neighbouring figures or the sentence).

    Returns:
        (category or None, the words that decided).
    """
    doc = words.doc
    own, noun = own_category(phrase)
    right_text = words.text[doc[last].idx : doc[right_limit - 1].idx + len(doc[right_limit - 1])] if last < right_limit else ""
    left_text = words.text[doc[left_limit].idx : doc[first].idx] if left_limit < first else ""
    together = _PAIR.search(right_text[:60]) or _PAIR2.search(right_text[:60])
    if together and not re.search(r"[,;]", right_text[: together.start()]):
        return "casualties", together[0]
    together = _PAIR.search(left_text[-50:]) or _PAIR2.search(left_text[-50:])
    if together and len(left_text[-50:]) - together.end() <= 12:
        return "casualties", together[0]
    among = _AMONG.match(right_text[:90])
    if among and (phrase is None or person_entry(phrase)):
        return _FATES[among["fate"].lower()], among["fate"]
    if own in (
        "casualties",
        "abducted",
        "captured",
        "displaced",
        "killed",
        "wounded",
        "missing",
        "returned",
        "evacuated",
        "detained",
    ):
        verb = _verb(words, first, last, left_limit, right_limit)
        if (
            own in ("displaced", "captured", "abducted", "detained", "evacuated", "returned")
            and verb
            and verb[0] in ("killed", "wounded", "returned", "abducted", "missing", "evacuated")
        ):
            return verb
        if phrase is not None and phrase.other and verb and verb[0] == own:
            return verb
        return own, noun
    if phrase is None:
        beside = _participle_after(words, last, right_limit)
        if beside:
            return beside
    people = phrase is None or person_entry(phrase) is not None or phrase.head in ("others", "more")
    if people or own is None:
        verb = _verb(words, first, last, left_limit, right_limit)
        if verb and (people or verb[0] in _PERSONAL):
            return verb
    if own is not None:
        return own, noun
    toll = (
        re.search(r"(?<![^\W_])(?:death toll|toll|body count|dead|deaths|fatalities)(?![^\W_])", left_text[-70:], re.IGNORECASE)
        if phrase is None
        else None
    )
    if toll:
        return "killed", toll[0]
    injured = (
        re.search(r"(?<![^\W_])(?:number of (?:injured|wounded)|injuries|wounded)(?![^\W_])", left_text[-70:], re.IGNORECASE)
        if phrase is None
        else None
    )
    if injured:
        return "wounded", injured[0]
    population = re.search(r"(?<![^\W_])(?:population|home to|inhabited by)(?![^\W_])", left_text[-40:], re.IGNORECASE)
    if population or (phrase is not None and phrase.head in ("inhabitants", "residents") and phrase.head == "inhabitants"):
        return "population", population[0] if population else phrase.head if phrase else ""
    if people and phrase is not None:
        trooped = phrase.head in (
            "troops",
            "soldiers",
            "fighters",
            "marines",
            "personnel",
            "reinforcements",
            "conscripts",
            "reservists",
            "servicemen",
            "paratroopers",
            "mercenaries",
            "peacekeepers",
            "combatants",
            "recruits",
            "militiamen",
            "guerrillas",
            "gunmen",
            "rebels",
            "militants",
        )
        if trooped:
            return "troops", phrase.head
    return None, ""


def own_category(phrase: NounPhrase | None) -> tuple[str | None, str]:
    """The category that the noun itself has."""
    if phrase is None:
        return None, ""
    table = person_nouns()
    for size in (2, 1):
        name = " ".join(phrase.words[-size:])
        if name in table and table[name].category:
            return table[name].category, name
    things = thing_nouns()
    for size in (3, 2, 1):
        name = " ".join(phrase.words[-size:])
        if len(phrase.words) >= size and name in things:
            return things[name].category, name
    for noun in ("abductions", "kidnappings"):
        if phrase.head == noun:
            return "abducted", noun
    if phrase.head in ("arrests", "detentions"):
        return "detained", phrase.head
    if phrase.words and phrase.words[0] in (
        "displaced",
        "wounded",
        "injured",
        "missing",
        "abducted",
        "kidnapped",
        "captured",
        "detained",
    ):
        return {
            "displaced": "displaced",
            "wounded": "wounded",
            "injured": "wounded",
            "missing": "missing",
            "abducted": "abducted",
            "kidnapped": "abducted",
            "captured": "captured",
            "detained": "detained",
        }[phrase.words[0]], phrase.words[0]
    return None, ""


_AUX = word_set(
    "was were been be being are is have has had got get reported believed feared confirmed said thought presumed also reportedly allegedly found left may might could to not either still now later then all both remain remains remained"
)


_LEFT_SKIP = word_set(
    "at least about around some more than over nearly almost up to as many a an the and or , another further additional other of also only just between including fewer less no most roughly approximately its their his her one these those total all"
)


def _participle_after(words: Words, last: int, right_limit: int) -> tuple[str, str] | None:
    """The participle that a bare number leans on ("more than 40 wounded"), whatever the tree makes of the ellipsis."""
    if last >= right_limit:
        return None
    word = words.doc[last]
    entry = category_words().get((word.lower_, "adj"))
    following = words.doc[last + 1].lower_ if last + 1 < right_limit else ""
    if entry is None or word.lower_ not in _ADJ_AFTER or word.tag_ == "VBD" or following in person_nouns():
        return None
    return entry.category, word.lower_


def _verb(words: Words, first: int, last: int, left_limit: int, right_limit: int) -> tuple[str, str] | None:
    """The category verb or predicate that governs the count: by the tree, else by the nearest words."""
    doc = words.doc
    forms = verb_forms()
    beside = _left_verb(words, first, left_limit, near=True)
    if beside:
        return beside
    if words.tree:
        found = _verb_by_tree(words, first, last)
        if found:
            return found
    # right: "were killed", "killed in", "had died", "dead", "are missing"
    i, steps, gap = last, 0, False
    while i < right_limit and steps < 14:
        token = doc[i]
        lower = token.lower_
        entry = forms.get(lower)
        if lower == "shot" and i + 1 < right_limit and doc[i + 1].lower_ == "down":
            return None  # drones, planes
        if entry is not None and is_verb_like(lower, token.tag_, entry):
            passive = lower.endswith(("ed", "n", "shot", "hurt")) and token.tag_ != "VBG" and not lower.endswith("ing")
            auxiliary = i > last and doc[i - 1].lower_ in _AUX
            if entry.of in ("subject", "both") and not gap:
                return entry.category, lower
            if entry.of == "object" and passive and not gap and (auxiliary or i == last or doc[i - 1].lower_ in ("and", "or")):
                if token.tag_ == "VBD" and i == last and _has_object(words, i, right_limit):
                    return None
                return entry.category, lower
            return None
        adjective = category_words().get((lower, "adj"))
        if adjective is not None and lower in _ADJ_AFTER and not gap:
            following = doc[i + 1].lower_ if i + 1 < right_limit else ""
            if following not in person_nouns():
                return adjective.category, lower
        if lower == "taken" and i + 1 < right_limit and doc[i + 1].lower_ in ("hostage", "prisoner", "captive"):
            return ("abducted" if doc[i + 1].lower_ == "hostage" else "captured"), f"taken {doc[i + 1].lower_}"
        if lower in ("lost",) and i + 2 < right_limit and doc[i + 2].lower_ in ("lives", "life"):
            return "killed", "lost their lives"
        if lower in ("in", "from", "at", "on", "of", "near", "across", "by", "inside", "around", "over", "between", "during"):
            steps += 1
            i += 1
            while (
                i < right_limit
                and steps < 14
                and (
                    doc[i].text[:1].isupper()
                    or doc[i].lower_
                    in (
                        "the",
                        "of",
                        "and",
                        "a",
                        "northern",
                        "southern",
                        "eastern",
                        "western",
                        "region",
                        "province",
                        "city",
                        "town",
                        "village",
                        "district",
                        "country",
                        "camp",
                        "valley",
                        "area",
                        "same",
                        "its",
                        "their",
                        ",",
                        "capital",
                    )
                )
            ):
                i += 1
                steps += 1
            continue
        if (
            lower in _AUX
            or lower
            in (
                "who",
                "have",
                "people",
                "there",
                "so",
                "far",
                "already",
                "others",
                "other",
                "more",
                "alone",
                "were",
                "were",
                "people",
                "all",
                "or",
                "and",
            )
            or token.is_space
        ):
            if lower in ("and", "or") and i > last:
                return _left_verb(words, first, left_limit)
        elif token.tag_ in ("RB",) or lower.endswith("ly"):
            pass
        else:
            break
        steps += 1
        i += 1
    return _left_verb(words, first, left_limit)


def _has_object(words: Words, i: int, limit: int) -> bool:
    """Whether a past-tense verb at i is followed by an object ("30 rebels killed two soldiers")."""
    nxt = words.doc[i + 1] if i + 1 < limit else None
    return nxt is not None and (
        (nxt.tag_ in ("DT", "CD", "PRP$", "NNS", "NNP", "JJ", "PRP") and nxt.lower_ not in ("this", "last", "that", "the"))
        or (nxt.tag_ == "DT" and i + 2 < limit and words.doc[i + 2].lower_ in person_nouns())
    )


def _left_verb(words: Words, first: int, left_limit: int, *, near: bool = False) -> tuple[str, str] | None:
    """The active verb before the count: "killed at least 13", "injuring 200 others"; `near`: bound words may stand between only."""
    doc = words.doc
    forms = verb_forms()
    i, steps = first - 1, 0
    while i >= left_limit and steps < 12:
        token = doc[i]
        lower = token.lower_
        entry = forms.get(lower)
        if entry is not None and is_verb_like(lower, token.tag_, entry):
            before = doc[i - 1].lower_ if i > 0 else ""
            if entry.of == "object" or lower in (
                "capturing",
                "captured",
                "evacuated",
                "evacuating",
                "returned",
                "returning",
                "repatriated",
                "rescued",
            ):
                if before in ("was", "were", "been", "be", "being", "are", "is") and lower not in ("killing",):
                    return None
                return entry.category, lower
            return None
        if lower in ("leaving", "left", "leaves") and steps <= 6:
            return None
        if lower == "hostage" and i > 0 and doc[i - 1].lower_ in ("took", "taking", "take", "holding", "held"):
            return "abducted", "took hostage"
        if lower == "prisoner" and i > 0 and doc[i - 1].lower_ in ("took", "taking", "take", "holding"):
            return "captured", "took prisoner"
        if near and lower in ("and", "or", ",", "the", "of"):
            return None
        if lower in _LEFT_SKIP or token.tag_ in ("CD", "RB") or token.is_space or (token.like_num):
            pass
        elif (
            lower in ("lives", "life")
            and i > 1
            and doc[i - 1].lower_ in ("the",)
            and doc[i - 2].lower_ in ("claimed", "claiming", "took", "claims")
        ):
            return "killed", "claimed the lives"
        elif lower in ("lives",):
            pass
        else:
            return None
        steps += 1
        i -= 1
    return None


_MANY = word_set("dozens scores hundreds thousands tens millions dozen hundred handful group number couple")


def _verb_by_tree(words: Words, first: int, last: int) -> tuple[str, str] | None:
    """The governing verb by UD relations: subject, object, passive subject, participle of the head noun, conjuncts included."""
    doc = words.doc
    forms = verb_forms()
    inside = range(first, max(last, first + 1))
    top = doc[first]
    for i in inside:
        if i < len(doc) and doc[i].head.i not in inside:
            top = doc[i]
            break
    for child in top.children:
        if child.i >= last and child.dep_ in ("acl", "amod", "acl:relcl") and child.tag_ in ("VBN", "JJ", "VBD"):
            entry = forms.get(child.lower_)
            if entry is not None:
                return entry.category, child.lower_
    steps = 0
    node = top
    while (
        node.dep_ in ("conj", "appos", "nummod", "nmod:num", "compound") or (node.dep_ == "nmod" and node.head.lower_ in _MANY)
    ) and (node.head.i != node.i and steps < 4):
        if node.dep_ == "conj" and node.tag_.startswith("VB"):
            break
        node = node.head
        steps += 1
    relation = node.dep_
    verb = node.head
    entry = forms.get(verb.lower_)
    if (
        entry is None
        or verb.i == node.i
        or (verb.lower_ == "shot" and verb.i + 1 < len(doc) and doc[verb.i + 1].lower_ == "down")
    ):
        return None
    if not is_verb_like(verb.lower_, verb.tag_, entry):
        return None
    if relation in ("nsubj:pass", "nsubjpass"):
        return entry.category, verb.lower_
    if relation == "obj" and entry.of in ("object", "both"):
        return entry.category, verb.lower_
    if relation == "nsubj":
        if entry.of in ("subject", "both"):
            return entry.category, verb.lower_
        has_object = any(child.dep_ == "obj" for child in verb.children)
        if not has_object and verb.tag_ == "VBN":
            return entry.category, verb.lower_
    return None
