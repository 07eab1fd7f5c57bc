"""Verb: take back a move that a person made, as long as nothing came of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.leads import journal, moves
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import Lead, StageMove
from handraise.qualification.actions import hold
from handraise.qualification.models import Return
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def take_back(lead: Lead, *, move_id: int, by: User, at: datetime, via: Via) -> None:
    """The lead stands where it stood before the move, and rests no longer because of it.

    Raises Refused where the lead was moved again since, or the move was taken back already.
    """
    require(by, Permission.QUALIFY)
    held = hold(lead)
    live = StageMove.objects.filter(lead__canonical=held.pk, withdrawn_at=None)
    move = live.select_related("lead").order_by("-at", "-pk").first()
    if move is None or move.pk != move_id or held.stage != move.after:
        raise Refused("Moved again since.")
    moves.take_back(move, at=at)
    Return.objects.filter(lead__canonical=held.pk, at=move.at, by=move.by).delete()
    said = f"Taken back: {Stage(move.before).label} again, not {Stage(move.after).label}."
    journal.write(
        "qualification.taken_back", at=at, via=via, lead_id=held.pk, by=by, said=said,
        data={"move": move.pk, "before": move.after, "after": move.before},
    )  # fmt: skip
