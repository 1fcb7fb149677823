"""Direct quotations, quantities and dates: our results and the peers', counted the same way."""

from __future__ import annotations

import base64
from typing import Any

from benchmarks.peers import gold as golds
from benchmarks.peers.environments import Runner
from benchmarks.peers.gold import Marked
from benchmarks.peers.scoring import Check, Counts, count, overlap, same, token_f1
from conflict_extract import Extractor
from conflict_extract.api import make_doc

Table = list[list[str]]
ISO = 3


def quotes(extractor: Extractor) -> tuple[Table, dict[str, str]]:
    """textacy's direct quotations on our parses against ours. The unit is a quoted stretch."""
    table: Table = [["texts", "system", "stretches", "content", "content + speaker", "content + speaker + cue"]]
    sets = {
        "30 passages of our own": golds.quote_passages(),
        "16 annotated articles": golds.quote_articles(),
        "PolNeAR dev": golds.quote_polnear(),
    }
    encoder = extractor.nlp.get_pipe("conflict_encoder")
    lemmatizer = extractor.nlp.get_pipe("conflict_lemmatizer") if "conflict_lemmatizer" in extractor.nlp.pipe_names else None
    with Runner("textacy_quotes", "textacy") as peer:
        for name, texts in sets.items():
            if not texts:
                continue
            ours, theirs = Counts(("content", "speaker", "cue")), Counts(("content", "speaker", "cue"))
            refused = 0
            for marked in texts:
                checks = _quote_checks(marked.text)
                wanted = [{**item, "span": item["content"]} for item in marked.wanted]
                doc = encoder(make_doc(extractor.nlp, marked.text, date=marked.date))
                if lemmatizer is not None:
                    doc = lemmatizer(doc)
                data = base64.b64encode(doc.to_bytes(exclude=["user_data"])).decode()
                answer = peer.ask([{"doc": data}])["results"][0]
                refused += answer["refused"]
                found = [{"span": t["content"], "speaker": t["speaker"], "cue": t["cue"]} for t in answer["triples"]]
                count(wanted, found, marked.ignored, checks, theirs)
                report = extractor.extract(marked.text, date=marked.date)
                found = [
                    {
                        "span": [span.start, span.end],
                        "speaker": [claim.source.mention.start, claim.source.mention.end],
                        "cue": [claim.cue.start, claim.cue.end],
                    }
                    for claim in report.claims
                    if claim.mode == "direct" and claim.source and claim.cue
                    for span in claim.content
                ]
                count(wanted, found, marked.ignored, checks, ours)
            for system, counts in ((f"textacy ({refused} of {len(texts)} texts refused whole)", theirs), ("ours", ours)):
                table.append(
                    [name, system, str(counts.wanted), *(_prf(counts, field) for field in ("content", "speaker", "cue"))]
                )
        return table, peer.versions


def _quote_checks(text: str) -> dict[str, Check]:
    """A stretch is right when the token F1 of its words is 0.5 or more; speaker and cue when they overlap, in addition."""

    def content(gold: dict[str, Any], item: dict[str, Any]) -> bool:
        return token_f1(text, gold["span"], item["span"]) >= 0.5

    def speaker(gold: dict[str, Any], item: dict[str, Any]) -> bool:
        return content(gold, item) and any(overlap(span, item["speaker"]) for span in gold["speaker"])

    def cue(gold: dict[str, Any], item: dict[str, Any]) -> bool:
        return speaker(gold, item) and any(overlap(span, item["cue"]) for span in gold["cue"])

    return {"content": content, "speaker": speaker, "cue": cue}


def quantities(extractor: Extractor) -> tuple[Table, dict[str, str]]:
    """quantulum3 and Recognizers-Text against ours."""
    table: Table = [
        ["texts", "system", "quantities", "value", "value, labels as errors", "value + bound", "value + currency or %"]
    ]
    sets = {"60 sentences of our own": golds.quantity_sentences(), "16 annotated articles, recall": golds.figure_articles()}
    with (
        Runner("quantulum", "quantulum3") as plain,
        Runner("quantulum", "quantulum3-classifier") as classifier,
        Runner("recognizers", "recognizers") as recognizers,
    ):
        peers = {"quantulum3": plain, "quantulum3 with its classifier": classifier, "Recognizers-Text": recognizers}
        for name, texts in sets.items():
            systems = (*peers, "ours")
            values, strict, bounds, units = (
                {system: Counts((name,)) for system in systems} for name in ("value", "value", "bound", "unit")
            )
            for marked in texts:
                results = {system: peer.ask([{"text": marked.text}])["results"][0] for system, peer in peers.items()}
                results["ours"] = _our_quantities(extractor, marked)
                every = marked.ignored + marked.labels
                with_unit = [item for item in marked.wanted if _named(item["unit"])]
                for system, found in results.items():
                    count(_ends(marked.wanted), _ends(found), every, {"value": _value}, values[system])
                    count(_ends(marked.wanted), _ends(found), marked.ignored, {"value": _value}, strict[system])
                    count(marked.wanted, found, every, {"bound": _bound}, bounds[system])
                    some = [item for item in found if any(overlap(item["span"], w["span"]) for w in with_unit)]
                    count(with_unit, some, [], {"unit": _unit}, units[system])
            for system in systems:
                if "recall" in name:
                    cells = [_recall(values[system], "value"), "–", _recall(bounds[system], "bound")]
                else:
                    cells = [_prf(values[system], "value"), _prf(strict[system], "value"), _prf(bounds[system], "bound")]
                table.append([name, system, str(bounds[system].wanted), *cells, _recall(units[system], "unit")])
        return table, {**plain.versions, **recognizers.versions}


