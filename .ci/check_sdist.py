"""Checks the sdist: all that is needed to build and to run the tests, nothing else; its wheel is the wheel of the tree.

python .ci/check_sdist.py SDIST WHEEL_FROM_SDIST WHEEL_FROM_TREE
"""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

LIMIT = 45_000_000
ROOT = Path(__file__).resolve().parents[1]
# The weights that the next training starts from are in the repository only; CI looks at the repository, not at an unpacked sdist.
LEFT_OUT = ("training/encoder.fp16.safetensors", ".ci/")
NEEDED = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "src/conflict_extract/model/encoder.onnx",
    "src/conflict_extract/lexicons/data/gazetteer.bin",
    "src/conflict_extract/py.typed",
    "tests/conftest.py",
    "fixtures/cases/counts.jsonl",
    "benchmarks/gold/quotes.jsonl",
    "docs/tolls.ipynb",
    "mkdocs.yml",
    "training/README.md",
)
FORBIDDEN = ("shared/", "__pycache__", ".pyc", "_cache", ".hypothesis", ".egg-info", "dist/", "site/", ".git/", ".safetensors")


def content(path: str) -> dict[str, bytes]:
    """The files of a wheel."""
    with zipfile.ZipFile(path) as wheel:
        return {name: wheel.read(name) for name in wheel.namelist()}


def main(sdist: str, from_sdist: str, from_tree: str) -> None:
    """Stop with an error for the first kind of difference that there is."""
    size = Path(sdist).stat().st_size
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
        odd = [member.name for member in archive.getmembers() if not (member.isfile() or member.isdir()) or ".." in member.name]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    wanted = {name for name in listed if name and not name.startswith(LEFT_OUT)} | {"PKG-INFO"}
    problems = [f"missing: {name}" for name in sorted({*wanted, *NEEDED} - names)]
    problems += [f"not in the repository: {name}" for name in sorted(names - wanted)]
    problems += [f"not wanted: {name}" for name in sorted(names) for part in FORBIDDEN if part in name]
    problems += [f"neither file nor folder: {name}" for name in odd]
    if size > LIMIT:
        problems.append(f"{size / 1e6:.1f} MB is over {LIMIT / 1e6:.0f} MB")
    one, other = content(from_sdist), content(from_tree)
    problems += [f"only in one wheel: {name}" for name in sorted(one.keys() ^ other.keys())]
    problems += [f"differs between the wheels: {name}" for name in sorted(one.keys() & other.keys()) if one[name] != other[name]]
    if problems:
        sys.exit("\n".join(problems))
    print(f"{Path(sdist).name}: {size / 1e6:.1f} MB, {len(names)} files; its wheel is the tree's, file by file ({len(one)})")


main(*sys.argv[1:])
