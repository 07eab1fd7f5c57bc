"""The page of a company: its people, what they did together, what waits, its tags."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from handraise.desk.views import companies
from handraise.handover.models import Handover
from handraise.leads.company_timeline import company_timeline
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Company, JournalLine, Lead
from handraise.leads.tagging import tag_company
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db


def _company(of: Lead) -> Company:
    assert of.company is not None
    return of.company


def test_what_its_people_did_stands_in_one_order(mia: User) -> None:
    ada = lead("Ada", "page", at=NOON)
    lead("Ben", "Demo Requested", at=NOON + timedelta(hours=1))
    company = _company(ada)
    tag_company(company, add=["VIP"], by=mia, at=NOON + timedelta(hours=2), via=Via.WEB)

    items = company_timeline(company)

    told = [(str(one.lead) if one.lead else "", one.kind) for one in items]
    assert told == [("", "line"), ("Ben", "activity"), ("Ada", "activity")]
    assert [one.kind for one in company_timeline(company, before=items[1].cursor)] == ["activity"]


def test_the_timeline_goes_on_page_by_page(mia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(companies, "TIMELINE_PAGE", 1)
    company = _company(lead("Ada", "first", at=NOON))
    lead("Ben", "second", at=NOON + timedelta(hours=1))
    browser = client_of(mia)

    first = browser.get(reverse("company", args=[company.pk]))
    where = reverse("company_timeline", args=[company.pk])
    rest = browser.get(where, {"before": first.context["more"]}).content.decode()

    assert "first" in rest
    assert "second" not in rest


def test_an_open_handover_is_named(handover: Handover, mia: User) -> None:
    page = client_of(mia).get(reverse("company", args=[handover.lead.company_id]))

    assert "offered to Mia" in page.content.decode()


def test_tags_are_added_removed_and_filtered_by(mia: User) -> None:
    company, browser = _company(lead("Ada")), client_of(mia)
    where = reverse("company_tags", args=[company.pk])

    browser.post(where, {"add": "VIP, fair"})
    shown = browser.get(reverse("companies"), {"tag": "VIP"}).context["page"].rows
    browser.post(where, {"remove": "VIP"})

    assert shown == [company]
    assert Company.objects.get(pk=company.pk).tags == ["fair"]
    assert JournalLine.objects.filter(kind="leads.company_tagged").count() == 2
    assert browser.get(reverse("companies"), {"tag": "VIP"}).context["page"].rows == []


@pytest.mark.parametrize("tag", ["x" * 61, "a\x00b"])
def test_a_tag_that_is_none_is_refused(tag: str, mia: User) -> None:
    with pytest.raises(Refused):
        tag_company(_company(lead("Ada")), add=[tag], by=mia, at=NOON, via=Via.WEB)
