"""Whom the speaker of a saying speaks for: titles, bodies behind nouns, parties in front, whose paper it is, the document's state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from conflict_extract.annotate import layer
from conflict_extract.annotate._actor_use import use_words
from conflict_extract.annotate._coref_scene import COLLECTIVE, Scene
from conflict_extract.annotate._courts import at_trial, only_court, trial_court
from conflict_extract.annotate._localities import Localities
from conflict_extract.annotate._parties import before_name, in_front, of_fighters, party_before

#: A "police spokesman" or "army spokesman" speaks for that body, whoever spoke before.
OWN_BODY = frozenset({"police", "military", "judiciary", "legislature"})
_PUBLIC = ("government", "military", "police", "judiciary", "legislature")
_MAJORITY = 0.6
_REACH = 500  # characters back to who spoke before
_PAPER_REACH = 1200


class Sides:
    """Finds the affiliations of a document's speakers, once all sources are resolved.

    Args:
        scene: the document. said: its sayings. found: token -> actor that a pronoun or description there means.
        make: gives the key of a row for a name that has none.
    """

    def __init__(self, scene: Scene, said: Sequence[layer.SaidRecord], found: dict[int, str], make: Callable[[str], str]) -> None:
        self.scene, self.view, self.said, self.found, self.make = scene, scene.view, said, found, make
        self.localities = Localities(scene, make)
        self.by_line = False
        self.home = self._home()
        self.court, self.trial = only_court(scene), trial_court(scene)

    def of(self, record: layer.SaidRecord, row: layer.ActorRow, head: int | None) -> str | None:
        """The key of the one that a saying's speaker speaks for, or None where the text does not say.

        Args:
            record: the saying, with its source. row: its speaker. head: the source's head token.
        """
        view, rows = self.view, self.scene.rows
        if self.trial is not None and at_trial(row):
            return self.trial
        mention = view.mention[head] if head is not None else None
        affiliation = row.affiliation
        if row.type == "person" and head is not None and affiliation in rows and rows[affiliation].type == "state":
            if (row.role or "").lower().endswith("chief minister"):
                affiliation = row.affiliation = self.localities.in_role(row)  # of a province
            elif row.source_type == "government" and (province := self.localities.in_title(head)) is not None:
                affiliation = row.affiliation = province
        if row.type == "person" and head is not None and record.source is not None:
            if affiliation is None or row.source_type == "legislature":
                affiliation = row.affiliation = in_front(self.scene, record.source, self.make) or affiliation
            if affiliation is None:
                affiliation = row.affiliation = before_name(self.scene, record.source, head)
            if affiliation is None and row.source_type in ("legislature", "party"):
                affiliation = row.affiliation = party_before(self.scene, head, self.localities.tokens(), self.make)
        if affiliation is None and mention is not None and mention.actor == row.key:
            affiliation = mention.affiliation
        if row.type == "media" and row.kb is None and row.name.split()[-1] in use_words("many_outlets", "same"):
            row.type = "other"  # "Kenyan media": no outlet
        if affiliation is None and row.type in COLLECTIVE and _speaks_for_itself(row):
            affiliation = row.key
        if affiliation is None and head is not None and view.word[head].islower():
            affiliation = self._of_possessor(head) or self._for_pronoun(head) or self._of_paper(record, head)
        if affiliation is None and row.type in ("person", "population", "other"):
            affiliation = self._bridge(record, row)
        if affiliation is None and row.source_type == "armed_group":
            affiliation = of_fighters(row, self.make)
        if affiliation is None and self.court is not None and row.source_type == "judiciary" and "judge" in (row.role or ""):
            affiliation = self.court
        if affiliation is None or (affiliation in rows and _council(rows[affiliation])):
            affiliation = self.localities.of(row, head) or affiliation
        if affiliation in rows and affiliation != row.key and _nobody(rows[affiliation]):
            affiliation = row.affiliation = None
        side = rows.get(affiliation or "")
        state = rows.get((side.affiliation if side is not None else None) or "")
        if (
            side is not None
            and side.type == "government_body"
            and side.key != row.key
            and state is not None
            and state.type == "state"
        ):
            affiliation, side = state.key, state  # "the force's director" speaks for the state
        if side is not None and side.type == "armed_group" and row.source_type in (None, "unknown", "military"):
            row.source_type = "armed_group"  # "the group's military spokesman"
        return affiliation

    def at_home(self, record: layer.SaidRecord) -> None:
        """The army, the police, a minister of no named state belong to the state that the document is about."""
        row = self.scene.rows.get(record.speaker or "")
        if row is None or record.former or row.kb is not None:
            return
        own = record.affiliation == row.key
        if self.home is not None and row.country is None and row.source_type in _PUBLIC:
            self._take_home(record, row, own=own)
        if own and record.affiliation == row.key and row.name[:1].islower() and not _common_body(row):
            record.affiliation = None  # "the army" of a state that the text does not tell

    def _take_home(self, record: layer.SaidRecord, row: layer.ActorRow, *, own: bool) -> None:
        common = row.type == "government_body" and row.name.split()[-1].islower()  # "Garissa police"
        named = row.name[:1].isupper() and row.type != "person" and not common
        if named or (record.affiliation is not None and not own):
            return
        role = (row.role or "").lower().replace("-", " ")
        if role.endswith("chief minister") or (self.by_line and row.source_type == "judiciary"):
            return
        words = {*row.name.lower().replace("-", " ").split(), *role.split()}
        if words & use_words("not_national", "same") and not words & use_words("national", "same"):
            return
        if not row.name[:1].isupper() and words & use_words("no_voice", "same"):
            return
        record.affiliation = self.home

    def _of_possessor(self, head: int) -> str | None:
        """ "his office", "her spokesman": the side of the person whom the pronoun means."""
        if self.view.low[head] not in use_words("of_possessor", "same"):
            return None
        for j in self.view.children[head]:
            row = self.scene.rows.get(self.found.get(j, ""))
            if row is None or self.view.dep[j] != "nmod:poss" or row.former:
                continue
            if row.type in COLLECTIVE and row.type != "media":
                return row.affiliation or row.key  # "its political wing"
            if row.type != "person":
                continue
            said = (other.affiliation for other in self.said if other.speaker == row.key and other.affiliation is not None)
            return row.affiliation or next(said, None)
        return None

    def _for_pronoun(self, head: int) -> str | None:
        """ "a spokesman for it": whom the pronoun means."""
        for j in self.view.children[head]:
            if j in self.found and j > head and self.view.case_of(j) in ("for", "of"):
                row = self.scene.rows.get(self.found[j])
                if row is not None and row.type in COLLECTIVE:
                    return row.affiliation if row.affiliation and row.type != "media" else row.key
        return None

    def _of_paper(self, record: layer.SaidRecord, head: int) -> str | None:
        """Whose paper it is that says something: a court's judgment, a cabinet statement, the communiqué of who spoke before."""
        view, rows = self.view, self.scene.rows
        if view.low[head] not in use_words("paper", "same"):
            return None
        if view.low[head] in use_words("court_paper", "same"):
            return self.court
        words = view.low[max(view.left[head], head - 4) : head]
        if "court" in words:
            return self.trial or self.court
        if set(words) & (use_words("state_institution", "actor") | {"government", "presidential"}):
            return self.home
        if not words or words[-1] not in ("the", "this", "that"):
            return None
        for other in reversed(self.said):
            if record.source is None or other.start >= record.source[0] or other.speaker not in rows:
                continue
            if record.source[0] - other.end > _PAPER_REACH:
                return None
            side = other.affiliation
            if side in rows and rows[side].type in COLLECTIVE:
                return side
        return None

    def _bridge(self, record: layer.SaidRecord, row: layer.ActorRow) -> str | None:
        """A bare "spokesman" or "official" speaks for the organisation that spoke or was spoken of in the sentence before."""
        named = row.type == "person" and row.name[:1].isupper()  # "The spokesperson, X, said"
        words = ((row.role or "") if named else row.name).lower().split()
        if named and (len(words) > 1 or not words[:1] or not words[0].startswith("spokes")):
            return None
        if not words or words[-1] not in use_words("bare_office", "same") or len(words) > 2 or record.source is None:
            return None
        if len(words) == 2 and words[0] not in use_words("np_modifier", "same"):
            return None  # "heritage officials"
        rows = self.scene.rows
        before = None
        for other in self.said:
            if other.start >= record.source[0]:
                break
            if other.speaker in rows and other.end > record.source[0] - _REACH:
                before = other
        if before is None or before.speaker is None:
            return None
        speaker = rows[before.speaker]
        if row.source_type in OWN_BODY and row.source_type != speaker.source_type:
            return None
        if speaker.type in COLLECTIVE and speaker.type != "media":
            return speaker.affiliation or speaker.key
        return None

    def _home(self) -> str | None:
        """The state that the document is about: with at least six in ten of the countries of its places and state actors, else the
        dateline's, when the text says a third as much of it as of any other.

        A place that somebody comes from counts half; a name that is a place counts once.
        """
        counts: dict[str, float] = defaultdict(float)
        line: str | None = None
        frame = layer.read(self.view.doc, "frame", layer.FrameRecord)
        start, end = next(((record.start, record.end) for record in frame if record.kind == "dateline"), (0, 0))
        places = {row.key: row for row in layer.read_table(self.view.doc, "places", layer.PlaceRow)}
        for place in layer.read(self.view.doc, "places", layer.PlaceMention):
            row = places.get(place.place)
            if row is not None and row.country and not place.as_actor:
                counts[row.country] += 0.5 if place.role == "from" else 1.0
                if start <= place.start < end:
                    line = row.country
        for mention in layer.read(self.view.doc, "actors", layer.ActorMention):
            actor = self.scene.rows.get(mention.actor)
            if actor is not None and actor.type == "state" and actor.country and mention.use != "place":
                counts[actor.country] += 1.0
        if not counts:
            return None
        country, most = max(counts.items(), key=lambda item: item[1])
        if most < 2 or most < _MAJORITY * sum(counts.values()):
            if line is None or 3 * counts[line] < most:
                return None
            country, self.by_line = line, True
        return next((row.key for row in self.scene.rows.values() if row.type == "state" and row.country == country), None)


