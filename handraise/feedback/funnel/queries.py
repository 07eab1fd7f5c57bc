"""Reads: how far a cohort came, by parts and months, and who they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from handraise.feedback.decide import Share
from handraise.feedback.dimensions import UNKNOWN
from handraise.feedback.funnel import statements
from handraise.feedback.funnel.comparing import Compared, compared
from handraise.feedback.funnel.decide import (
    BESIDE,
    Cohort,
    Figures,
    Judged,
    Part,
    Passage,
    Row,
    in_order,
    part_name,
)
from handraise.feedback.funnel.statements import Pair
from handraise.feedback.standing.looks import once_a_look
from handraise.feedback.standing.models import Ripening
from handraise.feedback.standing.queries import fresh
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage


def funnel(
    *, since: datetime, until: datetime, at: datetime, entered: Stage = Stage.LEAD
) -> Figures:
    """How far the leads came by `at` that entered a stage in since..until (until left out).

    One cohort for all steps, so that each share is of the same people. Moves told by an import
    count, those that were withdrawn with one do not.
    """
    return figures(Cohort(since, until, entered), as_of=fresh(at=at).at)


def ripening() -> dict[Pair, int | None]:
    """Within how many days each step has come for nine in ten of those for whom it ever comes."""
    return {(Stage(one.before), Stage(one.after)): one.days for one in Ripening.objects.all()}


@once_a_look
def figures(cohort: Cohort, *, as_of: datetime) -> Figures:
    """How far a cohort came, every stage against every later one."""
    days = _days(cohort)
    text = statements.reached_text(cohort, days)
    rows = rows_of(text, statements.params_of(cohort, at=as_of))
    path, place = cohort.path, 3 + len(cohort.path)
    reached = [sum(row[3 + number] for row in rows) for number in range(len(path))]
    totals = [sum(row[number] for row in rows) for number in range(place, place + _width(cohort))]
    by_stage: dict[Stage, tuple[int, ...]] = {Stage.LEAD: ()}
    by_stage |= {
        stage: tuple(sorted(row[0] for row in rows if row[0] is not None and row[3 + number]))
        for number, stage in enumerate(path)
        if stage is not Stage.LEAD
    }
    return Figures(
        cohort,
        as_of,
        dict(zip(path, reached, strict=True)),
        dict(zip(cohort.pairs, _passages(cohort.pairs, totals, days), strict=True)),
        by_stage,
        {stage: sum(row[1 + number] for row in rows) for number, stage in enumerate(BESIDE)},
        text,
    )


def _days(cohort: Cohort) -> dict[Pair, int | None]:
    return ripening() if cohort.judged is Judged.RIPE else {}


def _width(cohort: Cohort) -> int:
    return 3 * len(cohort.pairs)


def _passages(
    pairs: Sequence[Pair], counts: Sequence[int], days: statements.Days
) -> tuple[Passage, ...]:
    """Passages from three counts each: of, came, young."""
    return tuple(
        Passage(*pair, Share(came, of), young, days.get(pair))
        for pair, of, came, young in zip(
            pairs, counts[::3], counts[1::3], counts[2::3], strict=True
        )
    )


def parts(cohort: Cohort, by: str, *, as_of: datetime) -> tuple[list[Row], int, str]:
    """The cohort by a dimension: the rows, how many values the others are, the text."""
    days = _days(cohort)
    text = statements.parted_text(cohort, by, cohort.steps, days)
    rows = rows_of(text, statements.params_of(cohort, at=as_of))
    found = [
        Row(part, entered, _passages(cohort.steps, counts, days))
        for part, entered, _, *counts in rows
    ]
    folded = next((values for part, _, values, *_ in rows if part == Part.OTHERS), 0)
    return in_order(found, by_number=by == "version"), folded, text


def months(cohort: Cohort, pair: Pair, *, as_of: datetime) -> tuple[list[Row], str]:
    """One passage by the months in which the leads of the cohort entered, and the text."""
    days = _days(cohort)
    text = statements.monthly_text(cohort, pair, days)
    zone = timezone.get_default_timezone_name()
    rows = rows_of(text, statements.params_of(cohort, at=as_of, zone=zone))
    return [
        Row(month, entered, _passages([pair], counts, days)) for month, entered, *counts in rows
    ], text


def values_of(code: str) -> list[tuple[str, str]]:
    """The commonest values of a dimension among all leads, as choices: the code and the name."""
    text = f"""select told, count(*) from (
        select nullif({statements.expression(code)}, '') as told from feedback_standing standing
    ) each where told is not null group by told order by 2 desc, 1 limit 50"""  # noqa: S608
    found = [(f"={told}", part_name(f"={told}", UNKNOWN)) for told, _ in rows_of(text)]
    if code == "version":
        found.sort(key=lambda one: int(one[1]))
    return [*found, ("unknown", UNKNOWN)]


def compare(first: Cohort, second: Cohort, *, names: tuple[str, str], as_of: datetime) -> Compared:
    """Two cohorts, step by step."""
    return compared(figures(first, as_of=as_of), figures(second, as_of=as_of), names)
