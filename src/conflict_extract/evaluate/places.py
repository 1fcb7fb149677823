"""Places against gold toponyms: which are found, and how far from the gold coordinates they are put.

Gold: one JSON object a line, `{"id", "text", "toponyms": [{"start", "end", "name", "geonames", "lat", "lon", "as_actor"}]}` (`span`:
`[start, end]` works too; all but the offsets may be missing), `.jsonl` or `.jsonl.gz`. The predictions have the same format.

Recognition counts a predicted toponym right when it has the gold's offsets (`exact`) or overlaps it (`overlap`; one to one, in order
of the text). Resolution is measured over the gold toponyms with coordinates that were recognised by overlap: a prediction without
coordinates counts as wrong. 161 km (100 miles) is the customary radius (Leidner 2007; Gritta et al. 2020).
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from conflict_extract.errors import GoldError

RADIUS = 161.0
FARTHEST = 20_039.0  # half the earth's girth, in kilometres


def read_toponyms(path: Path) -> list[dict[str, Any]]:
    """The documents of a gold or prediction file.

    Raises:
        GoldError: the file cannot be read, a line is not JSON, or a toponym has no offsets inside its text.
    """
    documents: list[dict[str, Any]] = []
    try:
        data = path.read_bytes()
        lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8").split("\n")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise GoldError(f"cannot read {path}: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except json.JSONDecodeError as error:
            raise GoldError(f"{path}, line {number}: not JSON ({error.msg})") from error
        if not isinstance(document, dict) or not isinstance(document.get("text"), str) or "id" not in document:
            raise GoldError(f"{path}, line {number}: needs an id and a text")
        document["toponyms"] = [_toponym(item, document, f"{path}, line {number}") for item in document.get("toponyms") or []]
        documents.append(document)
    return documents


def _toponym(item: Any, document: dict[str, Any], where: str) -> dict[str, Any]:
    if isinstance(item, dict):
        start, end = item.get("span") or (item.get("start"), item.get("end"))
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(document["text"]):
            return {**item, "start": start, "end": end}
    raise GoldError(f"{where}: a toponym needs a start and an end inside the text, got {item!r}")


def run(gold: Path, predictions: Path | None = None) -> dict[str, Any]:
    """Measure the default Extractor on a gold file.

    Args:
        gold: the gold file.
        predictions: where to write the predictions, in the gold's format; default: nowhere.

    Returns:
        `toponyms.exact` and `toponyms.overlap` (each p, r, f, gold, pred, tp), `documents`, `recognised_with_coordinates`, and over
        those `within_161km` (share), `median_km`, `mean_km`, `auc` (area under the curve of ln errors, smaller is better); where gold
        and prediction have ids `same_geonames_id` (share), where the gold has the mark `as_actor` (accuracy). The same with adjectives
        of countries counted ("Sudanese"), which LGL annotates and GeoVirus does not, as `with_adjectives.*`.

    Raises:
        GoldError: the gold cannot be read.
    """
    documents = read_toponyms(gold)
    found = list(predict(documents))
    if predictions is not None:
        text = "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in found)
        predictions.write_text(text, encoding="utf-8")
    return score(documents, found)


def predict(documents: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Toponyms of each document as the default Extractor finds them: place names in any use, and adjectives of countries.

    Adjectives ("Sudanese") carry `"adjective": true`: some gold sets of the field annotate them, others do not.
    """
    from conflict_extract.annotate.layer import ActorMention, ActorRow, PlaceMention, PlaceRow, read, read_table
    from conflict_extract.api import default_extractor, prepare

    nlp = default_extractor().nlp
    pairs = [(document["text"], {"id": document["id"]}) for document in documents]
    for (text, extra), doc in zip(pairs, nlp.pipe(prepare(nlp, (text for text, _ in pairs))), strict=True):
        rows = {row.key: row for row in read_table(doc, "places", PlaceRow)}
        toponyms: list[dict[str, Any]] = [
            {
                "start": mention.start, "end": mention.end, "name": rows[mention.place].name,
                "geonames": rows[mention.place].geonames, "lat": rows[mention.place].latitude,
                "lon": rows[mention.place].longitude, "as_actor": mention.as_actor,
            }
            for mention in read(doc, "places", PlaceMention)
        ]  # fmt: skip
        taken = [(item["start"], item["end"]) for item in toponyms]
        actors = {row.key: row for row in read_table(doc, "actors", ActorRow)}
        for mention in read(doc, "actors", ActorMention):
            row = actors.get(mention.actor)
            if mention.form == "demonym" and row is not None and row.country and not _meets(mention.start, mention.end, taken):
                toponyms.append(_adjective(mention.start, mention.end, row.country))
        toponyms.sort(key=lambda item: (item["start"], item["end"]))
        yield {"id": extra["id"], "text": text, "toponyms": toponyms}


