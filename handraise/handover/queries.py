"""Reads: whose inbox holds what, which leads wait, and how handovers ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from msgspec.json import decode

from handraise.agreement import queries as agreements
from handraise.agreement.document import Reason
from handraise.handover.decide import Ending, Kind
from handraise.handover.models import Handover, Rejection
from handraise.leads.bulk import FEW, among, ids, rows_of
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.qualification.decide import Consequence
from handraise.scoring.models import Score
from handraise.team.access import require
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

_PEOPLE_AND_LEAD = ("lead__canonical__company", "assignee", "team")


def handovers_visible_to(user: User) -> QuerySet[Handover]:
    """Every handover, for those who may see. Raises PermissionDenied."""
    require(user, Permission.SEE)
    return Handover.objects.select_related(*_PEOPLE_AND_LEAD)


def handover_visible_to(user: User, pk: int) -> Handover:
    """Raises PermissionDenied, Handover.DoesNotExist."""
    return handovers_visible_to(user).get(pk=pk)


def inbox(user: User, *, at: datetime) -> QuerySet[Handover]:  # noqa: ARG001 - time left is relative
    """Open handovers that this person answers for: the best and most urgent first.

    Sales sees its own, a manager the team's, everybody else who may see sees all of them.
    """
    found = handovers_visible_to(user).filter(ended_at=None, lead__canonical__withdrawn_at=None)
    return found.filter(_answers_for(user)).order_by("-priority", "due_at", "pk")


def _answers_for(user: User) -> Q:
    own = Q(assignee=user)
    if user.role not in {Role.SALES_DEVELOPMENT, Role.SALES}:
        return Q()
    if user.team_id is None:
        return own
    return own | (Q(team=user.team_id) if user.is_manager else _claimable(user))


def _claimable(user: User) -> Q:
    return Q(team=user.team_id, assignee=None)


def may_answer(user: User, handover: Handover) -> bool:
    """Whether this person may accept or reject: whom it was offered to, or who may override it;
    anybody of the team while it waits to be claimed."""
    if not may(user, Permission.TAKE):
        return False
    if handover.assignee_id is None and user.team_id == handover.team_id:
        return True
    return handover.assignee_id == user.pk or may_override(user, handover)


def may_override(user: User, handover: Handover) -> bool:
    """Whether this person may act for the one asked: revenue operations, and the team's manager."""
    return may_act_for(user, handover.team_id)


def may_act_for(user: User, team_id: int | None) -> bool:
    """Whether this person may act for people of this team: revenue operations, and its manager."""
    if not may(user, Permission.OVERRIDE):
        return False
    is_of_team = user.team_id is not None and user.team_id == team_id
    return is_of_team or user.role == Role.REVENUE_OPERATIONS


def may_pass(user: User, lead: Lead) -> bool:
    """Whether an SAL is theirs to pass on: their own, or that of somebody they may act for."""
    owner = lead.owner
    return lead.owner_id == user.pk or may_act_for(user, owner.team_id if owner else None)


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many handovers are open, how many of them late, how many leads wait for a person."""

    open: int
    overdue: int
    waiting: int


def inbox_counts(user: User, *, at: datetime) -> InboxCounts:
    """Counts of what `inbox` shows, and of MQLs that nobody could be found for."""
    mine = (
        inbox(user, at=at)
        .order_by()
        .aggregate(open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lte=at)))
    )
    waiting = rows_of(f"select count(*) {_OFFERABLE}")[0][0]
    return InboxCounts(mine["open"], mine["overdue"], waiting)


# Two questions rather than one with an "or": each of them is one pass over few rows.
_OFFERED = """exists (
    select from handover_handover handover join leads_lead face on face.id = handover.lead_id
    where face.canonical_id = lead.id and handover.ended_at is null)"""
_ACCEPTED = """exists (
    select from handover_acceptance accepted
    join handover_handover handover on handover.id = accepted.handover_id
    join leads_lead face on face.id = handover.lead_id
    where face.canonical_id = lead.id and accepted.at >= lead.stage_since)"""

_HELD = f"""
select lead.id from leads_lead lead
where lead.id = any(%s::bigint[]) and lead.stage = 'MARKETING_QUALIFIED'
  and ({_OFFERED} or {_ACCEPTED})
"""  # noqa: S608 - constants of this module

_OFFERABLE = f"""
from leads_lead lead
where lead.stage = 'MARKETING_QUALIFIED' and lead.is_current
  and not {_OFFERED} and not {_ACCEPTED}
