"""Verbs of people about one lead: put it into a journey, take it out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction

from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.nurture import counting
from handraise.nurture.compiling import plan_of
from handraise.nurture.decide import SALES, Ending, State
from handraise.nurture.entering import enrol
from handraise.nurture.models import Enrolment, Journey
from handraise.nurture.standing import call_off_sends
from handraise.qualification.actions import hold, reason_given
from handraise.team.access import require
from handraise.team.decide import Permission, Refused
from handraise.team.models import User


@transaction.atomic
def leave(enrolment: Enrolment, *, by: User, at: datetime, via: Via, reason: str = "") -> Enrolment:
    """Take a lead out of a journey: nothing more comes of it. A second time changes nothing.

    Whoever works with leads may, as sales must be able to stop what marketing sends.
    """
    require(by, Permission.EDIT_LEADS)
    why = reason_given(reason, is_needed=False)
    lead = hold(enrolment.lead)
    held = Enrolment.objects.select_for_update(of=["self"]).select_related(
        "journey", "version"
    ).get(pk=enrolment.pk)  # fmt: skip
    if held.ended_at is not None:
        return held
    held.ended_at, held.ending, held.ended_why = at, Ending.BY_HAND, why or f"By {by}."
    held.due_at, held.awaits, held.fault = None, "", ""
    held.save()
    said = f"{by} took them out of “{held.journey}”."
    journal.write(
        "nurture.left", at=at, via=via, lead_id=lead.pk, by=by, said=f"{said} {why}".strip(),
        data={
            "journey": held.journey.code, "version": held.version.number,
            "ending": Ending.BY_HAND.value, "place": held.place, "enrolment": held.pk,
        },
    )  # fmt: skip
    call_off_sends({held.pk: lead.pk}, at=at)
    counting.add(Counter({(held.version_id, held.place, Ending.BY_HAND.value): 1}), at=at)
    return held


@transaction.atomic
def enrol_by_hand(lead: Lead, journey: Journey, *, by: User, at: datetime, via: Via) -> None:
    """Put a lead at the beginning of a journey that runs, whoever else it lets in, also again.

    Raises PermissionDenied; Refused where it is in there, or where sales is at work on it.
    """
    require(by, Permission.NURTURE)
    held = hold(lead)
    Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    now = Journey.objects.select_related("published").get(pk=journey.pk)
    if now.state != State.RUNNING or now.published is None:
        raise Refused(f"“{now}” does not run, so nobody enters it.")
    if not held.is_current:
        raise Refused("This lead was taken back.")
    document = plan_of(now.published.text).document
    if held.stage in SALES and not document.goes_on_with_sales:
        raise Refused("Somebody in sales is at work on this lead; marketing leaves it alone.")
    inside = Enrolment.objects.filter(lead__canonical=held.pk, journey=now, ended_at=None)
    why = {held.pk: f"Put in by {by}."}
    if inside.exists() or not enrol(now.published, why, at=at, by=by, via=via):
        raise Refused(f"This lead is in “{now}” already.")


__all__ = ["enrol_by_hand", "leave"]
