"""Offering: who, why, by when; the best first; nobody forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from handraise.agreement.queries import Published
from handraise.handover.actions import accept, reject
from handraise.handover.models import Handover, Turn
from handraise.handover.offering import offer
from handraise.handover.queries import in_hand, inbox, inbox_counts, waiting_leads
from handraise.leads.decide import Via
from handraise.leads.models import Attention, Lead
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, ids, in_force, kinds, lead, mql, said

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def offered(lead: Lead) -> Handover:
    return Handover.objects.get(lead=lead, ended_at=None)


def test_an_mql_is_offered_with_a_sentence_and_a_due_instant(agreed: Published, mia: User) -> None:
    ada = mql("Ada")

    offer([ada.pk], published=agreed, at=NOON)

    handover = offered(ada)
    assert handover.assignee == mia
    assert handover.due_at == NOON + 4 * HOUR
    assert handover.version == agreed.number
    assert handover.route["sentence"] == (
        "Route “Everybody”. Mia’s turn in Sales development: weight 1 of 2."
    )
    assert kinds(ada)[-1] == "handover.offered"
    assert Attention.objects.filter(lead=ada, look_at=handover.due_at).exists()


def test_it_is_offered_once(agreed: Published) -> None:
    ada = mql("Ada")

    offer([ada.pk], published=agreed, at=NOON)
    offer([ada.pk], published=agreed, at=NOON + HOUR)

    assert Handover.objects.filter(lead=ada).count() == 1


def test_turns_follow_the_weights(agreed: Published, mia: User, nils: User) -> None:
    User.objects.filter(pk=nils.pk).update(weight=2)
    leads = [mql(f"Lead{number}") for number in range(9)]

    for one in leads:
        offer([one.pk], published=agreed, at=NOON)

    shares = Counter(Handover.objects.values_list("assignee", flat=True))
    assert shares == {mia.pk: 3, nils.pk: 6}
    assert sum(Turn.objects.values_list("credit", flat=True)) == 0


def test_the_best_are_offered_first(agreed: Published, mia: User, nils: User) -> None:
    cool, hot = mql("Cool", priority=20), mql("Hot", priority=90)

    offer(ids([cool, hot]), published=agreed, at=NOON)

    assert (offered(hot).assignee, offered(cool).assignee) == (mia, nils)


def test_the_first_route_that_holds_decides(agreed: Published) -> None:
    team = Team.objects.create(name="Enterprise", created_at=NOON)
    olga = person("Olga", Role.SALES, team=team)
    greta = mql("Greta", route__0=True)

    offer([greta.pk], published=agreed, at=NOON)

    assert offered(greta).assignee == olga
    assert offered(greta).route["name"] == "Germany"


def test_a_route_to_a_team_that_nobody_set_up_falls_through(agreed: Published) -> None:
    greta = mql("Greta", route__0=True)

    offer([greta.pk], published=agreed, at=NOON)

    assert offered(greta).route["name"] == "Everybody"


def test_who_is_away_is_passed_over(agreed: Published, mia: User, nils: User) -> None:
    User.objects.filter(pk=mia.pk).update(away_until=NOON + HOUR)
    ada = mql("Ada")

    offer([ada.pk], published=agreed, at=NOON)

    assert offered(ada).assignee == nils
    assert "Mia is away" in offered(ada).route["sentence"]


def test_a_lead_waits_visibly_while_nobody_is_there(agreed: Published, rita: User) -> None:
    User.objects.filter(role=Role.SALES_DEVELOPMENT).update(away_until=NOON + 2 * HOUR)
    ada = mql("Ada")

    for minutes in (0, 30, 60):
        offer([ada.pk], published=agreed, at=NOON + timedelta(minutes=minutes))

    assert not Handover.objects.exists()
    assert waiting_leads() == [ada.pk]
    assert inbox_counts(rita, at=NOON).waiting == 1
    assert said(ada, "handover.waited") == [
        "Waits for a person of Sales development: Mia is away; Nils is away."
    ]
    assert Attention.objects.filter(lead=ada, look_at__gt=NOON).exists()


def test_who_waited_is_offered_when_somebody_is_back(agreed: Published) -> None:
    User.objects.filter(role=Role.SALES_DEVELOPMENT).update(away_until=NOON + 2 * HOUR)
    ada = mql("Ada")
    offer([ada.pk], published=agreed, at=NOON)

    offer([ada.pk], published=agreed, at=NOON + 3 * HOUR)

    assert offered(ada).offered_at == NOON + 3 * HOUR


def test_the_owner_of_a_colleague_is_asked_first(agreed: Published, nils: User) -> None:
    bea = lead("Bea")
    Lead.objects.filter(pk=bea.pk).update(owner=nils, stage="SALES_QUALIFIED")
    ada = mql("Ada")

    offer([ada.pk], published=agreed, at=NOON)

    assert offered(ada).assignee == nils
    assert offered(ada).route["sentence"] == (
        "Route “Everybody”. Nils owns Bea of the same company."
    )
    assert not Turn.objects.exists()


def test_a_route_may_pass_owners_over(mark: User, mia: User, nils: User) -> None:
    everybody = "{name: Everybody, team: Sales development"
    agreed = in_force(mark, mia, AGREEMENT.replace(everybody, f"{everybody}, owner_first: false"))
    ada = mql("Ada")
    Lead.objects.filter(pk=ada.pk).update(owner=nils)

    offer([ada.pk], published=agreed, at=NOON)

    assert offered(ada).assignee == mia


def test_nobody_gets_more_than_they_may_have_in_hand(
    agreed: Published, mia: User, nils: User
) -> None:
    User.objects.filter(pk=mia.pk).update(capacity=2)
    bea = lead("Bea", email="bea@other.example")
    Lead.objects.filter(pk=bea.pk).update(owner=mia, stage="SALES_ACCEPTED")
    leads = [mql(f"Lead{number}") for number in range(4)]

    offer(ids(leads), published=agreed, at=NOON)

    shares = Counter(Handover.objects.values_list("assignee", flat=True))
    assert shares == {mia.pk: 1, nils.pk: 3}
    assert "Mia is full (2 of 2 leads)" in offered(leads[3]).route["sentence"]


def test_everybody_full_or_away_goes_to_the_manager(
    agreed: Published, mia: User, nils: User, sales_team: Team
) -> None:
    olga = person("Olga", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)
    User.objects.filter(pk=mia.pk).update(away_until=NOON + HOUR)
    User.objects.filter(pk=nils.pk).update(capacity=1)
    leads = [mql("Hot", priority=90), mql("Cool", priority=20)]

    offer(ids(leads), published=agreed, at=NOON)

    assert [offered(one).assignee for one in leads] == [nils, olga]
    assert offered(leads[1]).route["sentence"] == (
        "Route “Everybody”. Olga manages Sales development, where nobody else can take it;"
        " Mia is away; Nils is full (1 of 1 leads)."
    )


def test_an_owner_of_another_team_is_named(agreed: Published, mia: User) -> None:
    team = Team.objects.create(name="Enterprise", created_at=NOON)
    eva = person("Eva", Role.SALES, team=team)
    ada = mql("Ada")
    Lead.objects.filter(pk=ada.pk).update(owner=eva)

    offer([ada.pk], published=agreed, at=NOON)

    assert offered(ada).assignee == mia
    assert offered(ada).route["sentence"] == (
        "Route “Everybody”. Mia’s turn in Sales development: weight 1 of 2;"
        " Eva owns this lead but is not in Sales development."
    )


def test_accepted_leads_count_as_in_hand_also_where_sal_is_skipped(mark: User, mia: User) -> None:
    agreed = in_force(mark, mia, AGREEMENT.replace("sal: {", "sal: {required: false, "))
    User.objects.filter(pk=mia.pk).update(capacity=1)
    one, two = mql("One", sql__when=False), mql("Two")
    offer([one.pk], published=agreed, at=NOON)
    accept(offered(one), by=mia, at=NOON, via=Via.WEB)

    offer([two.pk], published=agreed, at=NOON)

    assert in_hand([mia.pk]) == {mia.pk: 1}
    assert waiting_leads() == [two.pk]


def test_those_at_work_are_asked_first(agreed: Published, mia: User, nils: User) -> None:
    User.objects.filter(pk=mia.pk).update(zone="Asia/Tokyo")
    leads = [mql("One"), mql("Two")]

    offer(ids(leads), published=agreed, at=NOON)

    assert {offered(one).assignee for one in leads} == {nils}


def test_the_clock_stands_still_on_their_holidays(agreed: Published, mia: User, nils: User) -> None:
    User.objects.update(zone="Europe/Berlin", holidays="DE-BE")
    before_easter = datetime(2026, 4, 2, 14, 0, tzinfo=UTC)
    ada = mql("Ada", since=before_easter)

    offer([ada.pk], published=agreed, at=before_easter)

    # An hour on Thursday, three on Tuesday: Good Friday and Easter Monday do not count.
    assert offered(ada).due_at == datetime(2026, 4, 7, 10, 0, tzinfo=UTC)


def test_who_has_least_open_is_next(mark: User, mia: User, nils: User) -> None:
    everybody = "{name: Everybody, team: Sales development"
    agreed = in_force(mark, mia, AGREEMENT.replace(everybody, f"{everybody}, by: least open"))
    first = [mql("One"), mql("Two"), mql("Three")]
    offer(ids(first), published=agreed, at=NOON)
    accept(offered(first[0]), by=mia, at=NOON, via=Via.WEB)
    reject(offered(first[2]), reason="Not now", by=nils, at=NOON, via=Via.WEB)
    reject(offered(first[1]), reason="Not now", by=nils, at=NOON, via=Via.WEB)

    leads = [mql("Four"), mql("Five")]
    for one in leads:
        Lead.objects.filter(pk=one.pk).update(company=None)
    offer(ids(leads), published=agreed, at=NOON)

    assert [offered(one).assignee for one in leads] == [nils, mia]


def test_a_lead_that_is_not_mql_is_not_offered(agreed: Published) -> None:
    ada = mql("Ada")
    Lead.objects.filter(pk=ada.pk).update(stage="LEAD")

    assert offer([ada.pk], published=agreed, at=NOON) == []


def test_the_inbox_is_read_best_first_and_by_whom_it_concerns(
    agreed: Published, mia: User, nils: User, rita: User, vera: User
) -> None:
    leads = [mql("One", priority=10), mql("Two", priority=30), mql("Three", priority=20)]
    offer(ids(leads), published=agreed, at=NOON)
    User.objects.filter(pk=nils.pk).update(is_manager=True)
    nils.refresh_from_db()

    assert [str(one.lead) for one in inbox(mia, at=NOON)] == ["Two", "One"]
    assert [str(one.lead) for one in inbox(nils, at=NOON)] == ["Two", "Three", "One"]
    assert inbox(rita, at=NOON).count() == inbox(vera, at=NOON).count() == 3
    assert inbox_counts(mia, at=NOON + 5 * HOUR).overdue == 2
