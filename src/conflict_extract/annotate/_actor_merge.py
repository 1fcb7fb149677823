"""From drafts to mentions and rows: which mentions are the same actor within the document, and what it is called."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from spacy.tokens import Doc

from conflict_extract.annotate._actor_acronyms import join_acronyms
from conflict_extract.annotate._actor_draft import Draft
from conflict_extract.annotate._actor_scene import Scene
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.annotate.layer import ActorMention, ActorRow
from conflict_extract.lexicons.actors import ActorEntry, key_of

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
    "hospital": ("medical",),
    "clinic": ("medical",),
    "university": ("expert",),
    "institute": ("expert",),
    "network": ("ngo", "other", "media"),
    "mission": ("igo", "un", "other"),
    "commission": ("government", "igo", "other"),
    "union": ("other", "party"),
    "association": ("ngo", "other"),
    "coalition": ("igo", "armed_group", "party", "other"),
    "front": ("armed_group", "party"),
    "league": ("party", "igo", "other"),
    "brigades": ("armed_group",),
    "brigade": ("armed_group", "military", "government"),
    "division": ("military", "government"),
    "regiment": ("military", "government"),
    "battalion": ("armed_group", "military", "government"),
    "force": ("military", "police", "un", "igo"),
    "church": ("religious",),
    "diocese": ("religious",),
}  # bare definite nouns and the types of actor that they can take up
_NAMED_SO = frozenset(_TAKEN_UP) - frozenset(
    [
        "ministry",
        "group",
        "movement",
        "organisation",
        "organization",
        "tribunal",
        "bloc",
        "alliance",
        "militia",
        "party",
        "charity",
        "watchdog",
        "newspaper",
        "broadcaster",
        "company",
        "force",
    ]
)  # nouns that the name has to have
_LOOK_BACK = 200  # mentions
_MOST_WORDS = 8  # of a name that shorter forms take up
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
        self.longer: dict[tuple[str, ...], tuple[str, ...] | None] = {}

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
    join_acronyms(scene, drafts)
    full_names = _full_names(drafts)
    rows.longer = _longer_names(drafts)
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


# -- which row ----------------------------------------------------------------------------------------------------
@dataclass(slots=True)
class FullNames:
    """Full names of persons with one last word: where each stands, and each name once."""

    firsts: list[int] = field(default_factory=list)
    keys: list[tuple[str, ...]] = field(default_factory=list)
    distinct: dict[tuple[str, ...], None] = field(default_factory=dict)


def _full_names(drafts: Iterable[Draft]) -> dict[str, FullNames]:
    """Full names of persons by their last word, and by their first with " …", in order."""
    found: dict[str, FullNames] = {}
    for draft in drafts:
        key = key_of(draft.name)
        if draft.kind == "person" and len(key) > 1:
            for word in (key[-1], f"{key[0]} …"):
                names = found.setdefault(word, FullNames())
                if not names.keys or names.keys[-1] != key:
                    names.firsts.append(draft.first)
                    names.keys.append(key)
                    names.distinct[key] = None
    return found


def _longer_names(drafts: Iterable[Draft]) -> dict[tuple[str, ...], tuple[str, ...] | None]:
    """The one longer name of an organisation outside the tables that ends in these two or more words; None where there are two."""
    found: dict[tuple[str, ...], tuple[str, ...] | None] = {}
    for draft in drafts:
        if draft.kind != "entity" or draft.entry is not None or draft.candidates:
            continue
        key = key_of(draft.name)
        for start in range(1, min(len(key) - 1, _MOST_WORDS)):
            tail = key[start:]
            found[tail] = key if found.get(tail, key) == key else None
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
    if not known.distinct and len(key) == 1:  # the given name alone, as is usual where there are no family names
        known = full_names.get(f"{key[0]} …", FullNames())
        return known.keys[0] if len(known.distinct) == 1 and known.firsts[0] < draft.first else key
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
        return " ".join(surface_of(doc).span(draft.hit.first, draft.hit.last).split())
    return draft.name


def _key(draft: Draft, rows: Rows, full_names: dict[str, FullNames]) -> tuple[tuple[str, ...] | None, bool]:
    """The key under which a draft finds its row, and whether it must not add to it."""
    if draft.entry is not None:
        return ("kb", draft.entry.id), False
    if draft.kind == "person":
        return ("person", *_person_key(draft, full_names)), False
    if draft.kind == "entity":
        name = key_of(draft.name)
        return ("name", *(rows.longer.get(name) or name), *draft.candidates), False
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
    bare = draft.definite or (draft.head == draft.first and rows.scene.doc[draft.head].is_title)  # "the Head of Mission"
    if not bare or draft.head != draft.first:
        return None
    if draft.noun not in _TAKEN_UP:
        return _longer(draft, rows)
    wanted = _TAKEN_UP[draft.noun]
    for row, key in reversed(rows.recent[-_LOOK_BACK:]):
        if row.source_type not in wanted or row.type in ("person", "state"):
            continue
        if draft.noun == "force" and row.type == "population":
            continue
        if draft.noun == "ministry" and "ministry" not in row.name.lower():
            continue
        if draft.noun in _NAMED_SO and not _called(row, draft.noun, rows):
            continue
        return key
    return _longer(draft, rows)


def _longer(draft: Draft, rows: Rows) -> tuple[str, ...] | None:
    """ "the cooperative" after "the market's cooperative": the last body without a name that is called so and more."""
    if draft.noun not in use_words("common_body", "same") or draft.type != "organization":
        return None
    for row, key in reversed(rows.recent[-_LOOK_BACK:]):
        if key[0] == "nominal" and row.type == draft.type and row.name.lower().endswith((f"'s {draft.noun}", f"’s {draft.noun}")):
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
        full = [text for text in names if " " in text and len(text) > len(entry.name)]
        given = any(kind == "acronym" or text == entry.name for _, kind, text in forms)
        if not given:  # "the UN Children's Fund" alone is no full name
            full = [text for text in full if not any(word.isupper() for word in text.replace(".", "").split())]
        if entry.acronym and full:
            row.name = max(full, key=len)
        elif entry.spell_out or entry.acronym or entry.name.lower() in {text.lower() for text in names}:
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
    forms = surface_of(doc)
    start, end = forms.start[draft.first], forms.end[draft.last - 1]
    if draft.hit is not None and draft.kind == "entity" and draft.first == draft.hit.first and draft.last == draft.hit.last:
        start, end = draft.hit.start, draft.hit.end
    side = _affiliation_row(draft.affiliation, rows)
    return ActorMention(
        start=start,
        end=end,
        actor=row.key,
        form=draft.form,
        use=draft.use,
        head=forms.start[draft.head],
        role=draft.role,
        affiliation=side.key if side is not None and side.key != row.key and not draft.former else None,
        rule=draft.rule,
        entry=draft.entry.id if draft.entry is not None else None,
    )
