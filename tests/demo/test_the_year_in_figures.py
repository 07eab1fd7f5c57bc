"""The demo's year in figures: reckoned a second time from its raw rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from demo.company import build
from handraise.feedback.decide import Share
from handraise.feedback.funnel import queries
from handraise.feedback.funnel.decide import Cohort, Judged
from handraise.feedback.keeping.queries import kept, offers
from handraise.feedback.reports.catalogue import TABLES
from handraise.feedback.standing.refreshing import refresh
from handraise.feedback.tabular import Period
from handraise.feedback.targets.tables import kept_targets
from handraise.handover.decide import Kind
from handraise.handover.models import Contest, Question, Rating
from handraise.leads.decide import Stage
from tests.feedback.funnel.histories import reckoned
from tests.feedback.funnel.test_against_pandas import told
from tests.feedback.keeping.offers import told as told_offers
from tests.feedback.keeping.test_keeping import expected, figures

AT = datetime(2026, 6, 10, 10, tzinfo=UTC)
SINCE = AT - timedelta(days=300)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_year_is_what_its_rows_say() -> None:
    build(at=AT, leads=150)
    assert Question.objects.exclude(answered_at=None).exists()
    assert Contest.objects.exclude(ruled_at=None).exists()
    assert Rating.objects.exists()
    refresh(at=AT)
    table = reckoned(AT)

    _the_funnel_is(table)
    _targets_are(table)
    _the_clock_is()
    for make in TABLES.values():
        assert make(Period(SINCE, AT, AT)).finding


def _the_funnel_is(table: pd.DataFrame) -> None:
    cohort = Cohort(SINCE, AT, Stage.LEAD, Judged.NOW)
    mine = table[(table[Stage.LEAD] >= SINCE) & (table[Stage.LEAD] < AT)]
    groups = mine.groupby(mine.source.map("={}".format, na_action="ignore").fillna("unknown"))

    found = queries.figures(cohort, as_of=AT)
    rows, _, _ = queries.parts(cohort, "source", as_of=AT)

    assert found.reached == {stage: int(mine[stage].notna().sum()) for stage in cohort.path}
    for (before, after), one in found.passages.items():
        here = mine[mine[before].notna()]
        assert told(one)[0] == Share(int(here[after].notna().sum()), len(here))
    assert {row.part: row.entered for row in rows} == {part: len(each) for part, each in groups}


def _targets_are(table: pd.DataFrame) -> None:
    months = table[Stage.MARKETING_QUALIFIED].dropna().dt.strftime("%Y-%m").value_counts()

    count = next(one for one in kept_targets(at=AT) if one.target.code == "mql")

    assert {f"{one.first:%Y-%m}": one.actual for one in count.months} == {
        f"{one.first:%Y-%m}": months.get(f"{one.first:%Y-%m}", 0) for one in count.months
    }


def _the_clock_is() -> None:
    rows = told_offers(AT)
    rows = rows[(rows.offered_at >= SINCE) & (rows.offered_at < AT)]

    found = kept(offers(since=SINCE, until=AT, at=AT, kinds=tuple(Kind)), "kind")

    assert {one.key: figures(one) for one in found} == {
        kind: expected(each, AT) for kind, each in rows.groupby("kind")
    }
