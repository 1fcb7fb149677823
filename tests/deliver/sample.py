"""A report built by hand, for tests of what leaves the library. The article is invented."""

from __future__ import annotations

from conflict_extract.schema import (
    Actor,
    Claim,
    ClaimEvent,
    Event,
    EventPlace,
    Evidence,
    Link,
    Meta,
    Place,
    Quantity,
    Report,
    Source,
    Span,
    Time,
    Via,
)
from conflict_extract.schema.verbatim import text_sha256

TEXT = (
    "Orlova raid\n\nThe governor of Orlova, Ilya Maren, told Vesta News on Monday that at least 12 people had been killed near Goma.\n\n"
    "The rebels denied the claim <b>and</b> 😀 said “three of our own died”."
)


def span(words: str, start: int = 0) -> Span:
    """The span of the first place where the text has these words."""
    at = TEXT.index(words, start)
    return Span(start=at, end=at + len(words), text=words)


def sample_report() -> Report:
    """Three claims, a denial, a figure on either side, a place with coordinates."""
    first = span("at least 12 people had been killed near Goma")
    return Report(
        id="sample",
        date="2024-03-18",
        text=TEXT,
        claims=(
            Claim(
                id="c1",
                key="k1",
                source=Source(
                    mention=span("Ilya Maren"),
                    name="Ilya Maren",
                    actor="a1",
                    type="local_official",
                    role="governor of Orlova",
                    via=Via(kind="agency", name="Vesta News"),
                    confidence=0.9,
                ),
                cue=span("told"),
                act="statement",
                mode="indirect",
                content=(first,),
                event="killing",
                events=(ClaimEvent(event="e1"),),
                quantities=("q1",),
                places=("p1",),
                times=("t1",),
                said=("t1",),
                sentence=span("The governor of Orlova, Ilya Maren, told Vesta News on Monday that at least 12 people had been killed near Goma."),
                confidence=0.93,
                evidence=(Evidence(field="content", rule="ccomp", entry="tell", score=0.9),),
            ),
            Claim(
                id="c2",
                key="k2",
                source=Source(mention=span("The rebels"), name="rebels", actor="a2", type="armed_group"),
                cue=span("denied"),
                act="denial",
                mode="indirect",
                content=(span("the claim"),),
                target="a1",
                negated=True,
                sentence=span("The rebels denied the claim <b>and</b> 😀 said “three of our own died”."),
                confidence=0.7,
            ),
            Claim(
                id="c3",
                key="k3",
                source=Source(mention=span("The rebels"), name="rebels", actor="a2", type="armed_group"),
                cue=span("said"),
                act="statement",
                mode="direct",
                content=(span("three of our own died"),),
                event="killing",
                quantities=("q2",),
                sentence=span("The rebels denied the claim <b>and</b> 😀 said “three of our own died”."),
                confidence=0.4,
            ),
        ),
        events=(Event(id="e1", type="killing", plover="ASSAULT", mentions=(span("killed"),), places=(EventPlace(place="p1", role="near"),)),),
        actors=(
            Actor(id="a1", name="Ilya Maren", type="person", mentions=(span("Ilya Maren"),)),
            Actor(id="a2", name="rebels", type="armed_group", mentions=(span("The rebels"),)),
        ),
        places=(
            Place(id="p1", name="Goma", country="CD", geonames=216281, latitude=-1.67, longitude=29.22, mentions=(span("Goma"),)),
        ),
        quantities=(
            Quantity(
                id="q1", span=span("at least 12 people"), kind="count", value=12, comparator=">=", modifier="at least", at_least=12,
                best=12, unit="people", category="killed",
            ),
            Quantity(id="q2", span=span("three"), kind="count", value=3, at_least=3, best=3, at_most=3, unit="people", category="killed"),
        ),
        times=(Time(id="t1", span=span("on Monday"), start="2024-03-18", end="2024-03-18", basis="document_date"),),
        links=(Link(kind="denies", from_="c2", to="c1", basis="the claim of the governor"), Link(kind="elaborates", from_="c3", to="c2")),
        meta=Meta(library="0", lexicons_sha256="0", text_sha256=text_sha256(TEXT), date_source="caller"),
    )  # fmt: skip
