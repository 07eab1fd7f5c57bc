"""Random offers of two teams, as rows: answered, late, withdrawn, run out, contested, rated."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pandas as pd

from handraise.handover.decide import Kind
from handraise.handover.models import (
    Acceptance,
    Contest,
    Expiry,
    Handover,
    Rating,
    Rejection,
    Touch,
    Withdrawal,
)  # fmt: skip
from handraise.leads.models import Lead
from handraise.team.models import Team, User
from tests.personas import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AT = NOON + 60 * DAY
REASONS = ("Not now", "No need yet", "No fit")


def offers(seed: int, people: list[User | None], team: Team, rita: User, count: int = 90) -> None:
    """So many offers, each of a lead of its own, some of them answered after `AT`."""
    chance = random.Random(seed)
    for number in range(count):
        at = NOON + chance.randrange(70 * 24) * HOUR + chance.randrange(3600) * HOUR / 3600
        lead = Lead(pk=20_000 + number, canonical_id=20_000 + number, stage_since=NOON,
                    created_at=NOON, name=f"Lead{number}")  # fmt: skip
        lead.save(force_insert=True)
        made = Handover.objects.create(
            lead=lead, kind=chance.choice(list(Kind)), team=team, assignee=chance.choice(people),
            version=chance.choice([1, 2]), priority=chance.randrange(100), offered_at=at,
            due_at=at + 8 * HOUR, ended_at=at,
        )  # fmt: skip
        _ended(made, at + chance.randrange(1, 40) * HOUR, chance, rita)


def _ended(made: Handover, at: datetime, chance: random.Random, rita: User) -> None:
    by = made.assignee or rita
    match chance.randrange(9):
        case 0 | 1 | 2 | 3:
            due = chance.choice([None, at + DAY])
            Acceptance.objects.create(handover=made, at=at, by=by, touch_due_at=due)
            if chance.random() < 0.7:
                when = at + chance.randrange(48) * HOUR
                Touch.objects.create(handover=made, at=when, by=by, kind="Called")
        case 4 | 5 | 6:
            made.rejection = Rejection.objects.create(
                handover=made, at=at, by=by, reason=chance.choice(REASONS), consequence="recycle"
            )
            _contested(made.rejection, at + DAY, chance, rita)
        case 7:
            ending = chance.choice([Expiry, Withdrawal])
            ending.objects.create(handover=made, at=at, by=None)
    if chance.random() < 0.4:
        Rating.objects.create(handover=made, by=by, at=at, stars=chance.randrange(1, 6))


def _contested(rejection: Rejection, at: datetime, chance: random.Random, rita: User) -> None:
    if chance.random() < 0.5:
        is_ruled = chance.random() < 0.7
        ruled = {"ruled_at": at + DAY, "ruled_by": rita, "is_upheld": chance.random() < 0.5}
        Contest.objects.create(rejection=rejection, by=rita, at=at, said="No.",
                               **(ruled if is_ruled else {}))  # fmt: skip


def told(until: datetime = AT) -> pd.DataFrame:
    """The raw rows side by side, what came after `until` left out."""
    frame = pd.DataFrame(
        Handover.objects.values(
            "id", "kind", "team_id", "assignee_id", "version", "offered_at", "due_at",
            "acceptance__at", "acceptance__touch_due_at", "rejection__at", "rejection__reason",
            "expiry__at", "withdrawal__id", "touch__at", "rejection__contest__at",
            "rejection__contest__ruled_at", "rejection__contest__is_upheld",
        )
    )  # fmt: skip
    for name in [name for name in frame.columns if name.endswith("__at")]:
        frame[name] = pd.to_datetime(frame[name], utc=True).where(lambda at: at <= until)
    frame["ruled"] = pd.to_datetime(frame.rejection__contest__ruled_at, utc=True) <= until
    frame["due_touch"] = pd.to_datetime(frame.acceptance__touch_due_at, utc=True)
    frame["answered"] = frame.acceptance__at.fillna(frame.rejection__at)
    return frame
