"""Note that a script or an asset was used with a lead, and read what then happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from handraise.enablement.decide import GOALS, Reached
from handraise.enablement.models import Asset, Playbook, Script, Use
from handraise.leads import journal
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import Lead
from handraise.qualification.actions import hold
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

TWICE = timedelta(minutes=1)  # within this, a second click is the same use


@transaction.atomic
def use(
    thing: Script | Asset, lead: Lead, *, playbook: Playbook | None = None,
    by: User, at: datetime, via: Via,
) -> Use:  # fmt: skip
    """Note that this person used it with this lead; a second click within a minute is the first.

    Raises PermissionDenied; Refused for what was retired.
    """
    require(by, Permission.EDIT_LEADS)
    held = hold(lead)
    # Held, so that the version noted is the one in force and nobody retires it meanwhile.
    thing = type(thing)._default_manager.select_for_update(no_key=True).get(pk=thing.pk)
    if thing.retired_at is not None:
        raise Refused(f"{thing} is retired; use another one.")
    of = {"script": thing} if isinstance(thing, Script) else {"asset": thing}
    mine = Use.objects.filter(lead=held, by=by, at__gt=at - TWICE, at__lte=at, **of)
    before = mine.first()
    if before is not None:
        return before
    made = Use.objects.create(
        lead=held, playbook=playbook, number=thing.version, by=by, at=at, **of
    )
    noun = "script" if isinstance(thing, Script) else "asset"
    journal.write(
        "enablement.used", at=at, via=via, lead_id=held.pk, by=by,
        said=f"{by} used the {noun} {thing}.",
        data={noun: thing.pk, "version": thing.version,
              "playbook": playbook.pk if playbook is not None else None},
    )  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class Worked:
    """How often a script or asset was used, with how many leads, and how many of those that were
    not there before reached SQL, opportunity and customer afterwards."""

    noun: str
    id: int
    name: str
    retired: bool
    uses: int
    leads: int
    used_at: datetime | None
    sql: Reached
    opportunity: Reached
    customer: Reached


def _reached(stage: Stage) -> str:
    goals = ", ".join(f"'{goal}'" for goal in GOALS[stage])
    moved = f"""from leads_stagemove move join leads_lead face on face.id = move.lead_id
        where face.canonical_id = first.lead and move.withdrawn_at is null
          and move.after in ({goals})"""
    was_there = f"exists (select {moved} and move.at <= first.at)"
    went = f"exists (select {moved} and move.at > first.at and move.at <= %(at)s)"
    return f"""count(*) filter (where not {was_there} and {went}),
        count(*) filter (where not {was_there})"""


_WORKED = f"""
with used as (
    select lead.canonical_id as lead, used.script_id, used.asset_id, used.at
    from enablement_use used join leads_lead lead on lead.id = used.lead_id
    where used.at <= %(at)s
), first as (
    select script_id, asset_id, lead, min(at) as at, max(at) as last, count(*) as uses
    from used group by script_id, asset_id, lead
)
select script_id, asset_id, sum(uses)::int, count(*), max(last),
    {_reached(Stage.SALES_QUALIFIED)}, {_reached(Stage.OPPORTUNITY)}, {_reached(Stage.CUSTOMER)}
from first group by script_id, asset_id
"""  # noqa: S608 - constants of this module


def worked(*, at: datetime) -> list[Worked]:
    """Every script and asset, the most used first, with what happened to the leads until `at`."""
    counted = {(row[0], row[1]): row[2:] for row in rows_of(_WORKED, {"at": at})}
    found = [
        _worked("script", one.pk, one.name, one.retired_at, counted.get((one.pk, None)))
        for one in Script.objects.all()
    ] + [
        _worked("asset", one.pk, one.name, one.retired_at, counted.get((None, one.pk)))
        for one in Asset.objects.all()
    ]
    return sorted(found, key=lambda one: (-one.uses, one.name, one.noun))


def _worked(
    noun: str, pk: int, name: str, retired_at: datetime | None, row: tuple[object, ...] | None
) -> Worked:
    uses, leads, last, *counts = row or (0, 0, None, 0, 0, 0, 0, 0, 0)
    pairs = [Reached(counts[place], counts[place + 1]) for place in (0, 2, 4)]  # type: ignore[arg-type]
    return Worked(noun, pk, name, retired_at is not None, uses, leads, last, *pairs)  # type: ignore[arg-type]


__all__ = ["Worked", "use", "worked"]
