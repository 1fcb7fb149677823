"""Limits of the service, and how many processors it may use."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path

from conflict_extract.errors import InputError


def available_cpus(root: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> int:
    """Processors that this process may use: its CPU affinity, cut to the quotas of its cgroup and those above it.

    Args:
        root: where cgroups are mounted (version 2, or the folder of version 1's controllers).
        own: the list of the process's cgroups. In a container that hides the host's groups its path is "/".
    """
    count = len(os.sched_getaffinity(0))
    try:
        rows = [line.split(":", 2) for line in own.read_text().splitlines()]
    except OSError:
        rows = []
    for _, controllers, path in [row for row in rows if len(row) == 3] or [["0", "", "/"]]:
        names = controllers.split(",")
        if controllers and "cpu" not in names:
            continue
        top = root / "cpu" if controllers else root
        group = top / path.strip("/")
        for folder in (group, *(parent for parent in group.parents if parent.is_relative_to(top)), top):
            quota = _quota(folder)
            if quota is not None:
                count = min(count, max(1, math.floor(quota)))
    return count


def _quota(folder: Path) -> float | None:
    """Processors that a cgroup allows, or None."""
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text().split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text().strip()
            period = (folder / "cpu.cfs_period_us").read_text().strip()
        return int(quota) / int(period) if quota not in ("max", "-1") else None
    except (OSError, ValueError, ZeroDivisionError):
        return None


@dataclass(frozen=True)
class ServiceOptions:
    """Limits of the service.

    `workers`: processes that extract. `max_body`: bytes of a request body (of one line in a batch). `max_text`: characters of a
    text. `memory`: megabytes (10^6 bytes, resident) that a worker process may have; past it the document is given up. `bodies`:
    bytes of bodies, texts and answers that are held in memory at once; more bodies are refused. `deadline`: seconds one document
    may take in a worker. `wait`: seconds a request may wait for a free worker. `patience`: seconds that a body, or a line of a
    batch, may take to arrive, and each piece of an answer to be taken. `queue`: requests that may wait. `long_text`: texts from
    this length on go after the short ones that wait, and never occupy the last free worker when there are several. `token`:
    bearer token that requests must carry, or None.

    The default of `max_text` lets a text of that length be done within the default deadline and `memory`.

    Raises:
        InputError: the token is empty, or `bodies` has no room for one body.
    """

    workers: int = field(default_factory=available_cpus)
    max_body: int = 2_000_000
    max_text: int = 200_000
    memory: int = 600
    bodies: int = 32_000_000
    deadline: float = 60.0
    wait: float = 30.0
    patience: float = 30.0
    queue: int = 64
    long_text: int = 50_000
    token: str | None = None

    def __post_init__(self) -> None:
        if self.token == "":
            raise InputError("the token is empty")
        if self.bodies < self.max_body:
            raise InputError(f"bodies must be max_body ({self.max_body:,}) or more, got {self.bodies:,}")
