"""Touchpoints and paths against the raw rows; what is left out; that they are kept up to date."""

from __future__ import annotations

import tracemalloc
from collections import Counter, defaultdict
from datetime import datetime
from random import Random
from urllib.parse import urlsplit

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from handraise.feedback.attribution import queries, refreshing
from handraise.feedback.attribution.decide import Model, once_a_visit, shared
from handraise.feedback.attribution.models import Touchpoint, TouchpointFreshness
from handraise.feedback.attribution.queries import LOOK_BACK, Asked, found
from handraise.feedback.attribution.refreshing import refresh
from handraise.feedback.attribution.tables import NO_TOUCH, TABLES, attribution
from handraise.feedback.standing.models import Freshness, Standing
from handraise.feedback.tabular import Period
from handraise.leads.bulk import execute
from handraise.leads.models import Activity, Judgement, Lead
from handraise.team.models import User
from tests.feedback import histories
from tests.personas import DAY, NOON

pytestmark = pytest.mark.django_db
YEAR = Period(NOON - 365 * DAY, NOON, NOON)
Touchpoints = list[tuple[datetime, str]]


@pytest.fixture
def history(request: pytest.FixtureRequest, sal: User) -> Random:
    random = Random(getattr(request, "param", 1))
    leads = histories.people(random, 160)
    histories.moved(random, leads)
    histories.acts(random, leads)
    histories.deals(random, leads, sal)
    return random


def raw(name: str) -> dict[int, Touchpoints]:
    """The touchpoints of each lead in plain Python, the earliest first."""
    faces = dict(Lead.objects.values_list("pk", "canonical_id"))
    found: dict[int, Touchpoints] = defaultdict(list)
    for act in Activity.objects.select_related("identity").order_by("occurred_at", "pk"):
        verdicts = list(Judgement.objects.filter(activity=act).order_by("known_at", "pk"))
        if verdicts and not verdicts[-1].counts:
            continue
        told = _told(name, act)
        if told:
            found[faces[act.identity.lead_id]].append((act.occurred_at, told))
    return found


def _told(name: str, act: Activity) -> str:
    given = act.properties
    if name == "content":
        return "" if act.name == "page" else given.get("title", "")
    if name == "campaign":
        return given.get("campaign", {}).get("name", "").lower()
    host = urlsplit(given.get("referrer", "")).netloc.removeprefix("www.")
    at_home = urlsplit(given.get("url", "")).netloc == host
    told = given.get("campaign", {}).get("source") or given.get("channel")
    return (told or ("" if at_home else host)).lower()


@pytest.mark.parametrize("history", [1, 2], indirect=True)
@pytest.mark.parametrize("name", ["source", "campaign", "content"])
def test_the_paths_to_outcomes(history: Random, name: str) -> None:
    told = found(YEAR, Asked(name))
    touchpoints, expected, untouched = raw(name), [], 0
    for one in Standing.objects.filter(customer_at__gte=YEAR.since, customer_at__lt=YEAR.until):
        outcome = one.customer_at
        mine = [(told, at.timestamp()) for at, told in touchpoints[one.lead_id]
                if outcome - LOOK_BACK <= at < outcome]  # fmt: skip
        kept = once_a_visit(mine)
        untouched += not kept
        expected += [tuple(name for name, _ in kept)] if kept else []

    assert told is not None
    assert len(expected) > 5
    assert Counter(one.names for one in told.paths if one.names) == Counter(expected)
    assert sum(not one.names for one in told.paths) == untouched


@pytest.mark.parametrize("history", [1, 2], indirect=True)
def test_the_steps_of_leads_without_the_outcome(history: Random) -> None:
    told, touchpoints = found(YEAR, Asked("source", "sql")), raw("source")
    expected: Counter[tuple[str | None, str | None]] = Counter()
    for one in Standing.objects.filter(qualified_at=None):
        mine = [(at, told) for at, told in touchpoints[one.lead_id]
                if YEAR.since - LOOK_BACK <= at < YEAR.until]  # fmt: skip
        if not mine or mine[-1][0] < YEAR.since:
            continue
        names = [told for at, told in mine if at >= mine[-1][0] - LOOK_BACK]
        expected.update(zip((None, *names), (*names, None), strict=True))

    assert told is not None
    assert told.part == 1
    assert told.lost == dict(expected)


