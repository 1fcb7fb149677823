"""From drafts to mentions and rows: which mentions are the same actor within the document, and what it is called."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.tokens import Doc

from conflict_extract.annotate._actor_draft import Draft, role_at
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_use import ACTOR, has_tree
from conflict_extract.annotate.layer import ActorMention, ActorRow
from conflict_extract.lexicons.actors import ActorEntry, key_of

_ACRONYM = re.compile(r"[A-Z][A-Za-z&/-]{1,9}\Z")
_FUNCTION = frozenset(["of", "the", "for", "and", "in", "on", "to", "a", "an"])
_TAKEN_UP = {
    "ministry": ("government",),
    "group": ("armed_group", "ngo", "igo", "party", "other"),
    "movement": ("armed_group", "party"),
    "organisation": ("ngo", "igo", "un", "armed_group"),
    "organization": ("ngo", "igo", "un", "armed_group"),
    "agency": ("un", "media", "ngo", "igo"),
    "court": ("judiciary",),
    "tribunal": ("judiciary",),
    "bloc": ("igo",),
    "alliance": ("igo",),
    "militia": ("armed_group",),
    "party": ("party",),
    "charity": ("ngo",),
    "watchdog": ("ngo", "un"),
    "newspaper": ("media",),
    "broadcaster": ("media",),
    "council": ("un", "igo"),
    "committee": ("ngo",),
    "federation": ("ngo",),
    "foundation": ("ngo",),
    "company": ("company",),
}  # bare definite nouns and the types of actor that they can take up
_NAMED_SO = frozenset(["agency", "council", "committee", "federation", "foundation", "court"])
_LOOK_BACK = 200  # mentions
_SYNONYMS = {"defense": "defence", "affairs": "", "of": "", "the": "", "and": "", "for": "", "'s": "", "’s": ""}


class Rows:
    """The rows of a document while they grow."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rows: list[ActorRow] = []
        self.by_key: dict[tuple[str, ...], ActorRow] = {}
        self.forms: dict[str, list[tuple[int, str, str]]] = {}
        self.row_of: dict[int, ActorRow] = {}
        self.recent: list[tuple[ActorRow, tuple[str, ...]]] = []
        self.acronyms: dict[str, Draft] = {}

    def new(self, key: tuple[str, ...] | None, draft: Draft) -> ActorRow:
        """A row for a draft, under `key` if it can be found again."""
        row = ActorRow(
            key=f"a{len(self.rows) + 1}",
            name=draft.name,
            type=draft.type,
            kb=draft.entry.id if draft.entry is not None else None,
            sector=draft.sector,
            country=draft.country,
            candidates=list(draft.candidates),
            role=draft.role,
            source_type=draft.source_type,
            gender=draft.gender,
            number=draft.number,
            former=draft.former,
            anonymous=draft.anonymous and draft.kind == "nominal",
        )
        self.rows.append(row)
        if key is not None:
            self.by_key[key] = row
        return row

    def entry_row(self, entry: ActorEntry) -> ActorRow:
        """The row of an entry of the knowledge base, made if there is none."""
        key = ("kb", entry.id)
        if key in self.by_key:
            return self.by_key[key]
        row = ActorRow(
            key=f"a{len(self.rows) + 1}",
            name=entry.name,
            type=entry.type,
            kb=entry.id,
            sector=entry.sector,
            country=entry.country,
            source_type=entry.source_type,
            number="singular",
        )
        self.rows.append(row)
        self.by_key[key] = row
        return row


