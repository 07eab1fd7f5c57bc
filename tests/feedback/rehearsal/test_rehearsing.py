"""A rehearsal against its own definition, said again in plain Python over scores at instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pytest

from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.decide import Share
from handraise.feedback.rehearsal.decide import Outcome
from handraise.leads.decide import PATH, Refused, Stage
from handraise.leads.models import Activity, Fact, Lead, StageMove
from handraise.qualification.decide import qualifies
from handraise.scoring.queries import scores_at
from tests.feedback.rehearsal.conftest import (
    BEGIN,
    DAY,
    DRAFT,
    END,
    LOOSE,
    NOW,
    Rehearse,
    a_history,
    told,
    went,
)
from tests.personas import NOON

pytestmark = pytest.mark.django_db
NEVER = datetime.max.replace(tzinfo=NOON.tzinfo)


def instants(lead: Lead) -> list[datetime]:
    """When anything was heard of a lead, or it was moved."""
    return sorted(
        {
            *Activity.objects.filter(identity__lead=lead).values_list("occurred_at", flat=True),
            *Fact.objects.filter(identity__lead=lead).values_list("holds_from", flat=True),
            *StageMove.objects.filter(lead=lead).values_list("at", flat=True),
        }
    )


def first_crossing(lead: Lead, document: Document) -> tuple[datetime, float]:
    """By trying every instant; with the priority then."""
    for at in instants(lead):
        (scores,) = scores_at(document=document, lead_ids=[lead.pk], at=at)
        if at < END and qualifies(scores):  # type: ignore[arg-type]
            return at, scores.priority
    return NEVER, 0.0


def reached(lead: Lead, stage: Stage) -> datetime:
    past = [one.value for one in PATH[PATH.index(stage) :]]
    moves = StageMove.objects.filter(lead=lead, after__in=past).order_by("at")
    return next(iter(moves.values_list("at", flat=True)), NEVER)


def marketed(lead: Lead) -> datetime:
    moves = StageMove.objects.filter(lead=lead, after=Stage.MARKETING_QUALIFIED).order_by("at")
    return next(iter(moves.values_list("at", flat=True)), NEVER)


def inside(instant: datetime) -> bool:
    return BEGIN <= instant < END


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_it_is_what_its_definition_says(
    seed: int, published: Published, rehearsed: Rehearse
) -> None:
    leads = a_history(seed)
    crossed = {one: first_crossing(one, read(DRAFT))[0] for one in leads}
    held = {one: first_crossing(one, published.document)[0] for one in leads}

    report = rehearsed(DRAFT, published, ripening_days=20)

    level = report.own
    assert level.side.qualified == sum(map(inside, crossed.values()))
    assert level.side.weeks == _weeks(crossed.values())
    assert report.published is not None
    assert report.published.weeks == _weeks(held.values())
    assert report.history == _weeks(marketed(one) for one in leads)
    assert level.enters.count == sum(inside(crossed[one]) and held[one] == NEVER for one in leads)
    assert level.leaves.count == sum(inside(held[one]) and crossed[one] == NEVER for one in leads)
    judged = level.side.by(Outcome.SALES_QUALIFIED)
    assert judged is not None
    rows = [one for one in leads if _in_question(one, crossed[one], held[one])]
    assert report.leads == len(rows)
    ripe = [one for one in rows if _anchor(one, crossed[one], held[one]) <= NOW - 20 * DAY]
    assert judged.unripe == len(rows) - len(ripe)
    came = {one: reached(one, Stage.SALES_QUALIFIED) for one in ripe}
    in_time = [one for one in ripe if crossed[one] != NEVER and crossed[one] <= came[one]]
    hits = sum(came[one] != NEVER for one in in_time)
    assert judged.whole.hits.precision == Share(hits, len(in_time))
    assert judged.whole.hits.recall == Share(hits, sum(at != NEVER for at in came.values()))


def _weeks(instants: Iterable[datetime]) -> list[int]:
    counts = [0] * 10
    for at in instants:
        if inside(at):
            counts[(at - BEGIN) // (7 * DAY)] += 1
    return counts


def _in_question(lead: Lead, crossed: datetime, held: datetime) -> bool:
    touched = reached(lead, Stage.SALES_ACCEPTED)
    told_of = [crossed, held, marketed(lead), touched]
    if any(at < BEGIN for at in told_of):
        return False
    heard = Activity.objects.filter(identity__lead=lead).values_list("occurred_at", flat=True)
    facts = Fact.objects.filter(identity__lead=lead).values_list("holds_from", flat=True)
    seen = [at for at in [*heard, *facts] if at < min(END, touched)]
    return any(map(inside, [*told_of, *([max(seen)] if seen else [])]))


def _anchor(lead: Lead, crossed: datetime, held: datetime) -> datetime:
    known = [at for at in (crossed, held, marketed(lead)) if at != NEVER]
    return max([lead.created_at, *known])


def test_the_published_text_rehearsed_changes_nothing(
    published: Published, rehearsed: Rehearse
) -> None:
    a_history(6)

    report = rehearsed(DRAFT.replace("at_least: 35", "at_least: 20"), published)

    assert report.published is not None
    assert report.own.side.weeks == report.published.weeks
    assert report.own.side.judged == report.published.judged
    assert (report.own.enters.count, report.own.leaves.count) == (0, 0)


def test_who_enters_is_named_with_what_came_of_them(
    published: Published, rehearsed: Rehearse
) -> None:
    ada = told("Ada", 1, ("page", 3), title="Head of Sales")
    went(ada, (Stage.MARKETING_QUALIFIED, 10), (Stage.SALES_ACCEPTED, 11))
    told("Ben", 1, title="Head of Sales")

    report = rehearsed(LOOSE, published)

    (entering,) = report.own.enters.first
    assert entering.lead_id == ada.pk
    assert entering.came is Outcome.ACCEPTED
    assert (entering.fit, entering.intent) == (40, 8)
    assert report.own.side.sooner.days is not None
    assert report.own.side.sooner.days.days == pytest.approx(-7)


def test_a_bar_at_every_level_lets_fewer_in(published: Published, rehearsed: Rehearse) -> None:
    a_history(7)

    report = rehearsed(DRAFT, published, levels=True, bar="intent.1")

    counts = [level.side.qualified + level.side.before for level in report.levels]
    assert [level.at_least for level in report.levels] == [5.0 * step for step in range(21)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    assert report.own.at_least == 35


def test_what_people_learn_with_the_outcome_is_flagged(
    published: Published, rehearsed: Rehearse
) -> None:
    for number in range(30):
        lead = told(f"Lead{number}", 1, ("Demo Requested", 3), title="Head of Sales")
        went(lead, (Stage.MARKETING_QUALIFIED, 3), (Stage.SALES_ACCEPTED, 5),
             (Stage.SALES_QUALIFIED, 20))  # fmt: skip
        if number < 25:
            told(f"Lead{number}", 20, budget_told="yes")

    honest = rehearsed(DRAFT, published)
    suspect = rehearsed(DRAFT.replace("fit:\n", _KNOWN), published)

    assert honest.flags == []
    (flag,) = suspect.flags
    assert flag.about == "Told a budget"
    assert "25 of the 25 leads" in flag.sentence


_KNOWN = "fit:\n  - {name: Told a budget, points: 30, when: {budget_told: {is_known: true}}}\n"


def test_without_outcomes_it_says_so_and_counts_nevertheless(
    published: Published, rehearsed: Rehearse
) -> None:
    told("Ada", 1, ("Demo Requested", 3), title="Head of Sales")

    report = rehearsed(DRAFT, published)

    assert report.own.side.qualified == 1
    assert not report.has_outcomes
    assert "Not enough data" in report.notes[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"begin": NOW, "end": NOW + DAY}, "future"),
        ({"begin": END, "end": BEGIN}, "lies after the last"),
        ({"begin": BEGIN - 900 * DAY, "end": BEGIN - 800 * DAY}, "Nothing is known"),
    ],
)
def test_a_period_without_history_is_refused(
    change: dict[str, datetime], said: str, rehearsed: Rehearse
) -> None:
    told("Ada", 1, title="Head of Sales")

    with pytest.raises(Refused, match=said):
        rehearsed(DRAFT, **change)
