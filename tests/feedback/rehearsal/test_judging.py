"""Ripeness, precision, recall and lateness, as scikit-learn has them on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import precision_score, recall_score, roc_auc_score

from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.decide import (
    NEVER,
    History,
    Hits,
    Outcome,
    Ripening,
    earliest,
    hits,
    judged,
    latest,
    ripening,
)
from handraise.feedback.rehearsal.figures import DAY, Instants
from handraise.feedback.rehearsal.weighing import (
    Replay,
    Span,
    capacity,
    chosen,
    passage,
    ripenings,
    sooner,
)

DAYS = st.one_of(st.none(), st.integers(0, 100))
ROWS = st.lists(st.tuples(DAYS, DAYS, st.integers(0, 8)), min_size=1, max_size=60)
END = 80 * DAY


def days(*given: int | None) -> Instants:
    return np.array([NEVER if day is None else day * DAY for day in given], dtype=np.int64)


@given(ROWS)
def test_precision_and_recall_are_those_of_scikit_learn(
    rows: list[tuple[int | None, int | None, int]],
) -> None:
    crossed, outcome = (days(*column) for column in list(zip(*rows, strict=True))[:2])
    predicted = (crossed < END) & (crossed <= outcome)
    truth = outcome != NEVER

    found = hits(crossed, outcome, end=END)

    told = {"y_true": truth, "y_pred": predicted, "zero_division": np.nan}
    for mine, theirs in ((found.precision, precision_score), (found.recall, recall_score)):
        expected = theirs(**told)
        assert mine.value == (None if np.isnan(expected) else pytest.approx(expected))
    assert found.hits + found.idle + found.missed + found.rest == len(rows)
    assert 0 <= found.late <= found.missed


def test_who_is_noticed_after_the_outcome_is_missed() -> None:
    found = hits(days(3, 5, 9, None), days(5, 5, 5, 5), end=END)

    assert found == Hits(hits=2, idle=0, missed=2, late=1, rest=0)


def test_unripe_leads_are_left_out_and_counted_whatever_came_of_them() -> None:
    anchor = days(10, 20, 89, 91, 91)
    found = judged(
        Outcome.WON, crossed=days(10, 20, 50, None, 91), outcome=days(15, None, None, 95, None),
        score=np.array([50.0, 40, 30, 20, 10]), anchor=anchor, at=100 * DAY, end=100 * DAY,
        time=Ripening(10 * DAY, 5),
    )  # fmt: skip

    assert found.unripe == 2
    assert found.whole.leads == 3
    assert found.whole.hits == Hits(hits=1, idle=2, missed=0, late=0, rest=0)
    assert found.whole.auc is not None
    assert found.whole.auc.value == roc_auc_score([1, 0, 0], [50, 40, 30])


def test_the_halves_are_parted_by_time() -> None:
    anchor = days(*range(40))
    outcome = days(*[60 if day % 2 and day >= 20 else None for day in range(40)])

    found = judged(
        Outcome.WON, crossed=anchor, outcome=outcome, score=np.arange(40.0), anchor=anchor,
        at=90 * DAY, end=90 * DAY, time=Ripening(10 * DAY, 5),
    )  # fmt: skip

    assert found.parted_at == 20 * DAY
    assert found.earlier is not None
    assert found.later is not None
    assert found.earlier.hits.precision == Share(0, 20)
    assert found.later.hits.precision == Share(10, 20)


def test_ripening_is_when_nine_in_ten_had_come() -> None:
    begun = days(*[0] * 20, None, 7)
    came = days(*range(1, 21), 5, None)

    assert ripening(begun, came) == Ripening(18 * DAY, 20)
    assert ripening(begun, days(*[None] * 22)) is None


def test_ripening_waits_from_mql_or_from_coming_in() -> None:
    history = _history(entered=days(0, 0), marketed=days(5, None), won=days(9, 30))

    found = ripenings(history, given=None)

    assert found == {Outcome.WON: Ripening(30 * DAY, 2)}
    assert ripenings(history, given=14)[Outcome.ACCEPTED] == Ripening(14 * DAY, 0)


def test_earliest_and_latest_pass_over_what_did_not_happen() -> None:
    assert latest(days(3, None), days(None, None), days(1, 2)).tolist() == days(3, 2).tolist()
    assert earliest(days(3, None), days(None, None)).tolist() == days(3, None).tolist()


def test_those_come_into_question_of_whom_something_was_heard_and_not_those_over_before() -> None:
    span = Span(10 * DAY, 20 * DAY, 30 * DAY)
    history = _history(
        entered=days(0, 0, 0, 0, 0, 0), marketed=days(None, 5, None, None, 15, None),
        won=days(None, None, None, 25, None, 8),
    )  # fmt: skip
    seen = days(12, 12, 4, 4, 4, 12)

    found = chosen(history, [days(None, None, None, 15, None, None)], seen, span)

    assert found.tolist() == [True, False, False, True, True, False]


def test_sooner_and_later_than_what_happened() -> None:
    span = Span(0, 20 * DAY, 30 * DAY)

    found = sooner(days(2, 9, 5, None, 7), days(4, 6, 5, 3, None), span)

    assert (found.both, found.sooner, found.later) == (3, 1, 1)
    assert (found.only_here, found.only_history) == (1, 1)
    assert found.days is not None
    assert found.days.days == 0


def test_who_enters_is_told_with_what_came_of_them_the_furthest_first() -> None:
    span = Span(0, 20 * DAY, 30 * DAY)
    history = _history(
        entered=days(0, 0, 0, 0), marketed=days(None, None, None, None),
        won=days(None, 18, None, None),
    )  # fmt: skip
    figures = {kind: np.array([10.0, 20, 30, 40]) for kind in
               ("fit", "interest", "intent", "priority")}  # fmt: skip

    found = passage(days(3, 4, 5, 6), days(None, None, None, 9), figures, history, span)

    assert found.count == 3
    assert found.came == {Outcome.ACCEPTED: 0, Outcome.SALES_QUALIFIED: 0, Outcome.WON: 1}
    assert [one.lead_id for one in found.first] == [2, 3, 1]
    assert found.first[0].came is Outcome.WON


def test_a_lead_is_ranked_at_its_crossing_unless_people_had_a_hand_in_it() -> None:
    replay = Replay(
        days(3, 9, None), {"priority": np.array([80.0, 70, np.nan])}, np.array([1.0, 2, 3])
    )

    assert replay.score(days(5, 5, 5), 20 * DAY).tolist() == [80, 2, 3]


@pytest.mark.parametrize(
    ("said", "a_week"),
    [("120 a month", 27.6), ("7 a week", 7), ("52 a year", 1.0), ("13 a quarter", 1.0)],
)
def test_the_target_says_what_the_team_can_take(said: str, a_week: float) -> None:
    found = capacity({"mql": said})

    assert found is not None
    assert found.a_week == pytest.approx(a_week, abs=0.01)
    assert said in found.source
    assert capacity({"sql": said}) is None


def _history(*, entered: Instants, marketed: Instants, won: Instants) -> History:
    never = np.full(len(entered), NEVER)
    return History(
        np.arange(1, len(entered) + 1), entered, marketed,
        {Outcome.ACCEPTED: never, Outcome.SALES_QUALIFIED: never, Outcome.WON: won},
    )  # fmt: skip
