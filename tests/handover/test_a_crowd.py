"""Twenty people and two workers at once: no lead is lost or doubled, nobody has more than agreed.

What must hold is asked of the database by statements of this file alone.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q

from handraise.flow.look import look
from handraise.flow.rounds import Rounds
from handraise.handover.actions import (
    Refused,
    accept,
    claim,
    hand_on,
    pass_on,
    reject,
    undo,
    withdraw,
)
from handraise.handover.models import Handover
from handraise.handover.queries import reasons_of
from handraise.handover.undoing import undoable
from handraise.kit import clock
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.leads.outage import is_outage
from handraise.leads.record import record
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.leads.said import did, facts
from tests.personas import NOON, person
from tests.world import AGREEMENT, in_force

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, CLOSERS = 20, 3
CAPACITY = 12
DEEDS = ("accepted", "rejected", "withdrawn", "claimed", "handed on", "passed on", "undone",
         "told why not")  # fmt: skip
_AGREED = AGREEMENT.replace("4 working hours", "1 working minute").replace(
    "country: germany}, team: Enterprise}",
    "country: germany}, team: Sales development, by: hand}",
)
# What a closer took and gave back within the minute comes back to who passed it on, full or not.
NOT_FULL = """
select count(*) from team_user person where capacity < (
    select count(*) from handover_handover where assignee_id = person.id and ended_at is null
) + (
    select count(*) from leads_lead
    where owner_id = person.id and canonical_id = id and (stage = 'SALES_ACCEPTED'
        or stage = 'SALES_QUALIFIED' and person.role = 'sales')
    and not exists (select from leads_journalline line where line.lead_id = leads_lead.id
        and line.kind = 'handover.undone' and line.by_id <> person.id))
"""
# Every handover has ended once or is open; every lead is offered at most once at a time.
ENDINGS = """
select handover.id from handover_handover handover
left join handover_acceptance a on a.handover_id = handover.id
left join handover_rejection r on r.handover_id = handover.id
left join handover_withdrawal w on w.handover_id = handover.id
left join handover_expiry e on e.handover_id = handover.id
where num_nonnulls(a.id, r.id, w.id, e.id) <> case when handover.ended_at is null then 0 else 1 end
"""
OPEN_TWICE = """
select lead_id from handover_handover where ended_at is null group by lead_id having count(*) > 1
"""
# An open offer is of an MQL, a second one of an SAL; who was accepted is of who accepted; an MQL in
# nobody's hands is going to be looked at; what nobody claimed is of nobody.
ASTRAY = """
select lead.id, lead.stage from leads_lead lead
left join handover_handover offered on offered.lead_id = lead.id and offered.ended_at is null
where (offered.id is not null and lead.stage <>
        case offered.kind when 'first' then 'MARKETING_QUALIFIED' else 'SALES_ACCEPTED' end)
   or (lead.stage in ('SALES_ACCEPTED', 'SALES_QUALIFIED') and lead.owner_id is distinct from (
        select handover.assignee_id from handover_handover handover
        join handover_acceptance taken on taken.handover_id = handover.id
        where handover.lead_id = lead.id order by taken.at desc limit 1))
   or exists (select from handover_handover handover
        join handover_acceptance taken on taken.handover_id = handover.id
        where handover.lead_id = lead.id and handover.assignee_id is null)
   or (lead.stage = 'MARKETING_QUALIFIED' and offered.id is null and not exists (
        select from leads_attention due where due.lead_id = lead.id))
"""
TO_DO = """
select exists (select from leads_attention where look_at <= %s)
    or exists (select from leads_lead where stage in ('MARKETING_QUALIFIED', 'SALES_ACCEPTED'))
"""
# The stages a lead went through, as moves tell them, end where it stands.
MOVES = """
select lead.id from leads_lead lead where lead.stage <> coalesce((
    select after from leads_stagemove move
    where move.lead_id = lead.id and move.withdrawn_at is null
    order by move.at desc, move.id desc limit 1), 'LEAD')
