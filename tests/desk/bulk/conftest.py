"""Short ways to do things to many leads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from handraise.desk.bulk import actions
from handraise.desk.bulk.decide import Deed
from handraise.desk.bulk.models import Bulk, BulkLead
from handraise.desk.bulk.running import run
from handraise.leads.bulk import next_ids
from handraise.leads.decide import Via
from handraise.leads.identities import write_leads
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.personas import NOON

LATER = NOON + timedelta(hours=1)


def many(count: int) -> list[int]:
    """That many leads of whom nothing is known."""
    ids = next_ids("leads_lead", count)
    write_leads([(pk, NOON) for pk in ids])
    return ids


def previewed(leads: Sequence[int], deed: Deed, by: User, **given: object) -> Bulk:
    chosen = actions.choose(Lead.objects.filter(pk__in=leads), by=by, at=NOON)
    told = {name: str(value) for name, value in given.items()}
    return actions.preview(chosen, deed=deed, given=told, by=by)


def begun(bulk: Bulk, by: User) -> Bulk:
    return actions.start(bulk, revision=bulk.revision, by=by, at=NOON, via=Via.WEB)


def done(leads: Sequence[int], deed: Deed, by: User, **given: object) -> Bulk:
    return run(begun(previewed(leads, deed, by, **given), by).pk, now=lambda: NOON)


def undone(bulk: Bulk, by: User, at: datetime = LATER) -> Bulk:
    actions.undo(bulk, by=by, at=at, via=Via.WEB)
    return run(bulk.pk, now=lambda: at)


def whys(bulk: Bulk, outcome: str) -> dict[str, str]:
    """Why leads have this outcome, by name."""
    rows = BulkLead.objects.filter(bulk=bulk, outcome=outcome)
    return dict(rows.values_list("lead__name", "why"))
