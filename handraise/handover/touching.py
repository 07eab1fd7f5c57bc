"""The first touch after an acceptance: found among what people log, timed, and missed when late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from handraise.handover.models import Acceptance, Touch
from handraise.leads import journal
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import TOUCHES, IdentityKind, Via

DUE = "handover.touch_due"

# The newest acceptance of each lead, and what a person logged since. Whoever never left the first
# stage was not accepted either.
_ACCEPTED = """
SELECT accepted.*, touch.occurred_at, touch.name, touch.by_id, touch.by_name
FROM (
    SELECT DISTINCT ON (lead.id) lead.id AS lead_id, handover.id AS handover_id, ending.at,
        lead.stage = 'SALES_ACCEPTED' OR
            lead.stage = 'MARKETING_QUALIFIED' AND ending.at >= lead.stage_since AS is_in_hand,
        ending.touch_due_at, ending.untouched_at IS NOT NULL AS is_missed,
        EXISTS (SELECT FROM handover_touch noted WHERE noted.handover_id = handover.id) AS is_noted
    FROM leads_lead lead
    JOIN leads_lead face ON face.canonical_id = lead.id
    JOIN handover_handover handover ON handover.lead_id = face.id
    JOIN handover_acceptance ending ON ending.handover_id = handover.id
    WHERE lead.id = ANY(%(leads)s::bigint[]) AND lead.stage <> 'LEAD'
    ORDER BY lead.id, ending.at DESC
) accepted
LEFT JOIN LATERAL (
    SELECT activity.occurred_at, activity.name, activity.by_id, person.name AS by_name
    FROM leads_lead face
    JOIN leads_identity identity ON identity.lead_id = face.id AND identity.kind = %(record)s
    JOIN leads_activity activity ON activity.identity_id = identity.id
    JOIN team_user person ON person.id = activity.by_id
    WHERE face.canonical_id = accepted.lead_id AND activity.name = ANY(%(touches)s)
      AND activity.occurred_at >= accepted.at
    ORDER BY activity.occurred_at, activity.id LIMIT 1
) touch ON true
"""


@dataclass(frozen=True, slots=True)
class First:
    """A touch that was logged."""

    at: datetime
    kind: str
    by_id: int
    by_name: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The newest acceptance of a lead, and the first touch since, as far as there was one."""

    lead_id: int
    handover_id: int
    at: datetime
    is_in_hand: bool
    touch_due_at: datetime | None
    is_missed: bool
    is_noted: bool
    touch: First | None

    @property
    def due_at(self) -> datetime | None:
        """Until when a touch is still to come; None where none is waited for."""
        return self.touch_due_at if self.touch is None and self.is_in_hand else None


def accepted(lead_ids: Collection[int]) -> dict[int, Accepted]:
    """How it stands with the touch of each of these canonical leads that was ever accepted."""
    if not lead_ids:
        return {}
    asked = {
        "leads": ids(lead_ids), "record": IdentityKind.RECORD.value, "touches": list(TOUCHES),
    }  # fmt: skip
    found = {}
    for lead, handover, at, is_in_hand, due, is_missed, is_noted, *touch in rows_of(
        _ACCEPTED, asked
    ):
        first = First(*touch) if touch[0] is not None else None
        found[lead] = Accepted(lead, handover, at, is_in_hand, due, is_missed, is_noted, first)
    return found


def note_touches(lead_ids: Collection[int], *, at: datetime) -> None:
    """Keep the first touches that came, and say of each that is late that it did not.

    The caller holds the leads' locks.
    """
    found = accepted(lead_ids).values()
    came = [(one, one.touch) for one in found if one.touch is not None and not one.is_noted]
    late = [one for one in found if not one.is_missed and one.due_at and one.due_at <= at]
    Touch.objects.bulk_create(
        Touch(handover_id=one.handover_id, at=touch.at, by_id=touch.by_id, kind=touch.kind)
        for one, touch in came
    )
    Acceptance.objects.filter(handover__in=[one.handover_id for one in late]).update(
        untouched_at=at
    )
    journal.write_many(
        [_came(one, touch, at) for one, touch in came] + [_missed(one, at) for one in late]
    )


def _came(one: Accepted, touch: First, at: datetime) -> journal.Line:
    said = f"First touch after acceptance: {touch.kind.lower()} by {touch.by_name}."
    return journal.Line("handover.touched", at, Via.WORKER, lead_id=one.lead_id, said=said,
                        data={"handover": one.handover_id})  # fmt: skip


def _missed(one: Accepted, at: datetime) -> journal.Line:
    said = "No call, meeting or personal mail within the time that was agreed."
    return journal.Line("handover.untouched", at, Via.WORKER, lead_id=one.lead_id, said=said,
                        data={"handover": one.handover_id})  # fmt: skip


__all__ = ["DUE", "Accepted", "accepted", "note_touches"]
