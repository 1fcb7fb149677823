"""Recognizers-Text on texts: `{"text"}` in for quantities, `{"text", "date"}` for dates.

Quantities: numbers, percentages, currencies, dimensions, ages and temperatures; of results that overlap the longest counts, so that "5" in
"5 km" is not a second quantity. Dates: every reading of a result that is a day or a range of days. The end of a range is the day after for months and years, the last day itself in
"from August 20 to 25", so both are read. "Since X" has a start only and reaches to the document's day; "until X" has an end only.
"""

import datetime
from importlib.metadata import version
from typing import Any

from protocol import serve  # type: ignore[import-not-found]  # beside this file when it runs
from recognizers_date_time import DateTimeRecognizer
from recognizers_number import NumberRecognizer
from recognizers_number_with_unit import NumberWithUnitRecognizer

ENGLISH = "en-us"
_NUMBERS = NumberRecognizer(ENGLISH)
_UNITS = NumberWithUnitRecognizer(ENGLISH)
MODELS = [
    _UNITS.get_currency_model(),
    _UNITS.get_dimension_model(),
    _UNITS.get_age_model(),
    _UNITS.get_temperature_model(),
    _NUMBERS.get_percentage_model(),
    _NUMBERS.get_number_model(),
]
# Units without an ISO code, read as the currency that the gold sets mean by the bare word.
CURRENCIES = {"Dollar": "USD", "Pound": "GBP", "Ruble": "RUB", "Peso": "PHP"}
DATES = DateTimeRecognizer(ENGLISH).get_datetime_model()


def read(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Quantities of a text, or its dates when the item has a date."""
    return dates(item) if "date" in item else quantities(item)


def quantities(item: dict[str, Any]) -> list[dict[str, Any]]:
    """All models' results, longest first, without those that overlap a longer one."""
    found = [(rank, result) for rank, model in enumerate(MODELS) for result in model.parse(item["text"])]
    found.sort(key=lambda entry: (entry[1].start - entry[1].end, entry[0]))
    taken: list[tuple[int, int]] = []
    out = []
    for _, result in found:
        start, end = result.start, result.end + 1
        if any(start < b and a < end for a, b in taken):
            continue
        taken.append((start, end))
        resolution = result.resolution or {}
        value = str(resolution.get("value") or "").rstrip("%")
        try:
            number = float(value)
        except ValueError:
            continue
        unit = resolution.get("isoCurrency") or resolution.get("unit")
        unit = CURRENCIES.get(unit or "", unit)
        if result.type_name == "percentage":
            unit = "%"
        out.append({"span": [start, end], "value": number, "low": None, "high": None, "unit": unit, "comparator": None})
    return out


def dates(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Dates and ranges of dates, each with all its readings."""
    anchor = datetime.datetime.fromisoformat(item["date"] + "T12:00:00")
    out = []
    for result in DATES.parse(item["text"], anchor):
        readings = []
        for value in (result.resolution or {}).get("values", ()):
            kind = value.get("type")
            if kind in ("date", "datetime") and value.get("value", "")[:4].isdigit():
                readings.append([value["value"][:10]] * 2)
            elif kind in ("daterange", "datetimerange"):
                readings += ranges(value.get("start", "")[:10], value.get("end", "")[:10], item["date"])
        if readings:
            out.append({"span": [result.start, result.end + 1], "readings": readings})
    return out


def ranges(first: str, last: str, anchor: str) -> list[list[str]]:
    """The readings of a range that may be open at one end; none when its ends are no dates."""
    try:
        before = (datetime.date.fromisoformat(last) - datetime.timedelta(days=1)).isoformat() if last else ""
    except ValueError:
        return []
    if first and last:
        return [[first, last], [first, before]]
    if first:
        return [[first, first], [first, anchor]]
    return [[last, last]] if last else []


serve(read, {"recognizers-text-suite": version("recognizers-text-suite")}, {"text": "Warm up: 3 km.", "date": "2024-01-01"})
