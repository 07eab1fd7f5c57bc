"""Verbs of journeys: draw one up, publish it, start it, pause it, retire it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from handraise.agreement.plain_yaml import MAX_BYTES
from handraise.kit.fold import fold
from handraise.leads import journal
from handraise.leads.bulk import execute, rows_of
from handraise.leads.decide import Via
from handraise.nurture import counting, references
from handraise.nurture.compiling import Plan, plan_of
from handraise.nurture.decide import Ending, State
from handraise.nurture.doing import about
from handraise.nurture.models import Journey, JourneyVersion
from handraise.nurture.standing import Standing, write
from handraise.nurture.versions import readable, versions
from handraise.sends import actions as sends
from handraise.team.access import require
from handraise.team.decide import Permission, Refused
from handraise.team.models import User

LONGEST_NAME = 120


class Overtaken(Refused):
    """Somebody else saved meanwhile; `journey` is as it stands now."""

    def __init__(self, journey: Journey) -> None:
        super().__init__(
            f"{journey.changed_by} saved “{journey}” meanwhile. Your text is not lost: take over"
            " what you need, and save again."
        )
        self.journey = journey


@transaction.atomic
def create(name: str, text: str, *, by: User, at: datetime, via: Via) -> Journey:
    """A new journey with this draft, which nobody enters yet. Its code is made from its name.
    Raises PermissionDenied, Refused."""
    require(by, Permission.NURTURE)
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or "\x00" in called:
        raise Refused(f"Give the journey a name of up to {LONGEST_NAME} characters.")
    code = "-".join(re.findall(r"[a-z0-9]+", fold(called)))[:60].strip("-")
    if not code:
        raise Refused("The name of a journey has letters or digits in it.")
    _refuse_unstorable(text)
    try:
        with transaction.atomic():
            made = Journey.objects.create(
                code=code, name=called, draft=text, created_at=at, changed_at=at, changed_by=by
            )
    except IntegrityError:
        raise Refused(f"There is a journey “{code}” already; choose another name.") from None
    _line("created", made, f"{by} began the journey “{made}”.", by=by, at=at, via=via)
    return made


@transaction.atomic
def save_draft(journey: Journey, text: str, *, seen: int, by: User, at: datetime) -> Journey:
    """Keep this text as the draft, faulty or not. `seen` is the count of savings that was read
    before. Raises PermissionDenied, Overtaken, Refused."""
    require(by, Permission.NURTURE)
    _refuse_unstorable(text)
    held = _held(journey)
    if held.state == State.RETIRED:
        raise Refused("A retired journey is not changed any more; begin a new one from its text.")
    if held.seen != seen:
        raise Overtaken(held)
    if held.draft != text:
        held.draft, held.seen, held.changed_at, held.changed_by = text, held.seen + 1, at, by
        held.save(update_fields=["draft", "seen", "changed_at", "changed_by"])
    return held


def _refuse_unstorable(text: str) -> None:
    if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Refused("The text has characters in it that no text has.")
    if len(text.encode()) > MAX_BYTES:
        raise Refused(f"A journey has at most {MAX_BYTES:,} bytes.")


@transaction.atomic
def publish(
    journey: Journey, *, moves_those_inside: bool, by: User, at: datetime, via: Via,
    gone_to: Mapping[str, str] | None = None, seen: int | None = None,
) -> JourneyVersion:  # fmt: skip
    """Make the draft the version that new leads enter.

    Who is inside finishes the version they began, or with `moves_those_inside` stands at the step
    of the same id in the new one; where there is none, at the step that `gone_to` names for it, or
    they finish. Raises PermissionDenied, Refused with every fault, Overtaken.
    """
    require(by, Permission.NURTURE)
    held = _held(journey)
    if held.state == State.RETIRED:
        raise Refused("A retired journey is not published any more.")
    if seen is not None and held.seen != seen:
        raise Overtaken(held)
    if faults := references.faults(held.draft):
        raise Refused("\n".join(str(fault) for fault in faults))
    before = held.published
    if before is not None and before.text == held.draft:
        raise Refused("The draft says what is published already.")
    number = 1 if before is None else before.number + 1
    version = JourneyVersion.objects.create(
        journey=held, number=number, text=held.draft, at=at, by=by
    )
    plan = plan_of(version.text)
    held.published, held.name = version, plan.document.name
    if held.state == State.RUNNING:
        held.swept_to = _sweeps(plan)
    held.save(update_fields=["published", "name", "swept_to"])
    moved = _move(held, version, plan, gone_to or {}, at) if moves_those_inside else 0
    said = f"{by} published version {number} of “{held}”."
    if moved:
        said = f"{said} {moved:,} who were inside were moved to it."
    _line("published", held, said, by=by, at=at, via=via, version=number, moved=moved)
    return version


def _sweeps(plan: Plan) -> int | None:
    """From which lead on everybody is asked whether they enter; nobody where an event lets in."""
    return 0 if plan.document.enter.on is None else None


@transaction.atomic
def start(journey: Journey, *, by: User, at: datetime, via: Via) -> Journey:
    """Let leads in, and let those inside go on. Raises PermissionDenied, Refused."""
    require(by, Permission.NURTURE)
    held = _held(journey)
    if held.published is None:
        raise Refused("Publish the journey first; then it can be started.")
    if held.state == State.RUNNING:
        return held
    if held.state == State.RETIRED:
        raise Refused("A retired journey is not started again; begin a new one from its text.")
    held.state, held.started_at = State.RUNNING, at
    held.swept_to = _sweeps(plan_of(held.published.text))
    held.save(update_fields=["state", "started_at", "swept_to"])
    sends.release(about(held.pk), at=at)
    _line("started", held, f"{by} started “{held}”.", by=by, at=at, via=via)
    return held


@transaction.atomic
def pause(journey: Journey, *, by: User, at: datetime, via: Via) -> Journey:
    """Nobody enters, who is inside waits where they are, and no mail of it leaves, until it is
    started again."""
    return _set(journey, State.PAUSED, {State.RUNNING}, "paused", by=by, at=at, via=via)


@transaction.atomic
def retire(journey: Journey, *, by: User, at: datetime, via: Via) -> Journey:
    """Nobody enters any more, for good; who is inside finishes."""
    allowed = {State.DRAFT, State.RUNNING, State.PAUSED}
    return _set(journey, State.RETIRED, allowed, "retired", by=by, at=at, via=via)


def _set(
    journey: Journey, state: State, allowed: set[State], verb: str, *, by: User, at: datetime,
    via: Via,
) -> Journey:  # fmt: skip
    require(by, Permission.NURTURE)
    held = _held(journey)
    if held.state == state:
        return held
    if held.state not in allowed:
        raise Refused(f"“{held}” is {held.state}, so it cannot be {verb}.")
    held.state, held.swept_to = state, None
    held.save(update_fields=["state", "swept_to"])
    if state is State.PAUSED:
        sends.hold(about(held.pk), at=at)
    else:
        sends.release(about(held.pk), at=at)
    _line(verb, held, f"{by} {verb} “{held}”.", by=by, at=at, via=via)
    return held


def _held(journey: Journey) -> Journey:
    """The journey, read anew; nobody enters or moves by it until the transaction ends."""
    Journey.objects.select_for_update().get(pk=journey.pk)
    return Journey.objects.select_related("published", "changed_by").get(pk=journey.pk)


_OTHERS = """
    SELECT one.id, lead.canonical_id, one.version_id, one.place, one.since, one.awaits, one.fault,
           one.due_at
    FROM nurture_enrolment one JOIN leads_lead lead ON lead.id = one.lead_id
    WHERE one.journey_id = %s AND one.ended_at IS NULL AND one.version_id <> %s
    ORDER BY one.id FOR UPDATE OF one
