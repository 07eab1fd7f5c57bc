"""The funnel of one cohort, from the moves that were made."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from handraise.feedback.decide import Share
from handraise.feedback.funnel.queries import funnel
from handraise.feedback.keeping.queries import clock
from handraise.feedback.keeping.reasons import refusals
from handraise.handover.actions import accept, offer, reject
from handraise.handover.models import Handover
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead, StageMove
from handraise.leads.moves import Move, write
from handraise.team.models import User
from tests.personas import NOON
from tests.world import in_force, lead, mql

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
_S = Stage


def gone(name: str, *stages: Stage, at: datetime = NOON, **traits: str) -> Lead:
    """A lead that went through these stages, a day each."""
    found = lead(name, at=at, **traits)
    before = _S.LEAD
    for days, after in enumerate(stages, start=1):
        write([Move(found.pk, before, after, 1, "Test")], at=at + days * DAY, via=Via.WORKER)
        before = after
    return found


def reached(**more: object) -> list[int]:
    wanted = {"since": NOON, "until": NOON + 10 * DAY, "at": NOON + 20 * DAY, **more}
    return [step.reached for step in funnel(**wanted).steps]  # type: ignore[arg-type]


def test_it_follows_one_cohort() -> None:
    gone("Ada", _S.MARKETING_QUALIFIED, _S.SALES_ACCEPTED, _S.SALES_QUALIFIED)
    gone("Ben")
    gone("Finn", _S.MARKETING_QUALIFIED, _S.NURTURE)
    gone("Early", _S.MARKETING_QUALIFIED, at=NOON - DAY)

    found = funnel(since=NOON, until=NOON + DAY, at=NOON + 20 * DAY)

    assert [step.reached for step in found.steps] == [3, 2, 1, 1, 0, 0]
    assert found.steps[1].from_before == Share(2, 3)
    assert found.versions == (1,)
    assert found.beside[_S.NURTURE] == 1


def test_it_stands_as_of_an_instant() -> None:
    gone("Ada", _S.MARKETING_QUALIFIED, _S.SALES_ACCEPTED)

    assert reached(at=NOON + DAY) == [1, 1, 0, 0, 0, 0]


def test_a_withdrawn_move_does_not_count() -> None:
    gone("Ada", _S.MARKETING_QUALIFIED)
    StageMove.objects.update(withdrawn_at=NOON)

    assert reached() == [1, 0, 0, 0, 0, 0]


def test_moves_of_a_merged_lead_count_for_the_one_it_is_now() -> None:
    ada, gus = gone("Ada", _S.MARKETING_QUALIFIED), gone("Gus", _S.MARKETING_QUALIFIED)
    Lead.objects.filter(pk=gus.pk).update(canonical=ada)

    assert reached() == [1, 1, 0, 0, 0, 0]


def test_a_cohort_may_begin_at_a_later_stage() -> None:
    gone("Ada", _S.MARKETING_QUALIFIED, _S.SALES_ACCEPTED, at=NOON - DAY)
    gone("Old", _S.MARKETING_QUALIFIED, _S.NURTURE, _S.MARKETING_QUALIFIED, at=NOON - 2 * DAY)

    assert reached(entered=_S.MARKETING_QUALIFIED) == [1, 1, 0, 0, 0]


def test_it_says_how_offers_were_answered(mark: User, mia: User) -> None:
    agreed = in_force(mark, mia)
    leads = [mql(name) for name in ("Ada", "Finn", "Late", "Fresh")]
    offer([one.pk for one in leads[:3]], published=agreed, at=NOON)
    offer([leads[3].pk], published=agreed, at=NOON + 10 * DAY)
    ada, finn = (Handover.objects.get(lead=one) for one in leads[:2])
    accept(ada, by=mia, at=NOON + timedelta(hours=1), via=Via.WEB)
    reject(finn, reason="Not now", by=mia, at=NOON + timedelta(hours=3), via=Via.WEB)

    period = {"since": NOON, "until": NOON + 20 * DAY, "at": NOON + 10 * DAY}
    found = clock(**period)

    assert (found.offered, found.accepted, found.in_time) == (4, Share(1, 2), Share(2, 3))
    assert found.typical == timedelta(hours=2)
    assert found.typical_words == "2 h"
    assert [(row.reason, row.count) for row in refusals(**period)] == [("Not now", 1)]


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?since=2026-03-01&until=2026-03-31",
        "?entered=SALES_ACCEPTED",
        "?since=x&until=9999-12-31",
        "?since=2026-03-31&until=2026-03-01",
        "?entered=NOWHERE",
        "?since=0001-01-01",
    ],
)
def test_the_page_stands_whatever_is_asked(client: Client, vera: User, asked: str) -> None:
    gone("Ada", _S.MARKETING_QUALIFIED)
    client.force_login(vera)

    answer = client.get(reverse("feedback") + asked)

    assert answer.status_code == 200
    assert b"Why sales said no" in answer.content


def test_the_page_names_cohort_and_version(client: Client, vera: User) -> None:
    for number in range(25):
        gone(f"Lead{number}", *[_S.MARKETING_QUALIFIED] * (number < 10))
    client.force_login(vera)

    text = client.get(reverse("feedback") + "?since=2026-03-01&until=2026-03-31").content.decode()

    assert "<h1>Four in ten leads become MQL</h1>" in text
    assert "agreement version 1" in text
    assert "1 March 2026 to 31 March 2026" in text
    assert "40 %" in text


def test_nobody_sees_it_without_signing_in(client: Client) -> None:
    assert client.get(reverse("feedback")).status_code == 302
