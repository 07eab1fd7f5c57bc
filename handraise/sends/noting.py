"""What became of sends, written down set-based: states, timelines, addresses that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from handraise.consent.actions import suppress
from handraise.consent.decide import LONGEST_WHY, Kind
from handraise.leads import journal
from handraise.leads.bulk import execute, ids, instants, rows_of, texts
from handraise.leads.decide import Via
from handraise.post.decide import End
from handraise.sends.decide import Refused, State, wait_after
from handraise.sends.logbook import Answer
from handraise.sends.models import Courier, Send

log = structlog.get_logger()

# A courier that was taken for lost may know better later: unclear becomes what it was.
_NOTE = """
    UPDATE sends_send
    SET state = told.state, why = told.why, due_at = coalesce(told.due_at, sends_send.due_at),
        sent_at = CASE WHEN told.state = 'sent' THEN told.at END,
        attempts = sends_send.attempts - told.untried
    FROM unnest(
        %s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::int[]
    ) AS told (id, state, why, at, due_at, untried)
    WHERE sends_send.id = told.id AND sends_send.courier_id = %s
        AND sends_send.state IN ('sending', 'unclear')
    RETURNING sends_send.id
"""
_KINDS = {State.SENT: "sends.sent", State.FAILED: "sends.failed", State.UNCLEAR: "sends.unclear"}
_SAID = {
    State.SENT: "“{message}” was sent to {address}.",
    State.FAILED: "“{message}” to {address} failed: {why}",
    State.UNCLEAR: "“{message}” to {address} may have arrived, or not: {why}",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How one send ended, or that it waits again. `is_gone`: its address is none (any more)."""

    send: Send
    state: State
    at: datetime
    why: str = ""
    due_at: datetime | None = None
    is_untried: bool = False
    is_gone: bool = False


def ended(send: Send, answer: Answer) -> Ended:
    """What an answer means: sent, failed, unclear, or waiting for the next try."""
    if answer.end is End.LATER:
        wait = wait_after(send.attempts)
        if wait is None:
            return Ended(send, State.FAILED, at=answer.at, why=answer.words)
        due_at = answer.at + wait
        return Ended(send, State.WAITING, at=answer.at, why=answer.words, due_at=due_at)
    state = {End.SENT: State.SENT, End.FAILED: State.FAILED, End.UNCLEAR: State.UNCLEAR}[answer.end]
    why = "" if state is State.SENT else answer.words
    return Ended(send, state, at=answer.at, why=why, is_gone=answer.is_address)


def unsent(send: Send, *, at: datetime, aside: timedelta = timedelta(0)) -> Ended:
    """Surely not handed over, and not for its own fault: it waits as before, or a little."""
    due_at = at + aside if aside else None
    return Ended(send, State.WAITING, at=at, due_at=due_at, is_untried=True)


@transaction.atomic
def note(courier: UUID, many: Sequence[Ended], *, at: datetime, is_over: bool = False) -> None:
    """Write all of it down, with the courier's beat. Doing so twice changes nothing.

    Only the last portion waits for the disk, which then has the earlier ones too: until then the
    book tells all of it.
    """
    if not is_over:
        execute("SET LOCAL synchronous_commit TO off")
    Courier.objects.select_for_update().filter(pk=courier).first()
    if many:
        noted = _note(courier, many)
        told = [one for one in many if one.send.pk in noted]
        journal.write_many(_line(one) for one in told if one.state in _KINDS)
        _suppress([one for one in told if one.is_gone], at=at)
    mine = Courier.objects.filter(pk=courier)
    mine.update(beat_at=at)
    if is_over:
        mine.update(over_at=at)


def _note(courier: UUID, many: Sequence[Ended]) -> set[int]:
    told = [
        ids(one.send.pk for one in many), texts(one.state for one in many),
        texts(one.why for one in many), instants(one.at for one in many),
        instants(one.due_at for one in many), ids(int(one.is_untried) for one in many), courier,
    ]  # fmt: skip
    return {pk for (pk,) in rows_of(_NOTE, told)}


def _line(one: Ended) -> journal.Line:
    send = one.send
    said = _SAID[one.state].format(message=send.version.message, address=send.address, why=one.why)
    return journal.Line(
        _KINDS[one.state], one.at, Via.WORKER, send.lead.canonical_id, said=said,
        data={"send": send.pk},
    )  # fmt: skip


def _suppress(gone: Iterable[Ended], *, at: datetime) -> None:
    """Nobody writes again to an address whose server says that it is none."""
    for one in gone:
        try:
            suppress(
                [one.send.address], kind=Kind.BOUNCE, why=one.why[:LONGEST_WHY], by=None, at=at,
                via=Via.WORKER,
            )  # fmt: skip
        except Refused as refused:  # it is noted as failed all the same
            log.warning("sends.not_suppressed", send=one.send.pk, error=str(refused))
