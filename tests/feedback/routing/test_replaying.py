"""What a rehearsal of routes finds in a small month."""

from __future__ import annotations

import pytest
from django.db import connection

from handraise.agreement.queries import Published
from handraise.feedback.routing.pages import assumed
from handraise.feedback.routing.report import findings, heading
from handraise.handover.models import Turn
from handraise.leads.actions import set_company_owner, set_owner
from handraise.leads.decide import Refused, Stage, Via
from handraise.leads.models import Company, Lead
from handraise.leads.record import record
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.feedback.routing.conftest import (
    BEGIN,
    DAY,
    END,
    HOUR,
    NOW,
    answered,
    handed,
    move,
    of,
    qualified,
    tried,
)
from tests.leads.said import facts
from tests.personas import NOON, person
from tests.world import AGREEMENT

pytestmark = pytest.mark.django_db
KEEP = AGREEMENT.replace("then: reassign", "then: keep")


def month(count: int, by: User, **how: float) -> list[Lead]:
    """Four leads on each working day from noon on, an hour apart."""
    days = [NOON + day * DAY for day in range(28) if (NOON + day * DAY).weekday() < 5]
    instants = [days[number // 4] + number % 4 * HOUR for number in range(count)]
    return [handed(f"Lead{number}", by, at, **how) for number, at in enumerate(instants)]


def test_turns_follow_the_weights_and_nobody_starves(
    agreed: Published, mia: User, nils: User
) -> None:
    User.objects.filter(pk=nils.pk).update(weight=2)
    month(12, mia)

    report = tried()

    draft = report.draft
    assert (of(draft, mia).offers, of(draft, nils).offers) == (4, 8)
    assert of(draft, nils).fair == pytest.approx(8)
    assert findings(draft) == [
        "Route “Germany” names the team Enterprise, which nobody has set up or where nobody takes"
        " leads: what it holds for goes on to the next route.",
    ]  # fmt: skip
    assert heading(report) == "Everybody would get their share, and nobody would be flooded"


def test_who_works_while_nothing_comes_starves(agreed: Published, mia: User, nils: User) -> None:
    """Those at work are asked first: at noon UTC it is night in Tokyo."""
    User.objects.filter(pk=nils.pk).update(zone="Asia/Tokyo")
    month(40, mia)

    draft = tried().draft

    assert of(draft, nils).starves
    assert of(draft, nils).offers == 0
    assert findings(draft)[0] == (
        "Nils would get 0 leads where 20 would be their share, and would have nothing new for 20"
        " working days on end."
    )
    assert heading(tried()) == "1 person would starve"


def test_who_is_always_full_is_flooded_and_the_rest_waits(
    agreed: Published, mia: User, nils: User
) -> None:
    User.objects.filter(pk=nils.pk).update(weight=0)
    User.objects.filter(pk=mia.pk).update(capacity=2)
    month(12, mia, days=3)

    report = tried()

    draft = report.draft
    assert of(draft, mia).most == 2
    assert of(draft, mia).is_flooded
    (team,) = draft.teams
    assert (team.leads, team.waited, team.escalated) == (12, 10, 0)
    assert team.waits is not None
    assert team.waits[1] > 24
    assert [route.leads for route in draft.routes] == [0, 12]
    assert "1 person would be flooded and 10 leads would wait" in heading(report)


def test_where_nobody_can_it_falls_to_the_manager(
    agreed: Published, mia: User, nils: User, sales_team: Team
) -> None:
    otto = person("Otto", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)
    User.objects.filter(pk__in=[mia.pk, nils.pk]).update(capacity=1)
    month(4, mia, days=9)

    draft = tried().draft

    assert (of(draft, otto).offers, of(draft, otto).stepped_in) == (2, 2)
    assert not of(draft, otto).starves
    assert "2 leads would fall to the manager of Sales development." in findings(draft)


def test_a_late_answer_is_passed_on_and_counts_against_the_clock(
    agreed: Published, mia: User, nils: User
) -> None:
    """Mia once took six working hours for each of these; the clock is four."""
    User.objects.filter(pk=nils.pk).update(weight=3)
    leads = [qualified(f"Lead{number}", NOON + number * DAY) for number in range(2)]
    for number, lead in enumerate(leads):
        answered(lead, mia, NOON + number * DAY, NOON + number * DAY + 22 * HOUR)

    passed, kept = tried().draft, tried(KEEP).draft

    assert passed.passed_on == sum(one.kept.of - one.kept.count for one in passed.people) > 0
    assert kept.passed_on == 0
    assert sum(one.offers for one in kept.people) == 2


def test_conditions_of_routes_are_asked_as_things_were_known(
    agreed: Published, mia: User, enterprise: Team
) -> None:
    """Greta was known to be German when she qualified, Hugo only a day later."""
    olga = person("Olga", Role.SALES, team=enterprise)
    handed("Greta", mia, NOON)
    handed("Hugo", mia, NOON)
    for name, at in (("greta", NOON - DAY), ("hugo", NOON + DAY)):
        record([facts({"country": "Germany"}, email=f"{name}@{name}.example", at=at)], at=at)

    draft = tried().draft

    assert of(draft, olga).offers == 1
    assert [route.leads for route in draft.routes] == [1, 1]


def test_that_somebody_accepted_a_lead_does_not_make_it_theirs_before(
    agreed: Published, mia: User, nils: User
) -> None:
    """In history Mia took all of them and owns them since: a rehearsal shares them out anew."""
    for lead in month(8, mia):
        set_owner(lead, owner=mia, by=None, at=NOON + 20 * DAY, via=Via.WEB)

    draft = tried().draft

    assert (of(draft, mia).offers, of(draft, nils).offers) == (4, 4)


def test_who_owned_a_lead_before_it_qualified_gets_it(
    agreed: Published, mia: User, nils: User
) -> None:
    for lead in month(4, mia):
        Lead.objects.filter(pk=lead.pk).update(owner=nils)
        set_owner(lead, owner=mia, by=None, at=NOON + 20 * DAY, via=Via.WEB)
    Company.objects.update(owner=None)

    draft = tried().draft

    assert (of(draft, mia).offers, of(draft, nils).offers) == (0, 4)


def test_a_lead_that_came_twice_goes_to_whom_the_rehearsal_gave_it_first(
    agreed: Published, mia: User, nils: User
) -> None:
    ada = handed("Ada", nils, NOON, days=1)
    move(ada, Stage.SALES_QUALIFIED, Stage.NURTURE, NOON + 3 * DAY)
    qualified("Bea", NOON + 4 * DAY)
    move(ada, Stage.NURTURE, Stage.MARKETING_QUALIFIED, NOON + 5 * DAY)

    draft = tried().draft

    assert (of(draft, mia).offers, of(draft, nils).offers) == (2, 1)


@pytest.mark.parametrize(
    ("after", "mine"), [(Stage.SALES_QUALIFIED, 3), (Stage.NURTURE, 2)], ids=["in sales", "gone"]
)
def test_colleagues_follow_the_one_whom_the_rehearsal_gave_the_first(
    agreed: Published, mia: User, nils: User, after: Stage, mine: int
) -> None:
    """Nils had all of them in history. Here Ada goes to Mia, and with her those of the same company
    who come later, unless sales has given Ada back by then."""
    for number, name in enumerate(("Ada", "Bea", "Cleo")):
        lead = handed(name, nils, NOON + number * 2 * DAY, days=1, firm="acme", after=after)
        set_owner(lead, owner=nils, by=None, at=NOON + number * 2 * DAY + HOUR, via=Via.WEB)

    draft = tried().draft

    assert of(draft, mia).offers == mine
    assert of(draft, nils).offers == 3 - mine


def test_the_owner_of_a_company_gets_its_leads_from_then_on(
    agreed: Published, mia: User, nils: User
) -> None:
    leads = [qualified(f"Lead{day}", NOON + day * DAY, "acme") for day in (0, 1, 5, 6)]
    company = Company.objects.get()
    set_company_owner(company, owner=nils, by=None, at=NOON + 3 * DAY, via=Via.WEB)

    before = tried(end=NOON + 2 * DAY).draft
    since = tried(begin=NOON + 4 * DAY).draft

    assert len(leads) == of(before, mia).offers + of(before, nils).offers + 2
    assert of(since, nils).offers == 2
    assert of(before, nils).offers < 2


def test_who_is_away_today_is_away_throughout_unless_all_are_taken_to_be_there(
    agreed: Published, mia: User, nils: User
) -> None:
    User.objects.filter(pk=nils.pk).update(away_until=NOW + DAY)
    month(8, mia)

    away, there = tried(), tried(everybody_there=True)

    assert (of(away.draft, nils).offers, of(away.draft, nils).starves) == (0, False)
    assert "Away today, and so taken to be away throughout: Nils." in assumed(away)
    assert of(there.draft, nils).offers == 4
    assert "Nobody is away." in assumed(there)


def test_nobody_is_owed_a_turn_nor_has_anything_in_hand_at_the_beginning(
    agreed: Published, mia: User, nils: User, sales_team: Team
) -> None:
    Turn.objects.create(team=sales_team, user=nils, credit=50)
    Lead.objects.filter(pk=qualified("Ada", BEGIN - DAY).pk).update(
        owner=mia, stage=Stage.SALES_ACCEPTED
    )
    User.objects.filter(pk=mia.pk).update(capacity=1)
    month(2, mia)

    draft = tried().draft

    assert (of(draft, mia).offers, of(draft, nils).offers) == (1, 1)


def test_twice_as_many_may_come(agreed: Published, mia: User, nils: User) -> None:
    month(8, mia)

    report = tried(times=2)

    assert (report.leads, report.offered) == (8, 16)
    assert sum(one.offers for one in report.draft.people) == 16
    assert any("2 times" in said for said in assumed(report))


def test_the_version_in_force_stands_beside_it(
    agreed: Published, mia: User, nils: User, enterprise: Team
) -> None:
    olga = person("Olga", Role.SALES, team=enterprise)
    month(6, mia)
    everything = AGREEMENT.replace("when: {country: germany}, ", "")

    report = tried(everything, agreed)

    assert report.held is not None
    assert (of(report.draft, olga).offers, of(report.held, olga).offers) == (6, 0)
    assert "Route “Everybody” would take no lead at all." in findings(report.draft)
    assert "Route “Germany” would take no lead at all." in findings(report.held)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Nobody became MQL"),
        ({"begin": END}, "first day"),
        ({"begin": NOW + DAY, "end": NOW + 2 * DAY}, "future"),
        ({"begin": BEGIN - 900 * DAY}, "half a year"),
        ({"times": 9}, "once to 5 times"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    agreed: Published, changes: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        tried(**changes)  # type: ignore[arg-type]


def test_where_no_team_takes_leads_that_is_said(agreed: Published, mia: User, nils: User) -> None:
    month(3, mia)
    User.objects.update(team=None)

    report = tried()

    assert report.draft.nowhere == 3
    assert "3 leads would find no team that takes leads." in findings(report.draft)


def test_a_lead_of_before_or_after_the_period_does_not_come(
    agreed: Published, mia: User, nils: User
) -> None:
    for number, at in enumerate((BEGIN - HOUR, BEGIN, END - HOUR, END)):
        handed(f"Lead{number}", mia, at)

    assert tried().leads == 2


def test_a_route_whose_leads_all_wait_takes_leads(agreed: Published, mia: User, nils: User) -> None:
    User.objects.filter(pk__in=[mia.pk, nils.pk]).update(away_until=NOW + DAY)
    month(3, mia)

    draft = tried().draft

    assert [route.leads for route in draft.routes] == [0, 3]
    assert (draft.teams[0].waited, draft.teams[0].still_waiting) == (3, 3)
    assert not any("Everybody" in said for said in findings(draft))


def test_nothing_is_written(agreed: Published, mia: User, nils: User) -> None:
    month(12, mia)
    User.objects.filter(pk=mia.pk).update(capacity=1)
    before = everything()

    tried(AGREEMENT, agreed)

    assert everything() == before


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the product."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row::text FROM "{table}" row ORDER BY 1')
            found[table] = cursor.fetchall()
    return found