"""


def held(lead_ids: Collection[int]) -> set[int]:
    """Those of these canonical leads that are MQL and were offered to, or taken by, a person."""
    return {row[0] for row in rows_of(_HELD, [ids(lead_ids)], is_kept=len(lead_ids) <= FEW)}


def offerable(lead_ids: Collection[int]) -> list[int]:
    """Those of these leads that are MQL and in nobody's hands, ascending."""
    rows = rows_of(
        f"select lead.id {_OFFERABLE} and lead.id = any(%s::bigint[]) order by lead.id",
        [ids(lead_ids)],
        is_kept=len(lead_ids) <= FEW,
    )
    return [row[0] for row in rows]


def waiting_leads() -> list[int]:
    """Every MQL that is in nobody's hands: waiting for a person."""
    rows = rows_of(f"select lead.id {_OFFERABLE} order by lead.stage_since, lead.id")
    return [row[0] for row in rows]


_WAITING = f"""
select score.lead_id from scoring_score score
where score.version = %(version)s
  and exists (select from leads_attention waits
              where waits.lead_id = score.lead_id and waits.why = %(why)s)
  and not exists (select from leads_attention due
                  where due.lead_id = score.lead_id and due.look_at <= %(at)s)
  and not exists (select from leads_parkedlead parked
                  where parked.lead_id = score.lead_id and parked.cleared_at is null)
  and exists (select {_OFFERABLE} and lead.id = score.lead_id)
order by score.priority desc, score.lead_id limit %(most)s
"""  # noqa: S608 - a constant of this module


def waiting_now(why: str, *, version: int, at: datetime, most: int) -> list[int]:
    """The most urgent of those who wait, by rows of attention of this kind, scored under this
    version; without those who are looked at now anyway."""
    asked = {"why": why, "version": version, "at": at, "most": most}
    return [row[0] for row in rows_of(_WAITING, asked)]


_IN_HAND = f"""
select person, sum(leads)::int from (
    select assignee_id, count(*) from handover_handover
    where ended_at is null and assignee_id = any(%(people)s::bigint[]) group by assignee_id
    union all
    select owner_id, count(*) from leads_lead lead
    where owner_id = any(%(people)s::bigint[]) and is_current
      and (stage = 'SALES_ACCEPTED'
        or stage = 'SALES_QUALIFIED'
          and owner_id in (select id from team_user where role = %(decider)s::text)
        or stage = 'MARKETING_QUALIFIED' and {_ACCEPTED})
    group by owner_id
) told (person, leads) group by person
"""  # noqa: S608 - a constant of this module


def in_hand(people: Collection[int]) -> dict[int, int]:
    """How many leads each of these people has in hand: offers not yet answered, and leads they
    accepted and that nobody has taken over. Accepted ones are MQL where the agreement skips SAL;
    SQLs are in the hands of account executives."""
    asked = {"people": ids(people), "decider": Role.SALES.value}
    return dict(rows_of(_IN_HAND, asked, is_kept=True))


_SCORE = tuple(field.attname for field in Score._meta.concrete_fields)
_SCORES = f"""
select {", ".join(name if name != "truths" else "truths::text" for name in _SCORE)}
from scoring_score where lead_id = any(%s::bigint[])
"""  # noqa: S608 - names of columns


def stored_scores(lead_ids: Collection[int]) -> list[Score]:
    """The scores of these canonical leads, in no order; none of those who were never scored."""
    if not lead_ids:
        return []
    rows = rows_of(_SCORES, [ids(lead_ids)], is_kept=len(lead_ids) <= FEW)
    place = _SCORE.index("truths")
    return [
        Score.from_db(
            DEFAULT_DB_ALIAS, _SCORE, [*row[:place], decode(row[place]), *row[place + 1 :]]
        )
        for row in rows
    ]


def open_handovers_of(lead_ids: Collection[int]) -> QuerySet[Handover]:
    """Open handovers of these canonical leads, those of their merged faces too, oldest first."""
    return (
        Handover.objects.filter(lead__canonical__in=among(lead_ids), ended_at=None)
        .select_related("lead__canonical", "assignee", "team")
        .defer("brief", "route")
        .order_by("offered_at", "pk")
    )


# For `leads.presence`: the handovers of a lead, and what there may be of any of them.
HANDOVERS = "handover_handover WHERE lead_id = ANY(faces)"
_OF_THEM = "JOIN handover_handover handover ON handover.id = handover_id WHERE lead_id = ANY(faces)"
ACCEPTANCES = f"handover_acceptance {_OF_THEM}"
RATINGS = f"handover_rating {_OF_THEM}"
QUESTIONS = f"handover_question {_OF_THEM} AND taken_back_at IS NULL"


