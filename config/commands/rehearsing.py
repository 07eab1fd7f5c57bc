"""Rehearse a draft from the shell: what it would have done over a period, before anybody signs."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from config import session
from config.commands.say import HERE, As, Data, done, err, out

if TYPE_CHECKING:
    from handraise.feedback.rehearsal.report import Report
    from handraise.feedback.rehearsal.running import Wish
    from handraise.feedback.rehearsal.showing import Block
    from handraise.team.models import User


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    HTML = "html"


Draft = Annotated[
    Path, typer.Argument(metavar="DRAFT.yaml", help="The agreement; - reads standard input.")
]
Since = Annotated[str, typer.Option("--from", metavar="DAY", help="First day of the period.")]
Until = Annotated[str, typer.Option("--to", metavar="DAY", help="Last day of the period.")]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="NAME", help="duckdb, postgres or spark.")
]
Bar = Annotated[
    str | None,
    typer.Option(
        metavar="KEY", help="Which bar of mql.when to move, such as intent.1; else the first."
    ),
]  # fmt: skip
Levels = Annotated[
    bool, typer.Option("--levels/--no-levels", help="Whether to try that bar elsewhere at all.")
]
Ripening = Annotated[
    float | None,
    typer.Option(metavar="DAYS", min=0, help="How long an outcome takes; else as history says."),
]


def rehearse(
    draft: Draft, since: Since, until: Until, engine: EngineName = "duckdb",
    format_: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    bar: Bar = None, levels: Levels = False, ripening: Ripening = None, data: Data = HERE,
    as_: As = None,
) -> None:  # fmt: skip
    """Replay a draft over a period of history, beside the version in force."""
    text = text_of(draft)
    with session.session(data):
        from handraise.agreement.reading import read
        from handraise.feedback.rehearsal import engines
        from handraise.team.decide import Permission

        document = read(text)
        by = session.acting(as_, Permission.SEE)
        begin, end = day_of(since, "--from"), day_of(until, "--to") + timedelta(days=1)
        engines.refuse_missing(engine)
        wish = _wish(document, begin, end, bar=bar, levels=levels, ripening=ripening)
        report = _made(wish, engine)
        _PRINTED[format_](report, by)
        for note in report.notes:
            done(note)
    if not report.has_outcomes:
        if not report.notes:
            done("Not enough data: no lead of this period has had the time for an outcome.")
        raise typer.Exit(1)


def text_of(draft: Path) -> str:
    """The text of a draft, from a file or from standard input."""
    raw = sys.stdin.buffer.read() if str(draft) == "-" else draft.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise session.Refused(f"{draft} is not UTF-8 text (byte {error.start}).") from None


def day_of(text: str, option: str) -> datetime:
    """The beginning of a day in the installation's zone."""
    from handraise.feedback.forms import EARLIEST, LATEST, start_of

    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise session.Refused(f"{option} {text!r} is no day. Write it like 2026-03-04.") from None
    if not EARLIEST <= day <= LATEST:
        raise session.Refused(f"{option} {text!r} is not a day of this century.")
    return start_of(day)


def _wish(
    document: Any, begin: datetime, end: datetime, *, bar: str | None, levels: bool,
    ripening: float | None,
) -> Wish:  # fmt: skip
    from django.conf import settings

    from handraise.feedback.rehearsal.running import Wish, refuse_period
    from handraise.feedback.rehearsal.thresholds import thresholds

    at = datetime.now(UTC)
    refuse_period(begin, end, at=at)
    known = [one.key for one in thresholds(document)]
    if bar is not None and bar not in known:
        raise session.Refused(f"The draft has no bar {bar!r}; it has {', '.join(known)}.")
    return Wish(
        document, begin, min(end, at), at, settings.TIME_ZONE, bar=bar,
        levels=levels or bar is not None, ripening_days=ripening,
    )  # fmt: skip


def _made(wish: Wish, engine: str) -> Report:
    from dataclasses import replace

    from handraise.agreement.queries import published
    from handraise.feedback.rehearsal import engines, running

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("Opening the history", total=None)

        def progress(said: str, steps: int, of: int) -> None:
            shown.update(task, description=said, completed=steps, total=of)

        with engines.opened(engine, at=wish.at, asked_at=wish.at, say=done) as history:
            wish = replace(wish, lake_age=history.lake_age)
            return running.rehearse(wish, published(), history.engine, progress=progress)


