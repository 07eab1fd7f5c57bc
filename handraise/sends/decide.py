"""Closed lists of sends, when they are tried again, and how fast a domain takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a send stands. WAITING and SENDING are open, the others final."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"  # a guard said no: `why` says which
    FAILED = "failed"  # refused for good, or tried too often
    UNCLEAR = "unclear"  # cut off before the server answered: may have arrived, not sent again


@dataclass(frozen=True, slots=True)
class Wanted:
    """A send that somebody wants: which version to whom, for what, and from when on."""

    lead_id: int
    version_id: int
    about: str
    once: str
    purpose: str
    topic: str
    due_at: datetime
