"""Who enters a journey and who must leave it, asked whenever somebody looks at leads.

Level-triggered: it looks at what is true now, so it may run twice, late, or for everybody. An
activity opens the door for a week: whoever meets the other conditions by then comes in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction

from handraise.leads import attention, journal
from handraise.leads.bulk import ids, rows_of, texts
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.leads.outage import is_outage
from handraise.nurture import counting
from handraise.nurture.compiling import ENTER, Plan
from handraise.nurture.decide import Ending, State
from handraise.nurture.document import JourneyDocument
from handraise.nurture.looking import DOOR, Look, ask, live, look
from handraise.nurture.models import Journey, JourneyVersion
from handraise.nurture.saying import say_why_recycled
from handraise.nurture.standing import write
from handraise.nurture.stopping import counted, end, stop, why_over
from handraise.nurture.versions import readable, versions
from handraise.team.models import User

log = structlog.get_logger()
SWEPT = 2_000  # leads that a journey that was started takes in at a time

_ENROL = """
    INSERT INTO nurture_enrolment (
        lead_id, journey_id, version_id, entered_at, why, place, since, due_at, awaits, fault,
        ending, ended_why
    )
    SELECT lead, %(journey)s, %(version)s, %(at)s, why, %(place)s, %(at)s, %(at)s, '', '', '', ''
    FROM unnest(%(leads)s::bigint[], %(whys)s::text[]) AS chosen (lead, why) ORDER BY lead
    ON CONFLICT (lead_id, journey_id) WHERE ended_at IS NULL DO NOTHING
    RETURNING lead_id, id
"""
_NEXT = """
    SELECT id FROM leads_lead WHERE id > %s AND is_current ORDER BY id LIMIT %s
