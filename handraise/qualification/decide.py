"""Which moves between stages are allowed, who makes them, and which one is next.

`MOVES` is the only list of moves there is: the pages offer from it, the actions refuse by it and
`docs/steps/qualification.md` is drawn from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from handraise.kit.quarters import next_quarter
from handraise.leads.decide import PATH, Stage
from handraise.team.decide import Role

if TYPE_CHECKING:
    from handraise.agreement.document import Document, RecyclePlan
    from handraise.scoring.standing import Standing


class Maker(StrEnum):
    """Who makes a move. A person is anybody who may qualify; a connector tells what happened; a
    deal that is open again, or goes on beside a lead put aside, brings the lead back."""

    CRITERIA = "criteria"
    SALES_DEVELOPMENT = "sales development"
    ACCOUNT_EXECUTIVE = "account executive"
    PERSON = "person"
    CONNECTOR = "connector"
    RULING = "ruling"
    DEAL = "deal"


class Asks(StrEnum):
    """What a move asks for beside the right to make it."""

    NOTHING = "nothing"
    REASON = "a reason"
    MQL_CRITERIA = "the MQL criteria"
    SQL_CRITERIA = "the SQL criteria, or a manager's reason"


class Consequence(StrEnum):
    """What becomes of a lead that is given back. The reasons are the agreement's."""

    RECYCLE = "recycle"
    DISQUALIFY = "disqualify"
    FIX_DATA = "fix data"
    OTHER_TEAM = "other team"
    MORE_WORK = "more work"  # of the second handover: it stays SAL


class Evidence(StrEnum):
    """What an answer rests on: their words, ours, or something that they did."""

    QUOTE = "quote"
    NOTE = "note"
    ACTIVITY = "activity"


class State(StrEnum):
    """How a question stands for a lead at an instant. Only FAVOURABLE counts for SQL."""

    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    STALE = "stale"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Rule:
    """One allowed move."""

    before: Stage
    after: Stage
    makers: frozenset[Maker]
    asks: Asks
    says: str


_S, _M = Stage, Maker
_PEOPLE = frozenset({_M.SALES_DEVELOPMENT, _M.ACCOUNT_EXECUTIVE, _M.PERSON})
_CRITERIA = frozenset({_M.CRITERIA})
_RULING = frozenset({_M.RULING})
_ACCEPTING = frozenset({_M.SALES_DEVELOPMENT, _M.ACCOUNT_EXECUTIVE})
_DEAL = frozenset({_M.DEAL})
_SALES = frozenset({_M.ACCOUNT_EXECUTIVE, _M.PERSON, _M.CONNECTOR})


def _leaving() -> Iterable[Rule]:
    """From anywhere on the path a lead can be recycled or disqualified, with a reason."""
    for before in PATH:
        yield Rule(before, _S.NURTURE, _PEOPLE, Asks.REASON, "Not now; wakes up again")
        yield Rule(before, _S.DISQUALIFIED, _PEOPLE, Asks.REASON, "Never")


_RULES = (
    Rule(_S.LEAD, _S.MARKETING_QUALIFIED, _CRITERIA | _RULING, Asks.MQL_CRITERIA,
         "Qualifies, or its rejection was overturned"),
    Rule(_S.NURTURE, _S.MARKETING_QUALIFIED, _CRITERIA | _RULING, Asks.MQL_CRITERIA,
         "Qualifies again, or its rejection was overturned"),
    Rule(_S.DISQUALIFIED, _S.MARKETING_QUALIFIED, _RULING, Asks.REASON,
         "Its rejection was overturned"),
    Rule(_S.MARKETING_QUALIFIED, _S.LEAD, _CRITERIA | _PEOPLE, Asks.REASON,
         "Fell below the bar before it was offered, or its data must be fixed"),
    Rule(_S.MARKETING_QUALIFIED, _S.NURTURE, _CRITERIA | _PEOPLE, Asks.REASON,
         "Fell below the bar before it was offered, or not now"),
    Rule(_S.MARKETING_QUALIFIED, _S.SALES_ACCEPTED, _ACCEPTING, Asks.NOTHING,
         "Sales accepts the handover"),
    Rule(_S.MARKETING_QUALIFIED, _S.SALES_QUALIFIED, _ACCEPTING, Asks.SQL_CRITERIA,
         "Where the agreement skips SAL"),
    Rule(_S.SALES_ACCEPTED, _S.SALES_QUALIFIED, _ACCEPTING, Asks.SQL_CRITERIA,
         "There is a need, and they may decide"),
    Rule(_S.SALES_QUALIFIED, _S.SALES_ACCEPTED, _PEOPLE, Asks.REASON, "Returned for more work"),
    Rule(_S.SALES_QUALIFIED, _S.OPPORTUNITY, _SALES, Asks.NOTHING, "There is a deal to win"),
    Rule(_S.OPPORTUNITY, _S.CUSTOMER, _SALES, Asks.NOTHING, "Won"),
    Rule(_S.CUSTOMER, _S.OPPORTUNITY, _DEAL, Asks.REASON, "What they bought is open again"),
    Rule(_S.NURTURE, _S.OPPORTUNITY, _DEAL, Asks.REASON, "A deal of theirs is open"),
    Rule(_S.DISQUALIFIED, _S.OPPORTUNITY, _DEAL, Asks.REASON, "A deal of theirs is open"),
    Rule(_S.NURTURE, _S.LEAD, _PEOPLE, Asks.REASON, "Reopened: may qualify at once"),
    Rule(_S.NURTURE, _S.DISQUALIFIED, _PEOPLE, Asks.REASON, "Never"),
    Rule(_S.DISQUALIFIED, _S.LEAD, _PEOPLE, Asks.REASON, "Reopened: may qualify at once"),
    Rule(_S.DISQUALIFIED, _S.NURTURE, _PEOPLE, Asks.REASON, "Not never, but not now"),
)  # fmt: skip
MOVES: dict[tuple[Stage, Stage], Rule] = {
    (rule.before, rule.after): rule for rule in (*_leaving(), *_RULES)
}