def merge(scene: Scene) -> tuple[list[ActorMention], list[ActorRow]]:
    """The mentions and rows of a document.

    Same actor: the same entry; the same name of an organisation or its acronym given in brackets; a person's full name and later
    surname; the same body of the same state; a bare definite noun ("the ministry", "the group") and the last actor that fits.
    """
    rows = Rows(scene)
    drafts = sorted(scene.drafts, key=lambda draft: (draft.first, -draft.last))
    _brackets(scene, drafts, rows)
    full_names = _full_names(drafts)
    for draft in drafts:
        if draft.same_as is None and draft.kind != "joint":
            _place(draft, rows, full_names)
    for draft in drafts:
        if draft.same_as is not None:
            rows.row_of[id(draft)] = rows.row_of[id(draft.same_as)]
    for draft in drafts:
        if draft.kind == "joint" or draft.members:
            _members(draft, rows)
    for draft in drafts:
        _affiliate(draft, rows)
    _name_rows(rows)
    mentions = [_mention(scene.doc, draft, rows) for draft in drafts]
    return mentions, rows.rows


# -- acronyms in brackets ---------------------------------------------------------------------------------------
def _brackets(scene: Scene, drafts: list[Draft], rows: Rows) -> None:
    """ "Sudan Liberation Army (SLA)", "the National Liberation Army, or ELN": the acronym is the same actor."""
    doc = scene.doc
    by_last = {draft.last: draft for draft in drafts if draft.use == ACTOR or draft.kind == "entity"}
    by_first = {draft.first: draft for draft in drafts}
    for index, token in enumerate(doc):
        if index + 2 >= len(doc):
            break
        opened = token.text == "(" and doc[index + 2].text in {")", ";", ","}
        or_form = token.text == "," and doc[index + 1].lower_ == "or"
        where = index + 1 if opened else index + 2
        if not (opened or or_form) or where >= len(doc) or not _ACRONYM.match(doc[where].text):
            continue
        full, short = by_last.get(index), by_first.get(where)
        acronym = doc[where].text
        if full is None or full.kind == "person" or (full.form == "demonym") or sum(char.isupper() for char in acronym) < 2:
            continue
        if full.entry is None and not _initials(acronym, full.name) and short is None:
            continue
        if short is not None and short.entry is not None and full.entry is None:
            full.entry, full.type, full.sector = short.entry, short.entry.type, short.entry.sector
            full.country, full.source_type = short.entry.country, short.entry.source_type
            full.kind, full.candidates = "entity", []
            full.affiliation = full.affiliation or short.entry.affiliation
        rows.acronyms[acronym] = full
        if short is not None and short.entry is None and full.entry is None:
            short.same_as = full
        if short is None:
            scene.drafts.append(_short(full, where, acronym))
    drafts[:] = sorted(scene.drafts, key=lambda draft: (draft.first, -draft.last))
    _later_acronyms(scene, drafts, rows)


def _later_acronyms(scene: Scene, drafts: list[Draft], rows: Rows) -> None:
    """Later uses of an acronym that the text introduced."""
    if not rows.acronyms:
        return
    covered = {token: draft for draft in drafts for token in range(draft.first, draft.last)}
    for index, token in enumerate(scene.doc):
        full = rows.acronyms.get(token.text)
        if full is None:
            continue
        here = covered.get(index)
        if here is None:
            scene.drafts.append(_short(full, index, token.text))
        elif (
            here is not full
            and here.kind == "entity"
            and here.last - here.first == 1
            and (here.entry is None or here.entry is not full.entry)
        ):
            here.same_as, here.entry, here.candidates = full, full.entry, []
    drafts[:] = sorted(scene.drafts, key=lambda draft: (draft.first, -draft.last))


def _short(full: Draft, index: int, acronym: str) -> Draft:
    return Draft(
        first=index,
        last=index + 1,
        head=index,
        kind="entity",
        name=acronym,
        rule="bracket",
        form="acronym",
        entry=full.entry,
        type=full.type,
        source_type=full.source_type,
        same_as=full,
    )


