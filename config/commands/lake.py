"""`handraise lake sync|verify`: what scoring reads, as Parquet files for DuckDB and Spark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from config import session
from config.commands.say import HERE, As, Data, done, err, out
from handraise.team.decide import Permission

if TYPE_CHECKING:
    from handraise.scoring.lake.syncing import Progress as Told
    from handraise.scoring.lake.syncing import Synced

lake = typer.Typer(
    no_args_is_help=True, help="Keep what scoring reads as Parquet files, for DuckDB and Spark."
)

To = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FOLDER", file_okay=False, show_default="DATA/lake",
        help="Where the lake lies.",
    ),
]  # fmt: skip
Full = Annotated[
    bool, typer.Option("--full", help="Write everything anew: after people were erased, say.")
]


@lake.command()
def sync(to: To = None, full: Full = False, data: Data = HERE, as_: As = None) -> None:
    """Bring the lake up to date: rows that are new, and tables whose rows change.

    Whatever is killed meanwhile, the lake stays the one before or is the one after.
    """
    with session.session(data):
        from handraise.feedback.lake import TABLES
        from handraise.scoring.lake.syncing import sync as bring_up_to_date

        by = session.acting(as_, Permission.EXPORT)
        with _progress() as told:
            synced = bring_up_to_date(
                _folder(to, data), at=datetime.now(UTC), tables=TABLES, is_full=full,
                by=session.named(by.email), progress=told,
            )  # fmt: skip
        _report(synced)


@lake.command()
def verify(to: To = None, data: Data = HERE) -> None:
    """Compare the lake with the database as of the last sync, row for row.

    Exit status 1 where anything differs; each difference is named.
    """
    with session.session(data):
        from handraise.scoring.lake.verifying import verify as compare

        folder = _folder(to, data)
        with err.status("Comparing") as status:
            differences = compare(folder, progress=lambda table: status.update(table))
        for difference in differences:
            out.print(str(difference), highlight=False, markup=False, soft_wrap=True)
        if differences:
            many = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
            raise session.Refused(
                f"The lake in {folder} is not what the database was ({many}):"
                " `handraise lake sync --full` writes it anew."
            )
        done(f"The lake in {folder} is what the database was at its last sync.")


def _folder(to: Path | None, data: Path) -> Path:
    return (to or data / "lake").resolve()


@contextmanager
def _progress() -> Iterator[Told]:
    """A line for each table, while it is written."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as progress:
        lines = {}

        def told(table: str, written: int, expected: int) -> None:
            if table not in lines:
                lines[table] = progress.add_task(table, total=None)
            progress.update(lines[table], completed=written, total=expected or None)

        yield told


def _report(synced: Synced) -> None:
    table = Table("Table", "Rows", "Written now", "Files", "MiB")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, change in synced.tables.items():
        table.add_row(
            name, f"{change.rows:,}", f"{change.written:,}", str(change.files),
            f"{change.bytes / 2**20:,.1f}",
        )  # fmt: skip
    out.print(table)
    for name, change in synced.tables.items():
        if change.why_anew and change.why_anew != "on request":
            done(f"{name} was written anew: {change.why_anew}.")
    done(f"{synced.written:,} rows written to {synced.folder}.")
