"""Limits of the service, and how many processors it may use."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from pathlib import Path


def available_cpus(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Processors that this process may use: its CPU affinity, cut to the cgroup's quota; never the host's count."""
    count = len(os.sched_getaffinity(0))
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
        if quota != "max":
            count = min(count, max(1, math.floor(int(quota) / int(period))))
    except (OSError, ValueError):
        try:
            quota_us = int((cgroup / "cpu/cpu.cfs_quota_us").read_text())
            period_us = int((cgroup / "cpu/cpu.cfs_period_us").read_text())
            if quota_us > 0:
                count = min(count, max(1, quota_us // period_us))
        except (OSError, ValueError):
            pass
    return count


@dataclass(frozen=True)
class ServiceOptions:
    """Limits of the service.

    `workers`: processes that extract. `max_body`: bytes of a request body (of one line in a batch). `max_text`: characters of a
    text. `deadline`: seconds one document may take. `wait`: seconds a request may wait for a free worker. `queue`: requests that
    may wait. `long_text`: texts from this length on never occupy the last free worker when there are several, so short ones wait
    no longer than for a short one. `token`: bearer token that requests must carry, or None.
    """

    workers: int = field(default_factory=available_cpus)
    max_body: int = 8_000_000
    max_text: int = 1_000_000
    deadline: float = 60.0
    wait: float = 30.0
    queue: int = 64
    long_text: int = 50_000
    token: str | None = None