def _initials(acronym: str, name: str) -> bool:
    """Whether an acronym is made of a name's initials (one may be missing, as of "and")."""
    letters = [char.lower() for char in acronym if char.isalpha()]
    initials = [part[0] for part in key_of(name) if part not in _FUNCTION]
    everything = [part[0] for part in key_of(name)]
    return letters in (initials, everything) or (
        len(letters) > 2 and letters[0] == initials[0] and _subsequence(letters, everything)
    )


def _subsequence(short: list[str], long: list[str]) -> bool:
    rest = iter(long)
    return all(letter in rest for letter in short)


# -- which row ----------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class FullNames:
    """Full names of persons with one last word: where each stands, and each name once."""

    firsts: list[int] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    distinct: dict[tuple[str, ...], None] = field(default_factory=dict)


def _full_names(drafts: Iterable[Draft]) -> dict[str, FullNames]:
    """Full names of persons by their last word, in order."""
    found: dict[str, FullNames] = {}
    for draft in drafts:
        key = key_of(draft.name)
        if draft.kind == "person" and len(key) > 1:
            names = found.setdefault(key[-1], FullNames())
            if not names.keys or names.keys[-1] != key:
                names.firsts.append(draft.first)
                names.keys.append(key)
                names.distinct[key] = None
    return found


def _person_key(draft: Draft, full_names: dict[str, FullNames]) -> tuple[str, ...]:
    """A person's key: the full name that a surname takes up, the nearest before it, else the only one after it."""
    key = key_of(draft.name)
    if not key:
        return (draft.name,)
    known = full_names.get(key[-1], FullNames())
    if len(key) > 1 and key[0] not in ("al", "el"):
        longer = (full for full in list(known.distinct)[:50] if len(full) > len(key) and set(key) <= set(full))
        return next(longer, key)
    place = bisect_right(known.firsts, draft.first)
    if place:
        return known.keys[place - 1]
    return known.keys[0] if len(known.distinct) == 1 else key


def _place(draft: Draft, rows: Rows, full_names: dict[str, FullNames]) -> None:
    key, fresh = _key(draft, rows, full_names)
    row = rows.by_key.get(key) if key is not None else None
    if row is None:
        row = rows.entry_row(draft.entry) if draft.entry is not None else rows.new(key, draft)
        if draft.entry is not None and key is not None:
            rows.by_key[key] = row
    elif not fresh:
        _enrich(row, draft)
    rows.row_of[id(draft)] = row
    if key is not None:
        rows.recent.append((row, key))
    if draft.rule in ("name and noun", "government", "rival"):
        return
    if draft.form in ("name", "acronym", "nominal") or draft.kind == "person":
        kind = "description"
        if draft.hit is not None:
            kinds = draft.hit.kinds()
            kind = "acronym" if "acronym" in kinds else "description" if kinds <= {"description"} else "name"
        elif draft.kind in ("person", "entity"):
            kind = "acronym" if draft.form == "acronym" else "name"
        text = _written(rows.scene.doc, draft)
        rows.forms.setdefault(row.key, []).append((draft.first, kind, text))


def _written(doc: Doc, draft: Draft) -> str:
    if draft.hit is not None:
        return " ".join(doc[draft.hit.first : draft.hit.last].text.split())
    return draft.name


def _key(draft: Draft, rows: Rows, full_names: dict[str, FullNames]) -> tuple[tuple[str, ...] | None, bool]:
    """The key under which a draft finds its row, and whether it must not add to it."""
    if draft.entry is not None:
        return ("kb", draft.entry.id), False
    if draft.kind == "person":
        return ("person", *_person_key(draft, full_names)), False
    if draft.kind == "entity":
        return ("name", *key_of(draft.name), *draft.candidates), False
    taken = _taken_up(draft, rows)
    if taken is not None:
        return taken, True
    if isinstance(draft.affiliation, str) and draft.type == "government_body":
        return ("body", draft.affiliation, *sorted(_body_words(draft, rows.scene))), False
    if draft.type == "person" and not draft.definite:
        return None, False
    return ("nominal", draft.name.lower(), str(draft.affiliation if isinstance(draft.affiliation, str) else "")), False


