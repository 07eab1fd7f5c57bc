"""Doors, timelines and companies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from handraise.kit.fold import fold
from handraise.leads import actions, queries
from handraise.leads.companies import domain_of, host_of, is_private
from handraise.leads.decide import Via
from handraise.leads.models import Company, Lead
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import did, facts, group, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.parametrize("name", ["mark", "mia", "sal", "rita", "vera"])
def test_every_role_sees_leads(name: str, ada: Lead, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(name)

    assert list(queries.leads_visible_to(user)) == [ada]
    assert queries.lead_visible_to(user, ada.pk) == ada
    assert ada.company in queries.companies_visible_to(user)


def test_nobody_else_does(ada: Lead, mia: User) -> None:
    mia.is_active = False

    for user in (AnonymousUser(), mia):
        with pytest.raises(PermissionDenied):
            queries.leads_visible_to(user)  # type: ignore[arg-type]
        with pytest.raises(PermissionDenied):
            queries.lead_visible_to(user, ada.pk)  # type: ignore[arg-type]


def test_a_merged_lead_is_not_listed_and_leads_to_the_other(
    ada: Lead, gus: Lead, mia: User
) -> None:
    actions.merge_leads(ada, gus, why="Same.", by=mia, at=NOON, via=Via.WEB)

    assert list(queries.leads_visible_to(mia)) == [ada]
    assert queries.lead_visible_to(mia, gus.pk) == ada
    with pytest.raises(Lead.DoesNotExist):
        queries.lead_visible_to(mia, 10**12)


def test_pages_of_a_timeline_join_without_gap_or_repeat(ada: Lead, mia: User) -> None:
    same_instant = [did(f"At once {n}", user_id="ada", at=NOON) for n in range(5)]
    record([*same_instant, did(anonymous_id="phone", user_id="ada")], at=NOON)
    for word in ("one", "two"):
        actions.tag(ada, add=[word], by=mia, at=NOON, via=Via.WEB)
    whole = queries.timeline(ada, limit=100)

    pages: list[queries.Item] = []
    while page := queries.timeline(ada, before=pages[-1].cursor if pages else None, limit=3):
        pages += page

    assert [item.cursor for item in pages] == [item.cursor for item in whole]
    assert len(whole) == 14
    assert [item.at for item in whole] == sorted((item.at for item in whole), reverse=True)


def test_a_cursor_survives_an_address(ada: Lead) -> None:
    cursor = queries.timeline(ada)[0].cursor

    assert queries.Cursor.read(str(cursor)) == cursor
    for text in ("", "x", "2026-01-01~line~1", "2026-01-01T00:00:00+00:00~line", "~~"):
        assert queries.Cursor.read(text) is None


def test_newest_activities_are_those_known_then_that_count(ada: Lead) -> None:
    newest = queries.newest_activities(ada.pk, 2, NOON - 1.5 * DAY)

    assert [(found.name, found.occurred_at) for found in newest] == [
        ("page", NOON - 2 * DAY), ("page", NOON - 4 * DAY)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.acme.example/about", "acme.example"), ("Acme.example", "acme.example"),
        ("http://[bad", ""), ("n/a", ""), ("localhost", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_website_names_a_domain(text: str, host: str) -> None:
    assert host_of(text) == host


def test_mailboxes_of_anybody_tell_of_no_company() -> None:
    assert is_private(domain_of("ada@gmail.com"))
    assert is_private(domain_of("ada@mail.mailinator.com"))
    assert is_private(domain_of("no address"))
    assert not is_private(domain_of("ada@acme.example"))


def test_colleagues_share_the_company_of_their_domain() -> None:
    record([facts(email="ada@acme.example"), facts(email="bo@acme.example")], at=NOON)

    assert Company.objects.get().leads.count() == 2


def test_a_group_takes_over_the_company_of_its_domain() -> None:
    record([facts(user_id="u", email="ada@acme.example")], at=NOON)

    record([group({"website": "acme.example"}, user_id="u", group_id="g")], at=NOON + DAY)

    company = Company.objects.get()
    assert (company.domain, company.group_id) == ("acme.example", "g")


def test_a_company_of_which_only_the_name_is_known() -> None:
    told = [facts({"company": name}, email=f"{n}@gmail.com") for n, name in
            enumerate(["Acme Corp", "ACME  corp", "Beta"])]  # fmt: skip

    record(told, at=NOON)

    assert sorted(fold(company.name) for company in Company.objects.all()) == ["acme corp", "beta"]


def test_a_told_company_outweighs_the_guess_by_mailbox() -> None:
    record([group({"name": "Parent"}, user_id="u", group_id="g")], at=NOON)

    record([facts(user_id="u", email="ada@acme.example", at=NOON + DAY)], at=NOON + DAY)

    assert str(lead_of("user_id", "u").company) == "Parent"


def test_one_who_changes_jobs_belongs_to_the_new_company() -> None:
    for days, name in enumerate(["g1", "g2"]):
        record([group({"name": name}, user_id="u", group_id=name, at=NOON + days * DAY)], at=NOON)
    lead = lead_of("user_id", "u")

    assert str(lead.company) == "g2"
    assert str(queries.company_of(lead, at=NOON)) == "g1"


@pytest.mark.parametrize("group_id", ["name:acme", "name:", "x" * 255, "ünï\t☃"])
def test_odd_group_ids_are_taken(group_id: str) -> None:
    record([group(user_id="u", group_id=group_id), group(user_id="v", group_id=group_id)], at=NOON)

    assert Company.objects.get().leads.count() == 2
