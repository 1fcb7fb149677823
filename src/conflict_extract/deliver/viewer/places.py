"""The map of the report's places, drawn offline, with GeoNames links and a GeoJSON download.

Outlines: Natural Earth 1:110m land, public domain, by way of the npm package world-atlas (see training/outlines.py).
"""

from __future__ import annotations

import json
from base64 import b64encode
from functools import lru_cache
from html import escape
from importlib.resources import files
from typing import Any

from conflict_extract.schema import Place, Report


@lru_cache(maxsize=1)
def _land() -> list[list[list[float]]]:
    source = files("conflict_extract.deliver.viewer") / "land.json"
    rings: list[list[list[float]]] = json.loads(source.read_text(encoding="utf-8"))
    return rings


def geojson(report: Report) -> dict[str, Any]:
    """The places with coordinates as a GeoJSON FeatureCollection (RFC 7946)."""
    features = []
    for place in report.places:
        if place.latitude is None or place.longitude is None:
            continue
        claims = [claim.id for claim in report.claims if place.id in claim.places]
        features.append(
            {
                "type": "Feature",
                "id": place.id,
                "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
                "properties": {
                    "name": place.name,
                    "country": place.country,
                    "geonames": place.geonames,
                    "level": place.level,
                    "claims": claims,
                },
            }
        )
    return {"type": "FeatureCollection", "features": features}


def places(report: Report) -> str:
    """The panel, or nothing when no place has coordinates."""
    found = [place for place in report.places if place.latitude is not None and place.longitude is not None]
    if not found:
        return ""
    data = b64encode(json.dumps(geojson(report), ensure_ascii=False).encode()).decode()
    rows = "".join(f"<li>{_entry(place)}</li>" for place in found)
    return (
        f'<section class="panel places" aria-label="Places"><h2>Places</h2>{_map(found)}<ul>{rows}</ul>'
        f'<p><a download="{escape(report.id)}.geojson" href="data:application/geo+json;base64,{data}">Download GeoJSON</a></p>'
        "</section>\n"
    )


def _entry(place: Place) -> str:
    name = escape(place.name) + (f", {escape(place.country)}" if place.country else "")
    if place.geonames:
        url = f"https://www.geonames.org/{place.geonames}"
        return f'<a href="{url}" rel="noreferrer">{name}</a>'
    return name


def _map(found: list[Place]) -> str:
    """An SVG map around the places, equirectangular, at least 12 degrees wide."""
    lons = [place.longitude or 0.0 for place in found]
    lats = [place.latitude or 0.0 for place in found]
    width = min(360.0, max(12.0, (max(lons) - min(lons)) * 1.6))
    height = min(180.0, max(7.0, (max(lats) - min(lats)) * 1.6, width * 0.5))
    width = min(360.0, max(width, height * 2))
    left = max(-180.0, min(180.0 - width, (max(lons) + min(lons)) / 2 - width / 2))
    top = min(90.0, max(height - 90.0, (max(lats) + min(lats)) / 2 + height / 2))
    scale = 720 / width

    def at(lon: float, lat: float) -> str:
        return f"{(lon - left) * scale:.1f} {(top - lat) * scale:.1f}"

    land = []
    for ring in _land():
        if (
            max(p[0] for p in ring) >= left
            and min(p[0] for p in ring) <= left + width
            and max(p[1] for p in ring) >= top - height
            and min(p[1] for p in ring) <= top
        ):
            land.append("M" + "L".join(at(*point) for point in ring) + "Z")
    dots: list[str] = []
    taken: list[tuple[float, float]] = []
    for place in found:
        x, y = (float(part) for part in at(place.longitude or 0.0, place.latitude or 0.0).split())
        label_y = y + 4
        while any(abs(label_y - other_y) < 13 and abs(x - other_x) < 110 for other_x, other_y in taken):
            label_y += 13
        taken.append((x, label_y))
        anchor = f'x="{x - 8:.1f}" text-anchor="end"' if x > 600 else f'x="{x + 8:.1f}"'
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/><text {anchor} y="{label_y:.1f}">{escape(place.name)}</text>')
    box = f"0 0 720 {height * scale:.0f}"
    names = escape(", ".join(place.name for place in found))
    return (
        f'<svg class="map" viewBox="{box}" role="img" aria-label="Map of {names}"><path class="land" d="{"".join(land)}"/>'
        f"{''.join(dots)}</svg>"
    )
