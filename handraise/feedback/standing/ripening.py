"""Work out how long each step takes to come, over all of history, and keep it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from itertools import combinations

from handraise.feedback.standing.decide import Day, ripening_days
from handraise.feedback.standing.models import Ripening
from handraise.leads.bulk import rows_of
from handraise.leads.decide import PATH, Stage

# When a lead first reached each stage of the path, or went past it.
REACHED_AT = {
    Stage.LEAD: "entered_at",
    Stage.MARKETING_QUALIFIED: "marketed_at",
    Stage.SALES_ACCEPTED: "accepted_at",
    Stage.SALES_QUALIFIED: "qualified_at",
    Stage.OPPORTUNITY: "opportunity_at",
    Stage.CUSTOMER: "customer_at",
}
LONGEST = 7300  # days that are told apart
STEPS = tuple(combinations(PATH, 2))  # every stage with every later one

# One pass: days from a stage to each later one, counted at once.
_PLACES = ", ".join(
    f"({place}, standing.{REACHED_AT[before]}, standing.{REACHED_AT[after]})"
    for place, (before, after) in enumerate(STEPS)
)
_WAITS = f"""
select step.place,
    least(floor(extract(epoch from coalesce(step.came, %(at)s) - step.since) / 86400),
        {LONGEST})::int4,
    count(step.came), count(*) - count(step.came)
from feedback_standing standing
cross join lateral (values {_PLACES}) step (place, since, came)
where step.since <= %(at)s
group by 1, 2
"""  # noqa: S608


def keep_ripening(*, at: datetime) -> None:
    """Write the days of every step, from the standings as they are."""
    seen: dict[int, list[Day]] = defaultdict(list)
    for place, day, came, waiting in rows_of(_WAITS, {"at": at}):
        seen[place].append(Day(day, came, waiting))
    found = [
        Ripening(
            before=before, after=after, days=ripening_days(seen[place]),
            came=sum(one.came for one in seen[place]),
        )
        for place, (before, after) in enumerate(STEPS)
    ]  # fmt: skip
    Ripening.objects.bulk_create(
        found, update_conflicts=True, unique_fields=["before", "after"],
        update_fields=["days", "came"],
    )  # fmt: skip
