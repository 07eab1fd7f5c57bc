"""Promise 6: what sales saw is what was sent. The brief is frozen at offer, with a receipt."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.flow.look import look
from handraise.handover.actions import record_opening
from handraise.handover.models import Handover
from handraise.handover.queries import handover_visible_to
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Via
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import did, facts
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_what_sales_saw_is_what_was_sent(mark: User, mia: User, rita: User) -> None:
    in_force(mark, mia)
    ada = lead("Ada", "Demo Requested", title="Head of Sales")
    while look(at=NOON):
        pass
    handover = Handover.objects.get(lead=ada)
    sent = handover.brief
    record_opening(handover, by=mia, at=NOON + timedelta(minutes=5))

    # Everything that it speaks of changes: facts, activities, the person, the agreement itself.
    record([facts({"title": "Intern", "name": "Somebody else"}, email=ada.email)], at=NOON + DAY)
    record([did("Unsubscribed", email=ada.email, at=NOON + DAY)], at=NOON + DAY)
    gus = lead("Gus", at=NOON + DAY)
    merge_leads(gus, ada, why="The same person", by=rita, at=NOON + DAY, via=Via.WEB)
    in_force(mark, mia, AGREEMENT.replace("points: 60", "points: 5"), at=NOON + DAY)
    while look(at=NOON + DAY):
        pass

    assert handover_visible_to(rita, handover.pk).brief == sent
    assert [(one.by, one.at) for one in handover.openings.all()] == [
        (mia, NOON + timedelta(minutes=5))
    ]
