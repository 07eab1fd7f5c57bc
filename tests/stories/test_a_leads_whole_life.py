"""A lead's whole life, told day by day: two rejections, a recycle, a wake-up, a reopening, a second
handover that comes back once, and a win. Promises 4, 5, 6 and what 7 says of handing back."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from handraise.deals.actions import Terms, open_deal, win
from handraise.deals.queries import value_of
from handraise.flow.look import look
from handraise.handover.actions import accept, pass_on, reject
from handraise.handover.decide import Kind
from handraise.handover.models import Handover
from handraise.handover.queries import ending_of
from handraise.leads.actions import edit_lead, log_activity
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead, StageMove
from handraise.leads.record import record
from handraise.qualification.actions import move_by_hand
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.deals.conftest import bought
from tests.leads.said import did
from tests.personas import NOON, person
from tests.world import in_force, lead, stage_of

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _pass_time(at: datetime) -> None:
    while look(at=at):
        pass


def _asks(hana: Lead, at: datetime) -> None:
    record([did("Demo Requested", email=hana.email, at=at)], at=at)
    _pass_time(at)


def _offered(hana: Lead) -> Handover:
    return Handover.objects.select_related("lead", "assignee").get(lead=hana, ended_at=None)


def _rejected(hana: Lead, reason: str, at: datetime) -> User:
    offer = _offered(hana)
    assert offer.assignee is not None
    reject(offer, reason=reason, by=offer.assignee, at=at, via=Via.WEB)
    _pass_time(at)
    return offer.assignee


def _accepted(hana: Lead, at: datetime) -> User:
    offer = _offered(hana)
    assert offer.assignee is not None
    accept(offer, by=offer.assignee, at=at, via=Via.WEB)
    _pass_time(at)
    return offer.assignee


def test_a_leads_whole_life(mark: User, mia: User, nils: User, rita: User) -> None:
    in_force(mark, mia)
    ann = person("Ann", Role.SALES, team=Team.objects.create(name="Closing", created_at=NOON))
    hana, at = lead("Hana", "Demo Requested", title="Head of Sales"), NOON
    _pass_time(at)

    first = _rejected(hana, "No need yet", at + HOUR)  # rests for ninety days
    at += 92 * DAY
    _asks(hana, at)
    second = _rejected(hana, "Not now", at + HOUR)
    assert {first, second} == {mia, nils}  # not handed back while somebody else is there

    at += 31 * DAY
    _asks(hana, at)
    seller = _accepted(hana, at + HOUR)
    log_activity(hana, name="Called", properties={}, occurred_at=at + 2 * HOUR, by=seller,
                 at=at + 2 * HOUR, via=Via.WEB)  # fmt: skip
    move_by_hand(hana, to=Stage.NURTURE, reason="Budget next year", wakes_at=at + 60 * DAY,
                 by=seller, at=at + 3 * HOUR, via=Via.WEB)  # fmt: skip
    _asks(hana, at + 61 * DAY)  # awake, but given back three times: it waits for a person
    assert stage_of(hana) is Stage.NURTURE

    at += 62 * DAY
    move_by_hand(hana, to=Stage.LEAD, reason="They called us", by=rita, at=at, via=Via.WEB)
    _asks(hana, at + HOUR)
    seller = _accepted(hana, at + 2 * HOUR)
    edit_lead(hana, facts={"budget": "yes"}, by=seller, at=at + 3 * HOUR, via=Via.WEB)
    _pass_time(at + 3 * HOUR)
    passed = pass_on(hana, note="By May.", by=seller, at=at + 4 * HOUR, via=Via.WEB)
    reject(passed, reason="Needs more work", note="Who signs?", by=ann, at=at + 5 * HOUR,
           via=Via.WEB)  # fmt: skip
    pass_on(hana, note="She does.", by=seller, at=at + 6 * HOUR, via=Via.WEB)
    _accepted(hana, at + 7 * HOUR)
    deal = open_deal(hana, terms=Terms("Pilot", Decimal(1200), "EUR"), by=ann, at=at + 2 * DAY,
                     via=Via.WEB)  # fmt: skip
    win(deal, bought=bought("100"), by=ann, at=at + 9 * DAY, via=Via.WEB)
    _pass_time(at + 10 * DAY)

    _is_what_was_promised(hana, ann, at + 10 * DAY)


def _is_what_was_promised(hana: Lead, ann: User, at: datetime) -> None:
    hana.refresh_from_db()
    assert (hana.stage, hana.owner) == (Stage.CUSTOMER, ann)
    moves = StageMove.objects.filter(lead=hana).order_by("at", "pk")
    labels = [Stage(move.after).label for move in moves]
    assert labels == ["MQL", "Nurture", "MQL", "Nurture", "MQL", "SAL", "Nurture", "Lead", "MQL",
                      "SAL", "SQL", "Opportunity", "Customer"]  # fmt: skip
    assert {move.version for move in moves} == {1}
    handovers = Handover.objects.filter(lead=hana).order_by("offered_at", "pk")
    endings = [(one.kind, str(ending_of(one))) for one in handovers]
    yes, no = "acceptance", "rejection"
    assert endings == [(Kind.FIRST, no), (Kind.FIRST, no), (Kind.FIRST, yes), (Kind.FIRST, yes),
                       (Kind.SECOND, no), (Kind.SECOND, yes)]  # fmt: skip
    last = handovers[len(endings) - 1].brief
    assert last["passed"]["note"] == "She does."
    reasons = {one["reason"] for one in last["earlier_handovers"]}
    assert reasons == {"No need yet", "Not now", "", "Needs more work"}
    assert [(one.currency, one.a_year) for one in value_of(hana, at=at)] == [("EUR", Decimal(1200))]
