"""Reads: the stage and history of a batch of leads, and the moves open to a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from handraise.agreement.document import Document, subjects
from handraise.leads.bulk import among, rows_of
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.qualification import decide
from handraise.qualification.answers import Answered as Answered
from handraise.qualification.answers import answers_lacking
from handraise.qualification.answers import answers_of as answers_of
from handraise.qualification.answers import answers_of_many as answers_of_many
from handraise.qualification.decide import (
    Asks,
    Consequence,
    Decision,
    History,
    LastReturn,
    Rule,
)
from handraise.scoring.models import Score
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

if TYPE_CHECKING:
    from handraise.agreement.queries import Published
    from handraise.scoring.standing import Standing


def stages_of(lead_ids: Collection[int]) -> dict[int, Stage]:
    """The stage of each of these leads."""
    rows = Lead.objects.filter(pk__in=among(lead_ids)).values_list("pk", "stage")
    return {pk: Stage(stage) for pk, stage in rows}


_CAME_FROM = """
select distinct on (face.canonical_id) face.canonical_id, move.before
from leads_stagemove move join leads_lead face on face.id = move.lead_id
where face.canonical_id = any(%s) and move.after = 'MARKETING_QUALIFIED'
  and move.withdrawn_at is null
order by face.canonical_id, move.at desc, move.id desc
"""

# A person who reopens a lead wipes the slate: only what was given back after that counts.
_RETURNS = """
with reopened as (
    select face.canonical_id as lead_id, max(move.at) as at
    from leads_stagemove move join leads_lead face on face.id = move.lead_id
    where face.canonical_id = any(%(leads)s) and move.after = 'LEAD' and move.by_id is not null
      and move.before in ('NURTURE', 'DISQUALIFIED') and move.withdrawn_at is null
    group by 1
)
select distinct on (face.canonical_id)
    face.canonical_id, given.at, given.consequence, given.reason, given.wakes_at,
    count(*) over (partition by face.canonical_id)
from qualification_return given join leads_lead face on face.id = given.lead_id
left join reopened on reopened.lead_id = face.canonical_id
where face.canonical_id = any(%(leads)s) and given.at > coalesce(reopened.at, '-infinity')
  and given.undone_at is null
order by face.canonical_id, given.at desc, given.id desc
"""

_NEWEST_FACTS = """
select face.canonical_id, max(fact.known_at)
from leads_fact fact
join leads_identity identity on identity.id = fact.identity_id
join leads_lead face on face.id = identity.lead_id
where face.canonical_id = any(%(leads)s) and fact.name = any(%(names)s)
  and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
group by 1
union all
select lead.id, max(fact.known_at)
from leads_lead lead join leads_fact fact on fact.company_id = lead.company_id
where lead.id = any(%(leads)s) and 'company.' || fact.name = any(%(names)s)
  and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