def _body_words(draft: Draft, scene: Scene) -> set[str]:
    """The words of a body's name without its state: "Azerbaijan's Ministry of Defence" and "the defence ministry" agree."""
    found = set()
    for index in range(draft.first, draft.last):
        if index in scene.by_token:
            continue
        word = scene.doc[index].lower_
        word = _SYNONYMS.get(word, word)
        if word and word.isalpha() and word not in ("a", "an"):
            found.add(word)
    return found


def _taken_up(draft: Draft, rows: Rows) -> tuple[str, ...] | None:
    """ "the group", "the ministry", "the court": the last actor before it of a kind that the noun fits."""
    if not draft.definite or draft.noun not in _TAKEN_UP or draft.head != draft.first:
        return None
    wanted = _TAKEN_UP[draft.noun]
    for row, key in reversed(rows.recent[-_LOOK_BACK:]):
        if row.source_type not in wanted or row.type in ("person", "state"):
            continue
        if draft.noun == "ministry" and "ministry" not in row.name.lower():
            continue
        if draft.noun in _NAMED_SO and not _called(row, draft.noun, rows):
            continue
        return key
    return None


def _called(row: ActorRow, noun: str, rows: Rows) -> bool:
    """Whether an actor is called by this noun in its name or a description of it."""
    if noun in row.name.lower() or noun == "court" or (noun == "agency" and row.source_type in ("un", "media")):
        return True
    entry = rows.scene.index.get(row.kb or "")
    return entry is not None and any(noun in name.lower() for name in entry.names("name", "description", "official"))


def _enrich(row: ActorRow, draft: Draft) -> None:
    """Facts that a later mention adds to a row."""
    row.role = row.role or draft.role
    row.gender = row.gender or draft.gender
    row.country = row.country or draft.country
    row.sector = row.sector or draft.sector
    row.former = row.former or (draft.former and row.type == "person" and row.affiliation is None)
    if row.source_type in (None, "unknown", "other") and draft.source_type not in (None, "unknown"):
        row.source_type = draft.source_type
    if draft.kind == "nominal" and row.type == "government_body" and len(draft.name) > len(row.name):
        row.name = draft.name


# -- members, sides, names ------------------------------------------------------------------------------------------
def _members(draft: Draft, rows: Rows) -> None:
    keys: list[str] = []
    for member in draft.members:
        if isinstance(member, str):
            entry = rows.scene.index.get(member)
            if entry is not None:
                keys.append(rows.entry_row(entry).key)
        else:
            row = rows.row_of.get(id(member))
            if row is not None:
                keys.append(row.key)
    if id(draft) not in rows.row_of:
        key = ("joint", *sorted(keys))
        rows.row_of[id(draft)] = rows.by_key.get(key) or rows.new(key, draft)
    row = rows.row_of[id(draft)]
    row.members = row.members or list(dict.fromkeys(keys))


def _affiliation_row(reference: Draft | str | None, rows: Rows) -> ActorRow | None:
    if reference is None:
        return None
    if isinstance(reference, str):
        entry = rows.scene.index.get(reference)
        return rows.entry_row(entry) if entry is not None else None
    return rows.row_of.get(id(reference))


def _affiliate(draft: Draft, rows: Rows) -> None:
    target = _affiliation_row(draft.affiliation, rows)
    row = rows.row_of[id(draft)]
    if target is not None and target.key != row.key and row.affiliation is None and not row.former:
        row.affiliation = target.key


