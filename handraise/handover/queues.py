"""Teams as queues: who is there, whose turn it is, who is full, and which route leads where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handraise.agreement.document import Document, Route
from handraise.handover.decide import Candidate, Choice, Kind, Ties, choose, escalated
from handraise.handover.queries import in_hand, late_of, rejecters_of
from handraise.kit import working_time
from handraise.leads.bulk import execute, ids, keep_plans, rows_of, texts
from handraise.leads.ownership import Tie, ties_of
from handraise.qualification.actions import DECIDERS
from handraise.team.decide import Permission, Role
from handraise.team.models import Team, User
from handraise.team.queries import may

SALES_TEAM = "Sales development"
TAKERS = (Role.SALES_DEVELOPMENT, Role.SALES)


@dataclass(slots=True)
class Queue:
    """A team at an instant: its people who take leads, what each is owed in its round robin and
    has in hand, who is there; and its managers, who take what nobody else can."""

    team: Team
    people: dict[int, User]
    managers: dict[int, User]
    credits: dict[int, float]
    in_hand: dict[int, int]
    absent: frozenset[int]  # away
    off: frozenset[int]  # not at work now
    is_turned: bool = False

    def candidates(self) -> list[Candidate]:
        """The team's people, as things stand after the offers made so far."""
        return [self.candidate(user) for user in self.people.values()]

    @property
    def is_able(self) -> bool:
        """Whether anybody at all can take a lead now."""
        everybody = (*self.people.values(), *self.managers.values())
        return any(self.candidate(user).is_able for user in everybody)

    def choice(
        self, route: Route | None, ties: Ties, *, must_be_named: bool = False
    ) -> Choice | None:
        """Who takes the next lead; the manager when nobody of the team can. With `must_be_named`
        it does not wait to be claimed."""
        people, by = self.candidates(), route.by if route is not None else "turns"
        by = "turns" if by == "hand" and must_be_named else by
        is_first = route is None or route.at_work_first
        found = choose(people, team=self.team.name, ties=ties, by=by, at_work_first=is_first)
        if found is not None:
            return found
        managers = [self.candidate(user) for user in self.managers.values()]
        return escalated(managers, people, team=self.team.name, ties=ties)

    def take(self, choice: Choice) -> User | None:
        """Note that the lead is theirs; the next choice goes by it. None: nobody's yet."""
        if choice.person is None:
            return None
        self.credits.update(choice.credits)
        self.is_turned = self.is_turned or bool(choice.credits)
        person = choice.person.id
        self.in_hand[person] = self.in_hand.get(person, 0) + 1
        return self.person(choice)

    def person(self, choice: Choice) -> User | None:
        """Who was chosen; None while it waits to be claimed."""
        if choice.person is None:
            return None
        return self.people.get(choice.person.id) or self.managers[choice.person.id]

    def candidate(self, user: User) -> Candidate:
        """How this person stands now."""
        pk = user.id  # `pk` looks it up each time, and this is asked of everybody for each lead
        return Candidate(
            pk,
            user.name,
            user.weight,
            self.credits.get(pk, 0.0),
            self.in_hand.get(pk, 0),
            user.capacity,
            is_away=pk in self.absent,
            is_at_work=pk not in self.off,
        )


_TURNS = "select team_id, user_id, credit from handover_turn"
_KEEP = """
insert into handover_turn (team_id, user_id, credit)
select * from unnest(%s::bigint[], %s::bigint[], %s::float8[])
on conflict (team_id, user_id) do update set credit = excluded.credit
"""


def queues_at(at: datetime, *, is_locked: bool = True) -> list[Queue]:
    """Every team with its takers, by age; locked, so that turns are taken one after another and
    nobody is given more than they may have in hand."""
    if is_locked:
        keep_plans()  # whoever takes turns goes on to ask much of few leads
    found = Team.objects.order_by("pk")
    teams = list(found.select_for_update(no_key=True) if is_locked else found)
    credits: dict[int, dict[int, float]] = defaultdict(dict)
    for team_id, user_id, credit in rows_of(_TURNS, is_kept=True):
        credits[team_id][user_id] = credit
    users = list(User.objects.filter(is_active=True, team__isnull=False).order_by("pk"))
    takers = {user.pk: user for user in users if user.role in TAKERS}
    counts = in_hand(takers | {user.pk: user for user in users if _may_step_in(user)})
    absent = frozenset(user.pk for user in users if _is_away(user, at))
    off = frozenset(pk for pk, user in takers.items() if not _is_at_work(user, at))
    return [
        Queue(
            team,
            {pk: user for pk, user in takers.items() if user.team_id == team.pk},
            {user.pk: user for user in users if user.team_id == team.pk and _may_step_in(user)},
            credits[team.pk],
            counts,
            absent,
            off,
        )
        for team in teams
    ]


