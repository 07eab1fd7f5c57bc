"""What changes sends: whoever wants something sent says so here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from django.conf import settings

from handraise.leads import journal
from handraise.leads.bulk import execute, ids, instants, rows_of, texts
from handraise.sends.claiming import skipped_line
from handraise.sends.decide import State, Wanted
from handraise.sends.guards import HELD
from handraise.sends.models import Hold, Send

_WANT = """
    INSERT INTO sends_send (
        lead_id, version_id, about, once, purpose, topic, created_at, due_at, state, attempts,
        address, message_id, why
    )
    SELECT lead_id, version_id, about, once, purpose, topic, %s, due_at, %s, 0, '', message_id, ''
    FROM unnest(
        %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[],
        %s::timestamptz[], %s::text[]
    ) AS wanted (lead_id, version_id, about, once, purpose, topic, due_at, message_id)
    ORDER BY once
    ON CONFLICT (once) DO NOTHING
"""


def want(wanted: Sequence[Wanted], *, at: datetime) -> int:
    """Have these sent when they are due; how many are new. Part of the caller's transaction.

    What bears the `once` of a send that exists is not wanted a second time: it changes nothing.
    """
    if not wanted:
        return 0
    host = message_host()
    return execute(
        _WANT,
        [
            at, State.WAITING.value, ids(one.lead_id for one in wanted),
            ids(one.version_id for one in wanted), texts(one.about for one in wanted),
            texts(one.once for one in wanted), texts(one.purpose for one in wanted),
            texts(one.topic for one in wanted), instants(one.due_at for one in wanted),
            texts(f"<{uuid4().hex}@{host}>" for _ in wanted),
        ],
    )  # fmt: skip


_CALL_OFF = """
    UPDATE sends_send SET state = %(skipped)s, why = %(why)s
    FROM (
        SELECT send.id
        FROM unnest(%(begins)s::text[], %(leads)s::bigint[]) AS ended (begins, lead)
        JOIN leads_lead face ON face.canonical_id = ended.lead
        JOIN sends_send send ON send.lead_id = face.id
        WHERE send.state = %(waiting)s AND starts_with(send.once, ended.begins)
        FOR UPDATE OF send SKIP LOCKED
    ) gone
    WHERE sends_send.id = gone.id
    RETURNING sends_send.id
"""


def call_off(told: Mapping[str, int], *, why: str, at: datetime) -> int:
    """Do not send any more what waits, by how its `once` begins and the canonical lead it is for;
    how many. Part of the caller's transaction, which holds the leads.

    What a courier is about to take along is on its way: it waits for the leads, so nobody who
    holds them may wait for it.
    """
    if not told:
        return 0
    rows = rows_of(
        _CALL_OFF,
        {
            "begins": texts(told), "leads": ids(told.values()), "why": why,
            "skipped": State.SKIPPED.value, "waiting": State.WAITING.value,
        },
    )  # fmt: skip
    gone = Send.objects.select_related("lead", "version__message").in_bulk([row[0] for row in rows])
    journal.write_many(skipped_line(gone[pk], why, at=at) for pk in sorted(gone))
    return len(gone)


def hold(about: str, *, at: datetime) -> None:
    """Nothing that `about` wants leaves from now on, but what is on its way already."""
    Hold.objects.get_or_create(about=about, defaults={"at": at})


def release(about: str, *, at: datetime) -> None:
    """What was held goes on: it is asked again at once whether it may leave."""
    if Hold.objects.filter(about=about).delete()[0]:
        Send.objects.filter(about=about, state=State.WAITING, why=HELD).update(due_at=at, why="")


def message_host() -> str:
    """What stands behind the @ of Message-IDs: the domain that mails come from."""
    return settings.MAIL_FROM.rpartition("@")[2].strip(" <>") or "handraise.invalid"


__all__ = ["call_off", "hold", "message_host", "release", "want"]
