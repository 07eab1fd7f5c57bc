"""Velocity and clock keeping in a real browser: both themes, phone width, no violation."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.kit.clock import now
from handraise.leads.models import Lead, StageMove
from handraise.team.models import User
from tests.browser import Visit, dressed
from tests.feedback.keeping import offers as made_up
from tests.feedback.velocity.histories import AT, histories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATHS = [
    "/feedback/velocity/?since=2020-01-01&entered=LEAD&reached=SALES_QUALIFIED",
    "/feedback/velocity/sleeping/",
    "/feedback/velocity/touch/?since=2020-01-01",
    "/feedback/velocity/leads/?since=2020-01-01&of=stay&stage=LEAD&way=on",
    "/feedback/keeping/?since=2020-01-01",
    "/feedback/keeping/handovers/?since=2020-01-01&became=rejected",
]


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_are_whole_in_every_dress(
    visit: Visit, dress: str, mia: User, nils: User, rita: User
) -> None:
    _some_months([mia, nils, None], rita)
    visit.sign_in(rita)
    visit.page = dressed(visit.page.context, dress)

    assert visit.troubles(PATHS) == []


def _some_months(people: list[User | None], rita: User) -> None:
    """A history that ended just now."""
    assert rita.is_manager
    person = next(one for one in people if one is not None)
    assert person.team is not None
    histories(4, count=120)
    made_up.offers(4, people, person.team, rita, count=120)
    past = now() - AT
    for lead in Lead.objects.all():
        Lead.objects.filter(pk=lead.pk).update(
            created_at=lead.created_at + past, stage_since=lead.stage_since + past
        )
    for move in StageMove.objects.all():
        StageMove.objects.filter(pk=move.pk).update(at=move.at + past)
    for one in Handover.objects.filter(kind=Kind.FIRST):
        Handover.objects.filter(pk=one.pk).update(offered_at=one.offered_at - timedelta(days=9))