def _print_json(report: Report, _by: User) -> None:
    from handraise.feedback.rehearsal.report import as_plain

    json.dump(as_plain(report), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def _print_html(report: Report, by: User) -> None:
    from handraise.feedback.rehearsal.whole_file import written

    sys.stdout.write(written(report, by))


def _print_table(report: Report, by: User) -> None:
    from handraise.feedback.rehearsal import showing
    from handraise.feedback.rehearsal.pages import context_of

    told = context_of(report, report.own, by)
    out.print(told["finding"], style="bold", highlight=False)
    freshness = f", from a lake {told['age']}" if told["age"] else ""
    out.print(
        f"“{escape(report.name)}” from {told['first_day']} to {told['last_day']}"
        f" against {report.against};"
        f" {report.leads:,} leads came into question; {report.engine}{freshness},"
        f" {report.seconds} s.",
        highlight=False,
    )
    for block in told["blocks"]:
        out.print(_block(block))
    out.print(_weeks(report, told))
    out.print(told["load"], highlight=False)
    out.print(f"Against what really happened: {told['pace']} (median).", highlight=False)
    out.print(_names(report, told))
    if len(report.levels) > 1:
        out.print(_levels(report))
    for flag in report.flags:
        out.print(f"Suspicious: {flag.sentence}", style="red", highlight=False, markup=False)
    for said in showing.NOT_SIMULATED:
        out.print(said, style="dim", highlight=False)


def _block(block: Block) -> Table:
    title = (
        f"Judged by who {block.outcome.became}; ripe after {block.ripening_days:.1f} days,"
        f" {block.unripe:,} leads are not and are left out"
    )
    table = Table("", "", "Leads", "Qualify", "Precision", "Recall", "Late", "AUC",
                  title=title, box=SIMPLE, pad_edge=False, padding=(0, 1, 0, 0))  # fmt: skip
    for line in block.lines:
        table.add_row(
            line.who, line.part, f"{line.leads:,}", f"{line.qualified:,}", _share(line.precision),
            _share(line.recall), f"{line.late:,}", _auc(line.auc),
        )  # fmt: skip
    return table


def _share(share: Any) -> str:
    if not share.is_enough:
        return f"too few: {share.count} of {share.of}"
    return f"{share.value:.0%} ({share.interval})"


def _auc(auc: Any) -> str:
    return "–" if auc is None else f"{auc.value:.2f} ({auc.low:.2f}–{auc.high:.2f})"


def _weeks(report: Report, told: dict[str, Any]) -> Table:
    table = Table("Week from", "Draft", report.against.capitalize(), "What really happened")
    for week in told["weeks"]:
        table.add_row(str(week.begin), str(week.draft), str(week.other), str(week.real))
    return table


def _names(report: Report, told: dict[str, Any]) -> Table:
    level = report.own
    title = f"{level.enters.count:,} enter, {level.leaves.count:,} leave"
    table = Table("", "Lead", "Who", "On", "Priority", "What came of it", title=title)
    for one in told["named"]:
        table.add_row(
            "enters" if one.enters else "leaves", str(one.passing.lead_id),
            escape(one.name), f"{one.at:%Y-%m-%d}", f"{one.passing.priority:.1f}", one.became,
        )  # fmt: skip
    return table


def _levels(report: Report) -> Table:
    table = Table(f"MQL when {report.bar}", "Qualify", "Precision", "Recall", "Enter", "Leave")
    for level in report.levels:
        judged = level.side.by(report.main)
        hits = None if judged is None else judged.whole.hits
        mark = " (as drafted)" if level is report.own else ""
        table.add_row(
            f"{level.at_least:g}{mark}", f"{level.side.qualified:,}",
            "–" if hits is None else _share(hits.precision),
            "–" if hits is None else _share(hits.recall),
            f"{level.enters.count:,}", f"{level.leaves.count:,}",
        )  # fmt: skip
    return table


_PRINTED = {Format.TABLE: _print_table, Format.JSON: _print_json, Format.HTML: _print_html}