def _may_step_in(user: User) -> bool:
    return user.is_manager and may(user, Permission.TAKE)


def _is_away(user: User, at: datetime) -> bool:
    return user.away_until is not None and user.away_until > at


def _is_at_work(user: User, at: datetime) -> bool:
    return working_time.is_working(at, **user.calendar(at))


@dataclass(frozen=True, slots=True)
class Pass:
    """Whom and which teams to leave out for a lead while there is somebody else; `never`: whom
    also when there is nobody else; `must_be_named`: it waited to be claimed for long enough."""

    people: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    never: frozenset[int] = frozenset()
    must_be_named: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What people and these leads have had to do with each other."""

    rejecters: Mapping[int, Collection[int]]
    late: Mapping[int, Collection[int]]
    ties: Mapping[int, Sequence[Tie]]

    @staticmethod
    def of(lead_ids: Collection[int]) -> Known:
        return Known(rejecters_of(lead_ids), late_of(lead_ids), ties_of(lead_ids))

    def with_(self, lead_id: int, queue: Queue, route: Route | None, left_out: Pass) -> Ties:
        """What speaks for and against people with this lead on this route."""
        owners: dict[int, str] = {}
        elsewhere = []
        is_wanted = route is None or route.owner_first
        for tie in self.ties.get(lead_id, ()) if is_wanted else ():
            if tie.owner_id in queue.people:
                owners.setdefault(tie.owner_id, tie.said)
            else:
                elsewhere.append(f"{tie.owner} {tie.said} but is not in {queue.team.name}")
        avoid = {*self.late.get(lead_id, ()), *left_out.people}
        rejected_by = self.rejecters.get(lead_id, ())
        return Ties(owners, rejected_by, avoid, left_out.never, tuple(elsewhere))


def route_of(
    truths: Mapping[str, bool | None],
    document: Document,
    queues: Sequence[Queue],
    not_teams: Collection[int] = (),
    kind: Kind = Kind.FIRST,
) -> tuple[Queue | None, Route | None]:
    """The queue of the first route that holds, and the route; else the sales team's, and None.
    Of the second kind the first of `deciders`.

    A route that names a team nobody has set up falls through to the next. With `not_teams` the
    lead was sent on: it stays with them only when no other queue has anybody.
    """
    manned = [queue for queue in queues if queue.people]
    others = [queue for queue in manned if queue.team.pk not in not_teams] or manned
    if kind is Kind.SECOND:
        return next(iter(others), None), None
    by_name = {queue.team.name.casefold(): queue for queue in others}
    for place, route in enumerate(document.routes):
        holds = route.when is None or truths.get(f"route.{place}") is True
        if holds and route.team.casefold() in by_name:
            return by_name[route.team.casefold()], route
    return _usual(others, by_name), None


def _usual(queues: Sequence[Queue], by_name: Mapping[str, Queue]) -> Queue | None:
    """The team called Sales development, else one with sales development people, else any."""
    if SALES_TEAM.casefold() in by_name:
        return by_name[SALES_TEAM.casefold()]
    developing = (
        queue
        for queue in queues
        if any(user.role == Role.SALES_DEVELOPMENT for user in queue.people.values())
    )
    return next(developing, queues[0] if queues else None)


def deciders(queues: Sequence[Queue], document: Document) -> list[Queue]:
    """The queues of those who decide on SQL, the agreement's team first where it names one.

    They are the same queues with fewer people: credits and what people have in hand are shared.
    """
    role = DECIDERS.get(document.sql.decided_by)
    found = [
        replace(queue, people={pk: one for pk, one in queue.people.items() if one.role == role})
        for queue in queues
    ]
    manned = [queue for queue in found if queue.people]
    named = (document.sql.team or "").casefold()
    return sorted(manned, key=lambda queue: queue.team.name.casefold() != named)


def keep_credits(queues: Sequence[Queue]) -> None:
    """Write down what everybody is owed after the turns that were taken."""
    turns = [
        (queue.team.pk, user, credit)
        for queue in queues
        if queue.is_turned
        for user, credit in sorted(queue.credits.items())
    ]
    if turns:
        teams, people, credits = zip(*turns, strict=True)
        execute(_KEEP, [ids(teams), ids(people), texts(map(repr, credits))], is_kept=True)


__all__ = ["Known", "Pass", "Queue", "deciders", "keep_credits", "queues_at", "route_of"]
