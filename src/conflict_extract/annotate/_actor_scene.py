"""The scene of a document: its names, entities, anchor state, and what the other parts look up while they draft mentions."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, field

from spacy.tokens import Doc, Span

from conflict_extract.annotate._actor_draft import HYPHENS, PERSON_LABELS, PLACE_LABELS, POSSESSIVES, Draft
from conflict_extract.annotate._actor_home import country_votes
from conflict_extract.annotate._actor_match import Context, Hit, find_hits, settle
from conflict_extract.annotate._actor_rivals import contest
from conflict_extract.annotate._actor_types import name_endings
from conflict_extract.annotate._actor_unseen import before_acronym, behind_kind
from conflict_extract.annotate._actor_use import has_tree
from conflict_extract.annotate._tokens import surface_of
from conflict_extract.annotate.layer import FrameRecord, read, text_of
from conflict_extract.lexicons.actors import ActorEntry, ActorIndex, words

_DATELINE = re.compile(
    r"\s*([A-Z][A-Z.' -]{2,40}?)(?:, ([A-Z][A-Za-z.' ]{2,40}?))?(?:,? [A-Z][a-z]{2,8}\.? \d{1,2})?(?: \([A-Za-z ]+\))? ?[-–—] "
)


_PLACES_ALONE = 1.5  # votes of place names needed for a state that the text does not name
_ORIGINS = frozenset(
    ["based", "born", "backed", "made", "supplied", "linked", "aligned", "sponsored", "trained", "funded", "built"]
)


@dataclass(slots=True)
class Scene:
    """A document with its settled hits. `by_token`: the hit that covers a token. `used`: tokens that a draft took already."""

    doc: Doc
    index: ActorIndex
    context: Context
    hits: list[Hit]
    by_token: dict[int, Hit]
    persons: list[Span]
    organisations: list[Span]
    places: list[Span]
    dateline: ActorEntry | None = None
    dateline_start: int = 0
    headline_end: int = 0
    dateline_end: int | None = None
    drafts: list[Draft] = field(default_factory=list)
    by_head: dict[int, Draft] = field(default_factory=dict)
    by_first: dict[int, Draft] = field(default_factory=dict)
    by_last: dict[int, Draft] = field(default_factory=dict)
    entities: list[Draft] = field(default_factory=list)
    in_person: dict[int, tuple[int, int]] = field(default_factory=dict)
    in_place: dict[int, Span] = field(default_factory=dict)
    in_organisation: dict[int, Span] = field(default_factory=dict)
    person_spans: list[tuple[int, int]] = field(default_factory=list)
    surnames: set[str] = field(default_factory=set)
    used: set[int] = field(default_factory=set)
    evidence: dict[str, float] = field(default_factory=lambda: defaultdict(float))  # how much the names say of each state
    anchors: tuple[ActorEntry | None] | None = None  # what `anchor` found, once it was asked

    def add(self, draft: Draft) -> None:
        """Keep a draft, findable by its head; entities come in order of the text."""
        self.drafts.append(draft)
        self.by_head.setdefault(draft.head, draft)
        self.by_first.setdefault(draft.first, draft)
        self.by_last.setdefault(draft.last, draft)

    def person_at(self, first: int, last: int) -> tuple[int, int] | None:
        """The person's name that covers these tokens."""
        span = self.in_person.get(first)
        return span if span is not None and last <= span[1] else None

    def in_dateline(self, start: int, end: int) -> bool:
        """Whether these offsets lie in the dateline, which may stand below a headline."""
        return self.dateline_end is not None and self.dateline_start <= start and end <= self.dateline_end

    def sentence(self, token: int) -> str:
        """The words of the sentence around a token; without sentence boundaries, those of its line."""
        doc = self.doc
        if doc[0].is_sent_start and has_tree(doc):
            return str(doc[token].sent.text)
        first = last = token
        while first > 0 and doc[first - 1].text not in {".", "!", "?"} and "\n" not in doc[first - 1].text and token - first < 60:
            first -= 1
        while last + 1 < len(doc) and doc[last].text not in {".", "!", "?"} and "\n" not in doc[last].text and last - token < 60:
            last += 1
        return surface_of(doc).span(first, last + 1)

    def beside(self, token: int) -> str:
        """The words of the noun phrase at a token with what is attached to it: "in Aden", ", run by the Houthis,"."""
        doc = self.doc
        if has_tree(doc):
            first = token
            while first > 0 and token - first < 12 and doc[first - 1].pos_ not in ("VERB", "AUX", "ADP", "PUNCT", "SCONJ"):
                first -= 1
            hyphen = first > 1 and doc[first - 1].text in HYPHENS
            edge = min(doc[token].right_edge.i, token + 14)
            return surface_of(doc).span(max(0, first - (3 if hyphen else 0)), edge + 1)
        last = token
        while last + 1 < len(doc) and last - token < 3 and doc[last + 1].text not in {",", ".", ";"}:
            last += 1
        return surface_of(doc).span(max(0, token - 4), last + 1)

    def state(self, entry: ActorEntry | None) -> ActorEntry | None:
        """The state or authority that an entry is or speaks for."""
        if entry is None:
            return None
        if entry.stands_for:
            return self.index.get(entry.stands_for)
        if entry.id.startswith(("state/", "authority/")):
            return entry
        return self.index.get(entry.affiliation) if entry.affiliation else None

    def anchor(self) -> ActorEntry | None:
        """The state whose bodies need no name here, or None where the text does not decide.

        Evidence for a state: its names (less where they only say where something comes from: "X-based", "from X"), once more in
        the headline, and the place names that lie in it. The dateline's state is taken unless the text says nothing of it, or
        four times as much of another; else the state with twice the evidence of the next (more than one place name, where its own name is absent).
        """
        if self.anchors is None:
            self.anchors = (self._anchor(),)
        return self.anchors[0]

    def _anchor(self) -> ActorEntry | None:
        weight = defaultdict(float, self.evidence)
        names = (span.text.removeprefix("the ") for span in self.places if span.start not in self.by_token)
        for code, vote in country_votes(names).items():
            home = self.index.by_country.get(code)
            if home is not None:
                weight[home.id] += vote
        ranked = sorted(weight.items(), key=lambda pair: -pair[1])[:2]
        line = self.dateline
        if line is None or _mere_region(line):
            line = self._dateline_country()
        if line is not None:
            best = ranked[0][1] if ranked else 0.0
            if best < 2 or 4 * weight[line.id] >= best:
                return line
        if not ranked or ranked[0][1] < (1.0 if ranked[0][0] in self.evidence else _PLACES_ALONE):
            return None
        if len(ranked) > 1 and ranked[0][1] < 2 * ranked[1][1]:
            return None
        return self.index.get(ranked[0][0])

    def _dateline_country(self) -> ActorEntry | None:
        """The state that the dateline's place lies in ("JAMMU:", "GOMA, Nov 14 -")."""
        if self.dateline_end is None:
            return None
        name = re.split(r"[,:(\-–—]", text_of(self.doc)[self.dateline_start : self.dateline_end].strip("( "))[0]
        votes = country_votes([name.strip().title()])
        best = max(votes, key=lambda code: votes[code], default="")
        return self.index.by_country.get(best) if votes.get(best, 0.0) > 0.5 else None


