"""The weekly page: which week, and figures that agree with the raw rows."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from handraise.agreement.queries import Published
from handraise.deals.actions import lose, win
from handraise.deals.decide import Outcome
from handraise.deals.models import Deal
from handraise.feedback.weekly.decide import Week, meant, usual, week_with
from handraise.feedback.weekly.queries import MOST, Report, bounds, report
from handraise.handover.actions import accept, expire, offer, reject
from handraise.handover.asking import ask
from handraise.handover.contesting import contest, rule
from handraise.handover.models import Acceptance, Handover, Rejection
from handraise.leads.decide import Stage, Via
from handraise.qualification.actions import move_by_hand
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.deals.conftest import at_stage, deal_with, reason_called
from tests.desk.conftest import client_of
from tests.personas import NOON, person
from tests.world import in_force, mql

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = week_with(NOON.date())  # 2 to 8 March 2026
SUNDAY = datetime(2026, 3, 8, 23, tzinfo=UTC)


@pytest.fixture
def agreed(mark: User, mia: User, nils: User) -> Published:
    return in_force(mark, mia)


def of_week(user: User, at: datetime = SUNDAY) -> Report:
    return report(user, WEEK, at=at)


@pytest.mark.parametrize(
    ("today", "monday"),
    [
        (date(2026, 3, 9), date(2026, 3, 2)),
        (date(2026, 3, 10), date(2026, 3, 2)),
        (date(2026, 3, 11), date(2026, 3, 9)),
        (date(2026, 3, 15), date(2026, 3, 9)),
    ],
)
def test_early_in_a_week_the_last_one_is_talked_about(today: date, monday: date) -> None:
    assert usual(today) == Week(monday)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "A week is chosen by one of its days."),
        ("0000-01-01", "A week is chosen by one of its days."),
        ("2026-02-30", "A week is chosen by one of its days."),
        ("2026-03-04\x00", "A week is chosen by one of its days."),
        ("9999-12-31", "Choose a day of this century."),
        ("1999-12-31", "Choose a day of this century."),
        ("2026-03-09", "That week has not begun."),
    ],
)
def test_what_names_no_week_is_said(text: str, why: str) -> None:
    week, said = meant(text, NOON.date())

    assert week == WEEK
    assert said == f"{why} The week 2 to 8 March 2026 is shown instead."


def test_any_day_names_its_week() -> None:
    assert meant("2026-02-26", NOON.date()) == (Week(date(2026, 2, 23)), "")
    assert str(Week(date(2026, 2, 23))) == "23 February to 1 March 2026"


def test_a_week_in_which_clocks_change_is_an_hour_shorter(settings: LazySettings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"

    since, until = bounds(Week(date(2026, 3, 23)))

    assert since == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert until == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert until - since == 7 * DAY - HOUR


def _history(agreed: Published, seed: int) -> None:
    """Offers of three weeks, answered or not."""
    chance = random.Random(seed)
    for number in range(24):
        at = NOON + timedelta(days=chance.randint(-9, 9), hours=chance.randint(-3, 3))
        one = mql(f"Lead{number}", since=at)
        offer([one.pk], published=agreed, at=at)
        handover = Handover.objects.get(lead=one, ended_at=None)
        said: dict[str, Any] = {"by": handover.assignee, "via": Via.WEB}
        kind = chance.random()
        if kind < 0.3:
            accept(handover, at=at + chance.choice((HOUR, 2 * DAY)), **said)
        elif kind < 0.7:
            reason = chance.choice(("Not now", "Wrong data"))
            reject(handover, reason=reason, at=at + HOUR, **said)
        elif kind < 0.85:
            expire([one.pk], published=agreed, at=handover.due_at + HOUR)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_are_what_the_rows_say(agreed: Published, vera: User, seed: int) -> None:
    _history(agreed, seed)
    since, until = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
    made = [one for one in Handover.objects.all() if since <= one.offered_at < until]
    pks = {one.pk for one in made}
    yes = {one.handover_id for one in Acceptance.objects.filter(at__lte=SUNDAY)} & pks
    no = {one.handover_id for one in Rejection.objects.filter(at__lte=SUNDAY)} & pks
    late = {one.pk for one in made if one.due_at <= SUNDAY} - yes - no

    shown = of_week(vera)

    first = shown.handed[0]
    assert (first.clock.offered, first.accepted, first.rejected) == (len(made), len(yes), len(no))
    assert (first.ran_out, first.waiting) == (len(late), len(pks - yes - no - late))
    assert {one.rejection.handover_id for one in shown.given_back} == no
    assert sum(row.count for row in first.refusals) == len(no)


def test_a_rejection_says_what_became_of_the_lead(
    agreed: Published, mia: User, nils: User, mark: User, rita: User
) -> None:
    for name in ("Ada", "Ben"):
        offer([mql(name).pk], published=agreed, at=NOON)
    ada, ben = Handover.objects.order_by("pk")
    assert ada.assignee
    assert ben.assignee
    reject(ada, reason="Not now", by=ada.assignee, at=NOON, via=Via.WEB)
    gone = reject(ben, reason="Not now", by=ben.assignee, at=NOON + HOUR, via=Via.WEB)
    made = contest(gone, said="No.", by=mark, at=NOON + HOUR, via=Via.WEB)
    rule(made, is_upheld=False, ruling="So.", by=rita, at=NOON + 2 * HOUR, via=Via.WEB)

    shown = of_week(mark)

    assert [one.became for one in shown.given_back] == [
        "Recycled, overturned, now MQL",
        "Recycled, now Nurture",
    ]
    assert [one.pk for one in shown.contests.shown] == [made.pk]


def test_what_the_consequence_says_is_not_said_again(
    agreed: Published, mia: User, mark: User
) -> None:
    offer([mql("Ada").pk], published=agreed, at=NOON)
    ada = Handover.objects.get()
    assert ada.assignee
    reject(ada, reason="No fit", note="Too small.", by=ada.assignee, at=NOON, via=Via.WEB)

    assert [one.became for one in of_week(mark).given_back] == ["Disqualified"]


def test_deals_of_the_week_are_counted_a_sum_a_currency(agreed: Published, sal: User) -> None:
    before = deal_with(at_stage("Ada"), sal, at=NOON - 7 * DAY)
    for name, currency in (("Ben", "EUR"), ("Cleo", "USD")):
        deal_with(at_stage(name), sal, currency=currency)
    last = datetime(2026, 3, 8, 23, 59, 59, 999999, tzinfo=UTC)
    win(before, by=sal, at=NOON, via=Via.WEB)
    ben, cleo = Deal.objects.filter(outcome=Outcome.OPEN).order_by("pk")
    lose(ben, reason=reason_called("Price"), by=sal, at=last, via=Via.WEB)
    win(cleo, by=sal, at=last + timedelta(microseconds=1), via=Via.WEB)

    deals = of_week(sal).deals

    assert [(one.did, one.count, one.sums) for one in deals] == [
        ("opened", 2, ["1,200 EUR", "1,200 USD"]),
        ("won", 1, ["1,200 EUR"]),
        ("lost", 1, ["1,200 EUR"]),
    ]


def test_lists_are_cut_and_say_how_many_more(agreed: Published, mia: User, nils: User) -> None:
    for number in range(MOST + 2):
        offer([mql(f"Lead{number}").pk], published=agreed, at=NOON)
    for one in Handover.objects.select_related("assignee"):
        assert one.assignee
        ask(one, text="Which?", by=one.assignee, at=NOON, via=Via.WEB)
        reject(one, reason="Not now", by=one.assignee, at=NOON, via=Via.WEB)

    shown = of_week(mia)

    assert (len(shown.questions.shown), shown.questions.more) == (MOST, 2)
    assert (len(shown.given_back), shown.more_given_back) == (MOST, 2)
    page = client_of(mia).get("/weekly/?week=2026-03-04").content.decode()
    assert page.count("And 2 more") == 2
    assert "/feedback/?since=2026-03-02&amp;until=2026-03-08" in page


def test_an_empty_week_teaches(vera: User) -> None:
    page = client_of(vera).get("/weekly/?week=2026-03-04").content.decode()

    assert "Nothing was handed over in this week" in page
    assert "Write it down" not in page


def test_a_wrong_week_is_told_on_the_page(mia: User) -> None:
    for text in ("nonsense", "0000-01-01", "9999-12-31", "%00"):
        answer = client_of(mia).get(f"/weekly/?week={text}")
        assert answer.status_code == 200
        assert "is shown instead." in answer.content.decode()


def test_it_is_the_same_week_for_readers_far_away(agreed: Published, mia: User) -> None:
    User.objects.filter(pk=mia.pk).update(zone="Pacific/Auckland")
    offer([mql("Ada", since=SUNDAY).pk], published=agreed, at=SUNDAY)

    page = client_of(mia).get("/weekly/?week=2026-03-08").content.decode()

    assert "2 to 8 March 2026" in page
    assert "offers, some leads more than once" in page


def test_an_override_is_told_with_its_reason(agreed: Published, rita: User) -> None:
    ann = person("Ann", Role.SALES, team=Team.objects.create(name="Closing", created_at=NOON))
    ada = at_stage("Ada", Stage.SALES_ACCEPTED)
    move_by_hand(
        ada, to=Stage.SALES_QUALIFIED, reason="The board said yes.", override=True, by=rita,
        at=NOON, via=Via.WEB,
    )  # fmt: skip

    page = client_of(ann).get("/weekly/?week=2026-03-04").content.decode()

    assert "1, 1 of them by an override" in page
    assert "The board said yes." in page
