"""From the inbox to the leads: claim, validate, de-duplicate, record, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from handraise.capture import receipts
from handraise.capture.decide import Refusal
from handraise.capture.models import Drop
from handraise.capture.reading import (
    BATCH,
    Item,
    Reading,
    Refused,
    Unreadable,
    envelope,
    read,
    told_message_id,
    without_key,
)
from handraise.capture.validate import Call, entry
from handraise.kit.garbage import uncollected
from handraise.leads.bulk import rows_of
from handraise.leads.decide import IS_PUBLIC
from handraise.leads.entry import Entry
from handraise.leads.outage import is_outage
from handraise.leads.record import Contended, WhenCards, record

CLAIM_BYTES = 4 * 1024 * 1024  # about 8,000 messages: what one transaction takes at most

# Claimed is deleted at once: the rows come back if the transaction does not commit.
_CLAIM = f"""
WITH claimed AS MATERIALIZED (
  SELECT id, octet_length(body) AS size FROM capture_inbox
  ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), summed AS (
  SELECT id, sum(size) OVER (ORDER BY id) - size AS before FROM claimed
)
DELETE FROM capture_inbox USING summed
WHERE capture_inbox.id = summed.id AND before < %s
RETURNING capture_inbox.id, received_at, source_id, endpoint, agent, body, coalesce(
    (SELECT {IS_PUBLIC} FROM leads_source source WHERE source.id = source_id), true)
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class _Row:
    """One accepted call, as it was claimed."""

    id: int
    received_at: datetime
    source_id: int
    endpoint: str
    agent: str
    body: bytes
    is_public: bool


@dataclass(frozen=True, slots=True)
class _Message:
    """One valid message with all that is needed to keep it, should it fail inside."""

    entry: Entry
    item: Item
    row: _Row
    reading: Reading


def digest_once(*, limit: int, at: datetime) -> int:
    """Digest up to `limit` calls; the number of messages that were in them (0: nothing waits).

    Raises what the database raises when it is away or another transaction was preferred; then
    nothing has happened and the rows still wait.
    """
    with uncollected(), transaction.atomic():
        rows = _claimed(limit)
        # Calls may have come in since the caller looked at the clock. Leads are woken for this
        # instant, so that nobody looks at them as of an earlier one, at which nothing is known.
        at = max([at, *(row.received_at for row in rows)])
        messages: list[_Message] = []
        drops: list[Drop] = []
        for row in rows:
            _read(row, at, messages, drops)
        count = len(messages) + len(drops)
        _take(messages, at, drops)
        Drop.objects.bulk_create(drops)
    return count


def _claimed(limit: int) -> list[_Row]:
    found = [_Row(*values) for values in rows_of(_CLAIM, [limit, CLAIM_BYTES])]
    return sorted(found, key=lambda row: row.id)


def _read(row: _Row, at: datetime, messages: list[_Message], drops: list[Drop]) -> None:
    """Validate as the door did. Its rules may have changed since, so that a refusal is possible."""
    try:
        reading = read(row.endpoint, row.body)
    except Unreadable as error:
        drops.append(_drop(row, at, Refusal.UNDIGESTIBLE, str(error), row.body))
        return
    kind = "" if row.endpoint == BATCH else row.endpoint
    call = Call(
        row.source_id, row.received_at, at, kind, reading.sent_at, reading.context, row.agent,
        is_public=row.is_public,
    )  # fmt: skip
    for item in reading.items:
        try:
            messages.append(
                _Message(entry(item.value, call, is_plain=item.is_plain), item, row, reading)
            )
        except Refused as error:
            body = _body_of(item, row, reading)
            message_id = told_message_id(item.value)
            drops.append(_drop(row, at, error.reason, error.sentence, body, message_id))


def _take(messages: Sequence[_Message], at: datetime, drops: list[Drop]) -> None:
    """Record the messages; those that make it fail are found by halving and become drops."""
    if not messages:
        return
    try:
        with transaction.atomic():
            entries = [message.entry for message in messages]
            fresh, duplicates = receipts.take(entries)
            if fresh:
                record(fresh, at=at, when_cards=WhenCards.BEFORE_THE_LOOK)
    except Exception as error:
        if _is_outage(error):
            raise
        if len(messages) == 1:
            drops.append(_undigestible(messages[0], at, error))
            return
        middle = len(messages) // 2
        _take(messages[:middle], at, drops)
        _take(messages[middle:], at, drops)
    else:
        drops += _conflicts(messages, duplicates, at)


def _is_outage(error: Exception) -> bool:
    """Whether no message is to blame."""
    return is_outage(error) or isinstance(error, MemoryError | Contended)


def _conflicts(
    messages: Sequence[_Message], duplicates: Sequence[receipts.Duplicate], at: datetime
) -> Iterator[Drop]:
    """Drops for message ids that were used before with other content; retries need none."""
    for duplicate in duplicates:
        if duplicate.is_retry:
            continue
        message = messages[duplicate.place]
        sentence = f"messageId “{duplicate.entry.message_id}” was already used for another message."
        yield _kept(message, at, Refusal.DUPLICATE, sentence)


def _undigestible(message: _Message, at: datetime, error: Exception) -> Drop:
    sentence = f"Recording it failed: {type(error).__name__}: {error}".replace("\0", "?")[:1000]
    return _kept(message, at, Refusal.UNDIGESTIBLE, sentence)


def _kept(message: _Message, at: datetime, reason: Refusal, sentence: str) -> Drop:
    body = _body_of(message.item, message.row, message.reading)
    message_id = told_message_id(message.item.value)
    return _drop(message.row, at, reason, sentence, body, message_id)


def _body_of(item: Item, row: _Row, reading: Reading) -> bytes:
    """A call of this item alone, so that it can be replayed."""
    if row.endpoint == BATCH:
        return envelope([item.raw], reading)
    return without_key(bytes(item.raw))


def _drop(
    row: _Row, at: datetime, reason: Refusal, sentence: str, body: bytes, message_id: str = ""
) -> Drop:
    return Drop(
        at=at, received_at=row.received_at, source_id=row.source_id, reason=reason,
        detail=sentence, message_id=message_id, endpoint=row.endpoint, body=body,
    )  # fmt: skip