def behind(scene: Scene, head: int) -> str | None:
    """Whom a noun phrase belongs to: an actor to the left in it, or in its of- or for-phrase."""
    view = scene.view
    for i in range(view.left[head], min(view.right[head], head + 9)):
        mention = view.mention[i]
        if mention is None or view.dep[i].startswith("acl") or i == head:
            continue
        row = scene.rows.get(mention.actor)
        if row is None or row.type not in COLLECTIVE or not view.inside(i, head):
            continue
        if i < head or (view.case_of(i) in ("of", "for", "with", "in", "at") and view.head[i] == head):
            return row.affiliation if row.type == "government_body" and row.affiliation else row.key
    return None


def _speaks_for_itself(row: layer.ActorRow) -> bool:
    """Whether an organisation has a name, or is a body by a common noun ("the district administration")."""
    if row.kb is not None or row.name[:1].isupper():
        return True
    return _common_body(row) or (row.type == "government_body" and "authorities" not in row.name)


def _common_body(row: layer.ActorRow) -> bool:
    """ "the district administration": a body without a name that still speaks for itself."""
    return row.number != "plural" and row.name.split()[-1] in use_words("common_body", "same")


def _council(row: layer.ActorRow) -> bool:
    """Whether a row is a body without a name of its own: "the city's defence council"."""
    return row.kb is None and row.type == "government_body" and row.name[:1].islower() and row.affiliation is None


def _nobody(row: layer.ActorRow) -> bool:
    """Whether a row is people that nobody speaks for ("community"), or forces without their state ("armed forces")."""
    if row.kb is not None or row.name[:1].isupper():
        return False
    words = row.name.split()
    return words[-1] in use_words("nobody", "same") or (
        row.type == "government_body" and row.source_type in ("military", "police")
    )
