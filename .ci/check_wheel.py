"""Checks what is in the wheel: the model, the tables, the licences and types are; training, tests and weights are not."""

import sys
import zipfile
from pathlib import Path

LIMIT = 40_000_000
NEEDED = (
    "conflict_extract/model/encoder.onnx",
    "conflict_extract/lexicons/SOURCES.md",
    "conflict_extract/py.typed",
    "conflict_extract/deliver/viewer/page.css",
    "licenses/LICENSE",
)
FORBIDDEN = ("training/", "tests/", "benchmarks/", ".safetensors", "fixtures/")


def main(wheel: str) -> None:
    """Stop with an error when the wheel misses a file, has one too many, or is too big."""
    size = Path(wheel).stat().st_size
    names = zipfile.ZipFile(wheel).namelist()
    problems = [f"missing: {part}" for part in NEEDED if not any(name.endswith(part) for name in names)]
    problems += [f"not wanted: {name}" for name in names for part in FORBIDDEN if part in name]
    if size > LIMIT:
        problems.append(f"{size / 1e6:.1f} MB is over {LIMIT / 1e6:.0f} MB")
    if problems:
        sys.exit("\n".join(problems))
    print(f"{Path(wheel).name}: {size / 1e6:.1f} MB, {len(names)} files")


main(sys.argv[1])
