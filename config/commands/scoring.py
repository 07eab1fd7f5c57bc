"""`handraise score`: the scores of any instant, under any version."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from config import session
from config.commands.say import HERE, Data, done, instant, out

if TYPE_CHECKING:
    from handraise.agreement.document import Document
    from handraise.scoring.explanation import Explanation
    from handraise.scoring.scores import Scores


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


COLUMNS = ("lead_id", "at", "version", "fit", "interest", "intent", "priority", "grade")
_SHOWN = 50  # rows of the table, the highest priority first


@dataclass(frozen=True)
class _Asked:
    number: int
    document: Document
    at: datetime
    hindsight: bool
    lead_ids: list[int] | None


def score(
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="As of when; now if left out.")
    ] = "",
    hindsight: Annotated[
        bool, typer.Option("--hindsight", help="With what became known since, too.")
    ] = False,
    lead: Annotated[
        list[int] | None, typer.Option("--lead", metavar="ID", help="Only this lead (repeatable).")
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", metavar="N", help="Under this version instead.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to print.")] = Format.TABLE,
    data: Data = HERE,
) -> None:
    """Score leads as of any instant: as things were known then, or with hindsight.

    Nothing is stored. Prints full precision as CSV and JSON; the table shows two decimals and, for
    one lead, every contribution.
    """
    when = instant(at) if at else datetime.now(UTC)
    with session.session(data):
        from handraise.scoring.queries import scores_at

        number, document = _version(version)
        asked = _Asked(number, document, when, hindsight, _leads(lead))
        found = scores_at(document=document, lead_ids=asked.lead_ids, at=when, hindsight=hindsight)
        if format_ is Format.CSV:
            _print_csv(asked, found)
        elif format_ is Format.JSON:
            _print_json(asked, found)
        else:
            _print_table(asked, list(found))


def _version(number: int | None) -> tuple[int, Document]:
    from handraise.agreement import queries
    from handraise.agreement.models import Version

    if number is not None:
        if not Version.objects.filter(number=number).exists():
            raise session.Refused(f"There is no version {number}: see handraise agreement list.")
        return number, queries.document_of(number)
    published = queries.published()
    if published is None:
        raise session.Refused(
            "No agreement holds, so nothing has a score: let both sides sign one, or name a"
            " proposal with --version."
        )
    return published.number, published.document


def _leads(ids: list[int] | None) -> list[int] | None:
    """The canonical leads of these ids; None for everybody."""
    from handraise.leads.models import Lead

    if not ids:
        return None
    canonical = dict(Lead.objects.filter(pk__in=ids).values_list("pk", "canonical_id"))
    for one in ids:
        if one not in canonical:
            raise session.Refused(f"There is no lead {one}.")
    return sorted(set(canonical.values()))


def _values(asked: _Asked, scores: Scores) -> list[Any]:
    return [
        scores.lead_id, scores.at.isoformat(), asked.number, scores.fit, scores.interest,
        scores.intent, scores.priority, scores.grade,
    ]  # fmt: skip


def _print_csv(asked: _Asked, found: Iterable[Scores]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_values(asked, scores) for scores in found)


def _print_json(asked: _Asked, found: Iterable[Scores]) -> None:
    """An array, one lead a line, written as it is read."""
    sys.stdout.write("[")
    between = "\n"
    for scores in found:
        row = dict(zip(COLUMNS, _values(asked, scores), strict=True))
        row["contributions"] = dict(_contributions(asked.document, scores))
        row["truths"] = scores.truths
        if asked.lead_ids:
            row["kinds"] = [asdict(kind) for kind in _explanation(asked, scores.lead_id).kinds]
        sys.stdout.write(between + json.dumps(row, ensure_ascii=False, default=str))
        between = ",\n"
    sys.stdout.write("\n]\n")


def _print_table(asked: _Asked, found: list[Scores]) -> None:
    found.sort(key=lambda scores: (-scores.priority, scores.lead_id))
    title = f"Version {asked.number}, {asked.at:%Y-%m-%d %H:%M %Z}"
    title += ", with hindsight" if asked.hindsight else ", as known then"
    table = Table("Lead", "Who", "Fit", "Grade", "Interest", "Intent", "Priority", title=title)
    names = _names([scores.lead_id for scores in found[:_SHOWN]])
    for one in found[:_SHOWN]:
        table.add_row(
            str(one.lead_id), names.get(one.lead_id, ""), f"{one.fit:.2f}", one.grade,
            f"{one.interest:.2f}", f"{one.intent:.2f}", f"{one.priority:.2f}",
        )  # fmt: skip
    out.print(table)
    if len(found) > _SHOWN:
        done(f"{len(found):,} leads; these are the {_SHOWN} with the highest priority.")
    if asked.lead_ids:
        for one in found:
            out.print(_reasons(_explanation(asked, one.lead_id)))


def _names(ids: list[int]) -> dict[int, str]:
    from handraise.leads.models import Lead

    return {lead.pk: str(lead) for lead in Lead.objects.filter(pk__in=ids)}


def _contributions(document: Document, scores: Scores) -> Iterator[tuple[str, float]]:
    """Name and points of each signal that gives or takes any."""
    for signal, points in zip(document.signals, scores.contributions, strict=True):
        if points:
            yield signal.name, points


def _explanation(asked: _Asked, lead_id: int) -> Explanation:
    from handraise.scoring.queries import explain

    return explain(lead_id, document=asked.document, at=asked.at, hindsight=asked.hindsight)


def _reasons(explanation: Explanation) -> Table:
    """Every signal of one lead: those that give nothing, too, for they also explain the score."""
    table = Table("Kind", "Signal", "Points", "Why", title=f"Lead {explanation.lead_id}, why")
    for kind in explanation.kinds:
        for reason in kind.reasons:
            points = "unknown" if reason.points is None else f"{reason.points:.2f}"
            table.add_row(kind.name, reason.name, points, reason.detail)
        if kind.from_colleagues:
            table.add_row(kind.name, "Colleagues", f"{kind.from_colleagues:.2f}", "")
    return table
