"""The pages of velocity, whatever is asked, and the leads behind each figure."""

from __future__ import annotations

import pytest
import time_machine

from handraise.feedback.tabular import Period
from handraise.feedback.velocity import tables
from handraise.leads.models import Lead
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.feedback.velocity.histories import AT, BEGIN, DAY, histories

pytestmark = pytest.mark.django_db
ALL = "since=2026-01-01&until=2026-12-31"


@pytest.mark.parametrize(
    "path",
    ["", "?" + ALL, f"?{ALL}&entered=LEAD&reached=CUSTOMER", "?entered=CUSTOMER&reached=LEAD",
     "?entered=SALES_QUALIFIED&reached=LEAD", "?since=x&until=9999-12-31", "?since=2090-01-01",
     "sleeping/", "touch/", "touch/?since=2090-01-01"],
)  # fmt: skip
@pytest.mark.parametrize("count", [0, 3, 60])
def test_a_page_stands_whatever_is_asked(path: str, count: int, vera: User) -> None:
    if count:
        histories(2, count=count)
    with time_machine.travel(AT, tick=False):
        page = client_of(vera).get("/feedback/velocity/" + path)

    assert page.status_code == 200
    assert b"nan" not in page.content
    assert b"inf" not in page.content.replace(b"info", b"")


@pytest.mark.parametrize(
    "asked",
    ["of=stay&stage=MARKETING_QUALIFIED", "of=stay&stage=LEAD&way=on", "of=touch&band=6",
     "of=sleeping&stage=NURTURE&why=idle", "of=sleeping&stage=SALES_ACCEPTED&age=3",
     "of=month&month=2026-05-01"],
)  # fmt: skip
def test_each_figure_leads_to_its_leads(asked: str, vera: User) -> None:
    histories(2)
    with time_machine.travel(AT, tick=False):
        page = client_of(vera).get(f"/feedback/velocity/leads/?{ALL}&{asked}")

    assert page.status_code == 200


def test_the_leads_behind_a_figure_are_as_many_as_it_says(vera: User) -> None:
    histories(2)
    with time_machine.travel(AT, tick=False):
        figures = client_of(vera).get(f"/feedback/velocity/?{ALL}").context["doors"]
        for stage, ways in figures:
            for way, _, count in ways:
                asked = f"of=stay&stage={stage.value}&way={way}"
                page = client_of(vera).get(f"/feedback/velocity/leads/?{ALL}&{asked}")
                assert page.context["found"].count == count, (stage, way)


@pytest.mark.parametrize(
    "asked",
    ["", "of=x", "of=stay", "of=stay&stage=X", "of=stay&stage=LEAD&way=x", "of=touch&band=9",
     "of=touch&band=-1", "of=sleeping&stage=LEAD", "of=month&month=x", "of=month&month=9999-12-01"],
)  # fmt: skip
def test_what_names_no_figure_is_not_found(asked: str, vera: User) -> None:
    assert client_of(vera).get(f"/feedback/velocity/leads/?{asked}").status_code == 404


def test_three_leads_are_not_enough_data(db: None) -> None:
    histories(2, count=3)
    period = Period(BEGIN, AT, AT + DAY)

    for make in tables.TABLES.values():
        table = make(period)
        assert "Not enough data" in table.finding or table.code == "sleeping_stock"
        assert len({len(row) for row in table.rows} | {len(table.columns)}) == 1


def test_a_name_is_shown_as_text(vera: User) -> None:
    histories(2)
    Lead.objects.update(name="<i>Ada")
    with time_machine.travel(AT, tick=False):
        page = client_of(vera).get(f"/feedback/velocity/leads/?{ALL}&of=stay&stage=LEAD&way=on")

    assert b"&lt;i&gt;Ada" in page.content
    assert b"<i>Ada" not in page.content
