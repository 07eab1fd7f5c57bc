"""From rows to chances: who is judged when, what is known then only, what is left out."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from handraise.agreement.queries import Published
from handraise.feedback.anchors import Population
from handraise.feedback.learned.columns import columns
from handraise.feedback.learned.features import known_of, names
from handraise.feedback.learned.learning import parts_of
from handraise.feedback.learned.leaving_out import left_out
from handraise.feedback.learned.report import of_plain
from handraise.feedback.learned.running import learned_from
from handraise.feedback.rehearsal import outcomes
from handraise.feedback.rehearsal.decide import NEVER, Outcome
from handraise.feedback.rehearsal.decide import History as Told
from handraise.feedback.rehearsal.replaying import micros
from handraise.leads.models import Activity, Fact
from handraise.scoring.compile import compiled
from handraise.scoring.engines.duckdb import DuckDBEngine
from handraise.scoring.engines.postgres_tables import PostgresEngine
from handraise.scoring.lake.syncing import sync
from tests.feedback.learned.conftest import Learn
from tests.feedback.learned.histories import NOW, History

pytestmark = pytest.mark.django_db


def test_what_is_too_strong_without_dates_is_left_out(learn: Learn) -> None:
    History(2, is_dated=False).write(900)

    report = of_plain(learn().report)

    assert any(one.words == "Talked" and "AUC" in one.why for one in report.left_out)
    assert report.tested.learned.value < 0.92


def test_figures_are_those_of_the_raw_rows_at_the_anchor(published: Published) -> None:
    History(3).write(200)
    history = outcomes.history(at=NOW, end=NOW)
    engine = PostgresEngine()
    at = np.where(history.marketed < micros(NOW), history.marketed - 1, micros(NOW))

    raw = known_of(
        engine, compiled(published.document, engine, "UTC"), names(), history.lead_ids, at
    )

    epoch = NOW - timedelta(microseconds=micros(NOW))
    for place, (lead, then) in enumerate(zip(history.lead_ids, at, strict=True)):
        instant = epoch + timedelta(microseconds=int(then))
        known = {"identity_id": int(lead), "known_at__lte": instant}
        for name, counts in raw.counts.items():
            done = Activity.objects.filter(**known, name=name).order_by("occurred_at")
            assert counts[place] == done.count()
            if last := done.last():
                days = (instant - last.occurred_at) / timedelta(days=1)
                assert raw.last[name][place] == pytest.approx(days)
        for name, told in raw.facts.items():
            found = Fact.objects.filter(**known, name=name).first()
            assert told.is_known[place] == (found is not None)
            if found is not None and told.texts:
                assert told.texts[told.codes[place]] == found.text
            elif found is not None:
                assert told.numbers[place] == found.number


def test_the_lake_tells_the_same(published: Published, tmp_path: Path) -> None:
    History(6).write(120)
    history = outcomes.history(at=NOW, end=NOW)
    sync(tmp_path / "lake", at=NOW)
    at = np.full(len(history), micros(NOW))

    with closing(DuckDBEngine(tmp_path / "lake")) as duck:
        one, other = (
            known_of(
                engine, compiled(published.document, engine, "UTC"), names(), history.lead_ids, at
            )
            for engine in (PostgresEngine(), duck)
        )

    np.testing.assert_allclose(one.signals, other.signals)
    np.testing.assert_allclose(one.priority, other.priority)
    for name, told in one.facts.items():
        assert told.texts == other.facts[name].texts
        np.testing.assert_array_equal(told.codes, other.facts[name].codes)
        np.testing.assert_array_equal(told.numbers, other.facts[name].numbers)
    for name, counts in one.counts.items():
        np.testing.assert_array_equal(counts, other.counts[name])
        np.testing.assert_allclose(one.last[name], other.last[name])


def test_few_offers_mean_that_everybody_is_learned_from(published: Published, learn: Learn) -> None:
    History(4, offered=False).write(900)

    report = of_plain(learn().report)

    assert report.population == "all"


def test_an_anchor_lies_before_the_outcome_and_the_young_are_left_out(
    published: Published,
) -> None:
    History(5).write(700)
    history = outcomes.history(at=NOW, end=NOW)

    found = learned_from(
        PostgresEngine(), published.document, history, Outcome.SALES_QUALIFIED,
        at=micros(NOW), zone="UTC",
    )  # fmt: skip

    assert found.kind == "offered"
    assert (found.at <= micros(NOW) - found.ripening.micros).all()
    assert (found.delays > 0).all()
    assert len(found.delays) == found.came.sum()
    assert len(found) + found.unripe == 700


def test_the_leads_tested_on_choose_no_column(published: Published) -> None:
    History(2, is_dated=False).write(900)
    history, engine = outcomes.history(at=NOW, end=NOW), PostgresEngine()
    made, wanted = compiled(published.document, engine, "UTC"), names()
    whom = learned_from(
        engine, published.document, history, Outcome.SALES_QUALIFIED, at=micros(NOW), zone="UTC"
    )  # fmt: skip
    raw = known_of(engine, made, wanted, whom.lead_ids, whom.at)
    train = parts_of(whom.at).train

    def chosen(history: Told, whom: Population) -> tuple[object, object]:
        gone = left_out(engine, made, wanted, history, whom, raw, train, at=micros(NOW))
        return gone, columns(raw, made.document, train, [one.group for one in gone])

    # The later ones turned around: who came to the outcome did not, who did not came at once.
    is_later = ~np.isin(history.lead_ids, whom.lead_ids[train])
    came = whom.came ^ ~np.isin(np.arange(len(whom)), train)
    then = history.outcomes[whom.outcome]
    turned = np.where(then == NEVER, history.entered + 4 * 86_400_000_000, NEVER)
    other = {whom.outcome: np.where(is_later, turned, then)}
    turned_around = replace(history, outcomes=history.outcomes | other)

    before = chosen(history, whom)
    assert before[0]
    assert chosen(turned_around, replace(whom, came=came)) == before
