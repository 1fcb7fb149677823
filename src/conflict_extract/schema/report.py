"""The Report: everything that one document says, and look-ups over it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field

from conflict_extract.errors import InputError, TextMismatchError
from conflict_extract.schema.models import (
    Actor,
    Claim,
    Event,
    Frame,
    Link,
    Meta,
    Model,
    Place,
    Quantity,
    Time,
)
from conflict_extract.schema.verbatim import drop_text, restore_text, text_sha256

if TYPE_CHECKING:
    import pandas as pd

SCHEMA_VERSION = "1.0"
Part = TypeVar("Part", Claim, Event, Actor, Place, Quantity, Time)


class Report(Model):
    """What one document says: claims, events, actors, places, quantities, times and the links between claims.

    `model_dump(mode="json")` and `model_validate` are lossless. `text` is null in a report made by `without_text`.
    """

    schema_version: str = SCHEMA_VERSION
    id: str
    date: str | None = None
    text: str | None
    frame: Frame = Field(default_factory=Frame)
    claims: tuple[Claim, ...] = ()
    events: tuple[Event, ...] = ()
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    times: tuple[Time, ...] = ()
    links: tuple[Link, ...] = ()
    meta: Meta

    # -- look-ups ---------------------------------------------------------------------------------
    @cached_property
    def _index(self) -> dict[str, Any]:
        parts: list[Any] = [*self.claims, *self.events, *self.actors, *self.places, *self.quantities, *self.times]
        return {part.id: part for part in parts}

    def claim(self, id: str) -> Claim:
        """The claim with this id. Raises: InputError: there is none."""
        return self._find(id, Claim)

    def event(self, id: str) -> Event:
        """The event with this id. Raises: InputError: there is none."""
        return self._find(id, Event)

    def actor(self, id: str) -> Actor:
        """The actor with this id. Raises: InputError: there is none."""
        return self._find(id, Actor)

    def place(self, id: str) -> Place:
        """The place with this id. Raises: InputError: there is none."""
        return self._find(id, Place)

    def quantity(self, id: str) -> Quantity:
        """The quantity with this id. Raises: InputError: there is none."""
        return self._find(id, Quantity)

    def time(self, id: str) -> Time:
        """The time with this id. Raises: InputError: there is none."""
        return self._find(id, Time)

    def _find(self, id: str, kind: type[Part]) -> Part:
        part = self._index.get(id)
        if not isinstance(part, kind):
            raise InputError(f"this report has no {kind.__name__.lower()} {id!r}")
        return part

    def claims_by(self, who: str) -> list[Claim]:
        """The claims of a speaker, of those who speak for it, and of joint speakers that it is part of.

        Args:
            who: a name ("Armenia"), a knowledge-base id ("state/AM") or an actor id of this report ("a1").
        """
        wanted = _norm(who)
        ids = {a.id for a in self.actors if who in (a.id, a.kb) or _norm(a.name) == wanted}
        ids |= {a.id for a in self.actors if ids.intersection(a.members)}
        return [
            claim
            for claim in self.claims
            if claim.source is not None
            and (
                claim.source.actor in ids
                or claim.source.affiliation_actor in ids
                or wanted in (_norm(claim.source.name), _norm(claim.source.affiliation or ""))
            )
        ]

    def links_of(self, claim: str) -> list[Link]:
        """The links that start or end at a claim."""
        return [link for link in self.links if claim in (link.from_, link.to)]

    def above(self, min_confidence: float) -> Report:
        """This report without the claims below a confidence; links of those go, and their inner claims lose their parent."""
        if min_confidence <= 0 or all(claim.confidence >= min_confidence for claim in self.claims):
            return self
        kept = {claim.id for claim in self.claims if claim.confidence >= min_confidence}
        claims = tuple(
            claim if claim.parent is None or claim.parent in kept else claim.model_copy(update={"parent": None})
            for claim in self.claims
            if claim.id in kept
        )
        links = tuple(link for link in self.links if link.from_ in kept and link.to in kept)
        return self.model_copy(update={"claims": claims, "links": links})

    def timeline(self) -> list[tuple[str, Claim]]:
        """(ISO date, claim) for each claim whose event has a date, in order of date, then of the text."""
        dated = []
        for number, claim in enumerate(self.claims):
            starts = [self.time(t).start for t in claim.times if t not in claim.said]
            first = min((start for start in starts if start), default=None)
            if first is not None:
                dated.append((first, number, claim))
        return [(date, claim) for date, _, claim in sorted(dated, key=lambda row: row[:2])]

    # -- without the text -------------------------------------------------------------------------
    def without_text(self) -> Report:
        """This report without the article: the text, sentences and all verbatim strings are dropped, offsets stay."""
        return self if self.text is None else Report.model_validate(drop_text(self.model_dump(mode="json"), self.text))

    def with_text(self, text: str) -> Report:
        """This report with the article put back.

        Raises:
            TextMismatchError: the text is not the one that the report was made from (its SHA-256 differs).
        """
        clean = re.sub("[\ud800-\udfff]", "�", text)
        if text_sha256(clean) != self.meta.text_sha256:
            raise TextMismatchError("this text is not the one that the report was made from (SHA-256 differs)")
        return Report.model_validate(restore_text(self.model_dump(mode="json"), clean))

    # -- tables and pages -------------------------------------------------------------------------
    def claims_frame(self) -> pd.DataFrame:
        """One row a claim, as a pandas DataFrame (extra `table`); columns in docs/claims.md."""
        from conflict_extract.schema.tables import claims_frame

        return claims_frame([self])

    def to_frame(self) -> pd.DataFrame:
        """The same as `claims_frame`."""
        return self.claims_frame()

    def figures(self, vague: dict[str, tuple[int | None, int | None, int | None]] | None = None) -> pd.DataFrame:
        """One row for each quantity and innermost speaker, as a pandas DataFrame (extra `table`); columns in docs/claims.md.

        Args:
            vague: rules of your own for vague numbers, {"dozens": (at_least, best, at_most)}.
        """
        from conflict_extract.schema.tables import figures

        return figures([self], vague=vague)

    def _repr_html_(self) -> str:
        from conflict_extract.deliver.viewer import fragment

        return fragment(self)

    def __str__(self) -> str:
        return f"Report {self.id}: {len(self.claims)} claims, {len(self.actors)} actors, {len(self.quantities)} quantities"


def _norm(name: str) -> str:
    return re.sub(r"^(the|a|an)\s+", "", " ".join(name.casefold().split()))
