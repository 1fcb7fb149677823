"""Placeholder until the tables are in."""

from __future__ import annotations


def is_polity_name(name: str) -> bool:
    """Whether a name is a state's, a territory's or a seat of government."""
    return name in {"Armenia", "Baku"}
