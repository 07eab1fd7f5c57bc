"""Closed lists and rules of saved lists, in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_NAME = 120
MOST_LISTS = 500  # of one owner
FRESH_FOR = timedelta(minutes=5)  # a list looked at after that is worked out anew
PATIENCE = timedelta(hours=1)  # who asked so long ago is answered no more: ask again
QUEUE = "asked"  # of jobs for which a person waits: they do not stand behind an import


class Kind(StrEnum):
    CONDITION = "condition"
    FIXED = "fixed"


def is_stale(as_of: datetime | None, *, at: datetime) -> bool:
    """Whether the members as of that instant are too old to be shown without a new look."""
    return as_of is None or at - as_of > FRESH_FOR


def is_under_way(asked_at: datetime | None, *, at: datetime) -> bool:
    """Whether somebody asked for the members and will be answered."""
    return asked_at is not None and at - asked_at < PATIENCE
