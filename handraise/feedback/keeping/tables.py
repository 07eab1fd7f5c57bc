"""The figures of this part as tables, for pages, mails and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from handraise.feedback import contests
from handraise.feedback.decide import CONSEQUENCES, ENOUGH, Share
from handraise.feedback.keeping import queries, reasons
from handraise.feedback.keeping.decide import cumulative
from handraise.feedback.keeping.queries import Kept, Offers
from handraise.feedback.people import told_apart
from handraise.feedback.tabular import Cell, Column, Definition, Period, Table
from handraise.handover.decide import Kind
from handraise.kit.shares import percent
from handraise.team.models import Team

NOBODY = "Waited for anybody"
_ORDER = (
    f"Whoever has at least {ENOUGH} offers answered or due stands first, by the share answered in"
    " time; the others follow by name, unranked. A share below that is not enough data."
)
_DEFINITION = Definition(
    "Accepted, of the offers answered. Answered in time, of those answered or due. Time to an"
    " answer: half came sooner; in working hours by the hours and holidays that people have now,"
    " waiting for answers to questions included. First touch in time, of the accepted offers for"
    " which one was agreed and came or was due. Overturned, of the contests ruled on. Ratings are"
    " 1 to 5.",
    "Offers made in the period, by whom they were offered to last. Withdrawn ones are left out of"
    " every other column.",
    queries.KEPT,
)


def offers_of(period: Period, kinds: tuple[Kind, ...], team: int | None = None) -> list[Offers]:
    """What the tables of a period are made of."""
    return queries.offers(
        since=period.since, until=period.until, at=period.at, kinds=kinds, team=team
    )


def by_team(
    period: Period, kind: Kind = Kind.FIRST, found: Sequence[Offers] | None = None
) -> Table:
    """How each team keeps the clock."""
    names = dict(Team.objects.values_list("pk", "name"))
    told = offers_of(period, (kind,)) if found is None else found
    return _kept(period, "team", "Team", names, told)


def by_person(
    period: Period, kind: Kind = Kind.FIRST, found: Sequence[Offers] | None = None
) -> Table:
    """How each person keeps the clock."""
    names = told_apart()
    told = offers_of(period, (kind,)) if found is None else found
    return _kept(period, "person", "Person", names, told)


def by_kind(period: Period, found: Sequence[Offers] | None = None) -> Table:
    """The two kinds of handover beside each other."""
    names = {kind.value: kind.label for kind in Kind}
    told = offers_of(period, tuple(Kind)) if found is None else found
    return _kept(period, "kind", "Handover", names, told)


def _kept(
    period: Period, by: str, name: str, names: dict[Any, str], told: Sequence[Offers]
) -> Table:
    found, worked = queries.kept(told, by), queries.working_times(told, by)
    named = [(names.get(one.key, NOBODY), one) for one in found]
    rows = tuple(_row(who, one, worked.get(one.key)) for who, one in ranked(named))
    versions = tuple(sorted({number for one in found for number in one.versions}))
    return Table(
        f"kept_by_{by}", f"Clock keeping by {name.lower()}", _finding(found),
        (Column(by, name), *_COLUMNS), rows, _DEFINITION, period.at, versions, (_ORDER,),
        drawn="in_time",
    )  # fmt: skip


def ranked(named: Sequence[tuple[str, Kept]]) -> list[tuple[str, Kept]]:
    """The best kept first; nobody is ranked on fewer than ENOUGH."""

    def place(pair: tuple[str, Kept]) -> tuple[bool, float, str]:
        share = pair[1].in_time
        return not share.is_enough, -(share.value or 0.0) if share.is_enough else 0.0, pair[0]

    return sorted(named, key=place)


_COLUMNS = (
    Column("offered", "Offered", "count"), Column("accepted", "Accepted", "share"),
    Column("rejected", "Rejected", "count"), Column("expired", "Ran out", "count"),
    Column("withdrawn", "Withdrawn", "count"), Column("in_time", "Answered in time", "share"),
    Column("worked", "Working hours to an answer", "number"),
    Column("wall", "Hours by the wall clock", "number"),
    Column("touched", "First touch in time", "share"),
    Column("contested", "Contested", "count"), Column("overturned", "Overturned", "share"),
    Column("ratings", "Ratings", "count"), Column("rating", "Mean rating", "number"),
    Column("rating_low", "at least", "number"), Column("rating_high", "at most", "number"),
)  # fmt: skip


def _row(who: str, one: Kept, worked: timedelta | None) -> tuple[Cell, ...]:
    is_enough = one.accepted.is_enough
    return (
        who, one.offered, one.accepted, one.rejected, one.expired, one.withdrawn, one.in_time,
        _hours(worked) if is_enough else None, _hours(one.typical) if is_enough else None,
        one.touched, one.contested, one.overturned, one.ratings.count,
        one.ratings.mean if one.ratings.low is not None else None, one.ratings.low,
        one.ratings.high,
    )  # fmt: skip


def _hours(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds() / 3600


def _finding(found: Sequence[Kept]) -> str:
    whole = Share(
        sum(one.in_time.count for one in found), sum(one.in_time.of for one in found)
    )  # fmt: skip
    if not whole.of:
        return "Nothing was offered in these days that is answered or due."
    if not whole.is_enough:
        return f"Not enough data yet to say: {whole.count} of {whole.of} were answered in time."
    return (
        f"{percent(whole.count / whole.of)} of {whole.of:,} offers were answered in time"
        f" ({whole.interval} %)."
    )


def why_rejected(period: Period, kind: Kind = Kind.FIRST, team: int | None = None) -> Table:
    """Why offers were given back, the commonest reason first, with how much they make up."""
    asked: dict[str, Any] = {"since": period.since, "until": period.until, "at": period.at,
                             "kind": kind, "team": team}  # fmt: skip
    found = reasons.refusals(**asked)
    disputed = {one.reason: one for one in contests.contests(**asked)}
    shares = cumulative([one.count for one in found])
    rows = []
    for one, so_far in zip(found, shares, strict=True):
        what = disputed.get(one.reason)
        rows.append((
            one.reason, CONSEQUENCES.get(one.consequence, one.consequence), one.count,
            Share(one.count, so_far.of), so_far.count / so_far.of, one.came_back,
            what.contested if what else 0, what.overturned if what else Share(0, 0),
        ))  # fmt: skip
    versions = tuple(sorted({number for one in found for number in one.versions}))
    return Table(
        "why_rejected", "Why offers were given back", _commonest(found),
        (Column("reason", "Reason"), Column("became", "What became of them"),
         Column("count", "Times", "count"), Column("share", "Share", "share"),
         Column("so_far", "With those above", "percent"),
         Column("came_back", "Came back", "count"), Column("contested", "Contested", "count"),
         Column("overturned", "Overturned", "share")),
        tuple(rows),
        Definition(
            "Rejections by reason. Came back: became MQL again afterwards. Contested and"
            " overturned are those of the reason, whatever became of the lead.",
            "Offers made in the period that were rejected.", reasons.REFUSALS,
        ),
        period.at, versions,
    )  # fmt: skip


def _commonest(found: Sequence[reasons.Refusal]) -> str:
    whole = sum(one.count for one in found)
    if not whole:
        return "Nothing that was offered in these days has been given back."
    if whole < ENOUGH:
        return f"Not enough data yet to say why: {whole} were given back."
    first = found[0]
    return f"“{first.reason}” makes up {percent(first.count / whole)} of {whole:,} rejections."


TABLES: dict[str, Callable[[Period], Table]] = {
    "kept_by_team": by_team,
    "kept_by_person": by_person,
    "kept_by_kind": by_kind,
    "why_rejected": why_rejected,
}
