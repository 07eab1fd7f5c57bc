"""Tables as files, and as charts: nothing lost, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import random
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryFile

import pyarrow.parquet as pq
import pytest

from handraise.feedback.decide import Share
from handraise.feedback.reports import files
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


def packed(tables: list[Table]) -> zipfile.ZipFile:
    made = io.BytesIO()
    as_zip(tables, made)
    return zipfile.ZipFile(made)


def test_everything_comes_in_one_archive_with_its_definitions() -> None:
    archive = packed([WHOLE])

    assert archive.namelist() == ["sources.csv", "sources.parquet", "definitions.txt"]
    assert "Over" in archive.read("definitions.txt").decode()


def test_files_hold_so_many_rows_and_say_what_they_leave_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert files.left_out(WHOLE) == ""
    assert len(as_csv(WHOLE).splitlines()) == 3
    monkeypatch.setattr(files, "MOST", 1)

    made = as_csv(WHOLE).splitlines()

    assert made[2:] == ['"Only the first 1 of 2 rows are in the file."'.strip('"')]
    assert "HYPERLINK" in made[1]
    parquet = pq.read_table(io.BytesIO(as_parquet(WHOLE)))
    assert parquet.num_rows == 1
    assert parquet.schema.metadata[b"left_out"].startswith(b"Only the first 1 of 2")
    assert "Only the first 1 of 2" in packed([WHOLE]).read("definitions.txt").decode()


def test_an_archive_is_made_a_table_at_a_time() -> None:
    """However many there are: all at once, and packed in memory, they take twice their size."""

    def noise(place: int) -> Table:
        text = random.Random(place).randbytes(1_000_000).hex()
        return replace(table((text, 1, Share(1, 2), None, None)), code=f"noise{place}")

    with TemporaryFile() as out:
        tracemalloc.start()
        as_zip((noise(place) for place in range(12)), out)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        size = out.seek(0, io.SEEK_END)

    assert size > 20_000_000
    assert peak < size


def test_a_chart_is_drawn_of_what_is_known() -> None:
    drawn = as_svg(WHOLE)

    assert drawn.startswith('<svg class="chart" aria-hidden="true"')
    assert "fair" in drawn
    assert as_png(WHOLE).startswith(b"\x89PNG")


@pytest.mark.parametrize("rows", [(), (("fair", None, Share(0, 3), None, None),)])
def test_nothing_is_drawn_of_nothing(rows: tuple[tuple[Cell, ...], ...]) -> None:
    assert as_svg(table(*rows)) == ""
    assert as_png(table(*rows)) == b""
