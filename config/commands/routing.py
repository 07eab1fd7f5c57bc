"""Rehearse the routes of a draft from the shell: who would have got which leads of last month."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.box import SIMPLE
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from config import session
from config.commands.rehearsing import Draft, day_of, text_of
from config.commands.say import HERE, As, Data, err, out

if TYPE_CHECKING:
    from handraise.feedback.routing.pages import Both
    from handraise.feedback.routing.replaying import Wish
    from handraise.feedback.routing.report import Report, Side


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


Since = Annotated[str, typer.Option("--from", metavar="DAY", help="First day; else 30 days ago.")]
Until = Annotated[str, typer.Option("--to", metavar="DAY", help="Last day; else today.")]
Times = Annotated[int, typer.Option("--times", metavar="N", help="As if N times as many came.")]
There = Annotated[bool, typer.Option("--everybody-there", help="As if nobody were away.")]


def rehearse_routes(
    draft: Draft, since: Since = "", until: Until = "", times: Times = 1,
    everybody_there: There = False,
    format_: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    data: Data = HERE, as_: As = None,
) -> None:  # fmt: skip
    """Offer the leads of a period by a draft’s routes, beside those of the version in force."""
    text = text_of(draft)
    with session.session(data):
        from django.conf import settings
        from django.utils import timezone

        from handraise.agreement.reading import read
        from handraise.feedback.routing.forms import usual
        from handraise.feedback.routing.replaying import Wish, refuse
        from handraise.team.decide import Permission

        document = read(text)
        session.acting(as_, Permission.SEE)
        at = datetime.now(UTC)
        days = usual(timezone.now())
        begin = day_of(since or str(days["since"]), "--from")
        end = day_of(until or str(days["until"]), "--to") + timedelta(days=1)
        refuse(begin, end, times, at=at)
        wish = Wish(document, begin, min(end, at), at, settings.TIME_ZONE, times, everybody_there)
        _PRINTED[format_](_made(wish))


def _made(wish: Wish) -> Report:
    from handraise.agreement.queries import published
    from handraise.feedback.routing.replaying import rehearse

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as shown:
        task = shown.add_task("Reading", total=None)

        def progress(said: str, steps: int, of: int) -> None:
            shown.update(task, description=said, completed=steps, total=of)

        return rehearse(wish, published(), progress=progress)


def _print_json(report: Report) -> None:
    from handraise.feedback.routing.report import as_plain

    json.dump(as_plain(report), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def _print_table(report: Report) -> None:
    from handraise.feedback.routing.pages import context_of

    told = context_of(report)
    out.print(told["heading"], style="bold", highlight=False, markup=False)
    out.print(
        f"{report.leads:,} leads became MQL from {report.days[0]} to {report.days[-1]};"
        f" {report.seconds} s.",
        highlight=False,
    )
    for said in told["findings"]:
        out.print(f"- {said}", highlight=False, markup=False)
    for side in (report.draft, report.held):
        if side is not None:
            out.print(_summary(side), highlight=False, markup=False)
    out.print(_people(told["both"], report))
    for title, routes in told["routes"]:
        table = Table(escape(title), "Team", "Leads", box=SIMPLE, pad_edge=False)
        for route in routes:
            missing = "" if route.is_manned else " (not set up)"
            table.add_row(escape(route.name), escape(route.team) + missing, f"{route.leads:,}")
        out.print(table)
    for said in told["assumed"]:
        out.print(said, style="dim", highlight=False, markup=False)


def _summary(side: Side) -> str:
    kept = side.kept
    share = f"{kept.value:.0%} ({kept.interval})" if kept.value is not None else "none"
    return (
        f"{side.title}: answered in time {share} of {kept.of:,}; {side.waited:,} waited,"
        f" {side.escalated:,} fell to a manager, {side.passed_on:,} were passed on."
    )


def _people(both: list[Both], report: Report) -> Table:
    held = report.held.title if report.held else "In force"
    table = Table("Person", "Team", "Offers", held, "Their share", "Most in hand", "Time full",
                  "Longest gap", "In time", box=SIMPLE, pad_edge=False)  # fmt: skip
    for one in both:
        it = one.draft or one.who
        table.add_row(
            escape(it.name), escape(it.team), f"{one.draft.offers if one.draft else 0:,}",
            f"{one.now.offers:,}" if one.now else "–", f"{it.fair:.0f}",
            f"{it.most}" + ("" if it.capacity is None else f" of {it.capacity}"),
            "–" if it.capacity is None else f"{it.full:.0%}", f"{it.longest_gap}",
            f"{it.kept.count} of {it.kept.of}",
        )  # fmt: skip
    return table


_PRINTED = {Format.TABLE: _print_table, Format.JSON: _print_json}
