"""`handraise import answers`: what was found out in conversations, from a file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config import session
from config.commands.say import HERE, As, Data, done, out
from handraise.team.decide import Permission

if TYPE_CHECKING:
    from handraise.qualification.importing import Report

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV file.", exists=True, dir_okay=False)
]
Framework = Annotated[
    str,
    typer.Option("--framework", metavar="NAME", help="For lines that name none.",
                 show_default="that of the agreement"),
]  # fmt: skip
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")
]
Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors", metavar="FILE", help="Write the refused lines here, with why.", dir_okay=False
    ),
]
_NAMED = 10


def answers(
    file: File, framework: Framework = "", dry_run: DryRun = False, errors: Errors = None,
    data: Data = HERE, as_: As = None,
) -> None:  # fmt: skip
    """Import answers: one line for each question that somebody answered about a lead."""
    with session.session(data):
        from handraise.leads.decide import Via
        from handraise.qualification.importing import import_answers

        by = session.acting(as_, Permission.IMPORT)
        report = import_answers(
            file, by=by, at=datetime.now(UTC), via=Via.SHELL, framework=framework,
            is_trial=dry_run,
        )  # fmt: skip
        _tell(report, errors, dry_run=dry_run)


def _tell(report: Report, errors: Path | None, *, dry_run: bool) -> None:
    from handraise.qualification.importing import write_refused

    would = "would be " if dry_run else ""
    done(
        f"{report.read:,} lines read, {report.taken:,} answers {would}taken,"
        f" {report.known:,} here already, {len(report.refused):,} refused."
    )
    for row in report.refused[:_NAMED]:
        out.print(f"  line {row.line}: {row.why}", highlight=False, markup=False)
    if report.left_out:
        done(f"Columns that mean nothing here: {', '.join(report.left_out)}")
    if errors is not None:
        with errors.open("w", encoding="utf-8", newline="") as written:
            write_refused(report, written)
        done(f"{len(report.refused):,} refused lines are in {errors}.")
    if dry_run:
        done("Nothing was written.")