"""
_MOVE = """
    UPDATE nurture_enrolment SET version_id = %s
    WHERE journey_id = %s AND ended_at IS NULL AND version_id <> %s
"""


def _move(
    journey: Journey, version: JourneyVersion, plan: Plan, gone_to: Mapping[str, str], at: datetime
) -> int:
    """Bring everybody inside under the new version. A wait that was changed begins anew."""
    if unknown := sorted(set(gone_to.values()) - {""} - set(plan.nodes)):
        raise Refused(f"The new version has no step “{unknown[0]}”.")
    inside = [
        Standing(pk, lead, number, place, since, awaits, fault, due_at=due_at)
        for pk, lead, number, place, since, awaits, fault, due_at in rows_of(
            _OTHERS, [journey.pk, version.pk]
        )
    ]
    earlier = readable(versions({one.version_id for one in inside}).values())
    changed = [
        one for one in inside if _settle(one, earlier.get(one.version_id), plan, gone_to, at)
    ]
    execute(_MOVE, [version.pk, journey.pk, version.pk])
    write(changed, versions({one.version_id for one in changed}), at=at)
    ended = [(one.version_id, one.place, one.ending) for one in changed if one.ending]
    counting.add(Counter(ended), at=at)
    return len(inside)


def _settle(
    one: Standing, before: Plan | None, plan: Plan, gone_to: Mapping[str, str], at: datetime
) -> bool:
    """Where somebody stands in the new plan; whether that has to be written."""
    node = plan.nodes.get(one.place)
    if node is None:
        to = gone_to.get(one.place, "")
        if to:
            one.go(to, at=at)
            one.due_at = at
        else:
            one.end(Ending.FINISHED, "The step they stood at is no longer part of the journey.")
        return True
    old = None if before is None else before.nodes.get(one.place)
    waits = None if node.step is None else node.step.wait
    if waits is None or (old is not None and old.step is not None and old.step.wait == waits):
        return False
    one.go(one.place, at=at)
    one.due_at = at
    return True


def _line(
    verb: str, journey: Journey, said: str, *, by: User, at: datetime, via: Via, **more: int
) -> None:
    journal.write(
        f"nurture.{verb}", at=at, via=via, by=by, said=said, data={"journey": journey.code, **more}
    )


__all__ = [
    "Overtaken", "create", "pause", "publish", "retire", "save_draft", "start",
]  # fmt: skip