@pytest.mark.parametrize("share", ["", "EUR"])
def test_each_model_gives_all_outcomes_or_all_that_was_won(history: Random, share: str) -> None:
    told = found(YEAR, Asked("source", "customer", share))
    table = attribution(YEAR, asked=Asked("source", "customer", share))

    assert told is not None
    total = sum(one.weight for one in told.paths)
    assert total > 0
    for place in range(2, 2 + len(Model)):
        assert sum(float(row[place]) for row in table.rows) == pytest.approx(total)  # type: ignore[arg-type]
    assert NO_TOUCH in [row[0] for row in table.rows]


def test_every_table_is_made_of_what_there_is_or_says_that_it_is_not(history: Random) -> None:
    for code, make in TABLES.items():
        table = make(YEAR)
        assert table.code == code
        assert table.finding.endswith(".")
        assert not [cell for row in table.rows for cell in row if cell is None or cell != cell]


def test_touches_follow_merges_judgements_and_what_comes_later(history: Random) -> None:
    refresh(at=NOON)
    lead = Lead.objects.exclude(pk__in=Lead.objects.exclude(pk=0).values("canonical")).first()
    assert lead is not None
    some = Touchpoint.objects.filter(counts=True)[:3]
    for touch in some:
        Judgement.objects.create(
            activity_id=touch.activity_id, doubt="withdrawn", counts=False, known_at=NOON
        )
    kept, other = Lead.objects.filter(is_current=True)[:2]
    Lead.objects.filter(canonical=other).update(canonical=kept)
    histories.acts(history, [kept])

    refresh(at=NOON + DAY)

    slow = list(Touchpoint.objects.order_by("pk").values_list())
    Touchpoint.objects.all().delete()
    TouchpointFreshness.objects.all().delete()
    refresh(at=NOON + DAY)
    assert list(Touchpoint.objects.order_by("pk").values_list()) == slow
    assert not Touchpoint.objects.filter(lead_id=other.pk).exists()


def test_paths_are_never_all_in_memory(history: Random) -> None:
    found(YEAR, Asked())  # reads what there is, once
    TouchpointFreshness.objects.update(seconds=9)
    Freshness.objects.update(seconds=9)
    Standing.objects.update(customer_at=NOON - DAY)
    many = execute(
        "insert into feedback_touchpoint (activity_id, identity_id, lead_id, at, source,"
        " campaign, content, counts, lot)"
        " select -(standing.lead_id * 10000 + number), 0,"
        " standing.lead_id, standing.customer_at - number * interval '1 hour',"
        " 'source ' || number %% 9, '', '', true, 999"
        " from feedback_standing standing, generate_series(1, 500) number"
    )
    assert many > 40_000
    told = found(YEAR, Asked())
    assert told is not None

    tracemalloc.start()
    made = shared(told.paths, told.lost, rest="rest")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert made.paths == Standing.objects.count()
    assert peak < 4_000_000  # all at once take more than ten


def test_a_sample_stands_for_all(history: Random, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = found(YEAR, Asked())
    monkeypatch.setattr(queries, "SAMPLE", Touchpoint.objects.count() // 2)
    half = found(YEAR, Asked())

    assert whole is not None
    assert half is not None
    assert 0.45 < half.part <= 0.5
    assert 0.6 < sum(half.lost.values()) / sum(whole.lost.values()) < 1.4
    assert list(half.paths) == list(whole.paths)
    assert "sample" in " ".join(attribution(YEAR).notes)


def test_much_is_read_by_the_worker_and_said_so(
    history: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "SMALL", 1)

    first, again = attribution(YEAR), attribution(YEAR)

    assert (
        first.finding
        == again.finding
        == ("Touchpoints are read for the first time: look again in a minute.")
    )
    assert ProcrastinateJob.objects.filter(task_name="feedback.attribution.refresh").count() == 1
    refresh(at=NOON)
    TouchpointFreshness.objects.update(seconds=9)
    later = Period(YEAR.since, YEAR.until, NOON + DAY / 24)
    assert attribution(later).as_of == NOON


def test_nobody_and_one_are_said_in_a_sentence(db: None) -> None:
    assert attribution(YEAR).finding == (
        "Not enough data yet to share what happened: 0 of 0 customers had a touchpoint."
    )
