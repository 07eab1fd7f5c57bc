"""`handraise export leads|activities|scores|moves|deals`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer

from config import session
from config.commands.say import HERE, As, Data, done
from handraise.team.decide import Permission

exports = typer.Typer(no_args_is_help=True, help="Take data out, as CSV or Parquet.")


class Format(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"


Form = Annotated[Format, typer.Option("--format", help="CSV for people, Parquet for programs.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", dir_okay=False, help="Else to standard output."),
]


@exports.command()
def leads(
    format_: Form = Format.CSV, output: Output = None, data: Data = HERE, as_: As = None
) -> None:
    """Export leads with their facts."""
    _export("leads", format_, output, data, as_)


@exports.command()
def activities(
    format_: Form = Format.CSV, output: Output = None, data: Data = HERE, as_: As = None
) -> None:
    """Export what leads did."""
    _export("activities", format_, output, data, as_)


@exports.command()
def scores(
    format_: Form = Format.CSV, output: Output = None, data: Data = HERE, as_: As = None
) -> None:
    """Export the stored scores. For another instant or version: handraise score."""
    _export("scores", format_, output, data, as_)


@exports.command()
def moves(
    format_: Form = Format.CSV, output: Output = None, data: Data = HERE, as_: As = None
) -> None:
    """Export the stage moves, each with version, reason and who made it."""
    _export("moves", format_, output, data, as_)


@exports.command()
def deals(
    format_: Form = Format.CSV, output: Output = None, data: Data = HERE, as_: As = None
) -> None:
    """Export the deals, each with what it brought."""
    _export("deals", format_, output, data, as_)


def _export(what: str, form: Format, output: Path | None, data: Path, as_: str | None) -> None:
    if output is None and form is Format.PARQUET and sys.stdout.isatty():
        raise typer.BadParameter("Parquet is no text for a terminal: say --output FILE.")
    with session.session(data):
        by = session.acting(as_, Permission.EXPORT)
        if output is None:
            count = _write(what, form, sys.stdout.buffer, by.email)
            sys.stdout.flush()
        else:
            part = output.with_name(f".{output.name}.part")
            try:
                with part.open("wb") as file:
                    count = _write(what, form, file, by.email)
                part.replace(output)  # whole or not at all
            finally:
                part.unlink(missing_ok=True)
        done(f"{count:,} {what} exported{f' to {output}' if output else ''}.")


def _write(what: str, form: Format, to: IO[bytes], email: str) -> int:
    from handraise.desk import exports as desk
    from handraise.leads.decide import Via

    return desk.export(
        desk.What(what), desk.Form(form.value), to=to, by=session.named(email),
        at=datetime.now(UTC), via=Via.SHELL,
    )  # fmt: skip
