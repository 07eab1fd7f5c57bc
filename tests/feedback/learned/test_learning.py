"""Learning without a database: honest tests on later leads, senses, calibration, few cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import brier_score_loss, roc_auc_score

from handraise.feedback.learned.chances import chances, shares, tenths_of, waited
from handraise.feedback.learned.comparing import difference
from handraise.feedback.learned.decide import Verdict, lacking
from handraise.feedback.learned.explaining import effects, usual, weights
from handraise.feedback.learned.fitting import calibrated
from handraise.feedback.learned.learning import LackingError, Learned, learn, parts_of
from handraise.feedback.learned.matrix import Column, Group, Matrix
from handraise.feedback.rehearsal.figures import DAY, Instants, Numbers, Truths

COLUMNS = (
    Column(Group("signal", "Asked"), "points", +1),
    Column(Group("signal", "Read"), "points", +1),
    Column(Group("fact", "industry"), "is", value="steel"),
    Column(Group("fact", "industry"), "is", value="glass"),
    Column(Group("fact", "size"), "number"),
    Column(Group("activity", "page"), "count", +1),
)


def planted(
    seed: int, count: int, *, strength: float = 1.0
) -> tuple[Matrix, Truths, Instants, Numbers]:
    """Leads whose chance is known: asking, steel and size matter, reading does not."""
    chance = np.random.default_rng(seed)
    asked = chance.choice([0, 20, 40, 60], count)
    read = chance.uniform(0, 30, count)
    industry = chance.integers(0, 3, count)
    size = chance.lognormal(4, 1, count)
    pages = chance.poisson(3, count)
    log_odds = -1.5 + strength * (
        asked / 30 + 1.5 * (industry == 0) - 0.5 * (industry == 1) + 0.4 * (np.log(size) - 4)
    )
    size[chance.random(count) < 0.2] = np.nan
    values = np.column_stack([asked, read, industry == 0, industry == 1, size, pages])
    came = chance.random(count) < expit(log_odds)
    at = np.sort(chance.integers(0, 300 * DAY, count))
    return Matrix(COLUMNS, values.astype(np.float32)), came, at, asked + read


def learned(seed: int = 1, count: int = 6000) -> tuple[Learned, Matrix, Truths]:
    figures, came, at, points = planted(seed, count)
    return learn(figures, came, at, points, became="became SQL"), figures, came


@pytest.fixture(scope="module")
def by_trees() -> tuple[Learned, Matrix, Truths]:
    return learned()


def test_it_learns_on_the_past_and_is_tested_on_the_latest(
    by_trees: tuple[Learned, Matrix, Truths],
) -> None:
    made, figures, came = by_trees
    rows = made.parts.test
    tested = made.tested

    chance = made.fitted.chance(figures.values[rows])
    assert (tested.train, tested.calibrate, tested.test) == (3600, 1200, 1200)
    assert rows.min() == 4800
    raw = made.fitted.learner.raw(figures.values[rows])
    assert tested.learned.value == pytest.approx(roc_auc_score(came[rows], raw))
    assert tested.points.value < tested.learned.value
    assert tested.brier == pytest.approx(brier_score_loss(came[rows], chance))
    assert tested.brier < tested.brier_of_base
    assert tested.verdict is Verdict.BETTER
    assert "told better than the points" in tested.finding


@pytest.mark.parametrize("count", [600, 6000], ids=["line", "trees"])
def test_more_points_never_lower_the_chance(count: int) -> None:
    made, figures, _ = learned(2, count)
    assert made.tested.method == ("line" if count == 600 else "trees")
    places = [place for place, column in enumerate(COLUMNS) if column.sense == 1]

    for place in places:
        before = None
        for value in np.linspace(0, 80, 13):
            changed = figures.values.copy()
            changed[:, place] = value
            chance = made.fitted.chance(changed)
            assert before is None or (chance >= before - 1e-12).all()
            before = chance


def test_chances_are_what_they_say() -> None:
    """On four histories: of ten bins each, the share that came lies in its 95 % interval."""
    inside = total = 0
    for seed in range(4):
        made, _, _ = learned(100 + seed, 4000)
        for one in made.tested.bins:
            total += 1
            # The calibration itself was learned from 800 leads, and its own error is as large.
            reach = 1.4 * (one.share.high - one.share.low) / 2
            inside += abs(one.said - (one.share.low + one.share.high) / 2) <= reach
    assert inside / total >= 0.9


def test_the_same_figures_give_the_same_chances(
    by_trees: tuple[Learned, Matrix, Truths],
) -> None:
    again, figures, _ = learned()

    assert (again.fitted.chance(figures.values) == by_trees[0].fitted.chance(figures.values)).all()
    assert again.tested == by_trees[0].tested


def test_what_tells_nothing_more_than_the_points_is_called_even() -> None:
    chance = np.random.default_rng(4)
    asked = chance.uniform(0, 60, 3000)
    came = chance.random(3000) < expit(asked / 20 - 2)
    figures = Matrix(COLUMNS[:1], asked[:, None].astype(np.float32))

    tested = learn(figures, came, np.arange(3000), asked, became="was won").tested

    assert tested.verdict is Verdict.EVEN
    assert "cannot be told from the points" in tested.finding


def test_what_knows_the_outcome_is_called_suspect() -> None:
    figures, came, at, points = planted(5, 3000)
    cheating = Matrix(
        (*COLUMNS, Column(Group("fact", "tags"), "truth")),
        np.column_stack([figures.values, came ^ (np.arange(3000) % 20 == 0)]).astype(np.float32),
    )

    tested = learn(cheating, came, at, points, became="was won").tested

    assert tested.verdict is Verdict.SUSPECT
    assert "too good to be true" in tested.finding


def nobody(count: int, won: int) -> tuple[Matrix, Truths, Instants, Numbers]:
    came = np.zeros(count, dtype=bool)
    came[:won] = True
    values = np.zeros((count, len(COLUMNS)), dtype=np.float32)
    return Matrix(COLUMNS, values), came, np.arange(count), np.zeros(count)


@pytest.mark.parametrize(
    ("count", "won", "said"),
    [(0, 0, "no lead has had the time"), (3, 1, "1 leads became SQL and 2 did not"),
     (500, 0, "none of 500"), (500, 500, "all 500"), (500, 1, "it takes 100 of each"),
     (400, 150, "of the later leads, on which it is calibrated")],
)  # fmt: skip
def test_too_few_are_a_sentence(count: int, won: int, said: str) -> None:
    with pytest.raises(LackingError, match=said):
        learn(*nobody(count, won), became="became SQL")


def test_leads_of_one_instant_are_not_parted() -> None:
    figures, came, _, points = planted(6, 1000)

    with pytest.raises(LackingError, match="it is built"):
        learn(figures, came, np.zeros(1000, dtype=np.int64), points, became="became SQL")


def test_figures_that_say_nothing_give_everybody_the_same_chance() -> None:
    _, came, at, points = planted(7, 2000)
    figures = Matrix(COLUMNS, np.full((2000, len(COLUMNS)), np.nan, dtype=np.float32))

    made = learn(figures, came, at, points, became="became SQL")

    assert len(np.unique(made.fitted.chance(figures.values))) == 1
    assert np.isfinite(made.tested.brier)


def test_a_calibration_never_turns_the_order_round() -> None:
    raw = np.linspace(-2, 2, 400)
    backwards = np.arange(400) < 200

    chance = calibrated(raw, backwards).chance(raw)

    assert (np.diff(chance) >= 0).all()
    assert chance[0] == pytest.approx(0.5, abs=0.01)


def test_the_difference_of_two_areas_is_that_of_scikit_learn_and_covers_the_truth() -> None:
    chance = np.random.default_rng(8)
    covered = 0
    for _ in range(200):
        came = chance.random(200) < 0.4
        shared = chance.normal(size=200) + came
        one, other = shared + chance.normal(size=200), shared + chance.normal(size=200)
        found = difference(came, one, other)
        assert found is not None
        expected = roc_auc_score(came, one) - roc_auc_score(came, other)
        assert found.value == pytest.approx(expected)
        covered += found.low <= 0 <= found.high
    assert 0.92 <= covered / 200 <= 0.98


def test_reasons_are_what_replacing_each_would_change(
    by_trees: tuple[Learned, Matrix, Truths],
) -> None:
    made, figures, _ = by_trees
    typical = usual(figures)
    among = weights(made.fitted, figures, typical)
    chance = made.fitted.chance(figures.values)

    found = effects(made.fitted, figures, chance, typical, among)

    assert {one.group.name for one in among[:3]} == {"Asked", "industry", "size"}
    row = int(np.argmax(chance))
    group = found.groups[found.places[row, 0]]
    changed = figures.values[row : row + 1].copy()
    places = figures.groups()[group]
    changed[:, places] = typical[places]
    expected = chance[row] - made.fitted.chance(changed)[0]
    assert found.by[row, 0] == pytest.approx(expected)
    assert (np.abs(found.by[:, 0]) >= np.abs(found.by[:, 1])).all()


def test_silence_lowers_a_chance_as_bayes_says() -> None:
    delays = np.arange(1, 100) * DAY
    silent = np.array([0, 50, 1000]) * DAY

    left = waited(np.full(3, 0.4), delays, silent)

    assert left[0] == pytest.approx(0.4)
    assert left[1] == pytest.approx(0.4 * 0.51 / (0.4 * 0.51 + 0.6))
    assert 0 < left[2] < 0.01


def test_silence_is_told_as_a_reason(by_trees: tuple[Learned, Matrix, Truths]) -> None:
    made, figures, _ = by_trees
    typical = usual(figures)

    found = chances(
        made.fitted, figures, typical, weights(made.fitted, figures, typical),
        delays=np.arange(1, 100) * DAY, silent=np.full(len(figures), 400 * DAY),
    )  # fmt: skip

    row = int(np.argmax(made.fitted.chance(figures.values)))
    group = found.effects.groups[found.effects.places[row, 0]]
    assert group.name == "silence"
    assert found.effects.by[row, 0] < 0


def test_tenths_and_shares_treat_equals_alike() -> None:
    share = shares(np.array([5.0, 5.0, 1.0, 9.0]))

    assert share.tolist() == [0.5, 0.5, 0.125, 0.875]
    assert tenths_of(share).tolist() == [6, 6, 9, 2]
    assert parts_of(np.array([3, 1, 2, 5, 4])).test.tolist() == [3]
    assert lacking(100, 100, "was won") == ""
