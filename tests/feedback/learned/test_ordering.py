"""Leads stand in the learned order only if both sides signed that, and it is not suspect."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handraise.agreement.faults import AgreementError
from handraise.agreement.reading import read
from handraise.agreement.schema import schema
from handraise.desk import listing
from handraise.desk.paging import Page
from handraise.desk.queue import queue_of
from handraise.feedback.learned.decide import Verdict
from handraise.feedback.learned.queries import ordering
from handraise.handover.models import Handover
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.desk.conftest import client_of, offered
from tests.feedback.learned.test_pages import a_chance, text_of
from tests.personas import NOON
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db
LEARNED = AGREEMENT + "priority: {fit: 0.5, order_by: learned}\n"


@pytest.fixture
def offers(mark: User, mia: User) -> list[Handover]:
    """Three offers: the second with a high chance, the first with a low one, the third none."""
    in_force(mark, mia, at=NOON)
    found = [offered(name) for name in ("Ada", "Ben", "Cid")]
    low = a_chance(found[0].lead, 0.1)
    a_chance(found[1].lead, 0.8)
    low.learning.delete()
    a_chance(found[0].lead, 0.1)
    for place, one in enumerate(found):
        Handover.objects.filter(pk=one.pk).update(priority=90 - 10 * place)
    return found


def order(user: User) -> list[str]:
    return [one.handover.lead.name for one in queue_of(user, at=NOON).offers]


def test_the_shipped_order_is_by_points(offers: list[Handover], mia: User) -> None:
    assert order(mia) == ["Ada", "Ben", "Cid"]
    assert not ordering().is_asked


def test_a_signed_agreement_orders_by_what_was_learned(
    offers: list[Handover], mark: User, mia: User
) -> None:
    in_force(mark, mia, LEARNED)

    assert ordering().is_learned
    assert order(mia) == ["Ben", "Ada", "Cid"]
    assert "80 %" in text_of(client_of(mia), "/inbox/")


@pytest.mark.parametrize("verdict", [Verdict.SUSPECT, Verdict.WORSE])
def test_what_is_suspect_or_worse_orders_nothing(
    offers: list[Handover], mark: User, mia: User, verdict: Verdict
) -> None:
    in_force(mark, mia, LEARNED)
    a_chance(offers[2].lead, 0.9, verdict)

    assert order(mia) == ["Ada", "Ben", "Cid"]
    assert ordering().why_not
    assert "Learned chance" not in text_of(client_of(mia), "/leads/?sort=learned")


def test_the_list_of_leads_follows_and_leaves_nobody_out(
    offers: list[Handover], mark: User, mia: User
) -> None:
    in_force(mark, mia, LEARNED)

    text = text_of(client_of(mia), "/leads/")

    assert text.index(">Ben<") < text.index(">Ada<") < text.index(">Cid<")
    assert text.count("learned 80 %") == 1
    assert "Leads that have no learned chance (yet) come last" in text
    assert "left out" not in text


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_pages_of_the_learned_order_show_each_lead_once_there_and_back(
    offers: list[Handover], mark: User, mia: User, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(mark, mia, LEARNED)
    for number in range(3):
        lead(f"New{number}")
    for number, name in enumerate(["Cid", "New0", "New1", "New2"]):
        Lead.objects.filter(name=name).update(created_at=NOON + timedelta(hours=number))
    monkeypatch.setattr(listing, "PAGE_SIZE", size)
    expected = ["Ben", "Ada", "New2", "New1", "New0", "Cid"]

    asked = listing.wanted({})
    page = listing.page(mia, asked)
    there = names_on(page)
    while page.next:
        page = listing.page(mia, asked, after=page.next)
        there += names_on(page)
    back = names_on(page)
    while page.previous:
        page = listing.page(mia, asked, before=page.previous)
        back = names_on(page) + back

    assert there == back == expected


def names_on(page: Page[Lead]) -> list[str]:
    return [one.name for one in page.rows]


def test_an_order_that_is_none_is_a_fault_with_its_line() -> None:
    assert read(LEARNED).priority.order_by == "learned"
    assert read(AGREEMENT).priority.order_by == "points"
    with pytest.raises(AgreementError, match="order_by"):
        read(AGREEMENT + "priority: {order_by: luck}\n")
    assert "order_by" in schema()["$defs"]["Priority"]["properties"]
