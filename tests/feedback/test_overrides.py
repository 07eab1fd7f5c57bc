"""Who passed over the criteria of SQL is counted and named."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from handraise.agreement.queries import Published
from handraise.feedback.decide import Share
from handraise.feedback.overrides import overrides
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead, StageMove
from handraise.leads.moves import Move, write
from handraise.qualification.actions import move_by_hand
from handraise.team.models import User
from tests.personas import NOON
from tests.qualification.conftest import accepted, answered
from tests.qualification.conftest import asking as asking
from tests.world import lead

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def to_sql(about: Lead, by: User) -> None:
    move_by_hand(
        about, to=Stage.SALES_QUALIFIED, reason="<b>The board</b> asked.", override=True, by=by,
        at=NOON, via=Via.WEB,
    )  # fmt: skip


@pytest.fixture
def moved(asking: Published, mia: User, rita: User) -> Lead:
    """Ada by override, Ben with answers, Cid told by an import."""
    ada, ben = accepted("Ada"), accepted("Ben")
    answered(ben, "need", "Clear need", mia)
    answered(ben, "authority", "Decides alone", mia)
    for one in (ada, ben):
        to_sql(one, rita)
    cid = lead("Cid")
    write([Move(cid.pk, Stage.LEAD, Stage.SALES_QUALIFIED, None, "Told.")], at=NOON, via=Via.WORKER)
    return ada


def test_they_are_counted_of_the_moves_that_were_made_here(moved: Lead) -> None:
    found = overrides(since=NOON, until=NOON + DAY, at=NOON + DAY)

    assert found.share == Share(1, 2)
    assert [one.lead for one in found.newest] == [moved]
    assert found.versions == (1,)
    assert overrides(since=NOON + DAY, until=NOON + 2 * DAY, at=NOON + 2 * DAY).share.of == 0


def test_a_move_that_was_withdrawn_does_not_count(moved: Lead) -> None:
    StageMove.objects.filter(lead=moved).update(withdrawn_at=NOON)

    assert overrides(since=NOON, until=NOON + DAY, at=NOON + DAY).share == Share(0, 1)


def test_the_page_names_them_with_what_was_lacking(moved: Lead, mia: User) -> None:
    twin = lead("Gus")
    merge_leads(twin, moved, why="Same.", by=mia, at=NOON, via=Via.WEB)
    client = Client()
    client.force_login(mia)

    shown = client.get("/feedback/?since=2026-03-01&until=2026-03-31").content.decode()

    assert "1 of 2 leads that became SQL in this time" in shown
    assert f'href="/lead/{twin.pk}/"' in shown
    assert "Not answered yet: need, authority." in unescape(shown)
    assert "&lt;b&gt;The board&lt;/b&gt; asked." in shown