MOST_RETURNS = 3  # given back this often, a lead qualifies no more until a person reopens it

_MAKERS_OF = {
    Role.SALES_DEVELOPMENT: frozenset({_M.SALES_DEVELOPMENT, _M.PERSON}),
    Role.SALES: frozenset({_M.ACCOUNT_EXECUTIVE, _M.PERSON}),
    Role.REVENUE_OPERATIONS: frozenset({_M.PERSON}),
}


def allowed(before: Stage, after: Stage, role: Role | Maker, *, is_manager: bool = False) -> bool:
    """Whether the table lets this role (or maker) move a lead so. A manager makes any move that a
    person can make; what only the criteria make, nobody makes by hand."""
    rule = MOVES.get((before, after))
    if rule is None:
        return False
    if isinstance(role, Maker):
        return role in rule.makers
    makers = _MAKERS_OF.get(role, frozenset())
    if is_manager or role is Role.REVENUE_OPERATIONS:
        makers |= _PEOPLE
    return bool(makers & rule.makers)


def open_to(before: Stage, role: Role, *, is_manager: bool = False) -> list[Rule]:
    """The moves that a person of this role can make by hand from a stage, along the path first."""
    rules = [
        rule
        for rule in MOVES.values()
        if rule.before is before and allowed(before, rule.after, role, is_manager=is_manager)
    ]
    return sorted(rules, key=lambda rule: list(Stage).index(rule.after))


def is_by_hand(rule: Rule) -> bool:
    """Whether any person can make this move; what only a deal makes, nobody makes by hand."""
    return rule.makers != _DEAL


@dataclass(frozen=True, slots=True)
class LastReturn:
    """A lead was given back or put aside: when, with which consequence, and until when."""

    at: datetime
    consequence: Consequence
    reason: str
    wakes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What `next_move` must know of a lead beside its standing.

    `came_from` is the stage before it became MQL. `returns` counts since the last reopening.
    `newest_matched_at` and `newest_intent_at` are when the newest activity that counts (for any
    signal, for an intent signal) occurred; `newest_fact_at` when the newest fact that the
    agreement reads became known.
    """

    stage: Stage
    came_from: Stage = Stage.LEAD
    last_return: LastReturn | None = None
    returns: int = 0
    newest_matched_at: datetime | None = None
    newest_intent_at: datetime | None = None
    newest_fact_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A move (`after` differs from `before`) or the reason for staying; `look_at`: look again."""

    lead_id: int
    before: Stage
    after: Stage
    reasons: tuple[str, ...]
    look_at: datetime | None = None
    scores: dict[str, float | str] = field(default_factory=dict)

    @property
    def is_move(self) -> bool:
        return self.before is not self.after


def qualifies(standing: Standing) -> bool:
    """MQL: `when` true, every needed fact known, `never` not true (unknown does not block)."""
    truths = standing.truths
    return (
        truths.get("mql.when") is True
        and truths.get("mql.needs", True) is True
        and truths.get("mql.never") is not True
    )


def is_for_criteria(stage: Stage | None, standing: Standing, *, is_held: bool) -> bool:
    """Whether the criteria may move this lead at all; if not, its history need not be read.

    An MQL that somebody in sales was offered, or has taken, is theirs: it stays, however cool.
    """
    if is_held:
        return False
    if stage is Stage.MARKETING_QUALIFIED:
        return True
    return stage in {Stage.LEAD, Stage.NURTURE} and qualifies(standing)


