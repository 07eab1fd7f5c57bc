"""Tables as files, and as charts: nothing lost, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.reports.drawing import as_png, as_svg
from handraise.feedback.reports.files import as_csv, as_parquet, as_zip
from handraise.feedback.tabular import Cell, Column, Definition, Table

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
COLUMNS = (
    Column("source", "Source"), Column("leads", "Leads", "count"), Column("rate", "Rate", "share"),
    Column("days", "Days", "days"), Column("seen", "Seen", "instant"),
)  # fmt: skip


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table(
        "sources", "By source", "A sentence.", COLUMNS, rows, Definition("Counted", "Over", "sel"),
        AT, versions=(1, 2),
    )  # fmt: skip


WHOLE = table(("=HYPERLINK(1)", 120, Share(30, 120), 4.5, AT), ("fair", 3, Share(0, 3), None, None))


def test_a_share_keeps_its_count_and_interval() -> None:
    first, second = csv.DictReader(io.StringIO(as_csv(WHOLE)))

    assert (first["rate_count"], first["rate_of"], first["rate_value"]) == ("30", "120", "0.25")
    assert float(first["rate_low"]) == Share(30, 120).low
    assert (second["days"], second["seen"]) == ("", "")
    assert (first["versions"], first["as_of"]) == ("1 2", AT.isoformat())


def test_no_text_becomes_a_formula() -> None:
    assert "'=HYPERLINK(1)" in as_csv(WHOLE)


def test_parquet_holds_the_same_cells_and_says_what_they_are() -> None:
    made = pq.read_table(io.BytesIO(as_parquet(WHOLE)))

    assert made["source"].to_pylist() == ["=HYPERLINK(1)", "fair"]
    assert made["rate_low"].to_pylist()[0] == Share(30, 120).low
    assert made["seen"].to_pylist() == [AT, None]
    assert made.schema.metadata[b"counted"] == b"Counted"


def test_nothing_known_is_empty_and_not_a_number_that_is_none() -> None:
    made = table(("none", 0, Share(0, 0), None, None))

    assert next(csv.DictReader(io.StringIO(as_csv(made))))["rate_value"] == ""
    assert pq.read_table(io.BytesIO(as_parquet(made)))["rate_value"].to_pylist() == [None]


def test_everything_comes_in_one_archive_with_its_definitions() -> None:
    archive = zipfile.ZipFile(io.BytesIO(as_zip([WHOLE])))

    assert archive.namelist() == ["sources.csv", "sources.parquet", "definitions.txt"]
    assert "Over" in archive.read("definitions.txt").decode()


def test_a_chart_is_drawn_of_what_is_known() -> None:
    drawn = as_svg(WHOLE)

    assert drawn.startswith('<svg class="chart" aria-hidden="true"')
    assert "fair" in drawn
    assert as_png(WHOLE).startswith(b"\x89PNG")


@pytest.mark.parametrize("rows", [(), (("fair", None, Share(0, 3), None, None),)])
def test_nothing_is_drawn_of_nothing(rows: tuple[tuple[Cell, ...], ...]) -> None:
    assert as_svg(table(*rows)) == ""
    assert as_png(table(*rows)) == b""