def make_scene(doc: Doc, index: ActorIndex) -> Scene:
    """Find and settle all names of the knowledge base and sort the entities."""
    tokens = list(words(text_of(doc)))
    hits = find_hits(doc, index, tokens)
    context = Context(tokens, index, hits, _date(doc))
    entities = [(ent, ent.label_) for ent in doc.ents]
    persons = [ent for ent, label in entities if label in PERSON_LABELS]
    organisations = [ent for ent, label in entities if label == "ORG"]
    located = [ent for ent, label in entities if label in PLACE_LABELS]
    places = [ent for ent in located if not _institute(ent)]
    organisations += [ent for ent in located if _institute(ent)]
    kept: list[Hit] = []
    for hit in hits:
        settle(hit, context)
        if not hit.ruled_out and not (kept and _of_another(doc, kept[-1], hit)):
            kept.append(hit)
    known = {token.i for ent in doc.ents for token in ent} | {token for hit in kept for token in range(hit.first, hit.last)}
    unseen = behind_kind(doc, known) + before_acronym(doc, known)
    organisations += unseen
    places = [ent for ent in places if not any(ent.start == span.start for span in unseen)]
    by_token = {token: hit for hit in kept for token in range(hit.first, hit.last)}
    scene = Scene(doc, index, context, kept, by_token, persons, organisations, places)
    scene.in_place = {token.i: span for span in places for token in span}
    scene.in_organisation = {token.i: span for span in organisations for token in span}
    scene.dateline = _dateline(scene)
    headline = max((record.end for record in read(doc, "frame", FrameRecord) if record.kind == "headline"), default=0)
    scene.headline_end = headline
    for hit in kept:
        state = scene.state(hit.entry)
        if state is None or _mere_region(state) or scene.in_dateline(hit.start, hit.end):
            continue
        if state.id.startswith("authority/") and "capital" in hit.kinds():
            continue  # "Idlib" is a place before it is anybody's government
        scene.evidence[state.id] += _weight(doc, hit) + (1.0 if hit.end <= headline else 0.0)
    return scene


