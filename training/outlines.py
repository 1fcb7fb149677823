"""Derives the land outlines of the page's map from the npm package world-atlas (land-110m.json).

The data are Natural Earth's, 1:110m, in the public domain; world-atlas (ISC licence) is their TopoJSON form.

    npm pack world-atlas && tar xzf world-atlas-*.tgz
    python -m training.outlines package/land-110m.json src/conflict_extract/deliver/viewer/land.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def rings(topology: dict[str, Any]) -> list[list[list[float]]]:
    """Rings of [longitude, latitude] in degrees, rounded to a tenth (11 km, less than a pixel of the map)."""
    scale_x, scale_y = topology["transform"]["scale"]
    shift_x, shift_y = topology["transform"]["translate"]
    arcs: list[list[list[float]]] = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append([round(x * scale_x + shift_x, 1), round(y * scale_y + shift_y, 1)])
        arcs.append(points)
    out = []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                points = []
                for number in ring:
                    part = arcs[number] if number >= 0 else arcs[~number][::-1]
                    points += part[1:] if points else part
                kept = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
                if len(kept) > 3:
                    out.append(kept)
    return out


def main() -> None:
    """Read the TopoJSON file named first and write the rings to the file named second."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    outlines = rings(json.loads(source.read_text(encoding="utf-8")))
    target.write_text(json.dumps(outlines, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{target}: {len(outlines)} rings, {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
