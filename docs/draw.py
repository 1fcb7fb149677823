"""Draws the pictures of the concept pages from what the library returns for a few sentences of its own.

python -m docs.draw
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from conflict_extract import Claim, Extractor, Report, load

PICTURES = Path(__file__).parent / "pictures"
DATE = "2024-03-18"
WIDTH = 900
CHARACTER = 8.0  # width of a character of the sentences, by textLength the same in every browser
STYLE = """<style>
svg{font-family:system-ui,sans-serif;font-size:13px}
.page{fill:#fff}.ink{fill:#1a202c}.soft{fill:#4a5568}.box{fill:#f7fafc;stroke:#a0aec0}.step{fill:#ebf4ff;stroke:#2b6cb0}
.mono{font-family:ui-monospace,monospace}.bold{font-weight:bold}.mid{text-anchor:middle}
.line{stroke:#4a5568;fill:none;stroke-width:1.5}.head{fill:#4a5568}.rule{stroke:#cbd5e0}
.source{fill:#2b6cb0}.cue{fill:#c05621}.content{fill:#2f855a}.pale{fill-opacity:.22}
@media (prefers-color-scheme:dark){.page{fill:#1e2129}.ink{fill:#e2e8f0}.soft{fill:#a0aec0}.box{fill:#2a2f3a;stroke:#718096}
.step{fill:#1f3350;stroke:#63b3ed}.line{stroke:#a0aec0}.head{fill:#a0aec0}.rule{stroke:#4a5568}
.source{fill:#63b3ed}.cue{fill:#f6ad55}.content{fill:#68d391}}
</style><defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0L10 5L0 10z" class="head"/></marker></defs>"""

ATTRIBUTION = (
    "The governor of Orlova said 60 people had been killed, the state agency reported.",
    'A baker denied it. "We saw no soldiers," said Salma Idrin, a nurse, "and no shells."',
)
CLAIM = "Chadian army spokeswoman Hawa Idriss said on Monday that bandits had killed at least 12 people near Abeche."
# For each act a sentence whose claim has it.
ACTS = {
    "statement": "The mayor said the bridge was closed.",
    "announcement": "The union announced that the port would reopen.",
    "confirmation": "The ministry confirmed that two ships had sunk.",
    "estimate": "The clinic put the number of wounded at 31.",
    "opinion": "The envoy believes that the truce will hold.",
    "accusation": "The army accused the rebels of shelling the mill.",
    "denial": "The rebels denied shelling the mill.",
    "demand": "The council urged the army to leave the valley.",
    "commitment": "The rebels promised to free the prisoners.",
    "threat": "The militia threatened to blow up the dam.",
    "question": "The widow asked who would bury the dead.",
    "narration": "Shells killed four people in Orlova on Monday.",
}
LINKS = (
    "The army accused the rebels on Monday of shelling the market of Orlova. The ministry of health confirmed that the market had been shelled. "
    "The rebels denied shelling the market. The mayor of Orlova said 12 people had been killed in the market. "
    "A clinic in the town said 19 people had been killed there. The clinic added that many were burned."
)
STEPS = {
    "frame": "headline, dateline, byline", "encoder": "tags, tree, names, spans", "actors": "who, with ids", "places": "where, coordinates",
    "counts": "figures with bounds", "money": "sums, currencies", "times": "days and periods", "attribution": "source, cue, content",
    "coreference": "who “he” is", "modality": "denied, hedged, planned", "events": "what happened",
}  # fmt: skip


class Drawing:
    """An SVG that grows downwards."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.parts: list[str] = []

    def text(self, x: float, y: float, words: str, kind: str = "ink", width: float | None = None) -> None:
        """Words with their left end (or, with class `mid`, their middle) at a point; `width` stretches them to it."""
        length = f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"' if width else ""
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}" xml:space="preserve"{length}>{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, kind: str = "box") -> None:
        """A rectangle with round corners."""
        self.parts.append(f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" class="{kind}"/>')

    def path(self, d: str, kind: str = "line", arrow: bool = True) -> None:
        """A line, by default with an arrow's head."""
        head = ' marker-end="url(#a)"' if arrow else ""
        self.parts.append(f'<path d="{d}" class="{kind}"{head}/>')

    def svg(self, height: float) -> str:
        """The whole file."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}" role="img">'
            f"<title>{escape(self.title)}</title>{STYLE}"
            f'<rect width="{WIDTH}" height="{height:g}" class="page"/>\n' + "\n".join(self.parts) + "\n</svg>\n"
        )


def parts_of(claim: Claim) -> list[tuple[str, int, int]]:
    """Source, cue and contents of a claim: name, start, end."""
    out = [("content", span.start, span.end) for span in claim.content]
    if claim.source:
        out.append(("source", claim.source.mention.start, claim.source.mention.end))
    if claim.cue:
        out.append(("cue", claim.cue.start, claim.cue.end))
    return out


def attribution(extractor: Extractor) -> str:
    """Sentences, and below them a row for each claim with bars under its source, cue and content."""
    drawing, y, left = Drawing("Source, cue and content of sayings"), 34.0, 90.0
    report = extractor.extract("\n\n".join(ATTRIBUTION), date=DATE)
    at = 0
    for sentence in ATTRIBUTION:
        drawing.text(left, y, sentence, "ink mono", len(sentence) * CHARACTER)
        inside = [c for c in report.claims if at <= parts_of(c)[0][1] < at + len(sentence)]
        for claim in inside:
            y += 36
            drawing.text(16, y + 4, claim.id + (f" in {claim.parent}" if claim.parent else ""), "soft")
            for name, start, end in parts_of(claim):
                x, width = left + (start - at) * CHARACTER, (end - start) * CHARACTER
                drawing.box(x, y - 9, width, 18, f"{name} pale")
                drawing.box(x, y + 7, width, 2.5, name)
                if width > len(name) * 6:
                    drawing.text(x + width / 2, y + 4, name, f"{name} mid bold")
                else:
                    drawing.text(x + width / 2, y + 21, name, f"{name} mid bold")
        y += 60
        at += len(sentence) + 2
    return drawing.svg(y - 28)


def claim_fields(report: Report, claim: Claim) -> list[tuple[str, str, str]]:
    """Fields of a claim in words: name, value, meaning."""
    assert claim.source and claim.cue
    quantity, place = report.quantity(claim.quantities[0]), report.place(claim.places[0])
    said, event = report.time(claim.said[0]), claim.events[0]
    return [
        ("source", f"{claim.source.name} ({claim.source.role}), {claim.source.type}", "who answers for it"),
        ("affiliation", claim.source.affiliation or "–", "for whom the source speaks"),
        ("cue", claim.cue.text or "", "the word that shows that something is said"),
        ("act", claim.act, "what is done by saying it"),
        ("mode", claim.mode, "direct, indirect or mixed speech; narration"),
        ("content", " … ".join(span.text or "" for span in claim.content), "the words, with offsets"),
        ("events", f"{claim.event}, {event.status}", "what is said to have happened"),
        (
            "quantities",
            f"{quantity.comparator} {quantity.value:g} {quantity.unit}, {quantity.category}",
            "value, bound, what is counted",
        ),
        (
            "places",
            f"{place.name}, {place.country} ({place.latitude:.1f}, {place.longitude:.1f})",
            "where, as far as it is known",
        ),
        ("said", f"{said.span.text}, {said.start}", "when it was said"),
    ]


def claim(extractor: Extractor) -> str:
    """One sentence and the claim that it makes, field by field."""
    drawing = Drawing("A claim and its fields")
    report = extractor.extract(CLAIM, date=DATE)
    (only,) = report.claims
    character = 860 / len(CLAIM)
    for name, start, end in parts_of(only):
        drawing.box(20 + start * character, 18, (end - start) * character, 24, f"{name} pale")
        drawing.box(20 + start * character, 42, (end - start) * character, 2.5, name)
    drawing.text(20, 35, CLAIM, "ink mono", 860)
    rows = claim_fields(report, only)
    drawing.box(20, 62, 860, 14 + 26 * len(rows))
    y = 86
    for name, value, meaning in rows:
        drawing.text(36, y, name, f"{name if name in ('source', 'cue', 'content') else 'ink'} bold")
        drawing.text(140, y, value, "ink")
        drawing.text(560, y, meaning, "soft")
        y += 26
    return drawing.svg(y)


def acts(extractor: Extractor) -> str:
    """Each act with a sentence whose claim has it, its cue and content marked."""
    drawing, y = Drawing("The acts, each with an example"), 30.0
    for act, sentence in ACTS.items():
        (only,) = extractor.extract(sentence, date=DATE).claims
        if only.act != act:
            raise ValueError(f"{sentence!r} is read as {only.act}, not {act}")
        drawing.text(20, y, act, "ink bold")
        for name, start, end in parts_of(only):
            drawing.box(150 + start * CHARACTER, y - 14, (end - start) * CHARACTER, 20, f"{name} pale")
        drawing.text(150, y, sentence, "ink mono", len(sentence) * CHARACTER)
        y += 30
    x = 620
    for at, (name, words) in enumerate((("source", "source"), ("cue", "cue"), ("content", "content"))):
        drawing.box(x, 18 + 26 * at, 18, 16, f"{name} pale")
        drawing.text(x + 26, 31 + 26 * at, words, f"{name} bold")
    return drawing.svg(y - 8)


def links(extractor: Extractor) -> str:
    """The claims of a short article below each other, with an arc for each link."""
    drawing, step = Drawing("Claims of an article and the links between them"), 54
    report = extractor.extract(LINKS, date=DATE)
    middle = {}
    for at, item in enumerate(report.claims):
        y = 16 + step * at
        middle[item.id] = y + 20
        drawing.box(20, y, 560, 40)
        who = item.source.name if item.source else "the article"
        drawing.text(34, y + 17, f"{item.id}  {who}: {item.act}", "ink bold")
        drawing.text(34, y + 33, " … ".join(span.text or "" for span in item.content), "soft")
    column = 590 + 45 * max(round(abs(middle[one.from_] - middle[one.to]) / step) for one in report.links)
    for link in sorted(report.links, key=lambda one: abs(middle[one.from_] - middle[one.to])):
        start, end = middle[link.from_] + 5, middle[link.to] - 5 if middle[link.to] > middle[link.from_] else middle[link.to] + 5
        reach = 580 + 60 * max(1, round(abs(start - end) / step))
        drawing.path(f"M580 {start:g}C{reach} {start:g} {reach} {end:g} 584 {end:g}", arrow=True)
        drawing.text(column, (start + end) / 2 + 4, f"{link.from_} {link.kind} {link.to}", "ink")
    return drawing.svg(16 + step * len(report.claims) + 4)


def flow(extractor: Extractor) -> str:
    """The way from a text to a Report and out."""
    drawing = Drawing("From text to Report")
    names = [name.removeprefix("conflict_") for name in extractor.nlp.pipe_names if name != "conflict_lemmatizer"]
    if names != list(STEPS):
        raise ValueError(f"the pipeline is {names}")

    def step(x: float, y: float, width: float, title: str, words: str, kind: str = "step") -> None:
        drawing.box(x, y, width, 46, kind)
        drawing.text(x + width / 2, y + 19, title, "ink mid bold")
        drawing.text(x + width / 2, y + 36, words, "soft mid")

    step(20, 16, 130, "text", "date, title, id", "box")
    drawing.path("M150 39L186 39")
    step(190, 16, 130, "tokenizer", "text → Doc")
    drawing.path("M255 62L255 84")
    drawing.box(20, 88, 860, 194)
    drawing.text(
        32, 108, "annotate/: spaCy components, in this order; each writes a layer of records that point into the text", "ink bold"
    )
    for at, (name, words) in enumerate(STEPS.items()):
        row, column = divmod(at, 4)
        step(36 + 210 * column, 120 + 54 * row - 2, 190, name, words)
        if column < 3 and at < len(STEPS) - 1:
            drawing.path(f"M{226 + 210 * column} {141 + 54 * row}L{243 + 210 * column} {141 + 54 * row}")
    drawing.path("M450 282L450 304")
    step(250, 308, 400, "assemble/", "figures, places, events to claims; links; confidence")
    step(20, 308, 180, "lexicons/, values/", "tables; numbers, dates", "box")
    drawing.path("M110 308L110 286")
    drawing.path("M200 331L246 331")
    drawing.path("M650 331L696 331")
    step(700, 308, 180, "Report", "schema/: frozen models")
    drawing.path("M790 354L790 376")
    step(250, 380, 630, "deliver/", "JSON, tables, Parquet, page, HTTP, command line, compare, correct", "box")
    step(20, 380, 180, "evaluate/", "gold formats, metrics", "box")
    drawing.path("M250 403L204 403")
    return drawing.svg(442)


def pictures(extractor: Extractor) -> dict[Path, str]:
    """Each picture's file and text."""
    return {PICTURES / f"{draw.__name__}.svg": draw(extractor) for draw in (attribution, claim, acts, links, flow)}


if __name__ == "__main__":
    for path, picture in pictures(load()).items():
        path.write_text(picture, encoding="utf-8")
