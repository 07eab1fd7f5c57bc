"""Verbs: ask for a simulation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.nurture.compiling import plan_of
from handraise.nurture.models import Journey
from handraise.nurture.simulating.decide import LONGEST
from handraise.nurture.simulating.making import UNDER_WAY
from handraise.nurture.simulating.tasks import run_simulation
from handraise.nurture.simulation_models import Simulation
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

QUARTER = timedelta(days=91)


@transaction.atomic
def ask(
    journey: Journey, *, begin: datetime, end: datetime, by: User, at: datetime, via: Via
) -> Simulation:
    """Have the draft played over this time. One that is under way already is the answer.

    Raises PermissionDenied, AgreementError (the draft cannot be read), Refused.
    """
    require(by, Permission.NURTURE)
    if not begin < end <= at:
        raise Refused("A simulation begins before it ends, and ends in the past.")
    if end - begin > LONGEST:
        raise Refused(f"At most {LONGEST.days} days can be played.")
    plan_of(journey.draft)  # its faults, before anybody waits
    try:
        with transaction.atomic():
            made = Simulation.objects.create(
                journey=journey, text=journey.draft, begin=begin, end=end, by=by, at=at
            )
    except IntegrityError:
        return Simulation.objects.get(journey=journey, state__in=UNDER_WAY)
    journal.write(
        "nurture.simulated", at=at, via=via, by=by, said=f"Had {journey} played.",
        data={"journey": journey.code},
    )  # fmt: skip
    run_simulation.defer(simulation_id=made.pk)
    return made


__all__ = ["QUARTER", "ask"]
