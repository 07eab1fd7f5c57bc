"""The time within a round: the instant at which it was begun, and what has passed since."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic


class Ticking:
    """A clock that was set once, so that a round can be replayed at any instant."""

    def __init__(self, at: datetime) -> None:
        self.at, self.begun = at, monotonic()

    def passed(self) -> float:
        """Seconds since it was set."""
        return monotonic() - self.begun

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.passed())


__all__ = ["Ticking"]
