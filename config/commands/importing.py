"""Files from the shell: import leads, activities, outcomes, deals; list and undo imports."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config import session
from config.commands.answering import answers
from config.commands.say import HERE, As, Data, done, err, out
from handraise.capture.decide import ImportKind, ImportState
from handraise.team.decide import Permission

if TYPE_CHECKING:
    from handraise.capture.imports import Mapping, Preview
    from handraise.capture.models import Import

imports = typer.Typer(no_args_is_help=True, help="Bring files in, and take them back.")

File = Annotated[
    Path, typer.Argument(metavar="FILE", help="A CSV file.", exists=True, dir_okay=False)
]
Map = Annotated[
    Path | None,
    typer.Option(
        "--map", metavar="MAP.yaml", exists=True, dir_okay=False,
        help="What the columns mean. Left out, it is guessed: look at it with --dry-run first.",
    ),
]  # fmt: skip
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would happen, and write nothing.")
]
Again = Annotated[bool, typer.Option("--again", help="Also if this very file is in already.")]
Errors = Annotated[
    Path | None,
    typer.Option(
        "--errors", metavar="FILE", help="Write the refused lines here, with why.", dir_okay=False
    ),
]


@imports.command()
def leads(
    file: File, map_: Map = None, dry_run: DryRun = False, again: Again = False,
    errors: Errors = None, data: Data = HERE, as_: As = None,
) -> None:  # fmt: skip
    """Import leads: one line a person, with facts, consent and what they did."""
    _import(ImportKind.LEADS, file, map_, dry_run, again, errors, data, as_)


@imports.command()
def activities(
    file: File, map_: Map = None, dry_run: DryRun = False, again: Again = False,
    errors: Errors = None, data: Data = HERE, as_: As = None,
) -> None:  # fmt: skip
    """Import activities: one line for each thing that somebody did."""
    _import(ImportKind.ACTIVITIES, file, map_, dry_run, again, errors, data, as_)


@imports.command()
def outcomes(
    file: File, map_: Map = None, dry_run: DryRun = False, again: Again = False,
    errors: Errors = None, data: Data = HERE, as_: As = None,
) -> None:  # fmt: skip
    """Import outcomes: what came of people who are here already."""
    _import(ImportKind.OUTCOMES, file, map_, dry_run, again, errors, data, as_)


imports.command()(answers)


@imports.command()
def deals(
    file: File, dry_run: DryRun = False, errors: Errors = None, data: Data = HERE, as_: As = None
) -> None:
    """Import deals: one line a deal, named by an id, so that a second run doubles none."""
    with session.session(data):
        from handraise.deals.importing import import_deals, write_refused
        from handraise.leads.decide import Via

        by = session.named(session.acting(as_, Permission.IMPORT).email)
        at = datetime.now(UTC)
        with Progress(TextColumn("{task.completed:,} lines"), console=err, transient=True) as shown:
            task = shown.add_task("", total=None)
            tally = import_deals(
                file, by=by, at=at, via=Via.SHELL, dry_run=dry_run,
                progress=lambda read: shown.update(task, completed=read),
            )  # fmt: skip
        counts = ", ".join(f"{count:,} {done.value}" for done, count in tally.counts.items())
        done(f"{tally.read:,} lines: {counts}.")
        for refused in tally.refusals[:10]:
            out.print(f"  line {refused.line}: {refused.why}", highlight=False, markup=False)
        if errors is not None:
            with errors.open("w", encoding="utf-8", newline="") as lines:
                done(f"{write_refused(tally, lines):,} refused lines are in {errors}.")
        if dry_run:
            done("Nothing was written.")


def _import(
    kind: ImportKind, file: Path, map_: Path | None, dry_run: bool, again: bool,
    errors: Path | None, data: Path, as_: str | None,
) -> None:  # fmt: skip
    with session.session(data):
        mapping = _mapping(kind, file, map_)
        if dry_run:
            _preview(file, mapping, is_guessed=map_ is None)
            return
        by = session.acting(as_, Permission.IMPORT)
        importing = _run(kind, file, mapping, again=again, by_email=by.email)
        _report(importing, errors)


def _mapping(kind: ImportKind, file: Path, map_: Path | None) -> Mapping:
    from handraise.capture.imports import open_sheet, read_mapping, suggest

    if map_ is None:
        return suggest(open_sheet(file), kind)
    try:
        return read_mapping(map_.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise session.Refused(f"{map_} is not UTF-8 text.") from None


def _run(kind: ImportKind, file: Path, mapping: Mapping, *, again: bool, by_email: str) -> Import:
    from handraise.capture.imports import run, start
    from handraise.leads.decide import Via

    importing = start(
        file, kind=kind, mapping=mapping, by=session.named(by_email), at=datetime.now(UTC),
        again=again, via=Via.SHELL,
    )  # fmt: skip
    columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=importing.total_rows)

        def show(read: int, total: int) -> None:
            progress.update(task, completed=read, total=total)

        return run(importing.pk, at=datetime.now(UTC), progress=show)


def _report(importing: Import, errors: Path | None) -> None:
    from handraise.capture.imports import write_error_file

    if importing.state == ImportState.FAILED:
        raise session.Refused(f"Import {importing.pk} failed: {importing.error}")
    done(
        f"Import {importing.pk}: {importing.read_rows:,} lines read,"
        f" {importing.taken_rows:,} taken, {importing.repaired_rows:,} of them repaired,"
        f" {importing.refused_rows:,} refused."
    )
    for refused in importing.refusals.order_by("line")[:3]:
        done(f"  {refused.why}")
    if errors is not None:
        with errors.open("w", encoding="utf-8", newline="") as file:
            count = write_error_file(importing, file)
        done(f"{count:,} refused lines are in {errors}.")
    elif importing.refused_rows > 3:
        done("  … all of them: on the import's page, or import again with --again --errors FILE.")
    done(f"To take it back: handraise import undo {importing.pk}")


def _preview(file: Path, mapping: Mapping, *, is_guessed: bool) -> None:
    from handraise.capture.imports import preview, written

    found = preview(file, mapping=mapping, at=datetime.now(UTC))
    if is_guessed:
        done("No --map was given; this one was guessed. Keep and mend it:")
        out.print(written(mapping), highlight=False, markup=False, soft_wrap=True)
    out.print(_table(found))
    for refused in found.first_refused[:10]:
        out.print(f"  {refused.why}", highlight=False, markup=False)
    if found.unmapped:
        done(f"Columns that the mapping leaves out: {', '.join(found.unmapped)}")
    done("Nothing was written.")


def _table(found: Preview) -> Table:
    table = Table("Lines", "", box=None, pad_edge=False)
    for name, count in (
        ("read", found.read), ("would be taken", found.taken), ("repaired", found.repaired),
        ("refused", found.refused), ("with an outcome", found.outcomes),
        ("of bots", found.bots), ("alike but for their ids", found.twins),
    ):  # fmt: skip
        table.add_row(name, f"{count:,}")
    for reason, count in found.reasons.most_common():
        table.add_row(f"refused: {reason}", f"{count:,}")
    return table


@imports.command("list")
def list_imports(data: Data = HERE) -> None:
    """Show every import, newest first."""
    with session.session(data):
        from handraise.capture.models import Import

        table = Table("Import", "File", "Kind", "State", "Read", "Taken", "Refused", "By", "At")
        for one in Import.objects.select_related("by").order_by("-pk"):
            table.add_row(
                str(one.pk), one.file_name, one.kind, one.state, f"{one.read_rows:,}",
                f"{one.taken_rows:,}", f"{one.refused_rows:,}", one.by.name,
                f"{one.created_at:%Y-%m-%d %H:%M}",
            )  # fmt: skip
        out.print(table)


@imports.command()
def undo(
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="The import's number.")],
    data: Data = HERE,
    as_: As = None,
) -> None:
    """Take an import back. Leads on whom people have acted since stay, and are listed."""
    with session.session(data):
        from handraise.capture.imports.undoing import undo as undo_import
        from handraise.capture.models import Import
        from handraise.leads.decide import Via

        by = session.acting(as_, Permission.IMPORT)
        importing = Import.objects.filter(pk=number).first()
        if importing is None:
            raise session.Refused(f"There is no import {number}: see handraise import list.")
        gone = undo_import(importing, by=by, at=datetime.now(UTC), via=Via.SHELL)
        done(
            f"Took import {number} back: {gone.activities:,} activities, {gone.facts:,} facts,"
            f" {gone.moves:,} stage moves, {gone.leads:,} leads."
        )
        if gone.kept:
            done(f"{len(gone.kept):,} leads stay, because people have acted on them since:")
        for lead in gone.kept:
            out.print(f"  {lead.pk}  {lead}", highlight=False, markup=False)