"""


@transaction.atomic
def enrol_or_stop(lead_ids: Sequence[int], *, at: datetime) -> None:
    """Let these canonical leads, whose rows the caller has locked, into the journeys that they now
    qualify for, and out of those that are over for them: goal, exit, sales, another journey."""
    known = live() if lead_ids else []
    if not known:
        return
    found = versions([version for version, _ in known])
    plans = readable(found.values())
    opening = [pk for pk, is_open in known if is_open and pk in plans]
    seen = look(lead_ids, at=at)
    if not seen.inside and not opening:
        return
    ask(seen, plans, opening)
    stop(seen, plans)
    entering = Entering(seen, plans, {pk: found[pk] for pk in opening})
    chosen = entering.choose()
    write([one.standing for one in seen.inside if one.is_touched], found, at=at)
    for version, leads in chosen.items():
        enrol(found[version], leads, at=at)
    counting.add(counted(seen.inside), at=at)


@dataclass
class Entering:
    """The choice of who enters which journey; those of higher priority choose first."""

    seen: Look
    plans: dict[int, Plan]
    opening: dict[int, JourneyVersion]

    def choose(self) -> dict[int, dict[int, str]]:
        """By version, the leads that enter, each with why."""
        self.chosen: dict[int, dict[int, str]] = {pk: {} for pk in self.opening}
        self.inside = {(one.lead_id, one.journey_id) for one in self.seen.inside if one.is_open}
        by_priority = sorted(self.opening, key=lambda pk: (-self._document(pk).priority, pk))
        for pk in by_priority:
            for lead in sorted(self.seen.current):
                why = self._why(pk, lead)
                if why and self._has_room(pk, lead):
                    self.chosen[pk][lead] = why
                    self.inside.add((lead, self.opening[pk].journey_id))
        return self.chosen

    def _document(self, version: int) -> JourneyDocument:
        return self.plans[version].document

    def _why(self, pk: int, lead: int) -> str:
        """Why this lead enters; empty where it does not."""
        version, document = self.opening[pk], self._document(pk)
        enter, journey = document.enter, version.journey
        if (lead, journey.pk) in self.inside or why_over(self.seen, lead, document):
            return ""
        entered = None
        if (before := self.seen.before.get((lead, journey.pk))) is not None:
            entered, ended = before
            if document.again is None or self.seen.at < ended + document.again:
                return ""
        if enter.when is not None and not self.seen.holds(lead, enter.when):
            return ""
        if enter.list is not None and lead not in self.seen.listed.get(enter.list, ()):
            return ""
        if enter.on is None:
            return (
                f"They are in the list “{enter.list}”."
                if enter.list
                else "They meet its conditions."
            )
        since = max(filter(None, [journey.started_at, entered, self.seen.at - DOOR]))
        fresh = (done for done in self.seen.did(lead, enter.on) if done.known_at > since)
        return f"They did this: {enter.on.event}." if any(True for _ in fresh) else ""

    def _has_room(self, pk: int, lead: int) -> bool:
        """Whether no other journey comes first. Those that come after this one, they leave."""
        document = self._document(pk)
        if not document.alone:
            return True
        others = [
            one for one in self.seen.inside
            if one.lead_id == lead and one.is_open and self._is_alone(one.standing.version_id)
        ]  # fmt: skip
        chosen = (other for other, leads in self.chosen.items() if lead in leads)
        if any(self._document(other).alone for other in chosen):
            return False  # that one chose first
        if any(
            self._document(one.standing.version_id).priority >= document.priority for one in others
        ):
            return False
        for one in others:
            end(one, Ending.OVERTAKEN, f"“{document.name}” comes first.")
        return True

    def _is_alone(self, version: int) -> bool:
        return version in self.plans and self._document(version).alone


def enrol(
    version: JourneyVersion, leads: Mapping[int, str], *, at: datetime, by: User | None = None,
    via: Via = Via.WORKER,
) -> list[int]:  # fmt: skip
    """Put canonical leads, each with why, at the beginning of a version; those that were not in
    the journey. Part of the caller's transaction, which holds the leads and the journey."""
    if not leads:
        return []
    named = {
        "journey": version.journey_id, "version": version.pk, "at": at, "place": ENTER,
        "leads": ids(leads), "whys": texts(leads.values()),
    }  # fmt: skip
    entered = dict(sorted(rows_of(_ENROL, named)))
    told: dict[str, Json] = {"journey": version.journey.code, "version": version.number}
    journal.write_many(
        journal.Line(
            "nurture.entered", at, via, lead_id=lead, by_id=None if by is None else by.pk,
            said=f"Entered “{version.journey.name}”. {leads[lead]}", data={**told, "enrolment": pk},
        )
        for lead, pk in entered.items()
    )  # fmt: skip
    say_why_recycled(list(entered), at=at)
    return list(entered)


_SWEEP = 7_203_005  # any number that nothing else locks by


def sweep(*, at: datetime, limit: int = SWEPT) -> int:
    """Take the next slice of all leads into journeys that were just started, as if somebody had
    looked at them; how many were looked at. 0 when no journey is new."""
    new = Journey.objects.filter(swept_to__isnull=False, state=State.RUNNING).order_by("pk").first()
    if new is None:
        return 0
    slice_ = [row[0] for row in rows_of(_NEXT, [new.swept_to, limit])]
    with transaction.atomic():
        if not rows_of("SELECT pg_try_advisory_xact_lock(%s)", [_SWEEP])[0][0]:
            return 0  # another worker is at it
        attention.lock(slice_)
        _take_in(slice_, at)
    # Apart, as the others who hold the journey need not wait for it; a slice that is asked twice
    # enters once.
    reached = slice_[-1] if slice_ else None
    Journey.objects.filter(pk=new.pk, swept_to=new.swept_to).update(swept_to=reached)
    return len(slice_)


def _take_in(leads: Sequence[int], at: datetime) -> None:
    """All together; if that fails, by halves: one lead that cannot be looked at keeps no other
    out. Its own look parks it, and lets it in when it is mended."""
    try:
        with transaction.atomic():
            enrol_or_stop(leads, at=at)
    except Exception as fault:
        if is_outage(fault):
            raise
        if len(leads) == 1:
            log.exception("nurture.not_swept", lead=leads[0])
            return
        middle = len(leads) // 2
        for half in (leads[:middle], leads[middle:]):
            _take_in(half, at)


__all__ = ["enrol", "enrol_or_stop", "sweep"]