"""


@pytest.fixture(autouse=True)
def connection_for_each() -> Iterator[None]:
    """A pool with room for the crowd; a process of the product has fewer threads."""
    pool: dict[str, int] = connection.settings_dict["OPTIONS"]["pool"]
    before = pool["max_size"]
    for size in (PEOPLE + CLOSERS + 6, before):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        pool["max_size"] = size
        if size != before:
            yield


def test_no_lead_is_lost_or_doubled(mark: User, rita: User, sales_team: Team) -> None:
    _crowd(mark, rita, sales_team, leads=240, seconds=120)


@pytest.mark.slow
def test_no_lead_of_five_thousand_is_lost_or_doubled(
    mark: User, rita: User, sales_team: Team
) -> None:
    _crowd(mark, rita, sales_team, leads=5000, seconds=2400)


def _crowd(mark: User, rita: User, team: Team, *, leads: int, seconds: float) -> None:
    people = [person(f"P{n}", Role.SALES_DEVELOPMENT, team=team) for n in range(PEOPLE)]
    closing = Team.objects.create(name="Closing", created_at=NOON)
    closers = [person(f"C{n}", Role.SALES, team=closing) for n in range(CLOSERS)]
    User.objects.filter(team=team).update(capacity=CAPACITY, hours={})
    Team.objects.update(hours={})
    in_force(mark, people[0], _AGREED)
    _qualify(leads)
    done, deeds, deadline = Event(), Counter[str](), time.monotonic() + seconds
    crowd: list[Callable[[], None]] = [
        *(
            lambda one=one, n=n: _sell(one, rita, done, deeds, n)
            for n, one in enumerate([*people, *closers])
        ),
        *(lambda: _work(done) for _ in range(2)),
        lambda: _make_rounds(done),
        lambda: _watch(done, deadline, deeds),
    ]

    with ThreadPoolExecutor(len(crowd)) as pool:
        for ended in [pool.submit(_alone, deed, done) for deed in crowd]:
            ended.result()

    print(dict(deeds), dict(Counter(Lead.objects.values_list("stage", flat=True))))
    for asked in (ENDINGS, OPEN_TWICE, ASTRAY, MOVES):
        assert rows_of(asked) == []
    assert deeds["too many in hand"] == 0
    assert min(deeds[kind] for kind in DEEDS) > 0
    kept = deeds["accepted"] - deeds["undone"]
    assert kept == rows_of("select count(*) from handover_acceptance")[0][0]
    assert rows_of("select count(*) from handover_handover")[0][0] >= min(leads, deeds["accepted"])


def _qualify(count: int) -> None:
    """So many MQLs, of a company each."""
    at = clock.now()
    said = []
    for number in range(count):
        email = f"lead{number}@company{number}.example"
        told = {"title": "Head of Sales", "country": "Germany" if number % 3 else "France"}
        said.append(facts({**told, "budget": "yes"}, email=email, at=at))
        said.append(did("Demo Requested", email=email, at=at))
    record(said, at=at)


def _alone(deed: Callable[[], None], done: Event) -> None:
    try:
        deed()
    except BaseException:
        done.set()
        raise
    finally:
        connection.close()


def _sell(mine: User, rita: User, done: Event, deeds: Counter[str], seed: int) -> None:
    """Claim, accept, reject, undo, hand on, take back and pass on, now and then what is a
    colleague's, until told."""
    chance = random.Random(seed)
    colleagues = list(User.objects.filter(team=mine.team).exclude(pk=mine.pk))
    while not done.is_set():
        offered = Handover.objects.filter(ended_at=None).select_related("lead")
        mine_too = offered.filter(Q(assignee=mine) | Q(assignee=None, team=mine.team))
        theirs = offered if chance.random() < 0.2 else mine_too
        urgent = list(theirs.order_by("-priority", "pk")[:40])
        found = chance.sample(urgent, min(chance.randint(1, 4), len(urgent)))
        by = mine if chance.random() < 0.8 else rita
        for handover in found:
            to = chance.choice(colleagues)
            deeds[_tried(lambda one=handover, to=to, by=by: _answer(one, by, to, chance))] += 1
        for lead in Lead.objects.filter(owner=mine, stage=Stage.SALES_ACCEPTED)[:2]:
            deeds[_tried(lambda lead=lead: _pass_on(lead, mine))] += 1
        mistaken = undoable(mine, at=clock.now()) if chance.random() < 0.05 else None
        if mistaken is not None and hasattr(mistaken, "acceptance"):
            deeds[_tried(lambda one=mistaken: _undo(one, mine))] += 1
        if not found:
            done.wait(0.05)


def _tried(deed: Callable[[], str]) -> str:
    try:
        return deed()
    except (Refused, PermissionDenied):
        return "told why not"
    except Exception as fault:
        if not is_outage(fault):
            raise
        return "asked to try again"


def _answer(handover: Handover, by: User, to: User, chance: random.Random) -> str:
    kind, at = chance.random(), clock.now()
    if handover.assignee_id is None and kind < 0.5:
        claim(handover, by=by, at=at, via=Via.WEB)
        return "claimed"
    if kind < 0.6:
        accept(handover, by=by, at=at, via=Via.WEB)
        return "accepted"
    if kind < 0.8:
        reasons = [one for one in reasons_of(handover) if one.name != "No need yet"]
        reason = chance.choice(reasons).name
        reject(handover, reason=reason, note="So.", by=by, at=at, via=Via.WEB)
        return "rejected"
    if kind < 0.9:
        hand_on(handover, to=to, by=by, at=at, via=Via.WEB)
        return "handed on"
    withdraw(handover, why="Somebody else’s.", by=by, at=at, via=Via.WEB)
    return "withdrawn"


def _undo(handover: Handover, by: User) -> str:
    undo(handover, by=by, at=clock.now(), via=Via.WEB)
    return "undone"


def _pass_on(lead: Lead, by: User) -> str:
    pass_on(lead, by=by, at=clock.now(), via=Via.WEB)
    return "passed on"


def _work(done: Event) -> None:
    while not done.is_set():
        try:
            if not look(at=clock.now(), limit=200):
                done.wait(0.05)
        except Exception as fault:
            if not is_outage(fault):
                raise


def _make_rounds(done: Event) -> None:
    mine = Rounds()
    while not done.wait(0.2):
        mine.make(at=clock.now())


def _watch(done: Event, deadline: float, deeds: Counter[str]) -> None:
    """Count who has too many in hand, in one statement, until nobody is left to be answered."""
    while not done.wait(0.1) and time.monotonic() < deadline:
        deeds["too many in hand"] += rows_of(NOT_FULL)[0][0]
        if not rows_of(TO_DO, [clock.now()])[0][0]:
            break
    done.set()
