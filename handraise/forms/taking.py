"""A stored submission becomes a lead with facts, an activity and consents, and gets its content.

All of it in one transaction: a submission is taken whole or not at all. What could not be taken
stays stored; the worker tries again, and people see what it could not.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from handraise.consent import actions as consenting
from handraise.consent import queries as consents
from handraise.consent.decide import How
from handraise.consent.models import Purpose
from handraise.forms.content import hand_over
from handraise.forms.decide import ATTEMPTS, Refused, State
from handraise.forms.models import Form, Submission
from handraise.leads.decide import IdentityKind, Via
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.models import Identity, Lead
from handraise.leads.record import record

log = structlog.get_logger()
SUBMITTED = "Form Submitted"
PATIENCE = timedelta(seconds=20)  # the request that stored it is not disturbed sooner


def take(submission: Submission, *, at: datetime) -> Submission:
    """Record a submission that waits; as it is then. What fails leaves it stored, with why."""
    try:
        return _take(submission.pk, at=at)
    except Exception as fault:  # whatever it is, what somebody sent is kept and tried again
        log.exception("forms.not_taken", submission=submission.pk)
        _note_fault(submission.pk, fault)
    with suppress(DatabaseError):  # away for a moment: what is stored is thanked for all the same
        submission.refresh_from_db()
    return submission


def take_waiting(*, at: datetime, limit: int = 200) -> int:
    """Take what was stored and not taken, because a process was killed or something failed."""
    waiting = Submission.objects.filter(state=State.WAITING, at__lte=at - PATIENCE)
    found = list(waiting.order_by("at")[:limit])
    for submission in found:
        take(submission, at=at)
    return len(found)


@transaction.atomic
def _take(pk: int, *, at: datetime) -> Submission:
    rows = Submission.objects.select_for_update(of=("self",)).select_related("form", "version")
    held = rows.get(pk=pk)
    if held.state != State.WAITING:
        return held
    lead = _recorded(held, at=at)
    held.lead, held.state, held.taken_at = lead, State.TAKEN, at
    awaits = _consented(held, lead, at=at)
    hand_over(held, lead, awaits=awaits, at=at)
    held.save()
    return held


def _recorded(held: Submission, *, at: datetime) -> Lead:
    """The lead, with the facts and the activity written. Raises Contended."""
    source, number = held.form.source_id, f"submission-{held.pk}"
    who: dict[str, Any] = {"email": held.address, "anonymous_id": held.anonymous_id or None}
    entries = [
        Entry(EntryKind.FACTS, source, f"{number}-facts", held.at, at, traits=dict(held.facts),
              **who),
        Entry(EntryKind.ACTIVITY, source, number, held.at, at, name=SUBMITTED,
              properties=_properties(held), **who),
    ]  # fmt: skip
    record(entries, at=at)
    known = Identity.objects.select_related("lead")
    found = known.get(kind=IdentityKind.EMAIL, value=held.address)
    return Lead.objects.get(pk=found.lead.canonical_id)


def _properties(held: Submission) -> dict[str, Json]:
    """What conditions of the agreement read: `form: guide`, `fields.size: 250`, `utm.source: x`."""
    form: Form = held.form
    told: dict[str, Json] = {
        "form": form.code, "name": form.name, "version": held.version.number,
        "fields": dict(held.answers),
    }  # fmt: skip
    if held.page:
        told["page"] = held.page
    if held.utm:
        told["utm"] = dict(held.utm)
    return told


def _consented(held: Submission, lead: Lead, *, at: datetime) -> list[str]:
    """Note each consent, or ask for its confirmation; the purposes that wait for one. A purpose
    that was given up since the form was shown hinders nothing else."""
    purposes = {purpose.code: purpose for purpose in consents.purposes()}
    awaits: list[str] = []
    said: list[str] = []
    for box in held.agreed:
        code, wording = str(box["purpose"]), str(box["wording"])
        purpose = purposes.get(code)
        if purpose is None:
            said.append(f"The consent to {code} was not noted: the purpose is not in use.")
            continue
        try:
            with transaction.atomic():
                if _agrees(held, lead, purpose, wording, at=at):
                    awaits.append(code)
        except Refused as refused:
            said.append(f"The consent to {code} was not noted: {refused}")
    held.why = " ".join(said)
    return awaits


def _agrees(held: Submission, lead: Lead, purpose: Purpose, wording: str, *, at: datetime) -> bool:
    """Note that the lead agreed; True if its mailbox was asked to confirm that instead. Whoever has
    confirmed before is not asked again."""
    if purpose.needs_confirmation and (
        consents.permitted([lead.pk], purpose=purpose.code, at=at)[lead.pk].may
    ):
        return False
    given = consenting.give(
        lead, purpose=purpose.code, wording=wording, how=How.FORM, address=held.address, by=None,
        at=at, via=Via.WEB, source=held.form.source,
    )  # fmt: skip
    return given is None


def _note_fault(pk: int, fault: Exception) -> None:
    said = f"It could not be recorded ({type(fault).__name__}); it is tried again."
    try:
        with transaction.atomic():
            held = Submission.objects.select_for_update().get(pk=pk)
            if held.state != State.WAITING:
                return
            held.attempts += 1
            held.why = said
            if held.attempts >= ATTEMPTS:
                held.state = State.FAILED
                held.why = f"It could not be recorded ({type(fault).__name__}); the log has why."
            held.save(update_fields=["attempts", "why", "state"])
    except DatabaseError:
        log.warning("forms.fault_not_noted", submission=pk)  # away: it waits as it is


__all__ = ["SUBMITTED", "take", "take_waiting"]
