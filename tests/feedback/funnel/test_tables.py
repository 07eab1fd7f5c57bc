"""The funnel's tables: whole on nobody, on three leads, on much; with the text that is run."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite

import numpy as np
import pytest
from django.template import Context, Template

from handraise.feedback.decide import Share
from handraise.feedback.funnel import statements
from handraise.feedback.funnel.decide import Cohort, Judged, Passage, Row
from handraise.feedback.funnel.tables import (
    TABLES,
    YOUNG_NOTE,
    between,
    by_dimension,
    compared,
    funnel,
    spread,
)
from handraise.feedback.tabular import Cell, Period, Table
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage
from handraise.leads.models import StageMove
from tests.feedback.funnel.histories import AT, BEGIN, a_history
from tests.feedback.test_the_funnel import gone

pytestmark = pytest.mark.django_db
YEAR = timedelta(days=365)
PERIOD = Period(BEGIN, AT, AT)


def is_sound(cell: Cell) -> bool:
    """Never nan nor infinity."""
    return isfinite(cell) if isinstance(cell, float) else True


def look_at(table: Table) -> None:
    assert table.finding
    assert table.definition.counted
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert all(is_sound(cell) for row in table.rows for cell in row)
    shown = Template("{% load feedback %}{% table_of table %}").render(Context({"table": table}))
    assert "nan" not in shown.replace("finance", "")


@pytest.mark.parametrize("code", TABLES)
def test_nobody_makes_sentences(code: str) -> None:
    look_at(TABLES[code](PERIOD))


@pytest.mark.parametrize("code", TABLES)
def test_three_leads_are_not_enough_data(code: str) -> None:
    for name in ("Ada", "Ben", "Cleo"):
        gone(name, Stage.MARKETING_QUALIFIED, at=BEGIN + timedelta(days=3))

    table = TABLES[code](PERIOD)

    look_at(table)
    assert table.finding.startswith("Not enough data yet")
    shares = [cell for row in table.rows for cell in row if isinstance(cell, Share)]
    assert not any(share.is_enough for share in shares)


@pytest.mark.parametrize("code", TABLES)
def test_a_history_makes_tables_that_name_their_versions(code: str) -> None:
    a_history(31)

    table = TABLES[code](PERIOD)

    look_at(table)
    assert table.rows
    assert table.versions == (1, 2)
    assert table.as_of == AT


def rows_of_sources(counts: list[int], of: int) -> list[Row]:
    pair = (Stage.LEAD, Stage.MARKETING_QUALIFIED)
    return [
        Row(f"=source {place}", of, (Passage(*pair, Share(count, of)),))
        for place, count in enumerate(counts)
    ]


def test_among_a_dozen_alike_one_seldom_seems_to_stand_out() -> None:
    chance = np.random.default_rng(5)
    said = [spread(rows_of_sources(chance.binomial(80, 0.3, 12).tolist(), 80), "Source")
            for _ in range(400)]  # fmt: skip

    assert sum("highest" in one for one in said) <= 400 * 0.06


def test_what_stands_out_is_named() -> None:
    said = spread(rows_of_sources([30, 60, 31], 80), "Source")

    assert said.startswith("Lead to MQL: source 1 is highest with 65–83 %, source 0 lowest")


@pytest.mark.parametrize("until", [BEGIN - YEAR, AT + 3 * YEAR])
def test_days_without_anybody_are_said(until: datetime) -> None:
    a_history(3, leads=30)

    assert funnel(Period(until - timedelta(days=5), until, AT)).finding == (
        "Nobody came in during this time"
    )


def test_the_definition_is_the_text_that_is_run() -> None:
    a_history(8, leads=40)
    table = funnel(PERIOD)

    rows = rows_of(table.definition.sql, statements.params_of(Cohort(BEGIN, AT), at=AT))

    reached = [sum(row[3 + place] for row in rows) for place in range(6)]
    assert reached == [row[1] for row in table.rows]


def test_the_period_before_is_what_a_period_is_compared_with() -> None:
    a_history(8, leads=40)
    half = (AT - BEGIN) / 2

    table = compared(Period(BEGIN + half, AT, AT))

    assert [column.name for column in table.columns[1:3]] == ["This period", "The one before"]
    assert len(table.rows) == 5


def test_values_of_different_ages_are_not_compared_silently() -> None:
    now = by_dimension(PERIOD, "source")
    ripe = by_dimension(PERIOD, "source", judged=Judged.RIPE)

    assert YOUNG_NOTE in now.notes
    assert YOUNG_NOTE not in ripe.notes


def test_every_funnel_says_that_it_mixes_agreements() -> None:
    gone("Ada", Stage.MARKETING_QUALIFIED, at=BEGIN)
    gone("Bea", Stage.MARKETING_QUALIFIED, at=BEGIN)
    StageMove.objects.filter(lead__name__startswith="Bea").update(version=2)
    StageMove.objects.filter(lead__name__startswith="Ada").update(version=1)

    for table in (funnel(PERIOD), between(PERIOD), by_dimension(PERIOD, "source")):
        assert any("versions 1, 2 together" in note for note in table.notes), table.code
