"""Who is counted: status, age and sex from the words of the noun phrase."""

from __future__ import annotations

from typing import Any

from conflict_extract.annotate._counted import NounPhrase
from conflict_extract.lexicons.actors import peoples
from conflict_extract.lexicons.quantities import person_nouns

_SEX = {
    "female": "female",
    "women": "female",
    "woman": "female",
    "male": "male",
    "men": "male",
    "girls": "female",
    "boys": "male",
}


_STATUS = {
    "police": "police", "army": "combatant", "military": "combatant", "armed": "combatant", "rebel": "combatant", "militia": "combatant",
    "insurgent": "combatant", "government": "", "un": "", "aid": "aid_worker", "relief": "aid_worker", "humanitarian": "aid_worker",
    "civilian": "civilian", "medical": "medic", "media": "journalist", "unarmed": "civilian", "peacekeeping": "peacekeeper",
    "ngo": "aid_worker", "navy": "combatant", "marine": "combatant", "paramilitary": "combatant", "enemy": "combatant",
}  # fmt: skip


_AGE = {"child": "child", "infant": "child", "elderly": "adult", "adult": "adult", "teenage": "child", "underage": "child"}


def person_entry(phrase: NounPhrase) -> str | None:
    """The longest person noun that ends the phrase ("police officers" before "officers"), or None."""
    table = person_nouns()
    for size in (3, 2, 1):
        words = " ".join(phrase.words[-size:])
        if len(phrase.words) >= size and words in table:
            return words
    if phrase.head in table:
        return phrase.head
    last = phrase.unit.split()[-1] if phrase.unit else ""
    if last[:1].isupper() and last in peoples():
        return "people"  # "200,000 Syrians"
    if phrase.head.endswith(("men", "women")) and len(phrase.head) > 5:
        return "men" if not phrase.head.endswith("women") else "women"
    return None


def who(phrase: NounPhrase | None) -> dict[str, Any] | None:
    """Status, age and sex that the words of a phrase give; None when no people are counted.

    "women and children" keeps what both nouns share.
    """
    if phrase is None:
        return None
    entries = []
    table = person_nouns()
    if "and" in phrase.words or "or" in phrase.words:
        entries = [table[word] for word in phrase.words if word in table]
        if phrase.head not in table:
            entries = []
    name = person_entry(phrase)
    if name is None and not entries:
        return None
    if not entries and name is not None:
        entries = [table[name]]
    if all(
        entry.category == "killed" or entry.noun in ("casualties", "injuries", "injury", "casualty", "wound") for entry in entries
    ):
        return None
    status: set[str] = {entry.status for entry in entries}
    age: set[str] = {entry.age for entry in entries}
    sex: set[str] = {entry.sex for entry in entries}
    out = {
        "status": status.pop() if len(status) == 1 else "unknown",
        "age": age.pop() if len(age) == 1 else "unknown",
        "sex": sex.pop() if len(sex) == 1 else "unknown",
    }
    for word in phrase.words[:-1]:
        part = word.split("-")[0] if "-" in word else word
        if out["sex"] == "unknown" and word in ("female", "male"):
            out["sex"] = _SEX[word]
        if out["sex"] == "unknown" and word in ("women", "woman", "girls", "boys") and "and" not in phrase.words:
            out["sex"] = _SEX[word]
        if (
            part in _STATUS
            and _STATUS[part]
            and (
                out["status"] in ("unknown",)
                or (part in ("police", "army", "rebel", "military") and out["status"] in ("unknown", "official"))
            )
        ):
            out["status"] = _STATUS[part]
        if part in _AGE and out["age"] == "unknown":
            out["age"] = _AGE[part]
    return out
