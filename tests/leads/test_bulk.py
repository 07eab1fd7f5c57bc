"""Many rows at once, and few of them again and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from handraise.leads import attention, journal
from handraise.leads.bulk import keep_plans, next_ids, rows_of
from handraise.leads.decide import Via
from handraise.leads.models import Attention, JournalLine, Lead
from handraise.leads.record import record
from tests.leads.said import facts, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db

ODD = 'tab\t, line\n, back\\slash, "quotes", é, \\N'


@pytest.fixture
def ada() -> Lead:
    record([facts({"name": "Ada"}, email="ada@acme.example")], at=NOON)
    return lead_of("email", "ada@acme.example")


def kept_plans(part: str) -> list[tuple[int, int]]:
    """How often the kept statements of which this is part were planned anew, and for any value."""
    found: list[tuple[int, int]] = rows_of(
        "select custom_plans, generic_plans from pg_prepared_statements where statement like %s",
        [f"%{part}%"],
    )
    return found


def test_a_kept_statement_is_planned_once_whatever_its_values() -> None:
    keep_plans()

    for number in (1, 70_000, 2**40):
        asked = [f"{{{number}}}"]
        found = rows_of("select id as kept from unnest(%s::bigint[]) id", asked, is_kept=True)
        assert found == [(number,)]

    assert kept_plans("id as kept") == [(0, 3)]


def test_what_is_not_kept_is_not_prepared_afterwards() -> None:
    rows_of("select 1 as once", is_kept=True)

    rows_of("select %s as never", [1])

    assert kept_plans("as never%") == []


def test_who_watches_statements_sees_kept_ones() -> None:
    with CaptureQueriesContext(connection) as seen:
        rows_of("select %s::text as watched", ["x"], is_kept=True)

    assert ["as watched" in each["sql"] for each in seen] == [True]


def test_a_line_alone_is_stored_as_among_others(ada: Lead) -> None:
    line = journal.Line("leads.noted", NOON, Via.WEB, lead_id=ada.pk, said=ODD, data={"a": ODD})

    journal.write_many([line])
    journal.write_many([line, line])

    lines = JournalLine.objects.filter(kind="leads.noted")
    told = lines.values_list("at", "lead", "company", "by", "via", "said", "data")
    assert len(told) == 3
    assert set(map(repr, told)) == {repr((NOON, ada.pk, None, None, "web", ODD, {"a": ODD}))}


def test_ids_are_fresh_and_ascending(ada: Lead) -> None:
    found = next_ids("leads_lead", 3) + next_ids("leads_lead", 2)

    assert found == sorted(set(found))
    assert found[0] > ada.pk


def test_a_lead_is_woken_at_each_instant_for_each_reason(ada: Lead) -> None:
    Attention.objects.all().delete()
    later = NOON + timedelta(hours=1)

    attention.wake_each([(ada.pk, NOON, "a"), (ada.pk, later, 'b "c"')])

    woken = Attention.objects.order_by("look_at").values_list("lead", "look_at", "why")
    assert list(woken) == [(ada.pk, NOON, "a"), (ada.pk, later, 'b "c"')]
