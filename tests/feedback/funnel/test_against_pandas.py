"""Every figure of the funnel, reckoned a second time from the raw rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.funnel import queries
from handraise.feedback.funnel.behind import Figure, leads_behind
from handraise.feedback.funnel.decide import Cohort, Judged, Passage, Who
from handraise.feedback.standing.models import Ripening, Standing
from handraise.feedback.standing.refreshing import refresh
from handraise.leads.decide import PATH, Stage
from handraise.team.models import User
from tests.feedback.funnel.histories import AT, BEGIN, a_history, reckoned

pytestmark = pytest.mark.django_db
DAYS = 15
SEEDS = (11, 12, 13)


@pytest.fixture(params=SEEDS)
def table(request: Any, db: None) -> pd.DataFrame:
    a_history(request.param)
    refresh(at=AT)
    Ripening.objects.update(days=DAYS)
    return reckoned()


def cohort_of(entered: Stage, judged: Judged) -> Cohort:
    return Cohort(BEGIN + timedelta(days=20), BEGIN + timedelta(days=170), entered, judged)


def members(table: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    began = table[cohort.entered]
    return table[(began >= cohort.since) & (began < cohort.until)]


def passage(mine: pd.DataFrame, pair: tuple[Stage, Stage], judged: Judged) -> tuple[Share, int]:
    before, after = (mine[stage] for stage in pair)
    asked = before.notna()
    if judged is Judged.NOW:
        return Share(int((asked & after.notna()).sum()), int(asked.sum())), 0
    ripe = asked & (before <= AT - timedelta(days=DAYS))
    came = ripe & (after < before + timedelta(days=DAYS))
    return Share(int(came.sum()), int(ripe.sum())), int((asked & ~ripe).sum())


def told(found: Passage) -> tuple[Share, int]:
    return found.share, found.young


def test_each_lead_stands_where_its_moves_put_it(table: pd.DataFrame) -> None:
    names = ["entered", "marketed", "accepted", "qualified", "opportunity", "customer"]
    rows = Standing.objects.values_list("lead_id", *(f"{name}_at" for name in names))
    expected = {
        int(pk): [None if pd.isna(row[stage]) else row[stage] for stage in PATH]
        for pk, row in table.iterrows()
    }

    assert {row[0]: list(row[1:]) for row in rows} == expected


@pytest.mark.parametrize("judged", Judged)
@pytest.mark.parametrize("entered", [Stage.LEAD, Stage.MARKETING_QUALIFIED, Stage.OPPORTUNITY])
def test_every_passage_is_as_reckoned(table: pd.DataFrame, entered: Stage, judged: Judged) -> None:
    cohort = cohort_of(entered, judged)
    mine = members(table, cohort)

    found = queries.figures(cohort, as_of=AT)

    assert found.reached == {stage: int(mine[stage].notna().sum()) for stage in cohort.path}
    assert {pair: told(one) for pair, one in found.passages.items()} == {
        pair: passage(mine, pair, judged) for pair in cohort.pairs
    }
    assert found.versions == tuple(sorted(mine.version.dropna().astype(int).unique()))


@pytest.mark.parametrize("judged", Judged)
def test_parts_are_as_reckoned_and_add_up(table: pd.DataFrame, judged: Judged) -> None:
    cohort = cohort_of(Stage.LEAD, judged)
    mine = members(table, cohort)
    groups = mine.groupby(
        mine.source.map(lambda told: f"={told}", na_action="ignore").fillna("unknown")
    )

    rows, _, _ = queries.parts(cohort, "source", as_of=AT)

    assert {row.part: [told(one) for one in row.passages] for row in rows} == {
        part: [passage(each, pair, judged) for pair in cohort.steps] for part, each in groups
    }
    assert sum(row.entered for row in rows) == len(mine)


def test_months_are_as_reckoned(table: pd.DataFrame, settings: Any) -> None:
    cohort = cohort_of(Stage.LEAD, Judged.NOW)
    mine = members(table, cohort)
    groups = mine.groupby(mine[Stage.LEAD].dt.tz_convert(settings.TIME_ZONE).dt.strftime("%Y-%m"))

    rows, _ = queries.months(cohort, cohort.steps[0], as_of=AT)

    assert [(row.part, told(row.passages[0])) for row in rows] == [
        (month, passage(each, cohort.steps[0], Judged.NOW)) for month, each in groups
    ]


@pytest.mark.parametrize("judged", Judged)
def test_one_value_alone_is_its_part(table: pd.DataFrame, judged: Judged) -> None:
    cohort = cohort_of(Stage.LEAD, judged)
    rows, _, _ = queries.parts(cohort, "source", as_of=AT)

    for row in rows:
        alone = Cohort(cohort.since, cohort.until, cohort.entered, judged, "source", row.part)
        found = queries.figures(alone, as_of=AT)
        assert tuple(found.passages[pair] for pair in cohort.steps) == row.passages


@pytest.mark.parametrize("judged", Judged)
def test_the_leads_behind_are_exactly_those_counted(
    table: pd.DataFrame, judged: Judged, vera: User
) -> None:
    cohort = cohort_of(Stage.LEAD, judged)
    figures = queries.figures(cohort, as_of=AT)

    for pair, one in figures.passages.items():
        share = one.share
        wanted = [(Who.OF, share.of), (Who.CAME, share.count), (Who.YOUNG, one.young),
                  (Who.STAYED, share.of - share.count)]  # fmt: skip
        for who, count in wanted:
            found = leads_behind(Figure(cohort, who, pair), user=vera, as_of=AT)
            assert (found.total, found.gone) == (count, 0)
            assert len(found.leads) == min(count, 50)


def test_the_leads_behind_a_part_are_exactly_those_counted(table: pd.DataFrame, vera: User) -> None:
    cohort = cohort_of(Stage.LEAD, Judged.NOW)
    for by in ("source", "industry", "size", "country", "version", "grade", "owner", "content"):
        rows, _, _ = queries.parts(cohort, by, as_of=AT)
        assert rows
        for row in rows:
            figure = Figure(cohort, Who.CAME, cohort.steps[0], by, row.part)
            found = leads_behind(figure, user=vera, as_of=AT)
            assert found.total == row.passages[0].share.count
