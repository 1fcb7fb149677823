"""Reports as Label Studio tasks and back: a person corrects our claims there, the differences come back as corrections.

In a task every claim is a region `content` (its id is the claim's key) with choices for act, mode and event and a text for the target.
Source, cue, hedges and further parts of the content are regions of their own, tied to it by a relation. The source's region has texts
for name and affiliation. `CONFIG` is the labelling interface for this. The format is that of Label Studio 1.x, "Label Studio JSON
format of annotated tasks" in its documentation. Offsets are code points; what counts in UTF-16 units is recognised by its `text`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from conflict_extract._version import __version__
from conflict_extract.deliver.correct import Correction, same
from conflict_extract.errors import InputError
from conflict_extract.evaluate.claims import to_gold
from conflict_extract.schema import Report
from conflict_extract.schema.vocabulary import ACTS, EVENT_TYPES

Raw = dict[str, Any]
MODES = ("direct", "indirect", "mixed", "narration")
CHOICES = {"act": ACTS, "mode": MODES, "event": EVENT_TYPES}
TEXTS = {"target": "content", "name": "source", "affiliation": "source"}
PARTS = ("content", "source", "cue", "hedge")
FIELDS = ("content", "source", "cue", "act", "mode", "event", "target", "hedges")


def config() -> str:
    """The labelling interface as Label Studio's XML."""
    out = ["<View>", '  <Labels name="part" toName="text">']
    out += [f"    <Label value={quoteattr(part)}/>" for part in PARTS]
    out += ["  </Labels>", "  <Relations>"]
    out += [f"    <Relation value={quoteattr(part)}/>" for part in PARTS]
    out += ["  </Relations>", '  <Text name="text" value="$text" granularity="word"/>']
    for name, values in CHOICES.items():
        out.append(f'  <Choices name="{name}" toName="text" perRegion="true" whenTagName="part" whenLabelValue="content">')
        out += [f"    <Choice value={quoteattr(value)}/>" for value in values]
        out.append("  </Choices>")
    for name, part in TEXTS.items():
        out.append(
            f'  <TextArea name="{name}" toName="text" perRegion="true" whenTagName="part" whenLabelValue="{part}" '
            f'placeholder="{name}" maxSubmissions="1" editable="true"/>'
        )
    return "\n".join([*out, "</View>"]) + "\n"


# -- export ----------------------------------------------------------------------------------------------
def tasks(reports: Iterable[Report]) -> list[Raw]:
    """Label Studio tasks, our claims as predictions.

    Raises:
        InputError: a report is without its text.
    """
    return [_task(report) for report in reports]


def _task(report: Report) -> Raw:
    if report.text is None:
        raise InputError(f"report {report.id} is without its text; put it back with Report.with_text")
    keys = {claim.id: claim.key for claim in report.claims}
    result: list[Raw] = []
    for claim in to_gold(report)["claims"]:
        result += _regions(report.text, keys[claim["id"]], claim)
    return {
        "data": {"text": report.text, "report": report.id, "date": report.date},
        "predictions": [{"model_version": f"conflict-extract {__version__}", "result": result}],
    }


def _regions(text: str, key: str, claim: Raw) -> Iterator[Raw]:
    def region(name: str, span: Sequence[int], kind: str, control: str, value: Raw) -> Raw:
        place = {"start": span[0], "end": span[1], "text": text[span[0] : span[1]]}
        return {"id": name, "from_name": control, "to_name": "text", "type": kind, "value": {**place, **value}}

    source = claim["source"]
    main = claim["content"][0]
    parts = [("content", f"{key}/content{n}", span) for n, span in enumerate(claim["content"][1:], 1)]
    parts += [("source", f"{key}/source", source["span"])] if source else []
    parts += [("cue", f"{key}/cue", claim["cue"])] if claim["cue"] else []
    parts += [("hedge", f"{key}/hedge{n}", span) for n, span in enumerate(claim["hedges"])]
    yield region(key, main, "labels", "part", {"labels": ["content"]})
    for field in CHOICES:
        yield region(key, main, "choices", field, {"choices": [claim[field]]})
    if claim["target"]:
        yield region(key, main, "textarea", "target", {"text": [claim["target"]]})
    for label, name, span in parts:
        yield region(name, span, "labels", "part", {"labels": [label]})
        yield {"from_id": key, "to_id": name, "type": "relation", "direction": "right", "labels": [label]}
    if source:
        for field in ("name", "affiliation"):
            if source[field]:
                yield region(f"{key}/source", source["span"], "textarea", field, {"text": [source[field]]})


# -- import ----------------------------------------------------------------------------------------------
def read_tasks(path: str | Path) -> list[Raw]:
    """Annotated tasks as documents (`id`, `date`, `text`, `claims`); a claim's `id` is its key, or the region's id for a new one.

    Of several annotations of a task the last that was not cancelled counts; tasks without one are left out.

    Raises:
        InputError: the file cannot be read, is no export of Label Studio, or a region does not fit the text.
    """
    try:
        rows = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) and isinstance(row.get("data"), dict) for row in rows):
        raise InputError(f"{path}: expected Label Studio's JSON export, a list of tasks with 'data'")
    out = []
    for number, row in enumerate(rows, 1):
        done = [item for item in row.get("annotations") or [] if not item.get("was_cancelled")]
        if done:
            try:
                out.append(_document(row["data"], done[-1]["result"]))
            except (KeyError, TypeError, IndexError, AttributeError) as error:
                raise InputError(f"{path}, task {number}: not as our labelling interface makes it ({error!r})") from error
            except ValueError as error:
                raise InputError(f"{path}, task {number}: {error}") from error
    return out