def _institute(ent: Span) -> bool:
    """Whether the entities take a long name of an institute or university for a place ("the X Middle East Center")."""
    return ent.end - ent.start > 2 and ent[-1].is_title and name_endings().get(ent[-1].lower_) == "expert"


def _mere_region(entry: ActorEntry) -> bool:
    """Whether an authority is the name of a territory that no state and no army stands for ("Kashmir")."""
    return entry.region and entry.country is None


def _weight(doc: Doc, hit: Hit) -> float:
    """How much a name says of the state that a text is about: "X-based" nothing, "from X" half."""
    if hit.last + 1 < len(doc) and doc[hit.last].text in HYPHENS and doc[hit.last + 1].lower_ in _ORIGINS:
        return 0.0
    before = doc[hit.first - 1] if hit.first else None
    if before is not None and ((before.text in HYPHENS and not before.whitespace_) or before.lower_ in ("from", "to", "into")):
        return 0.5
    return 1.0


def _of_another(doc: Doc, owner: Hit, hit: Hit) -> bool:
    """ "Pakistan's Foreign Office": whether another state's name owns what is a body of one state in the tables."""
    one, other = owner.entry, hit.entry
    if (
        one is None
        or other is None
        or not one.id.startswith("state/")
        or other.type != "government_body"
        or not other.affiliation
    ):
        return False
    between = [token.text for token in doc[owner.last : hit.first]]
    return (
        other.affiliation.startswith("state/")
        and other.affiliation != one.id
        and len(between) < 2
        and set(between) <= POSSESSIVES
    )


def _date(doc: Doc) -> dt.date | None:
    value = doc._.ce_date
    if not value:
        return None
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _dateline(scene: Scene) -> ActorEntry | None:
    """The state of the dateline: of the frame layer, else of a first line that looks like one."""
    doc = scene.doc
    for record in read(doc, "frame", FrameRecord):
        if record.kind == "dateline":
            scene.dateline_start, scene.dateline_end = record.start, record.end
            return _state_between(scene, record.start, record.end)
    match = _DATELINE.match(text_of(doc))
    if match:
        scene.dateline_end = match.end()
    return _state_between(scene, match.start(), match.end()) if match else None


def _state_between(scene: Scene, start: int, end: int) -> ActorEntry | None:
    found = [scene.state(hit.entry) for hit in scene.hits if start <= hit.start and hit.end <= end]
    states = [entry for entry in found if entry is not None]
    return states[-1] if states else None


def contested_state(
    scene: Scene, state: ActorEntry, token: int, *, seat: str | None = None, army: bool = False
) -> tuple[ActorEntry | None, list[str]]:
    """The entry that a name of a state's government means here, or the candidates between which the text does not decide."""
    if not state.country:
        return state, []
    outcome = contest(scene.context, state.country, scene.beside(token), scene.sentence(token), seat=seat, army=army)
    if outcome is None:
        return state, []
    chosen, candidates = outcome
    return (scene.index.get(chosen), []) if chosen else (None, candidates)