def handovers_of(lead: Lead) -> QuerySet[Handover]:
    """Every handover of this lead, newest first, with how each one ended."""
    # Two tables fewer in the join: PostgreSQL planned it for five times as long as it took.
    return (
        Handover.objects.filter(lead__canonical=lead.canonical_id)
        .select_related("acceptance", "rejection", "withdrawal", "expiry")
        .prefetch_related("ratings", "assignee", "team")
        .order_by("-offered_at", "-pk")
    )


_REJECTERS = """
select face.canonical_id, handover.assignee_id, rejected.by_id
from leads_lead face
join handover_handover handover on handover.lead_id = face.id
join handover_rejection rejected on rejected.handover_id = handover.id
where face.canonical_id = any(%(leads)s::bigint[]) and rejected.consequence <> %(more_work)s::text
"""

_LATE = """
select face.canonical_id, handover.assignee_id
from leads_lead face
join leads_lead lead on lead.id = face.canonical_id
join handover_handover handover on handover.lead_id = face.id
join handover_expiry expired on expired.handover_id = handover.id
where face.canonical_id = any(%(leads)s::bigint[])
  and handover.assignee_id is not null and handover.offered_at >= lead.stage_since
"""


def rejecters_of(lead_ids: Collection[int]) -> dict[int, set[int]]:
    """Who has rejected each of these canonical leads, other than for more work."""
    asked = {"leads": ids(lead_ids), "more_work": Consequence.MORE_WORK.value}
    return _people(rows_of(_REJECTERS, asked, is_kept=len(lead_ids) <= FEW))


def late_of(lead_ids: Collection[int]) -> dict[int, set[int]]:
    """Who let an offer of each of these canonical leads run out since it became MQL."""
    return _people(rows_of(_LATE, {"leads": ids(lead_ids)}, is_kept=len(lead_ids) <= FEW))


def _people(rows: Iterable[tuple[int | None, ...]]) -> dict[int, set[int]]:
    """By the first of each row, the lead, all the others of them that are somebody."""
    found: dict[int, set[int]] = {}
    for lead, *people in rows:
        assert lead is not None
        found.setdefault(lead, set()).update(one for one in people if one is not None)
    return found


def returned_to(user: User, *, limit: int) -> list[Rejection]:
    """The leads in this person's hands that came back for more work and were not passed on since,
    the newest first."""
    found = Rejection.objects.filter(
        consequence=Consequence.MORE_WORK, handover__lead__canonical__owner=user,
        handover__lead__canonical__stage=Stage.SALES_ACCEPTED,
        handover__lead__canonical__withdrawn_at=None,
    )  # fmt: skip
    later = Handover.objects.filter(
        lead__canonical=OuterRef("handover__lead__canonical"), offered_at__gt=OuterRef("at")
    )
    related = ("by", "handover__lead__canonical__company")
    newest = found.exclude(Exists(later)).select_related(*related).order_by("-at", "-pk")
    return list(newest[:limit])


def reasons_of(handover: Handover) -> tuple[Reason, ...]:
    """The reasons for which it may be rejected: those of the agreement it was made under, as far
    as they fit its kind. To ask for more work is always possible of the second."""
    told = agreements.document_of(handover.version).reasons
    unfit = "more work" if handover.kind == Kind.FIRST else "fix data"
    fitting = tuple(one for one in told if one.consequence != unfit)
    if handover.kind == Kind.FIRST or any(one.consequence == "more work" for one in fitting):
        return fitting
    return (MORE_WORK, *fitting)


MORE_WORK = Reason(name="Needs more work", consequence="more work", needs_note=True)


def ending_of(handover: Handover) -> Ending | None:
    """How it ended, or None while it is open."""
    return next((kind for kind in Ending if hasattr(handover, kind.value)), None)


def ending_sentence(handover: Handover) -> str:
    """What became of a handover, for somebody who came too late; empty while it is open."""
    lead = handover.lead.canonical
    match ending_of(handover):
        case Ending.ACCEPTANCE:
            return f"{handover.acceptance.by} has already accepted {lead}."
        case Ending.REJECTION:
            return f"{handover.rejection.by} has already rejected {lead}."
        case Ending.WITHDRAWAL:
            return f"This handover was withdrawn: {handover.withdrawal.note}"
        case Ending.EXPIRY:
            return f"{lead} was not answered in time and has been passed on."
        case None:
            return ""


def stage_label(handover: Handover) -> str:
    """Where the lead stands now."""
    return Stage(handover.lead.canonical.stage).label
