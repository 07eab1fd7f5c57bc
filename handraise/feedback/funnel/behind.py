"""The very leads behind a figure, a page at a time, through the door of leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handraise.feedback.funnel import statements
from handraise.feedback.funnel.decide import Cohort, Judged, Who
from handraise.feedback.funnel.queries import ripening
from handraise.feedback.funnel.statements import Pair
from handraise.leads.bulk import rows_of
from handraise.leads.models import Lead
from handraise.leads.queries import leads_visible_to
from handraise.team.models import User

SIZE = 50


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: whom it counts of a cohort and, with `by`, of one part of it."""

    cohort: Cohort
    who: Who
    pair: Pair
    by: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of the leads that a figure counts. `total`: all of them, as the figure says it;
    `gone`: of this page those that were merged or taken back since the figures were made."""

    total: int
    leads: list[Lead]
    gone: int
    number: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


def leads_behind(figure: Figure, *, user: User, as_of: datetime, page: int = 1) -> Behind:
    """The leads that a figure counts, who entered last first. Raises PermissionDenied."""
    seen = leads_visible_to(user).select_related("company", "owner", "standing")
    days = ripening() if figure.cohort.judged is Judged.RIPE else {}
    text = statements.behind_text(figure.cohort, figure.who, figure.pair, days, by=figure.by)
    params = statements.params_of(figure.cohort, at=as_of, part=figure.part)
    total = rows_of(f"select count(*) from ({text}) each", params)[0][0]  # noqa: S608
    number = min(max(page, 1), max(1, -(-total // SIZE)))
    place = {"size": SIZE, "offset": (number - 1) * SIZE}
    rows = rows_of(f"{text} limit %(size)s offset %(offset)s", {**params, **place})
    found = seen.in_bulk([pk for (pk,) in rows])
    leads = [found[pk] for (pk,) in rows if pk in found]
    return Behind(total, leads, len(rows) - len(leads), number)