group by 1
"""


# When the newest activity behind each signal occurred, for each lead: places as in a Score.
Latest: TypeAlias = Mapping[int, Sequence[datetime | None]]


def decisions(
    standings: Sequence[Standing],
    *,
    published: Published,
    at: datetime,
    held: Collection[int] = (),
    latest: Latest | None = None,
) -> list[Decision]:
    """What the criteria decide for these canonical leads; nothing is moved.

    `held` are those that sales was offered or has taken. `latest` stands in for the stored scores
    where the standings were never stored (a draft that is tried out).
    """
    stages = stages_of([standing.lead_id for standing in standings])
    asked = {
        standing.lead_id: standing
        for standing in standings
        if decide.is_for_criteria(
            stages.get(standing.lead_id), standing, is_held=standing.lead_id in held
        )
    }
    document = published.document
    known = histories({lead: stages[lead] for lead in asked}, document=document, latest=latest)
    found = (
        decide.next_move(standing, known[lead], document=document, version=published.number, at=at)
        for lead, standing in asked.items()
    )
    return [decision for decision in found if decision is not None]


def histories(
    stages: dict[int, Stage], *, document: Document, latest: Latest | None = None
) -> dict[int, History]:
    """What `decide.next_move` must know of each of these canonical leads. See `decisions`."""
    leads = list(stages)
    came_from = dict(rows_of(_CAME_FROM, [leads]))
    returns = {row[0]: row[1:] for row in rows_of(_RETURNS, {"leads": leads})}
    news = _news(list(returns), document, latest)
    return {
        lead: History(
            stage=stage,
            came_from=_origin(came_from.get(lead)),
            last_return=_last_return(returns[lead]) if lead in returns else None,
            returns=returns[lead][4] if lead in returns else 0,
            newest_matched_at=news[lead].matched_at if lead in news else None,
            newest_intent_at=news[lead].intent_at if lead in news else None,
            newest_fact_at=news[lead].fact_at if lead in news else None,
        )
        for lead, stage in stages.items()
    }


def _origin(before: str | None) -> Stage:
    return Stage.NURTURE if before == Stage.NURTURE else Stage.LEAD


def _last_return(row: tuple[Any, ...]) -> LastReturn:
    at, consequence, reason, wakes_at, _ = row
    return LastReturn(at, Consequence(consequence), reason, wakes_at)


@dataclass(frozen=True, slots=True)
class _News:
    matched_at: datetime | None
    intent_at: datetime | None
    fact_at: datetime | None


def _news(lead_ids: list[int], document: Document, latest: Latest | None) -> dict[int, _News]:
    """When what counts was last seen, for the few leads that were given back."""
    if not lead_ids:
        return {}
    names = sorted(read_facts(document))
    facts: dict[int, datetime] = {}
    for lead, known_at in rows_of(_NEWEST_FACTS, {"leads": lead_ids, "names": names}):
        facts[lead] = max(known_at, facts.get(lead, known_at))
    intent = len(document.fit) + len(document.interest)
    if latest is None:
        latest = dict(Score.objects.filter(pk__in=among(lead_ids)).values_list("pk", "latest"))
    return {
        lead: _News(
            _newest(latest.get(lead, [])), _newest(latest.get(lead, [])[intent:]), facts.get(lead)
        )
        for lead in lead_ids
    }


def _newest(instants: Sequence[datetime | None]) -> datetime | None:
    return max((instant for instant in instants if instant is not None), default=None)


_NO_FACTS = {"fit", "interest", "intent", "priority", "grade", "stage", "consent"}


def read_facts(document: Document) -> set[str]:
    """The names of the facts (of lead and company) that qualifying under this agreement reads."""
    conditions = [signal.when for signal in document.fit]
    conditions += [document.mql.when, document.mql.never]
    named = {name for each in conditions if each is not None for name in subjects(each)}
    named |= set(document.mql.needs)
    return {name for name in named if name.split(".")[0] not in _NO_FACTS}


@dataclass(frozen=True, slots=True)
class OpenMove:
    """A move that a person can make now; `asks` a reason or criteria, `lacks` says what stops it.

    With `lacks` only an override (and its reason) makes the move; `may_override` says who may.
    """

    rule: Rule
    needs_reason: bool
    lacks: str
    may_override: bool


def moves_open_to(user: User, lead: Lead, *, document: Document, at: datetime) -> list[OpenMove]:
    """The moves of this lead that this person may make by hand (acceptances are not among them)."""
    if not may(user, Permission.QUALIFY):
        return []
    overrides = may(user, Permission.OVERRIDE)
    rules = [
        rule
        for rule in decide.open_to(Stage(lead.stage), Role(user.role), is_manager=overrides)
        if rule.before is not Stage.MARKETING_QUALIFIED or rule.after in BESIDE
    ]
    asks_criteria = any(rule.asks is Asks.SQL_CRITERIA for rule in rules)
    lacks = sql_lacks(lead, document, at=at) if asks_criteria else ""
    return [
        OpenMove(
            rule,
            needs_reason=rule.asks is Asks.REASON,
            lacks=lacks if rule.asks is Asks.SQL_CRITERIA else "",
            may_override=overrides,
        )
        for rule in rules
    ]


BESIDE = frozenset({Stage.LEAD, Stage.NURTURE, Stage.DISQUALIFIED})


def sql_lacks(lead: Lead, document: Document, *, at: datetime) -> str:
    """What keeps this lead from being SQL under the agreement, in sentences; empty: nothing."""
    return " ".join(sql_lacking(lead, document, at=at))


def sql_lacking(lead: Lead, document: Document, *, at: datetime) -> list[str]:
    """The same, a sentence each: what is not met, not answered, stale, or speaks against it."""
    found = [_criteria_lacking(lead)] if document.sql.when is not None else []
    return [said for said in found if said] + answers_lacking(lead, document, at=at)


def _criteria_lacking(lead: Lead) -> str:
    score = Score.objects.filter(pk=lead.canonical_id).first()
    truth = score.truths.get("sql.when") if score is not None else None
    if truth is True:
        return ""
    word = "are not met" if truth is False else "read something that is not known"
    return f"The SQL criteria of the agreement {word}."
