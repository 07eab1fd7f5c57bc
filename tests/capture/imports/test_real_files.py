"""Files that nobody on this project wrote. They lie beside the project, or these are skipped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from handraise.capture.imports import open_sheet, read_mapping, run, start
from handraise.capture.imports.reading import Damaged, Row
from handraise.capture.models import Import
from handraise.leads.models import Activity, Consent, Fact, Identity, Judgement, Lead
from handraise.team.models import User
from tests.personas import NOON

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not there"),
]


def brought(file: str, example: str, by: User) -> Import:
    mapping = read_mapping((ROOT / "examples" / example).read_text(encoding="utf-8"))
    made = start(DATA / file, kind=mapping.kind, mapping=mapping, by=by, at=NOON)
    return run(made.pk, at=NOON)


def test_leads_of_a_course_company_come_in_whole(mark: User) -> None:
    done = brought("xeducation/leads.csv", "xeducation.yaml", mark)

    assert (done.taken_rows, done.refused_rows) == (6468, 0)
    assert Lead.objects.filter(stage="CUSTOMER").count() == 2454
    sources = set(Fact.objects.filter(name="source").values_list("value", flat=True))
    assert "Google" in sources
    assert "google" not in sources
    assert not Fact.objects.filter(text="select").exists()
    assert not Fact.objects.filter(name__in=["tags", "lead_quality"]).exists()
    assert Consent.objects.filter(is_given=False).count() == 611
    instants = Fact.objects.filter(name="lead_origin").order_by("identity__value")
    first, last = instants.order_by("holds_from")[0], instants.order_by("-holds_from")[0]
    assert (first.holds_from, last.holds_from) == (NOON - timedelta(days=365), NOON)
    assert first.is_known_at_assumed


def test_damaged_leads_are_repaired_and_none_is_lost_or_shifted() -> None:
    sound = list(open_sheet(DATA / "xeducation/leads.csv").records())
    mended = list(open_sheet(DATA / "xeducation/leads_requoted.csv").records())

    assert not any(isinstance(record, Damaged) for record in mended)
    rows = [record for record in mended if isinstance(record, Row)]
    assert sum(row.is_repaired for row in rows) == 232
    assert [row.cells for row in rows] == [row.cells for row in sound if isinstance(row, Row)]


def test_a_shops_week_of_events_comes_in_with_robots_marked_and_null_ids_counted(
    mark: User,
) -> None:
    week = sorted((DATA / "web_events").glob("*.csv"))

    done = [brought(f"web_events/{day.name}", "web_events.yaml", mark) for day in week]

    assert sum(day.read_rows for day in done) == 24_631
    nobody = sum(day.report["reasons"].get("nobody", 0) for day in done)
    assert nobody == sum(day.refused_rows for day in done) == 239
    assert Activity.objects.count() == 24_631 - nobody
    share = Judgement.objects.filter(doubt="bot").count() / Activity.objects.count()
    assert 0.11 < share < 0.14
    assert not Identity.objects.filter(value__in=["", "null"]).exists()
    assert set(Activity.objects.values_list("name", flat=True).distinct()) == {
        "page", "Product Added", "Checkout Started", "Order Completed", "Newsletter Subscribed"
    }  # fmt: skip


@pytest.mark.parametrize("path", sorted(DATA.glob("*/*.csv")), ids=lambda path: path.name)
def test_every_file_is_read_without_loss(path: Path) -> None:
    sheet = open_sheet(path)

    records = list(sheet.records())

    assert not any(isinstance(record, Damaged) for record in records)
    assert len(records) <= sheet.survey.lines - 1
