"""What changes sends: whoever wants something sent says so here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.conf import settings

from handraise.leads.bulk import execute, ids, instants, texts
from handraise.sends.decide import State, Wanted

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


def message_host() -> str:
    """What stands behind the @ of Message-IDs: the domain that mails come from."""
    return settings.MAIL_FROM.rpartition("@")[2].strip(" <>") or "handraise.invalid"


__all__ = ["message_host", "want"]
