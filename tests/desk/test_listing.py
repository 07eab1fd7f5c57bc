"""The list of leads: what it finds, its order, and pages that neither skip nor repeat."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handraise.desk import listing
from handraise.desk.listing import Wanted, wanted
from handraise.leads.actions import set_owner, tag
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead, LeadSearch
from handraise.scoring.models import Score
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def crowd(size: int, *, after: int = 0) -> list[Lead]:
    """Leads of which many share each score, so that places between equals are put to the test."""
    for pk in range(after + 1, after + size + 1):
        Lead.objects.create(
            pk=pk, canonical_id=pk, stage_since=NOON, created_at=NOON + timedelta(minutes=pk),
            name=f"Lead {pk:03}",
            last_seen_at=NOON - timedelta(hours=pk // 3),
        )  # fmt: skip
        LeadSearch.objects.create(lead_id=pk, text=f"lead {pk:03}")
        Score.objects.create(
            lead_id=pk, version=1, scored_at=NOON, fit=pk % 4, interest=pk % 5, intent=pk % 3,
            priority=float(pk % 7) / 3, contributions=[], matched=[], latest=[], grade="A",
        )  # fmt: skip
    return list(Lead.objects.order_by("pk"))


def all_pages(user: User, asked: Wanted) -> list[int]:
    found, after = [], ""
    while True:
        page = listing.page(user, asked, after=after)
        found += [lead.pk for lead in page.rows]
        after = page.next
        if not after:
            return found


# Who has no learned chance is left out of that order, and it says so: see its own tests.
@pytest.mark.parametrize("sort", sorted(set(listing.ORDERS) - {"learned"}))
def test_walking_forward_meets_everybody_once_and_in_order(sort: str, vera: User) -> None:
    leads = crowd(120)

    found = all_pages(vera, Wanted(sort=sort))

    assert sorted(found) == [lead.pk for lead in leads]
    first = {"name": 1, "created": 120}.get(sort)
    assert first is None or found[0] == first


def test_walking_back_shows_the_page_one_came_from(vera: User) -> None:
    crowd(120)
    asked = Wanted(sort="priority")
    first = listing.page(vera, asked)
    second = listing.page(vera, asked, after=first.next)

    back = listing.page(vera, asked, before=second.previous)

    assert [lead.pk for lead in back.rows] == [lead.pk for lead in first.rows]
    assert (first.previous, back.previous) == ("", "")
    assert back.next


def test_a_place_that_cannot_be_read_is_the_beginning(vera: User) -> None:
    crowd(3)

    for place in ("rubbish", "W10", "WyJ4IiwgMV0", "WzEuMCwgIjIiXQ"):
        assert len(listing.page(vera, Wanted(sort="fit"), after=place).rows) == 3


def test_filters_narrow_and_are_counted(ada: Lead, mia: User, rita: User) -> None:
    set_owner(ada, owner=mia, by=rita, at=NOON, via=Via.WEB)
    tag(ada, add=["fair"], remove=[], by=rita, at=NOON, via=Via.WEB)
    ada.refresh_from_db()

    def found(**asked: str) -> int:
        return listing.count(mia, wanted(asked))

    assert found(q="aDA acme") == found(owner="me") == found(tag="fair") == 1
    assert found(stage=Stage.MARKETING_QUALIFIED) == found(company=str(ada.company_id)) == 1
    assert found(owner=str(mia.pk)) == found(has_email="1") == found(grade=ada.score.grade) == 1
    assert found(q="nobody") == found(owner="nobody") == found(tag="other") == 0
    assert found(stage=Stage.CUSTOMER) == found(company="999") == found(grade="Z") == 0


@pytest.mark.parametrize(
    "address",
    ["?q=%00", "?stage=KING", "?owner=%FF", "?company=abc", "?company=99999999999999999999",
     "?sort=password", "?after=%00&before=x", "?q=" + "a" * 5000, "?q=%25_%5C"],
)  # fmt: skip
def test_nonsense_in_the_address_breaks_nothing(address: str, ada: Lead, mia: User) -> None:
    assert client_of(mia).get(f"/leads/{address}").status_code == 200


def test_the_work_does_not_grow_with_the_rows(mia: User) -> None:
    client = client_of(mia)
    crowd(2)
    client.get("/leads/")
    with CaptureQueriesContext(connection) as few:
        client.get("/leads/")
    crowd(40, after=2)

    with CaptureQueriesContext(connection) as many:
        client.get("/leads/")

    assert len(many) == len(few)


def test_counting_stops_at_the_cap(vera: User, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(12)
    monkeypatch.setattr(listing, "COUNT_CAP", 10)

    assert listing.count(vera, Wanted(q="lead")) == 11


def test_htmx_gets_the_table_alone(ada: Lead, mia: User) -> None:
    page = client_of(mia).get("/leads/", headers={"HX-Request": "true"}).content.decode()

    assert page.lstrip().startswith('<div id="leads">')
    assert not re.search("<html", page)