def _adjective(start: int, end: int, country: str) -> dict[str, Any]:
    from conflict_extract.lexicons.places import country_points

    point = country_points().get(country)
    return {
        "start": start, "end": end, "name": point.name if point else country, "geonames": point.geonames if point else None,
        "lat": point.latitude if point else None, "lon": point.longitude if point else None, "as_actor": True, "adjective": True,
    }  # fmt: skip


def _meets(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < stop and begin < end for begin, stop in spans)


def score(gold: Sequence[dict[str, Any]], predicted: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Compare predictions with gold documents of the same ids; a missing prediction counts as empty. Returns: see `run`."""
    bare = [
        {**document, "toponyms": [item for item in document["toponyms"] if not item.get("adjective")]} for document in predicted
    ]
    scores = _score(gold, bare)
    if sum(len(document["toponyms"]) for document in bare) < sum(len(document["toponyms"]) for document in predicted):
        every = _score(gold, predicted)
        scores["with_adjectives.exact"] = every["toponyms.exact"]
        scores["with_adjectives.overlap"] = every["toponyms.overlap"]
        scores["with_adjectives.within_161km"] = every.get("within_161km")
    return scores


def _score(gold: Sequence[dict[str, Any]], predicted: Sequence[dict[str, Any]]) -> dict[str, Any]:
    by_id = {document["id"]: document for document in predicted}
    counts = {"exact": 0, "overlap": 0}
    total_gold = total_predicted = same_id = both_ids = marked = mark_right = 0
    errors: list[float] = []
    for document in gold:
        truth = sorted(document["toponyms"], key=lambda item: (item["start"], item["end"]))
        guess = sorted(by_id.get(document["id"], {}).get("toponyms", []), key=lambda item: (item["start"], item["end"]))
        total_gold += len(truth)
        total_predicted += len(guess)
        counts["exact"] += len({(t["start"], t["end"]) for t in truth} & {(g["start"], g["end"]) for g in guess})
        for true, found in _pairs(truth, guess):
            counts["overlap"] += 1
            if true.get("as_actor") is not None:
                marked += 1
                mark_right += bool(true["as_actor"]) == bool(found.get("as_actor"))
            if true.get("geonames") and found.get("geonames"):
                both_ids += 1
                same_id += int(true["geonames"]) == int(found["geonames"])
            if true.get("lat") is not None and true.get("lon") is not None:
                known = found.get("lat") is not None and found.get("lon") is not None
                errors.append(kilometres(true["lat"], true["lon"], found["lat"], found["lon"]) if known else FARTHEST)
    ordered = sorted(errors)
    scores: dict[str, Any] = {f"toponyms.{name}": _rates(total_gold, total_predicted, tp) for name, tp in counts.items()}
    scores["documents"] = len(gold)
    scores["recognised_with_coordinates"] = len(errors)
    if errors:
        scores["within_161km"] = sum(error <= RADIUS for error in errors) / len(errors)
        scores["median_km"] = f"{ordered[len(ordered) // 2]:.1f}"
        scores["mean_km"] = f"{sum(errors) / len(errors):.1f}"
        scores["auc"] = sum(math.log1p(error) for error in errors) / math.log1p(FARTHEST) / len(errors)
    if both_ids:
        scores["same_geonames_id"] = same_id / both_ids
    if marked:
        scores["as_actor"] = mark_right / marked
    return scores


def _pairs(truth: Sequence[dict[str, Any]], guess: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Overlapping pairs, one to one; the same offsets first."""
    spans = {(item["start"], item["end"]): number for number, item in enumerate(guess)}
    used: set[int] = set()
    rest: list[dict[str, Any]] = []
    for true in truth:
        number = spans.get((true["start"], true["end"]))
        if number is not None and number not in used:
            used.add(number)
            yield true, guess[number]
        else:
            rest.append(true)
    position = 0
    for true in rest:
        while position < len(guess) and (position in used or guess[position]["end"] <= true["start"]):
            position += 1
        if position < len(guess) and guess[position]["start"] < true["end"]:
            used.add(position)
            yield true, guess[position]


def _rates(gold: int, predicted: int, tp: int) -> dict[str, Any]:
    return {
        "gold": gold, "pred": predicted, "tp": tp, "p": tp / predicted if predicted else None,
        "r": tp / gold if gold else None, "f": 2 * tp / (gold + predicted) if gold + predicted else None,
    }  # fmt: skip


def kilometres(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """Great-circle distance between two points in degrees (haversine formula, earth radius 6,371 km).

    >>> round(kilometres(0, 0, 0, 90))
    10008
    """
    one, two = math.radians(latitude1), math.radians(latitude2)
    half = math.sin((two - one) / 2) ** 2
    half += math.cos(one) * math.cos(two) * math.sin(math.radians(longitude2 - longitude1) / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(half)))
