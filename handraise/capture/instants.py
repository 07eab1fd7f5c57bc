"""When it happened: the sender's timestamp, corrected for a clock that goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from handraise.capture.decide import Refusal
from handraise.capture.reading import Refused

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before it nobody clicked anything
AHEAD = timedelta(days=1)  # more than that is no clock a little fast, but a wrong date


def occurred_at(value: dict[str, Any], *, sent_at: Any, received_at: datetime) -> datetime:
    """The instant of the message by our clock, never after `received_at`. Raises Refused.

    The sender's clock may be wrong; how wrong, `sentAt` tells: what happened ten seconds before
    sending, happened ten seconds before receiving. A message that carries `receivedAt` came
    through another collector, which has corrected `timestamp` already.
    """
    is_forwarded = value.get("receivedAt") is not None and value.get("timestamp") is not None
    field = "timestamp"
    if not is_forwarded and value.get("originalTimestamp") is not None:
        field = "originalTimestamp"
    given = value.get(field)
    if given is None:
        return received_at
    told = _instant(given, field)
    sent = None if is_forwarded else _sent(sent_at if sent_at is not None else value.get("sentAt"))
    if sent is not None and told > _later(sent):
        sent = None  # nothing is sent days before it happens: sentAt is not this clock's
    try:
        at = (received_at - (sent - told)) if sent is not None else told.astimezone(UTC)
    except OverflowError:
        raise _absurd(field, given) from None
    if at > received_at + AHEAD or at < EARLIEST:
        raise _absurd(field, given)
    return min(at, received_at)


def _later(sent: datetime) -> datetime:
    return sent + AHEAD if sent.year < 9999 else sent


def _instant(given: Any, field: str) -> datetime:
    if type(given) is not str:
        raise Refused(Refusal.TIMESTAMP_INVALID, f"{field} must be text in ISO 8601 with a zone.")
    try:
        at = datetime.fromisoformat(given.strip())
    except ValueError:
        raise Refused(
            Refusal.TIMESTAMP_INVALID, f"{field} “{given[:40]}” is not an ISO 8601 instant."
        ) from None
    if at.tzinfo is None:
        raise Refused(
            Refusal.TIMESTAMP_INVALID,
            f"{field} “{given[:40]}” has no time zone: end it with Z or an offset such as +02:00.",
        )
    return at


def _sent(given: Any) -> datetime | None:
    """`sentAt`, or None when it is missing or useless: then there is nothing to correct by."""
    try:
        at = datetime.fromisoformat(given.strip()) if type(given) is str else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _absurd(field: str, given: Any) -> Refused:
    return Refused(
        Refusal.TIMESTAMP_ABSURD,
        f"{field} “{str(given)[:40]}” is before 1990 or more than a day in the future"
        " (after correction by sentAt).",
    )
