"""Promise: a report never compares unlike things. Every table of every report is held to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

import pytest

from handraise.feedback.attribution.refreshing import refresh as refresh_touchpoints
from handraise.feedback.decide import ENOUGH, Share
from handraise.feedback.reports.catalogue import AUDIENCES, TABLES
from handraise.feedback.tabular import Period, Table
from handraise.feedback.templatetags.feedback import cell
from handraise.team.models import Team, User
from tests.feedback import histories
from tests.personas import NOON
from tests.world import AGREEMENT, in_force

pytestmark = pytest.mark.django_db
PERIOD = Period(histories.BEGIN, NOON, NOON)


@pytest.fixture
def lived_in(mark: User, mia: User, sales_team: Team) -> None:
    """Four hundred days of ninety leads, from touchpoints to purchases, under one agreement."""
    in_force(mark, mia, AGREEMENT + "targets: {mql: 9 a month}\n", at=histories.BEGIN)
    random = Random(9)
    leads = histories.people(random, 90)
    histories.told(random, leads)
    histories.moved(random, leads)
    histories.offers(random, leads, sales_team)
    histories.deals(random, leads, mia)
    histories.acts(random, leads)
    refresh_touchpoints(at=NOON)


def made() -> list[Table]:
    return [table(PERIOD) for table in TABLES.values()]


def test_every_figure_says_what_is_counted_over_whom_and_as_of_when(lived_in: None) -> None:
    for table in made():
        assert table.finding, table.code
        assert table.definition.counted, table.code
        assert table.definition.over, table.code
        assert "select" in table.definition.sql.lower(), table.code
        assert table.as_of <= NOON, table.code


def test_a_share_carries_its_interval_or_says_that_it_is_too_small(lived_in: None) -> None:
    shares = [
        (column, one)
        for table in made()
        for row in table.rows
        for column, one in zip(table.columns, row, strict=True)
        if isinstance(one, Share)
    ]

    assert {one.is_enough for _, one in shares} == {True, False}
    for column, share in shares:
        shown = str(cell(column, share))
        assert ("not enough data" in shown) == (share.of < ENOUGH)
        assert (share.interval in shown) == (share.of >= ENOUGH)


def test_nothing_is_a_number_that_is_none(lived_in: None) -> None:
    for table in made():
        floats = [one for row in table.rows for one in row if isinstance(one, float)]
        assert all(map(math.isfinite, floats)), table.code


def test_figures_of_the_agreement_name_its_version(lived_in: None) -> None:
    named = {table.code: table.versions for table in made()}

    for code in ("targets", "funnel", "funnel_by_source", "kept_by_team", "kept_by_kind"):
        assert named[code] == (1,), code


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_of_nobody_it_says_so_in_a_sentence(table: Callable[[Period], Table], db: None) -> None:
    empty = table(PERIOD)

    assert empty.finding
    assert "nan" not in empty.finding.lower().split()


def test_every_audience_reads_tables_that_there_are() -> None:
    assert {code for one in AUDIENCES for code in one.tables} <= set(TABLES)
