"""Label inventories of the heads, and what each data set's names are called in ours."""

NAMES = ("PER", "ORG", "LOC", "MISC")
ROLES = ("source", "cue", "content")


def bio(kinds: tuple[str, ...]) -> list[str]:
    """Return O and the B- and I- labels of each kind."""
    return ["O", *(f"{prefix}-{kind}" for kind in kinds for prefix in "BI")]


NAME_LABELS = bio(NAMES)
ROLE_LABELS = bio(ROLES)

#: Types of each file in our inventory; None: unknown there (neither a name nor none).
UNER = {"PER": "PER", "ORG": "ORG", "LOC": "LOC"}
GUM = {
    "person": "PER", "organization": "ORG", "place": "LOC", "event": "MISC", "object": "MISC", "abstract": "MISC",
    "animal": None, "plant": None, "substance": None,
}  # fmt: skip
RE3D = {"Person": "PER", "Organisation": "ORG", "Location": "LOC", "Nationality": "MISC"}
CORENLP = {"PERSON": "PER", "ORGANIZATION": "ORG", "LOCATION": "LOC", "MISC": "MISC"}


def relation(name: str) -> str:
    """Return a relation as UD 2.16 names it."""
    return {"nmod:npmod": "nmod:unmarked", "nmod:tmod": "nmod:unmarked", "obl:npmod": "obl:unmarked",
            "obl:tmod": "obl:unmarked"}.get(name, name)  # fmt: skip
