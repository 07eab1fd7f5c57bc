"""Closed lists of sends."""

from enum import StrEnum


class State(StrEnum):
    """Where a send stands. WAITING and SENDING are open, the others final."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"  # a guard said no: `why` says which
    FAILED = "failed"  # refused for good, or tried too often
    UNCLEAR = "unclear"  # cut off before the server answered: may have arrived, not sent again
