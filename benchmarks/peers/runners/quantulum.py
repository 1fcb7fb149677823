"""quantulum3 on texts: `{"text"}` in; spans with value, low, high, unit out. Its classifier of units is on where scikit-learn is installed."""

from importlib.metadata import version
from typing import Any

from protocol import serve  # type: ignore[import-not-found]  # beside this file when it runs
from quantulum3 import parser

# The names by which quantulum3 calls currencies in the gold sets.
CURRENCIES = {
    "united states dollar": "USD", "dollar": "USD", "euro": "EUR", "pound sterling": "GBP", "swiss franc": "CHF", "russian ruble": "RUB",
    "turkish lira": "TRY", "nigerian naira": "NGN", "japanese yen": "JPY",
}  # fmt: skip


def read(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The quantities of a text; value and uncertainty are the middle and half of the range that is meant."""
    out = []
    for found in parser.parse(item["text"]):
        low = high = None
        if found.uncertainty:
            low, high = found.value - found.uncertainty, found.value + found.uncertainty
        name = found.unit.name
        times = 12 if name == "dozen" else 1  # "a dozen" is one dozen
        out.append(
            {
                "span": list(found.span),
                "value": None if low is not None else times * found.value,
                "low": low,
                "high": high,
                "unit": CURRENCIES.get(name, name),
                "comparator": None,
            }
        )
    return out


serve(read, {"quantulum3": version("quantulum3")}, {"text": "Warm up: 3 km, $5."})