def next_move(
    standing: Standing, history: History, *, document: Document, version: int, at: datetime
) -> Decision | None:
    """The move that the criteria make now, the reason why none is made, or None: nothing to say.

    For leads that `is_for_criteria` lets through.
    """
    match history.stage:
        case Stage.LEAD | Stage.NURTURE:
            if not qualifies(standing):
                return None
            return _qualify(standing, history, document, version, at)
        case Stage.MARKETING_QUALIFIED if not qualifies(standing):
            reason = f"No longer meets the MQL criteria of version {version}: {_why_not(standing)}."
            return _decision(standing, history.stage, history.came_from, reason)
        case _:
            return None


def _qualify(
    standing: Standing, history: History, document: Document, version: int, at: datetime
) -> Decision:
    met = f"Meets the MQL criteria of version {version}: {figures(standing)}."
    returned = history.last_return
    if returned is None:
        return _decision(standing, history.stage, Stage.MARKETING_QUALIFIED, met)
    if history.returns >= MOST_RETURNS:
        return _stay(standing, history, f"Given back {history.returns} times; waits for a person.")
    news = _news(history, returned.at)
    if not news:
        return _stay(standing, history, f"Nothing new since it was given back ({returned.reason}).")
    resumes_at = resumes(returned, document)
    if at < resumes_at and not _after(history.newest_intent_at, returned.at):
        return _stay(standing, history, _rests(returned, resumes_at), look_at=resumes_at)
    again = f"Came back after “{returned.reason}” with {news}."
    return _decision(standing, history.stage, Stage.MARKETING_QUALIFIED, met, again)


def resumes(returned: LastReturn, document: Document) -> datetime:
    """When a lead that was given back may qualify again, unless it shows new intent before."""
    if returned.wakes_at is not None:
        return returned.wakes_at
    if returned.consequence is Consequence.FIX_DATA:
        return returned.at  # the corrected fact itself is what was waited for
    return returned.at + document.mql.again_after


def _news(history: History, since: datetime) -> str:
    news = [
        (history.newest_intent_at, "new intent"),
        (history.newest_matched_at, "new activity"),
        (history.newest_fact_at, "a changed fact"),
    ]
    return next((what for instant, what in news if _after(instant, since)), "")


def _after(instant: datetime | None, since: datetime) -> bool:
    return instant is not None and instant > since


def _rests(returned: LastReturn, until: datetime) -> str:
    word = "Sleeps" if returned.wakes_at is not None else "Rests"
    return f"{word} until {until:%-d %B %Y} after “{returned.reason}”."


def _decision(standing: Standing, before: Stage, after: Stage, *reasons: str) -> Decision:
    return Decision(standing.lead_id, before, after, reasons, scores=scores_of(standing))


def _stay(
    standing: Standing, history: History, reason: str, *, look_at: datetime | None = None
) -> Decision:
    return Decision(
        standing.lead_id, history.stage, history.stage, (reason,), look_at, scores_of(standing)
    )


def waking_at(plan: RecyclePlan, *, at: datetime, zone: str) -> datetime | None:
    """When a lead wakes that is put aside at `at` under this plan; None: on a date to be told."""
    if plan.wake_after is not None:
        return at + plan.wake_after
    return next_quarter(at, zone) if plan.wakes == "next quarter" else None


class Scored(Protocol):
    """Anything that has scores: a standing, or a stored score."""

    @property
    def fit(self) -> float: ...
    @property
    def interest(self) -> float: ...
    @property
    def intent(self) -> float: ...
    @property
    def priority(self) -> float: ...
    @property
    def grade(self) -> str: ...


def scores_of(standing: Scored) -> dict[str, float | str]:
    """The scores that a move keeps."""
    return {
        "fit": standing.fit,
        "interest": standing.interest,
        "intent": standing.intent,
        "priority": standing.priority,
        "grade": standing.grade,
    }


def figures(standing: Scored) -> str:
    """`fit 62 (B), interest 44, intent 31`, for sentences."""
    grade = f" ({standing.grade})" if standing.grade else ""
    return (
        f"fit {standing.fit:.0f}{grade}, interest {standing.interest:.0f}, "
        f"intent {standing.intent:.0f}"
    )


def _why_not(standing: Standing) -> str:
    if standing.truths.get("mql.never") is True:
        return "what must never be true is true"
    missing = sorted(
        name.removeprefix("needs.")
        for name, truth in standing.truths.items()
        if name.startswith("needs.") and truth is not True
    )
    if missing:
        return f"{', '.join(missing)} not known"
    return figures(standing)
