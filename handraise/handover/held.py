"""What every verb on a handover begins with: the lead and the handover, read anew and held.

The lead is locked first and the handover second, as the machine does, so that of two people who
race one wins and the other is told by whom they were beaten.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied

from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.handover.queries import ending_sentence, may_answer, may_override
from handraise.leads import journal
from handraise.leads.decide import Stage, Via
from handraise.leads.entry import Json
from handraise.leads.models import Lead
from handraise.qualification.actions import Refused, hold
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST_NOTE = 4000


def locked(handover: Handover) -> tuple[Handover, Lead]:
    """The handover and its canonical lead, held until the transaction ends."""
    lead = hold(handover.lead)
    found = (
        Handover.objects.select_for_update(of=("self",))
        .select_related("lead__canonical", "assignee", "team")
        .get(pk=handover.pk)
    )
    return found, lead


def held_by(handover: Handover, by: User) -> tuple[Handover, Lead]:
    """The handover, held, if it is open and this person's to answer.

    Raises PermissionDenied, Refused with a sentence.
    """
    require(by, Permission.TAKE)
    found, lead = still_open(handover)
    if not may_answer(by, found):
        raise Refused(f"This lead was offered to {found.whose}; only a manager may step in.")
    return found, lead


def held_over(handover: Handover, by: User) -> tuple[Handover, Lead]:
    """The handover, held, if it is open and this person may act for the one asked.

    Raises PermissionDenied, Refused with a sentence.
    """
    require(by, Permission.OVERRIDE)
    found, lead = locked(handover)
    if not may_override(by, found):
        raise PermissionDenied("Another team's offers are their manager's to take back.")
    if found.ended_at is not None:
        raise Refused(ending_sentence(found))
    return found, lead


def still_open(handover: Handover) -> tuple[Handover, Lead]:
    """The handover, held, if it has not ended and its lead stands where it was offered."""
    found, lead = locked(handover)
    if found.ended_at is not None:
        raise Refused(ending_sentence(found))
    if lead.stage != Kind(found.kind).stage:
        raise Refused(f"{lead} is now {Stage(lead.stage).label}, so there is nothing to answer.")
    return found, lead


def cleaned(note: str) -> str:
    """The note without blanks around it. Raises Refused for what is too long or no text."""
    found = note.strip()
    if len(found) > LONGEST_NOTE:
        raise Refused(f"A note has at most {LONGEST_NOTE:,} characters.")
    if "\x00" in found:
        raise Refused("A note cannot contain the NUL character.")
    return found


def write_line(
    kind: str,
    handover: Handover,
    said: str,
    *,
    by: User | None,
    at: datetime,
    via: Via,
    **data: Json,
) -> None:
    """One line of the journal of its lead."""
    journal.write(
        kind, at=at, via=via, lead_id=handover.lead.canonical_id, by=by, said=said,
        data={"handover": handover.pk, **data},
    )  # fmt: skip


__all__ = ["LONGEST_NOTE", "cleaned", "held_by", "held_over", "locked", "still_open", "write_line"]
