"""Journeys to begin with, each a YAML text that explains its lines."""

from __future__ import annotations

from functools import cache
from importlib import resources

CODES = (
    "guide-welcome", "webinar-follow-up", "personal-demo", "sleeping-mql", "recycled",
    "customer-onboarding",
)  # fmt: skip


@cache
def text(code: str) -> str:
    """The text of a shipped journey, comments included. Raises KeyError."""
    if code not in CODES:
        raise KeyError(code)
    return resources.files(__name__).joinpath(f"{code}.yaml").read_text(encoding="utf-8")
