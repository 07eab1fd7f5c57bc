"""Closed lists of sends, when they are tried again, and how fast a domain takes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from handraise.post.decide import wait_after as wait_after
from handraise.team.decide import Refused as Refused


class State(StrEnum):
    """Where a send stands. WAITING and SENDING are open, the others final."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"  # a guard said no: `why` says which
    FAILED = "failed"  # refused for good, or tried too often
    UNCLEAR = "unclear"  # cut off before the server answered: may have arrived, not sent again

    @property
    def label(self) -> str:
        return self.value


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


STALE_AFTER = timedelta(days=7)  # what was due so long ago is not sent unasked
LOST_AFTER = timedelta(minutes=15)  # a courier of another machine without a beat: it was lost
EVERY_OTHER = "*"  # the domain of a pace that has none of its own


@dataclass(frozen=True, slots=True)
class Paces:
    """How many messages a minute go to a domain at most; None where there is no limit."""

    of: Mapping[str, int] = field(default_factory=dict)

    def per_minute(self, domain: str) -> int | None:
        return self.of.get(domain, self.of.get(EVERY_OTHER))


_PACE = re.compile(r"(?P<domain>\*|[a-z0-9.-]+)[:=](?P<count>[0-9]{1,7})")


def read_paces(text: str) -> Paces:
    """The paces of `gmail.com:600 outlook.com:300 *:1200`. Raises Refused with a sentence."""
    made = {}
    for part in text.lower().replace(",", " ").split():
        found = _PACE.fullmatch(part)
        if found is None or int(found["count"]) == 0:
            said = f"{part[:60]!r} is no pace: write gmail.com:600 for 600 messages a minute."
            raise Refused(said)
        made[found["domain"]] = int(found["count"])
    return Paces(made)


def domain_of(address: str) -> str:
    """The domain of an address, folded."""
    return address.rpartition("@")[2].strip(" >").lower()


_ENHANCED = re.compile(r"^5\d\d[ -](5\.\d{1,3}\.\d{1,3})\b")
_NO_SUCH = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}


def is_gone(words: str) -> bool:
    """Whether a server's refusal of a recipient says that the address is none (any more), and not
    that it does not want this sender or this message."""
    found = _ENHANCED.match(words)
    return found[1] in _NO_SUCH if found else words[:3] in {"550", "551", "553"}