def _our_quantities(extractor: Extractor, marked: Marked) -> list[dict[str, Any]]:
    """Our quantities in the common form; those without a value ("several") are left out, as the gold sets do."""
    return [
        {
            "span": [q.span.start, q.span.end],
            "value": q.value,
            "low": q.low,
            "high": q.high,
            "comparator": q.comparator,
            "unit": q.currency or q.unit,
        }
        for q in extractor.extract(marked.text, date=marked.date).quantities
        if q.value is not None or q.low is not None
    ]


def _ends(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items with each range as its two ends, so that "between 80 and 110" may be a range or two numbers."""
    out = []
    for item in items:
        ends = [item["value"]] if item["value"] is not None else [item["low"], item["high"]]
        out += [{**item, "value": end, "low": None, "high": None} for end in ends if end is not None]
    return out


def _value(gold: dict[str, Any], item: dict[str, Any]) -> bool:
    if gold["value"] is not None:
        return same(gold["value"], item["value"])
    return same(gold["low"], item["low"]) and same(gold["high"], item["high"])


def _bound(gold: dict[str, Any], item: dict[str, Any]) -> bool:
    """Value and bound; a system that names no bound is right where there is none. A range is its own bound."""
    return _value(gold, item) and (gold["value"] is None or (item["comparator"] or "=") in gold["bounds"])


def _named(unit: str | None) -> bool:
    """Whether a unit is one that all systems name alike: an ISO currency or per cent."""
    return unit == "%" or bool(unit and len(unit) == ISO and unit.isupper())


def _unit(gold: dict[str, Any], item: dict[str, Any]) -> bool:
    if not _named(gold["unit"]) or not _value(gold, item):
        return False
    unit = item["unit"] or ""
    if gold["unit"] == "%":
        return unit.lower() in ("%", "percent", "percentage", "per cent", "pct")
    return bool(unit == gold["unit"])


def dates(extractor: Extractor) -> tuple[Table, dict[str, str]]:
    """dateparser's search (two settings) and Recognizers-Text against ours."""
    table: Table = [["texts", "system", "times", "first and last day", "a day within it"]]
    checks: dict[str, Check] = {"exact": _exact, "within": _within}
    sets = {"50 sentences of our own": golds.date_sentences(), "16 annotated articles, recall": golds.time_articles()}
    with (
        Runner("dates", "dateparser") as default,
        Runner("dates", "dateparser", "past") as past,
        Runner("recognizers", "recognizers") as recognizers,
    ):
        for name, texts in sets.items():
            peers = {"dateparser search": default, "dateparser search, past preferred": past, "Recognizers-Text": recognizers}
            counts = {system: Counts(tuple(checks)) for system in (*peers, "ours")}
            for marked in texts:
                item = {"text": marked.text, "date": marked.date}
                for system, peer in peers.items():
                    count(marked.wanted, peer.ask([item])["results"][0], marked.ignored, checks, counts[system])
                ours = [
                    {"span": [t.span.start, t.span.end], "readings": [[t.start, t.end]]}
                    for t in extractor.extract(marked.text, date=marked.date).times
                    if t.start and t.end
                ]
                count(marked.wanted, ours, marked.ignored, checks, counts["ours"])
            for system, result in counts.items():
                cells = [_recall(result, field) if "recall" in name else _prf(result, field) for field in checks]
                table.append([name, system, str(result.wanted), *cells])
        return table, {**default.versions, **recognizers.versions}


def _exact(gold: dict[str, Any], item: dict[str, Any]) -> bool:
    """Any reading has the first and last day of an option."""
    return any([str(day) for day in reading] in gold["options"] for reading in item["readings"])


def _within(gold: dict[str, Any], item: dict[str, Any]) -> bool:
    """Any reading lies within the days of an option."""
    readings = [(str(first), str(last)) for first, last in item["readings"]]
    return any(start <= first and last <= end for start, end in gold["options"] for first, last in readings)


def _prf(counts: Counts, field: str) -> str:
    """Precision / recall / F1."""
    p, r, f = counts.row(field)
    return f"{p:.1f} / {r:.1f} / **{f:.1f}**"


def _recall(counts: Counts, field: str) -> str:
    """Recall alone."""
    return f"{counts.row(field)[1]:.1f}"
