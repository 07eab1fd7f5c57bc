"""What sales development found out of a lead it accepted: for the brief of the second handover."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from handraise.agreement.document import Document
from handraise.handover.material import COUNTS
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import TOUCHES, IdentityKind
from handraise.qualification.queries import Answered, answers_of_many

Row = dict[str, Any]

MOST_TOUCHES = 30

# What people logged since the newest acceptance of the first handover, the newest first.
_TOUCHES = f"""
select lead.id, (
    select json_agg(json_build_object('name', name, 'by', by, 'occurred_at', occurred_at,
        'note', note) order by occurred_at desc, id desc)
    from (
        select activity.id, activity.name, person.name as by, activity.occurred_at,
            left(coalesce(activity.properties->>'note', ''), 4000) as note
        from leads_lead face
        join leads_identity identity on identity.lead_id = face.id and identity.kind = %(record)s
        join leads_activity activity on activity.identity_id = identity.id
        join team_user person on person.id = activity.by_id
        where face.canonical_id = lead.id and activity.name = any(%(touches)s)
          and activity.occurred_at <= %(at)s and activity.occurred_at >= (
            select max(accepted.at) from handover_acceptance accepted
            join handover_handover handover on handover.id = accepted.handover_id
            join leads_lead offered on offered.id = handover.lead_id
            where offered.canonical_id = lead.id and handover.kind = 'first')
          and {COUNTS}
        order by activity.occurred_at desc, activity.id desc limit {MOST_TOUCHES}
    ) newest)::text
from unnest(%(leads)s::bigint[]) lead (id)
"""  # noqa: S608 - constants of this module


def found_out(lead_ids: Collection[int], *, document: Document, at: datetime) -> dict[int, Row]:
    """For each canonical lead the answers with what they rest on, and the touches, as JSON."""
    if not lead_ids:
        return {}
    framework = document.sql.answers.framework
    answered = answers_of_many(lead_ids, framework=framework, at=at)
    asked = {"leads": ids(lead_ids), "record": IdentityKind.RECORD.value,
             "touches": list(TOUCHES), "at": at}  # fmt: skip
    touches = dict(rows_of(_TOUCHES, asked))
    return {
        pk: {
            "framework": framework,
            "answers": [_answer(one) for one in answered[pk]],
            "touches": msgspec.Raw((touches[pk] or "[]").encode()),
        }
        for pk in lead_ids
    }


def _answer(one: Answered) -> Row:
    """A question and what was found out; one without an answer says so by its `state`."""
    told: Row = {"question": one.question.label, "state": one.state.value}
    answer = one.answer
    if answer is None:
        return told
    activity = answer.activity
    return told | {
        "value": answer.value,
        "text": answer.text,
        "evidence": answer.evidence,
        "quote": answer.quote,
        "activity": None if activity is None else
                    {"name": activity.name, "occurred_at": activity.occurred_at},
        "at": answer.at,
        "by": answer.author or answer.by.name,
    }  # fmt: skip


__all__ = ["found_out"]
