"""Clock keeping on random offers, against pandas from the raw rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.keeping import reasons, tables
from handraise.feedback.keeping.decide import cumulative, rated
from handraise.feedback.keeping.queries import BY, Kept, kept, offers, working_times
from handraise.feedback.tabular import Period
from handraise.handover.decide import Kind
from handraise.handover.models import Rating
from handraise.kit import working_time
from handraise.team.models import Team, User
from tests.feedback.keeping import offers as made_up
from tests.feedback.keeping.offers import AT, DAY, told
from tests.personas import NOON

pytestmark = pytest.mark.django_db
SINCE, UNTIL = NOON + 3 * DAY, NOON + 55 * DAY
PERIOD: dict[str, Any] = {"since": SINCE, "until": UNTIL, "at": AT}


@pytest.fixture(params=range(4))
def frame(request: pytest.FixtureRequest, mia: User, nils: User, rita: User) -> pd.DataFrame:
    """Offers to Mia, to Nils and to whoever claims them, made in the period."""
    assert mia.team is not None
    made_up.offers(request.param, [mia, nils, None], mia.team, rita)
    rows = told()
    return rows[(rows.offered_at >= SINCE) & (rows.offered_at < UNTIL)]


def expected(rows: pd.DataFrame, at: datetime = AT) -> dict[str, Any]:
    live = rows[rows.withdrawal__id.isna()]
    answered, accepted = live.answered.notna(), live.acceptance__at.notna()
    to_touch = accepted & live.due_touch.notna()
    touch = live.touch__at.where(to_touch)
    stars = Rating.objects.filter(handover__in=list(live.id), at__lte=at)
    contested = live.rejection__contest__at.notna()
    ruled = contested & live.ruled
    return {
        "offered": len(live), "accepted": Share(int(accepted.sum()), int(answered.sum())),
        "rejected": int(live.rejection__at.notna().sum()),
        "expired": int((live.expiry__at.notna() & ~answered).sum()),
        "withdrawn": len(rows) - len(live),
        "in_time": Share(int((live.answered <= live.due_at).sum()),
                         int((answered | (live.due_at <= at)).sum())),
        "touched": Share(int((touch <= live.due_touch).sum()),
                         int((touch.notna() | (to_touch & (live.due_touch <= at))).sum())),
        "contested": int(contested.sum()),
        "overturned": Share(int((ruled & (live.rejection__contest__is_upheld == False)).sum()),  # noqa: E712
                            int(ruled.sum())),
        "ratings": stars.count(),
    }  # fmt: skip


def figures(one: Kept) -> dict[str, Any]:
    names = ("offered", "accepted", "rejected", "expired", "withdrawn", "in_time", "touched",
             "contested", "overturned")  # fmt: skip
    return {name: getattr(one, name) for name in names} | {"ratings": one.ratings.count}


@pytest.mark.parametrize("by", ["team", "person", "kind"])
def test_every_figure_is_that_of_the_raw_rows(frame: pd.DataFrame, by: str) -> None:
    found = kept(offers(**PERIOD, kinds=tuple(Kind)), by)

    groups = {None if pd.isna(key) else key: rows
              for key, rows in frame.groupby(BY[by], dropna=False)}  # fmt: skip
    assert {one.key: figures(one) for one in found} == {
        key: expected(rows) for key, rows in groups.items()
    }
    for one in found:
        live = groups[one.key][groups[one.key].withdrawal__id.isna()]
        median = (live.answered - live.offered_at).median()
        is_known = one.typical is not None
        assert is_known is not pd.isna(median)
        assert one.typical is None or abs(one.typical - median) < timedelta(milliseconds=1)


def test_working_hours_are_those_of_the_clock(frame: pd.DataFrame, mia: User) -> None:
    found = working_times(offers(**PERIOD, kinds=tuple(Kind)), "person")
    own = frame[(frame.assignee_id == mia.pk) & frame.answered.notna()]
    own = own[own.withdrawal__id.isna()]

    spans = [
        working_time.between(row.offered_at, row.answered, **mia.calendar(NOON)).total_seconds()
        for row in own.itertuples()
    ]

    assert found[mia.pk].total_seconds() == pytest.approx(np.median(spans), abs=0.01)


def test_reasons_are_counted_for_one_person_as_for_all(frame: pd.DataFrame, mia: User) -> None:
    first = frame[(frame.kind == "first") & frame.rejection__at.notna()]
    for person, rows in ((None, first), (mia.pk, first[first.assignee_id == mia.pk])):
        found = reasons.refusals(**PERIOD, person=person)

        assert {one.reason: one.count for one in found} == (
            rows.groupby("rejection__reason").size().to_dict()
        )


def test_nobody_is_ranked_on_too_little(mia: User, nils: User, rita: User) -> None:
    few, many = Share(1, 1), Share(15, 30)
    empty = Share(0, 0)

    def one(share: Share) -> Kept:
        return Kept(1, share.of, share, 0, 0, 0, share, empty, None, 0, empty, rated(0, 0, 0), ())

    named = [("Ada", one(few)), ("Ben", one(many)), ("Cem", one(Share(29, 30)))]

    assert [name for name, _ in tables.ranked(named)] == ["Cem", "Ben", "Ada"]


def test_nothing_offered_is_said_in_sentences(db: None) -> None:
    Team.objects.create(name="Empty", created_at=NOON)
    for make in tables.TABLES.values():
        table = make(Period(SINCE, UNTIL, AT))

        assert table.rows == ()
        assert table.finding.startswith("Nothing")


def test_what_reasons_make_up_together_ends_at_all() -> None:
    assert cumulative([5, 3, 2]) == [Share(5, 10), Share(8, 10), Share(10, 10)]
    assert cumulative([]) == []


def test_the_bounds_of_a_mean_rating_hold_as_often_as_they_promise() -> None:
    chance = np.random.default_rng(4)
    shares = np.array([0.1, 0.15, 0.2, 0.35, 0.2])
    truth, held = float((shares * np.arange(1, 6)).sum()), 0
    for _ in range(2000):
        stars = chance.choice(np.arange(1, 6), 25, p=shares)
        found = rated(25, float(stars.sum()), float((stars**2).sum()))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 1860
    assert rated(3, 15, 75).low is None
    assert rated(0, 0, 0).mean is None
