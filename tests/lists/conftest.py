"""Short ways to make lists."""

from __future__ import annotations

from datetime import datetime

from handraise.leads.decide import Via
from handraise.lists import actions
from handraise.lists.models import SavedList
from handraise.lists.queries import members
from handraise.lists.working_out import work_out
from handraise.team.models import User
from tests.personas import NOON


def by_condition(
    text: str, by: User, *, name: str = "Wanted", is_shared: bool = False, at: datetime = NOON
) -> SavedList:
    """A list by a condition, worked out."""
    made = actions.create(name=name, text=text, is_shared=is_shared, by=by, at=at, via=Via.WEB)
    worked_out = work_out(made.pk, at=at)
    assert worked_out is not None
    return worked_out


def fixed(by: User, *, name: str = "Fair", is_shared: bool = False) -> SavedList:
    return actions.create(name=name, is_shared=is_shared, by=by, at=NOON, via=Via.WEB)


def names_in(saved: SavedList, at: datetime = NOON) -> list[str]:
    return sorted(members(saved, at=at).values_list("name", flat=True))
