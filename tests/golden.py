"""Golden output: what the library says about the articles in fixtures/, as text that a person can read and compare.

`python -m tests.golden` writes fixtures/golden/*.txt anew; `tests/test_golden.py` shows what has changed since then. It also writes
the example in the HTTP service's description, which is the library's output for a text there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conflict_extract import Report

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = ROOT / "fixtures" / "articles"
GOLD = ROOT / "fixtures" / "gold"
GOLDEN = ROOT / "fixtures" / "golden"
EXAMPLE = ROOT / "src" / "conflict_extract" / "deliver" / "service" / "example.json"


def names() -> list[str]:
    """The articles' names."""
    return sorted(path.stem for path in ARTICLES.glob("*.txt"))


def date_of(name: str) -> str | None:
    """The article's date, from its gold annotation."""
    path = GOLD / f"{name}.json"
    date = json.loads(path.read_text(encoding="utf-8"))["date"] if path.is_file() else None
    return date if isinstance(date, str) else None


def golden_text(extractor: Any, name: str) -> str:
    """The article's report in lines."""
    text = (ARTICLES / f"{name}.txt").read_text(encoding="utf-8")
    return render(extractor.extract(text, date=date_of(name), id=name))


def render(report: Report) -> str:
    """A report in lines: frame, claims, figures, times, places, events, links. No hashes, no offsets, no scores."""
    out = [f"{report.id}  {report.date or 'no date'} ({report.meta.date_source})  {' '.join(report.meta.warnings)}".rstrip()]
    out += [f"frame  {kind}: {_one(words)}" for kind, words in _frame(report)]
    actors = {actor.id: actor.name for actor in report.actors}
    quantities = {quantity.id: _quantity(quantity) for quantity in report.quantities}
    times = {time.id: _time(time) for time in report.times}
    places = {place.id: f"{place.name} ({place.country or '-'}, {place.geonames or place.level})" for place in report.places}
    for claim in report.claims:
        source = claim.source
        who = "narrated"
        if source:
            who = source.name
            who += f" for {source.affiliation}" if source.affiliation and source.affiliation != source.name else ""
            who += f" [{source.type}]" + (f" via {source.via.kind}" if source.via else "")
        out.append("")
        cue = f" | {claim.cue.text}" if claim.cue else ""
        target = f" -> {actors.get(claim.target or '', claim.target)}" if claim.target else ""
        inside = f" in {claim.parent}" if claim.parent else ""
        out.append(f"{claim.id}  {who}{cue} | {claim.act}, {claim.mode}{target}{inside}")
        out += [f"    {_one(span.text)}" for span in claim.content]
        out.append(f"    event: {claim.event}" + (" (negated)" if claim.negated else ""))
        out += [f"    figure: {quantities[id]}" for id in claim.quantities]
        out += [f"    place: {places[id]}" for id in claim.places]
        out += [f"    time: {times[id]}" for id in claim.times]
        out += [f"    said: {times[id]}" for id in claim.said]
        out += [f"    hedge: {_one(span.text)}" for span in claim.hedges]
    out.append("")
    out += [f"event  {event.id} {event.type}: {', '.join(_one(span.text) for span in event.mentions)}" for event in report.events]
    out += [f"link  {link.from_} {link.kind} {link.to}" for link in report.links]
    in_claims = {id for claim in report.claims for id in claim.quantities}
    out += [f"other figure  {words}" for id, words in quantities.items() if id not in in_claims]
    dated = {id for claim in report.claims for id in (*claim.times, *claim.said)}
    out += [f"other time  {words}" for id, words in times.items() if id not in dated]
    used = {id for claim in report.claims for id in claim.places}
    out += [f"other place  {words}" for id, words in places.items() if id not in used]
    return "\n".join(out) + "\n"


def _one(words: str | None) -> str:
    return " ".join((words or "").split())


def _frame(report: Report) -> list[tuple[str, str | None]]:
    frame = report.frame
    named = [(kind, getattr(frame, kind)) for kind in ("headline", "dateline", "byline", "credit")]
    found = [(kind, span.text) for kind, span in named if span]
    found += [("correction", span.text) for span in frame.corrections] + [
        ("boilerplate", span.text) for span in frame.boilerplate
    ]
    return found + [("entry", f"{entry.published} {_one(entry.span.text)[:40]}") for entry in frame.entries]


def _quantity(quantity: Any) -> str:
    number = f"{quantity.low:g}..{quantity.high:g}" if quantity.low is not None and quantity.high is not None else quantity.value
    number = f"{number:g}" if isinstance(number, float) else number
    unit = quantity.currency or quantity.unit
    who = quantity.who.status if quantity.who and quantity.who.status != "unknown" else None
    extra = [item for item in (quantity.category, who, quantity.scope if quantity.scope != "unknown" else None) if item]
    return f"{_one(quantity.span.text)} = {quantity.comparator} {number} {unit} {quantity.kind} {' '.join(extra)}".rstrip()


def _time(time: Any) -> str:
    days = time.start if time.start == time.end else f"{time.start}..{time.end}"
    clock = f" {time.clock_start}-{time.clock_end}" if time.clock_start else ""
    return f"{_one(time.span.text)} = {days or time.partial or '-'}{clock} ({time.granularity}, {time.basis})"


def example(extractor: Any) -> dict[str, Any]:
    """The Report of the example in the service's description, without what names a version."""
    from conflict_extract.deliver.service.examples import REQUEST, VERSIONS

    found: dict[str, Any] = extractor.extract(**REQUEST).model_dump(mode="json")
    found["meta"] |= dict.fromkeys(VERSIONS)
    return found


def main() -> None:
    """Write all files anew."""
    from conflict_extract import load

    extractor = load()
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.txt"):
        if old.stem not in names():
            old.unlink()
    for name in names():
        (GOLDEN / f"{name}.txt").write_text(golden_text(extractor, name), encoding="utf-8")
    EXAMPLE.write_text(json.dumps(example(extractor), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(names())} files in {GOLDEN.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
