"""Verbs: say what sources cost, and what the values assume. Nothing is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from handraise.deals.queries import day_of
from handraise.feedback.value.models import Assumed, Cost
from handraise.feedback.value.reading import Line
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@transaction.atomic
def tell_costs(lines: Sequence[Line], *, by: User, at: datetime, via: Via) -> int:
    """Keep what sources cost; of one told before, the new row holds. How many were new or said
    something else than before: the others change nothing.

    Raises PermissionDenied, Refused for a month that has not begun.
    """
    require(by, Permission.PROPOSE)
    for line in lines:
        if line.month > day_of(at):
            raise Refused(f"{line.month:%B %Y} has not begun: tell what it cost when it has.")
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # of two clicks at once, one counts
    held = _held(lines)
    new = [line for line in lines if held.get(_about(line)) != line.amount]
    Cost.objects.bulk_create(
        Cost(source=line.source, month=line.month, amount=line.amount, currency=line.currency,
             at=at, by=by)
        for line in new
    )  # fmt: skip
    if new:
        count = f"{len(new)} months" if len(new) > 1 else f"{new[0].source} in {new[0].month:%Y-%m}"
        said = f"{by} said what sources cost: {count}."
        journal.write("feedback.costs_told", at=at, via=via, by=by, said=said,
                      data={"lines": len(new)})  # fmt: skip
    return len(new)


def _about(line: Line | Cost) -> tuple[str, object, str]:
    return line.source, line.month, line.currency


def _held(lines: Sequence[Line]) -> dict[tuple[str, object, str], Decimal]:
    """What was told last of these sources and months."""
    found = Cost.objects.filter(
        month__in={line.month for line in lines}, source__in={line.source for line in lines}
    )
    return {_about(one): one.amount for one in found.order_by("at", "pk")}


@transaction.atomic
def assume(
    *, discount: Decimal, margin: Decimal, years: int, by: User, at: datetime, via: Via
) -> Assumed:
    """Say what the values of customers assume from now on. Raises PermissionDenied, Refused."""
    require(by, Permission.ADMINISTER)
    for share, what in ((discount, "discount"), (margin, "margin")):
        if not (share.is_finite() and 0 <= share <= 1):
            raise Refused(f"A {what} lies between 0 and 100 percent.")
    if not 1 <= years <= 20:
        raise Refused("Reckon over 1 to 20 years.")
    made = Assumed.objects.create(discount=discount, margin=margin, years=years, at=at, by=by)
    said = (
        f"{by} set what values assume: {100 * float(discount):.4g} % a year of discount, "
        f"{100 * float(margin):.4g} % of margin where none is told, {years} years at most."
    )
    journal.write("feedback.value_assumed", at=at, via=via, by=by, said=said,
                  data={"assumed": made.pk})  # fmt: skip
    return made
