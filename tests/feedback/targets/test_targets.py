"""Targets against what came, from the rows of a random history."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse
from lifelines import AalenJohansenFitter

from handraise.agreement.models import Version
from handraise.feedback.charts import dressed, svg
from handraise.feedback.decide import Share
from handraise.feedback.reports.drawing import as_svg
from handraise.feedback.standing.refreshing import refresh
from handraise.feedback.tabular import Period
from handraise.feedback.targets import charts
from handraise.feedback.targets.course import course_of, later, still_waiting
from handraise.feedback.targets.decide import targets_of
from handraise.feedback.targets.queries import Gone, going_on, plans
from handraise.feedback.targets.tables import (
    _passed,
    kept_targets,
    target_rates,
    target_rates_now,
    targets,
    targets_now,
)
from handraise.leads.decide import Stage
from handraise.leads.models import StageMove
from handraise.team.models import User
from tests.world import AGREEMENT, in_force, lead

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
AT = datetime(2026, 6, 17, 12, tzinfo=UTC)
PLANNED = AGREEMENT + "targets: {mql: 40 a month, mql_to_sql: 0.3}\n"


def moved(lead_id: int, after: Stage, at: datetime) -> None:
    StageMove.objects.create(
        lead_id=lead_id, before="LEAD", after=after, at=at, known_at=at, version=1, reason=""
    )


@pytest.fixture
def history(mark: User, mia: User) -> random.Random:
    """Three hundred leads of half a year, some on their way, under an agreement with targets."""
    in_force(mark, mia, PLANNED, at=AT - 300 * DAY)
    chance = random.Random(5)
    for number in range(300):
        at = AT - chance.random() * 200 * DAY
        one = lead(f"Lead{number}", at=at)
        if chance.random() < 0.8:
            marketed = at + chance.random() * 3 * DAY
            moved(one.pk, Stage.MARKETING_QUALIFIED, marketed)
            later = marketed + chance.expovariate(1 / 20) * DAY
            end = chance.choice([Stage.SALES_QUALIFIED, Stage.DISQUALIFIED, None])
            if end:
                moved(one.pk, end, later)
    return chance


def raw() -> pd.DataFrame:
    """First moves of each lead by `AT`, from the rows themselves."""
    rows = StageMove.objects.filter(at__lte=AT).values("lead_id", "after", "at")
    table = pd.DataFrame(list(rows)).groupby(["lead_id", "after"])["at"].min().unstack()
    table["marketed"] = table[["MARKETING_QUALIFIED", "SALES_QUALIFIED"]].min(axis=1)
    return table[table["marketed"].notna()]


def test_each_month_is_what_the_rows_say(history: random.Random) -> None:
    count, rate = kept_targets(at=AT)
    table = raw()
    month = table["marketed"].dt.tz_convert("UTC").dt.strftime("%Y-%m")

    came = {f"{one.first:%Y-%m}": one.actual for one in count.months}
    shares = {f"{one.first:%Y-%m}": one.actual for one in rate.months}

    assert {key: value for key, value in came.items() if value} == month.value_counts().to_dict()
    for name, group in table.groupby(month):
        gone = int(group["SALES_QUALIFIED"].notna().sum())
        assert shares[name] == Share(gone, len(group))


def test_who_was_disqualified_before_and_again_waits_no_more(history: random.Random) -> None:
    one = lead("Back", at=AT - 60 * DAY)
    moved(one.pk, Stage.DISQUALIFIED, AT - 55 * DAY)
    moved(one.pk, Stage.MARKETING_QUALIFIED, AT - 40 * DAY)
    before = waiting()

    moved(one.pk, Stage.DISQUALIFIED, AT - 30 * DAY)

    assert waiting() == before - 1


def waiting() -> int:
    (rate,) = targets_of({"mql_to_sql": 0.3})
    refresh(at=AT)
    return sum(
        one.count for one in going_on(rate, at=AT) if one.gone is None and one.out is None
    )  # fmt: skip


def test_a_rate_ripens_as_leads_did_before(history: random.Random) -> None:
    rate = targets_of({"mql_to_sql": 0.3})[0]
    kept_targets(at=AT)
    course = course_of(going_on(rate, at=AT))
    table = raw()
    end = table["SALES_QUALIFIED"].fillna(table["DISQUALIFIED"]).fillna(AT)
    days = (end - table["marketed"]).dt.total_seconds() / 86400
    event = (
        table["SALES_QUALIFIED"].notna() * 1
        + (table["SALES_QUALIFIED"].isna() & table["DISQUALIFIED"].notna()) * 2
    )
    fitted = AalenJohansenFitter(calculate_variance=False).fit(days, event, 1)

    assert course is not None
    told = float(fitted.cumulative_density_.iloc[-1, 0])
    assert course.way("gone").last == pytest.approx(told, abs=0.02)


def test_who_waits_may_still_go_on() -> None:
    month = AT.date()
    gone = [
        Gone(month, 90, 10, None, 30),
        Gone(month, 90, None, 5, 30),
        Gone(month, 2, None, None, 8),
    ]
    course = course_of(gone)

    assert course is not None
    assert still_waiting(gone, course) == pytest.approx([later(course, 2)] * 8)
    assert later(course, 2) == pytest.approx(0.5)
    assert later(course, 60) == 0.0


def test_where_nobody_went_on_nothing_is_missed_yet() -> None:
    assert course_of([Gone(AT.date(), 90, None, None, 500)]) is None


def test_a_month_is_held_against_the_agreement_that_was_in_force(mark: User, mia: User) -> None:
    in_force(mark, mia, PLANNED, at=AT - 60 * DAY)
    Version.objects.update(retired_at=AT - 30 * DAY, state="retired")
    in_force(mark, mia, PLANNED.replace("40 a month", "9 a week"), at=AT - 30 * DAY)

    held = plans([AT - 90 * DAY, AT - 40 * DAY, AT])

    assert held[0] is None
    assert [plan and (plan.version, plan.targets[0].amount) for plan in held[1:]] == [
        (1, 40),
        (2, 9),
    ]


def test_the_table_says_what_the_page_does(history: random.Random) -> None:
    period = Period(AT - 90 * DAY, AT, AT)
    count, rate = kept_targets(at=AT)
    numbers, rates = targets(period), target_rates(period)

    for kept, made in ((count, numbers), (rate, rates)):
        assert len(made.rows) == len(kept.months)
        assert made.finding == kept.finding
        assert made.versions == (1,)
        told = [
            dict(zip([one.code for one in made.columns], row, strict=True)) for row in made.rows
        ]
        assert [one["planned"] for one in told] == [month.planned for month in kept.months]
        assert not any(
            isinstance(cell, Decimal | float) and cell != cell for row in made.rows for cell in row
        )
    told = [
        dict(zip([one.code for one in numbers.columns], row, strict=True)) for row in numbers.rows
    ]
    assert any(
        one["of_planned"] == pytest.approx(one["actual"] / one["planned"])
        for one in told
        if one["planned"]
    )


def test_a_report_draws_how_much_of_the_plan_came_and_how_many_went_on(
    history: random.Random,
) -> None:
    """Never numbers of leads and rates along one axis."""
    period = Period(AT - 90 * DAY, AT, AT)
    numbers, rates = targets_now(period), target_rates_now(period)

    assert len(numbers.rows) == len(rates.rows) == 3
    assert "Of what was planned" in as_svg(numbers)
    assert ">Rate<" in as_svg(rates)


def test_the_page_says_what_is_and_how_it_may_end(
    history: random.Random, client: Client, mia: User
) -> None:
    client.force_login(mia)

    page = client.get(reverse("targets")).content.decode()

    assert "MQL: 40 a month" in page
    assert "MQL to SQL: 30 %" in page
    assert "feedback_standing" in page


@pytest.mark.parametrize("leads", [0, 1, 3])
def test_few_leads_are_not_enough(leads: int, mark: User, mia: User, client: Client) -> None:
    in_force(mark, mia, PLANNED, at=AT - 300 * DAY)
    for number in range(leads):
        moved(lead(f"Lead{number}", at=AT - DAY).pk, Stage.MARKETING_QUALIFIED, AT)
    client.force_login(mia)

    page = client.get(reverse("targets"))

    assert page.status_code == 200
    assert "nan" not in page.content.decode().lower().replace("finance", "")
    assert targets(Period(AT, AT, AT)).finding.endswith("not enough data to say how it will end.")


def test_without_an_agreement_it_says_what_to_do(client: Client, mia: User) -> None:
    client.force_login(mia)

    assert "No targets agreed yet" in client.get(reverse("targets")).content.decode()


@pytest.mark.parametrize("end", [Stage.SALES_QUALIFIED, Stage.DISQUALIFIED])
def test_the_rate_of_a_month_that_still_runs_is_neither_met_nor_missed(
    end: Stage, mark: User, mia: User
) -> None:
    """Nobody of those who came waits any more; but others may come until the month is over."""
    in_force(mark, mia, PLANNED, at=AT - 300 * DAY)
    for number in range(60):
        at = AT - (40 if number < 30 else 5) * DAY
        one = lead(f"Lead{number}", at=at)
        moved(one.pk, Stage.MARKETING_QUALIFIED, at)
        moved(one.pk, Stage.SALES_QUALIFIED if number < 30 else end, at + DAY / 24)

    rate = kept_targets(at=AT)[1]

    assert [one.verdict for one in rate.months[-2:]] == ["met", "open"]


def test_a_day_on_which_clocks_change_is_over_when_it_ends(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    day = date(2026, 10, 25)  # has 25 hours

    assert _passed(day, datetime(2026, 10, 25, 23, tzinfo=UTC)) == 1.0


def test_months_stand_in_their_order_though_the_first_have_no_rate() -> None:
    """As in a young installation: what is planned is known of months that nothing came in."""
    names = [f"{AT.replace(month=month, day=1):%b %y}" for month in range(1, 7)]
    empty = {"actual": None, "low": None, "high": None, "ends": None}
    rows = [{"month": name, "planned": 0.3, **empty} for name in names[:2]]
    rows += [{"month": name, "planned": None, **empty, "actual": 0.2} for name in names[2:]]

    drawn = svg(dressed(charts._rates(rows)))

    assert re.findall(r">(\w{3} 26)</text>", drawn) == names