def _document(data: Raw, result: list[Raw]) -> Raw:
    text = data["text"]
    regions: dict[str, Raw] = {}
    tied: dict[str, list[str]] = {}
    for item in result:
        if item["type"] == "relation":
            ends = [item["from_id"], item["to_id"]]
            tied.setdefault(ends[0], []).append(ends[1])
            continue
        region = regions.setdefault(item["id"], {"id": item["id"]})
        value = item["value"]
        if item["type"] == "labels":
            region["span"], region["label"] = _offsets(text, value), value["labels"][0]
        elif item["type"] == "choices":
            region[item["from_name"]] = value["choices"][0]
        elif item["type"] == "textarea":
            words = value["text"] if isinstance(value["text"], str) else " ".join(value["text"])
            region[item["from_name"]] = words.strip() or None
    for one, others in list(tied.items()):  # a relation may have been drawn from the part to the content
        for other in others:
            if regions[one].get("label") != "content" and regions[other].get("label") == "content":
                tied.setdefault(other, []).append(one)
    contents = {name for name, region in regions.items() if region.get("label") == "content"}
    further = {other for one in contents for other in tied.get(one, ()) if other in contents}
    claims = [_claim(regions, name, tied.get(name, ())) for name in regions if name in contents - further]
    return {"id": data["report"], "date": data.get("date"), "text": text, "claims": claims}


def _claim(regions: dict[str, Raw], name: str, tied: Sequence[str]) -> Raw:
    main = regions[name]
    parts: dict[str, list[Raw]] = {part: [] for part in PARTS}
    for other in dict.fromkeys(tied):
        if regions[other].get("label") in parts:
            parts[regions[other]["label"]].append(regions[other])
    source = parts["source"][0] if parts["source"] else None
    narrated = source is None and not parts["cue"]
    return {
        "id": name,
        "content": sorted([main["span"], *(region["span"] for region in parts["content"])]),
        "source": source and {"span": source["span"], "name": source.get("name"), "affiliation": source.get("affiliation")},
        "cue": parts["cue"][0]["span"] if parts["cue"] else None,
        "act": main.get("act", "narration" if narrated else "statement"),
        "mode": main.get("mode", "narration" if narrated else "indirect"),
        "event": main.get("event", "other"),
        "target": main.get("target"),
        "hedges": sorted(region["span"] for region in parts["hedge"]),
    }


def _offsets(text: str, value: Raw) -> list[int]:
    """A region's offsets in code points.

    Raises:
        ValueError: its text is not there.
    """
    start, end, words = value["start"], value["end"], value.get("text")
    if words is None or text[start:end] == words:
        return [start, end]
    units = text.encode("utf-16-le")
    if units[2 * start : 2 * end].decode("utf-16-le", "replace") == words:
        before = len(units[: 2 * start].decode("utf-16-le"))
        return [before, before + len(words)]
    raise ValueError(f"the region {words[:60]!r} is not at {start}–{end} of the text")


# -- differences -----------------------------------------------------------------------------------------
def differences(reports: Iterable[Report], documents: Iterable[Raw], by: str | None = None) -> list[Correction]:
    """What a person changed: claims that went, fields that differ, new claims; every claim that stayed is confirmed.

    Args:
        reports: the reports that were exported.
        documents: the same documents after correction, from `read_tasks`.
        by: the person, for the evidence.

    Raises:
        InputError: a document has no report, or another text.
    """
    by_id = {report.id: report for report in reports}
    out: list[Correction] = []
    for document in documents:
        report = by_id.get(document["id"])
        if report is None or report.text != document["text"]:
            why = "there is no such report" if report is None else "the report has another text"
            raise InputError(f"task of report {document['id']!r}: {why}")
        out += _differences(report, document, by)
    return out


def _differences(report: Report, document: Raw, by: str | None) -> Iterator[Correction]:
    keys = {claim.id: claim.key for claim in report.claims}
    ours = {keys[claim["id"]]: claim for claim in to_gold(report)["claims"]}
    theirs = {claim["id"]: claim for claim in document["claims"]}
    for key, claim in ours.items():
        if key not in theirs:
            yield Correction(action="delete", report=report.id, key=key, by=by)
            continue
        for field, was, value in _changes(claim, theirs[key]):
            yield Correction(action="replace", report=report.id, key=key, field=field, was=was, value=value, by=by)
        yield Correction(action="confirm", report=report.id, key=key, by=by)
    for key, claim in theirs.items():
        if key not in ours:
            values = {field: claim[field] for field in FIELDS}
            yield Correction(action="add", report=report.id, claim=values, by=by)


def _changes(ours: Raw, theirs: Raw) -> Iterator[tuple[str, Any, Any]]:
    for field in FIELDS:
        one, two = ours[field], theirs[field]
        if field == "content":
            one = sorted(one)
        if field == "source" and one and two:
            for part in ("span", "name", "affiliation"):
                if not same(one[part], two[part]):
                    yield f"source.{part}", one[part], two[part]
        elif not same(one, two):
            yield field, one, two
