"""Enrolments as they are moved: read as rows, changed in memory, written back in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.leads import journal
from handraise.leads.bulk import execute, ids, instants, texts
from handraise.leads.decide import Via
from handraise.nurture.decide import CUT_SHORT, ENDED, Ending
from handraise.nurture.models import JourneyVersion
from handraise.sends.actions import call_off


@dataclass(slots=True)
class Standing:
    """One open enrolment, its row held. `lead_id` is the canonical lead. `is_back`: it has been at
    this step before, and its time there is up; else it arrives. That is so for who is due at the
    instant they came, and for who was held up there."""

    pk: int
    lead_id: int
    version_id: int
    place: str
    since: datetime
    awaits: str
    fault: str = ""
    stage: str = ""
    is_current: bool = True
    due_at: datetime | None = None
    is_back: bool = True
    is_moving: bool = False
    ending: str = ""
    why: str = ""
    _first: tuple[str, datetime, str, str, datetime | None] | None = None

    def start_anew(self) -> None:
        """On its way from where it was when it was read. Who was held up there arrives again."""
        if self._first is None:
            self._first = (self.place, self.since, self.awaits, self.fault, self.due_at)
        self.place, self.since, self.awaits, self.fault, self.due_at = self._first
        is_up = self.due_at is None or self.due_at > self.since
        self.is_back, self.is_moving = is_up and not self.fault, True
        self.ending = self.why = ""

    def go(self, place: str, *, at: datetime) -> None:
        self.place, self.since, self.awaits, self.fault, self.is_back = place, at, "", "", False

    def stay(self, until: datetime | None, *, awaits: str = "", fault: str = "") -> None:
        self.due_at, self.awaits, self.fault, self.is_moving = until, awaits[:200], fault, False

    def end(self, ending: Ending, why: str) -> None:
        self.ending, self.why, self.is_moving = ending.value, why, False
        self.due_at, self.awaits, self.fault = None, "", ""


_WRITE = """
    UPDATE nurture_enrolment one
    SET place = now.place, since = now.since, due_at = now.due_at, awaits = now.awaits,
        fault = now.fault, ending = now.ending, ended_why = now.why,
        ended_at = CASE WHEN now.ending <> '' THEN %s::timestamptz END
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[],
                %s::text[], %s::text[], %s::text[])
        AS now (id, place, since, due_at, awaits, fault, ending, why)
    WHERE one.id = now.id
"""


def write(
    moved: Sequence[Standing], versions: Mapping[int, JourneyVersion], *, at: datetime
) -> None:
    """Write where these stand now, and a line on the timeline of each that ended."""
    if not moved:
        return
    execute(
        _WRITE,
        [
            at, ids(one.pk for one in moved), texts(one.place for one in moved),
            instants(one.since for one in moved), instants(one.due_at for one in moved),
            texts(one.awaits for one in moved), texts(one.fault for one in moved),
            texts(one.ending for one in moved), texts(one.why for one in moved),
        ],
    )  # fmt: skip
    journal.write_many(_line(one, versions[one.version_id], at) for one in moved if one.ending)
    call_off_sends({one.pk: one.lead_id for one in moved if one.ending in CUT_SHORT}, at=at)


def call_off_sends(over: Mapping[int, int], *, at: datetime) -> None:
    """Send nothing more of these enrolments, each with its canonical lead: also what waits for the
    end of quiet hours. The caller holds the leads."""
    begins = {f"enrolment:{pk}/": lead for pk, lead in over.items()}
    call_off(begins, why="They left the journey before.", at=at)


def _line(one: Standing, version: JourneyVersion, at: datetime) -> journal.Line:
    said = f"{ENDED[Ending(one.ending)]} “{version.journey.name}”."
    if one.why:
        said = f"{said} {one.why}"
    return journal.Line(
        "nurture.left", at, Via.WORKER, lead_id=one.lead_id, said=said,
        data={
            "journey": version.journey.code, "version": version.number, "ending": one.ending,
            "place": one.place, "enrolment": one.pk,
        },
    )  # fmt: skip


__all__ = ["Standing", "call_off_sends", "write"]
