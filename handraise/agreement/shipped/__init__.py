"""Agreements to begin with, each a YAML text that explains its lines."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib import resources


class Shipped(StrEnum):
    """The names of the shipped texts."""

    DEFAULT = "default"  # sales development accepts, account executives qualify
    SELF_SERVE = "self_serve"  # shop or trial, small team, no acceptance


@cache
def text(which: Shipped = Shipped.DEFAULT) -> str:
    """The text of a shipped agreement, comments included."""
    name = f"{which.value}.yaml"
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
