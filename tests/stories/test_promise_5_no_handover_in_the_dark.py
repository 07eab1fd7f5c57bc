"""Promise 5: no handover is left in the dark. Every one ends in an acceptance, a reasoned
rejection, a withdrawal or an expiry that was escalated and passed on, on a clock that knows
working hours."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.db import connection

from handraise.flow.look import look
from handraise.handover.actions import Refused, accept, reject
from handraise.handover.models import Handover
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead, ParkedLead
from handraise.leads.record import record
from handraise.qualification.actions import move_by_hand
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.leads.said import did
from tests.personas import NOON, person
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)

# Asked of the rows alone: more than one ending, an ending without an end, an end without one.
_WRONG = """
select handover.id from handover_handover handover
left join handover_acceptance a on a.handover_id = handover.id
left join handover_rejection r on r.handover_id = handover.id
left join handover_withdrawal w on w.handover_id = handover.id
left join handover_expiry e on e.handover_id = handover.id
where num_nonnulls(a.id, r.id, w.id, e.id) <> (handover.ended_at is not null)::int
   or (e.id is not null and handover.overdue_at is null)
   or (r.id is not null and r.reason = '')
"""

# An MQL in nobody's hands must be going to be looked at, and an open offer past due be marked.
_DARK = """
select lead.id from leads_lead lead
where lead.stage = 'MARKETING_QUALIFIED' and lead.is_current
  and not exists (select from handover_handover h where h.lead_id = lead.id and h.ended_at is null)
  and not exists (select from leads_attention soon where soon.lead_id = lead.id)
union all
select lead_id from handover_handover
where ended_at is null and due_at <= %(at)s and overdue_at is null
"""


def rows(text: str, **named: object) -> list[tuple[int]]:
    with connection.cursor() as cursor:
        cursor.execute(text, named or None)
        return list(cursor.fetchall())


def test_no_handover_in_the_dark(mark: User, mia: User, nils: User, rita: User) -> None:
    """Three weeks of a team in which people answer, forget, leave and come back."""
    in_force(mark, mia)
    team = Team.objects.create(name="Enterprise", created_at=NOON)
    people = [mia, nils, person("Olga", Role.SALES_DEVELOPMENT, team=team)]
    chance = random.Random(5)
    leads: list[Lead] = []

    for step in range(63):
        at = NOON + 8 * HOUR * step
        leads.append(lead(f"Lead{step}", "Demo Requested", at=at, title="Head of Sales"))
        _somebody_goes_or_comes(chance, people, at)
        for handover in Handover.objects.filter(ended_at=None).select_related("assignee"):
            _somebody_answers(chance, handover, rita, at)
        _something_happens(chance, leads, rita, at)
        while look(at=at):
            pass

        assert rows(_WRONG) == []
        assert rows(_DARK, at=at) == []

    assert not ParkedLead.objects.exists()
    endings = ("acceptance", "rejection", "withdrawal", "expiry")
    assert all(Handover.objects.filter(**{f"{kind}__isnull": False}).exists() for kind in endings)


def _somebody_goes_or_comes(chance: random.Random, people: list[User], at: datetime) -> None:
    one = chance.choice(people)
    away = at + chance.choice([8, 24, 72]) * HOUR if chance.random() < 0.4 else None
    User.objects.filter(pk=one.pk).update(away_until=away)


def _somebody_answers(chance: random.Random, handover: Handover, rita: User, at: datetime) -> None:
    deed = chance.random()
    try:
        if deed < 0.2:
            accept(handover, by=handover.assignee, at=at, via=Via.WEB)
        elif deed < 0.4:
            reason = chance.choice(["No need yet", "Not now", "Wrong data", "Not ours"])
            reject(handover, reason=reason, by=handover.assignee, at=at, via=Via.WEB)
    except Refused:
        pass


def _something_happens(chance: random.Random, leads: list[Lead], rita: User, at: datetime) -> None:
    one = chance.choice(leads)
    one.refresh_from_db()
    if chance.random() < 0.3 and one.stage in {Stage.LEAD, Stage.MARKETING_QUALIFIED}:
        move_by_hand(one, to=Stage.DISQUALIFIED, reason="Closed down", by=rita, at=at, via=Via.WEB)
    else:
        record([did("Demo Requested", email=one.email, at=at)], at=at)


def test_a_lead_rejected_twice_comes_back_and_wins(mark: User, mia: User, nils: User) -> None:
    """Finn: two rejections, two rests, and not handed back while somebody else is there."""
    in_force(mark, mia)
    finn = lead("Finn", "Demo Requested", title="Head of Sales")
    at, asked = NOON, []

    for reason in ("No need yet", "Not now"):
        while look(at=at):
            pass
        handover = Handover.objects.get(lead=finn, ended_at=None)
        asked.append(handover.assignee)
        reject(handover, reason=reason, by=handover.assignee, at=at + HOUR, via=Via.WEB)
        while look(at=at + 2 * HOUR):
            pass
        assert not Handover.objects.filter(lead=finn, ended_at=None).exists()
        at += timedelta(days=91)
        record([did("Demo Requested", email=finn.email, at=at)], at=at)

    while look(at=at):
        pass
    handover = Handover.objects.get(lead=finn, ended_at=None)
    accept(handover, by=handover.assignee, at=at + HOUR, via=Via.WEB)

    assert set(asked) == {mia, nils}
    assert [row["reason"] for row in handover.brief["earlier_handovers"]] == [
        "Not now", "No need yet",
    ]  # fmt: skip


def test_a_team_where_everybody_is_away_keeps_its_lead_in_sight(mark: User, mia: User) -> None:
    in_force(mark, mia)
    User.objects.filter(pk=mia.pk).update(away_until=NOON + 30 * HOUR)
    ada = lead("Ada", "Demo Requested", title="Head of Sales")

    at = NOON
    while not Handover.objects.filter(lead=ada).exists():
        while look(at=at):
            pass
        due = Attention.objects.filter(lead=ada).order_by("look_at").first()
        assert Handover.objects.exists() or due is not None
        at = due.look_at if due is not None else at

    assert NOON + 30 * HOUR <= Handover.objects.get().offered_at <= NOON + 31 * HOUR