def _name_rows(rows: Rows) -> None:
    """States keep their common name; others get the fullest name that the text gives, descriptions only for want of one."""
    for row in rows.rows:
        forms = rows.forms.get(row.key, [])
        entry = rows.scene.index.get(row.kb) if row.kb else None
        if entry is not None and (entry.id.startswith("state/") or entry.type == "state" or entry.region):
            row.name = entry.name
            continue
        names = [text for _, kind, text in forms if kind == "name"]
        if entry is None:
            if row.type == "person" and names:
                row.name = max(names, key=lambda text: (len(text.split()), len(text)))
            elif names and row.type in ("organization", "armed_group", "media"):
                row.name = max(names, key=len)
            continue
        acronyms = [text for _, kind, text in forms if kind == "acronym"]
        described = [text for _, kind, text in forms if kind == "description"]
        if entry.spell_out or entry.name.lower() in {text.lower() for text in names}:
            row.name = entry.name
        elif names:
            row.name = max(names, key=len)
        elif described and entry.type == "government_body":
            row.name = max(described, key=len)
        elif acronyms:
            row.name = max(acronyms, key=len).replace(".", "")
        else:
            row.name = entry.name


def _mention(doc: Doc, draft: Draft, rows: Rows) -> ActorMention:
    row = rows.row_of[id(draft)]
    start = doc[draft.first].idx
    end = doc[draft.last - 1].idx + len(doc[draft.last - 1])
    if draft.hit is not None and draft.kind == "entity" and draft.first == draft.hit.first and draft.last == draft.hit.last:
        start, end = draft.hit.start, draft.hit.end
    side = _affiliation_row(draft.affiliation, rows)
    return ActorMention(
        start=start,
        end=end,
        actor=row.key,
        form=draft.form,
        use=draft.use,
        head=doc[draft.head].idx,
        role=draft.role,
        affiliation=side.key if side is not None and side.key != row.key and not draft.former else None,
        rule=draft.rule,
        entry=draft.entry.id if draft.entry is not None else None,
    )


# -- joint actors -----------------------------------------------------------------------------------------------------
def draft_joint(scene: Scene) -> None:
    """ "rebels and aid workers", "Russia and Iran": an actor with members for coordinated mentions."""
    doc = scene.doc
    actors = sorted(
        (draft for draft in scene.drafts if draft.use == ACTOR and draft.same_as is None), key=lambda draft: draft.first
    )
    position = 0
    while position < len(actors):
        group = [actors[position]]
        while position + 1 < len(actors) and _coordinated(doc, group[-1], actors[position + 1]):
            group.append(actors[position + 1])
            position += 1
        if (
            len(group) > 1
            and doc[group[-1].first - 1].lower_ in ("and", "the", "a", "an", "its", "their")
            and _has_and(doc, group)
        ):
            first, last = group[0].first, group[-1].last
            scene.drafts.append(
                Draft(
                    first=first,
                    last=last,
                    head=group[0].head,
                    kind="joint",
                    name=" ".join(doc[first:last].text.split()) if group[0].kind != "nominal" else _joint_name(doc, group),
                    rule="joint",
                    form="nominal",
                    number="plural",
                    members=list(group),
                    source_type=group[0].source_type if len({part.source_type for part in group}) == 1 else "other",
                )
            )
        position += 1


def _joint_name(doc: Doc, group: list[Draft]) -> str:
    first = group[0]
    rest = doc[first.last : group[-1].last].text
    return " ".join(f"{first.name} {rest}".split())


def _coordinated(doc: Doc, one: Draft, other: Draft) -> bool:
    between = [token.lower_ for token in doc[one.last : other.first]]
    if not between or len(between) > 3:
        return False
    joined = between[0] in ("and", ",") and all(word in ("and", ",", "the", "a", "an", "its", "their") for word in between)
    if not joined or other.first <= one.last or (role_at(doc, one.first) is None and one.kind == "person" and between[0] == ","):
        return False
    if has_tree(doc):
        token = doc[other.head]
        return token.dep_ == "conj"
    return between[0] == "and"


def _has_and(doc: Doc, group: list[Draft]) -> bool:
    return "and" in [token.lower_ for token in doc[group[-2].last : group[-1].first]]
