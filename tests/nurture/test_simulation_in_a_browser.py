"""The page of a simulation in a real browser, in every dress: asked for, and read."""

from __future__ import annotations

import pytest

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.nurture.simulating.actions import QUARTER, ask
from handraise.nurture.simulating.making import run
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.nurture.drawn import draft, published
from tests.world import lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_what_was_played_reads_well_everywhere(dress: str, visit: Visit, mark: User) -> None:
    played, waits, empty = published(mark), published(mark, name="Waits"), draft(mark, name="Empty")
    at = clock.now()
    lead("Ada", "Content Downloaded", at=at)
    made = ask(played, begin=at - QUARTER, end=at, by=mark, at=at, via=Via.WEB)
    run(made.pk, at=clock.now())
    ask(waits, begin=at - QUARTER, end=at, by=mark, at=at, via=Via.WEB)
    visit.sign_in(mark)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)

    found = worn.troubles([f"/journeys/{one.code}/simulation/" for one in (played, waits, empty)])

    assert not found, "\n".join(found)
