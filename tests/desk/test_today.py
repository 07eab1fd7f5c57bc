"""Today says to each role what waits for it, and is silent about what is well."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.actions import propose
from handraise.agreement.queries import Published
from handraise.capture.decide import Refusal
from handraise.capture.models import Drop, Inbox
from handraise.handover.actions import accept, pass_on, reject
from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads import attention
from handraise.leads.decide import SourceKind, Stage, Via
from handraise.leads.models import Attention, Lead, Source
from handraise.scoring.models import Score
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.desk.conftest import client_of
from tests.personas import NOON, person
from tests.world import AGREEMENT

pytestmark = pytest.mark.django_db


def today(user: User) -> str:
    return client_of(user).get("/").content.decode()


def test_sales_sees_who_waits_and_what_it_has(handover: Handover, mia: User) -> None:
    assert "1 lead waits for your answer" in today(mia)

    accept(handover, by=mia, at=clock.now(), via=Via.WEB)

    page = today(mia)
    assert "Nobody waits for your answer." in page
    assert "Ada" in page.split("In your hands")[1]


def test_sales_development_sees_what_came_back_for_more_work(
    handover: Handover, mia: User, rita: User
) -> None:
    accept(handover, by=mia, at=clock.now(), via=Via.WEB)
    assert "Back for more work" not in today(mia)
    ann = person("Ann", Role.SALES, team=Team.objects.create(name="Closing", created_at=NOON))
    passed = pass_on(
        handover.lead, note="", override="A big name.", by=rita, at=clock.now(), via=Via.WEB
    )

    dialog = client_of(ann).get(f"/inbox/{passed.pk}/").content.decode()
    assert "What should Rita know?" in dialog
    reject(passed, reason="Needs more work", note="Who signs?", by=ann, at=clock.now(), via=Via.WEB)

    assert "Who signs?" in today(mia).split("Back for more work")[1].split("In your hands")[0]
    assert "Back for more work" not in today(ann)


def test_marketing_sees_new_mqls_and_what_came_back(
    handover: Handover, mia: User, mark: User
) -> None:
    assert "Ada" in today(mark).split("New MQLs")[1]

    at = clock.now()
    reject(handover, reason="No need yet", note="Next spring.", by=mia, at=at, via=Via.WEB)

    assert "No need yet: “Next spring.”" in today(mark).split("What sales gave back")[1]


def test_who_is_an_mql_without_a_score_is_shown_too(mark: User, ada: Lead) -> None:
    """As an import leaves people before an agreement is in force."""
    Lead.objects.filter(pk=ada.pk).update(stage=Stage.MARKETING_QUALIFIED)
    Score.objects.all().delete()

    assert "Ada" in today(mark).split("New MQLs")[1]


def test_who_may_sign_is_asked_to(mark: User, mia: User, vera: User) -> None:
    propose(AGREEMENT, note="", by=mark, at=NOON, via=Via.WEB)

    asked = "Version 1 of the agreement waits for your signature."
    assert asked in today(mark)
    assert asked in today(mia)
    assert asked not in today(vera)


def test_revenue_operations_sees_what_is_broken(handover: Handover, rita: User) -> None:
    Attention.objects.all().delete()
    assert "All is well" in today(rita)
    at = clock.now()
    website = Source.objects.create(name="Website", kind=SourceKind.API, created_at=at)
    old = at - timedelta(hours=1)
    Inbox.objects.create(received_at=old, source=website, endpoint="track", body=b"{}")
    Drop.objects.create(at=at, received_at=at, source=website, reason=Refusal.NOBODY)
    attention.park(handover.lead_id, error="It broke.", at=at)

    page = today(rita)

    assert "The worker is late." in page
    assert "1 message waits" in page
    assert 'href="/imports/drops/">1 refused message</a> this week' in page
    assert "It broke." in page


def test_an_installation_without_an_agreement_is_told_so(rita: User) -> None:
    assert "No agreement is in force." in today(rita)


def test_a_viewer_is_shown_where_to_look(agreed: Published, vera: User) -> None:
    assert "You may look at everything" in today(vera)
