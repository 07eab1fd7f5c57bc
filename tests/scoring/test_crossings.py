"""The first crossing at each of the instants at which there can be one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.agreement.document import Document
from handraise.leads import actions as leads
from handraise.leads.decide import Doubt, Stage, Via
from handraise.leads.models import Activity, Consent, Fact, Lead, Source
from handraise.scoring.crossing import first_crossings, scores_then
from handraise.scoring.engines.moments import Moments
from handraise.scoring.engines.postgres_tables import PostgresEngine
from handraise.scoring.plan import CompileError
from handraise.team.models import User
from tests.personas import DAY, NOON, Telling, _move
from tests.scoring.conftest import agreement

BEGIN, END = NOON - 60 * DAY, NOON + DAY
SECOND = timedelta(seconds=1)
VISITS: dict[str, Any] = {
    "intent": [{"name": "Visit", "event": "page", "points": 10, "half_life": "10 days"}],
    "mql": {"when": {"intent": {"at_least": 16}}},
}


def crossing(lead: Lead, document: Document, **period: Any) -> dict[str, Any] | None:
    """The row of the lead."""
    asked: dict[str, Any] = {"begin": BEGIN, "end": END, "zone": "UTC", **period}
    found = first_crossings(PostgresEngine(), document, **asked).to_pylist()
    return next((row for row in found if row["lead_id"] == lead.pk), None)


def first(lead: Lead, document: Document, **period: Any) -> datetime | None:
    found = crossing(lead, document, **period)
    return None if found is None else found["at"]


@pytest.fixture
def ida(website: Source) -> Telling:
    return Telling(website, "Ida Example", "ida@example.example")


def test_it_is_at_the_activity_that_reaches_the_bar(ida: Telling) -> None:
    for days_ago in (30, 12, 11, 9, 5):
        ida.did("page", days_ago)
    document = agreement(**VISITS)
    lead = ida.lead()

    row = crossing(lead, document)

    assert row is not None
    assert row["at"] == NOON - 11 * DAY
    assert row["intent"] == pytest.approx(10 + 10 * 0.5**0.1 + 10 * 0.5**1.9)
    assert row["had_qualified"] is False
    assert first(lead, document, end=NOON - 11 * DAY) is None
    assert crossing(lead, document, begin=NOON - 11 * DAY)["had_qualified"] is False
    assert crossing(lead, document, begin=NOON - 11 * DAY + SECOND)["had_qualified"] is True


def test_what_became_known_later_counts_from_then_on(ida: Telling) -> None:
    ida.did("page", 12).did("page", 11)
    lead = ida.lead()
    Activity.objects.filter(occurred_at=NOON - 12 * DAY).update(known_at=NOON - 9 * DAY)

    assert first(lead, agreement(**VISITS)) == NOON - 9 * DAY
    assert first(lead, agreement(**VISITS), hindsight=True) == NOON - 11 * DAY


def test_a_fact_is_waited_for(ida: Telling) -> None:
    lead = ida.did("page", 12).did("page", 11).is_(10, title="VP Sales").lead()
    Fact.objects.filter(name="title").update(known_at=NOON - 8 * DAY)
    needs = {"mql": {"when": {"did": {"event": "page", "at_least": 2}}, "needs": ["title"]}}

    assert first(lead, agreement(**{**VISITS, **needs})) == NOON - 8 * DAY
    assert first(lead, agreement(**{**VISITS, **needs}), hindsight=True) == NOON - 10 * DAY


def test_a_window_of_a_count_that_must_stay_low_is_waited_for(ida: Telling) -> None:
    lead = ida.did("page", 12).did("Demo Requested", 20.5).lead()
    no_demo = {"did": {"event": "Demo Requested", "within": "10 days", "at_most": 0}}
    quiet = {"when": {"all": [{"did": {"event": "page"}}, no_demo]}}

    assert first(lead, agreement(mql=quiet)) == NOON - 10.5 * DAY


def test_the_next_of_a_day_counts_when_the_window_of_the_first_ends(ida: Telling) -> None:
    lead = ida.did("page", 10).did("page", 10 - 11 / 24).is_(9.1, title="VP Sales").lead()
    visit = {"name": "Visit", "event": "page", "points": 20, "half_life": "12 hours",
             "within": "1 day", "once_per": "day"}  # fmt: skip
    when = {"all": [{"intent": {"at_least": 7}}, {"title": "vp sales"}]}

    # The first has faded to 5.7 when the title is told; the second counts 9.4 a day later.
    assert first(lead, agreement(intent=[visit], mql={"when": when})) == NOON - 9 * DAY


def test_a_verdict_that_lets_an_activity_count_again_is_waited_for(
    ida: Telling, rita: User
) -> None:
    lead = ida.did("page", 12).did("page", 11).lead()
    pages = list(Activity.objects.values_list("pk", flat=True))
    for days_ago, counts in ((11.5, False), (9, True)):
        at = NOON - days_ago * DAY
        leads.judge(pages, doubt=Doubt.BOT, counts=counts, why="Look.", by=rita, at=at)

    assert first(lead, agreement(**VISITS)) == NOON - 9 * DAY
    assert first(lead, agreement(**VISITS), hindsight=True) == NOON - 11 * DAY


def test_consent_is_waited_for(ida: Telling, rita: User) -> None:
    visit = {**VISITS["intent"][0], "needs_consent": "profiling"}
    lead = ida.did("page", 12).did("page", 11).lead()
    leads.record_consent(lead, purpose="profiling", is_given=True, wording="Yes.", by=rita,
                         at=NOON - 9 * DAY, via=Via.WEB)  # fmt: skip
    document = agreement(**{**VISITS, "intent": [visit]})

    assert first(lead, document) == NOON - 9 * DAY
    Consent.objects.update(withdrawn_at=NOON - 9 * DAY)
    assert first(lead, document) is None


def test_stages_are_those_of_history(ida: Telling) -> None:
    lead = ida.did("page", 12).did("page", 11).did("page", 3).lead()
    _move(lead, ida.source, (Stage.DISQUALIFIED, 20), (Stage.LEAD, 5))
    never = {**VISITS["mql"], "never": {"stage": "DISQUALIFIED"}}

    document = agreement(**{**VISITS, "mql": never})

    assert first(lead, document, hindsight=True) == NOON - 3 * DAY
    # The moves were told today; nobody knew of them when the second page was read.
    assert first(lead, document) == NOON - 11 * DAY


def test_a_colleague_can_lift_a_lead_over_the_bar(ida: Telling) -> None:
    jo = Telling(ida.source, "Jo Example", "jo@example.example")
    lead = ida.did("page", 11).lead()
    jo.did("page", 10.5).did("page", 10).lead()
    document = agreement(**VISITS, company={"weight": 1, "at_most": 50})

    assert first(lead, document) == NOON - 10.5 * DAY
    assert first(lead, agreement(**VISITS)) is None


def test_leads_merged_today_were_one_at_all_instants(ida: Telling, rita: User) -> None:
    other = Telling(ida.source, "Ida Elsewhere", "elsewhere@example.example")
    lead, face = ida.did("page", 12).lead(), other.did("page", 11).lead()
    assert first(lead, agreement(**VISITS)) is None

    leads.merge_leads(lead, face, why="Same person.", by=rita, at=NOON, via=Via.WEB)

    assert first(lead, agreement(**VISITS)) == NOON - 11 * DAY
    assert first(face, agreement(**VISITS)) is None


def test_a_criterion_that_fading_makes_true_is_refused(ida: Telling) -> None:
    lead = ida.is_().lead()
    with pytest.raises(CompileError, match="because its intent fell"):
        first(lead, agreement(mql={"when": {"intent": {"at_most": 5}}}))
    never = {"when": {"title": "vp"}, "never": {"interest": {"at_least": 5}}}
    with pytest.raises(CompileError, match="by at_most only"):
        first(lead, agreement(mql=never))


def test_the_scores_at_given_instants(ida: Telling) -> None:
    lead = ida.did("page", 12).did("page", 2).lead()
    moments = Moments.of([(lead.pk, NOON - 12 * DAY, None), (lead.pk, NOON - 2 * DAY, None)])

    rows = scores_then(PostgresEngine(), agreement(**VISITS), moments, zone="UTC")

    found = {row["at"]: row["intent"] for row in rows.to_pylist()}
    assert found == {NOON - 12 * DAY: 10, NOON - 2 * DAY: pytest.approx(15)}
