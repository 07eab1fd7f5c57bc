"""Verbs: let the criteria move leads, and let people move them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.leads import attention, moves
from handraise.leads.bulk import among
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Attention, Lead
from handraise.leads.moves import Move
from handraise.qualification import decide
from handraise.qualification.decide import MOVES, Asks, Consequence, Decision, Rule
from handraise.qualification.models import Override, Return
from handraise.qualification.queries import BESIDE, decisions, sql_lacking
from handraise.scoring.models import Score
from handraise.team.access import require
from handraise.team.decide import Permission, Role
from handraise.team.models import User
from handraise.team.queries import may

if TYPE_CHECKING:
    from handraise.agreement.document import RecyclePlan
    from handraise.agreement.queries import Published
    from handraise.scoring.standing import Standing

LONGEST_REASON = 4000
LONGEST_REST = timedelta(days=10 * 365 + 3)
WAKES = "qualification.wakes"


@transaction.atomic
def review(
    standings: Sequence[Standing],
    *,
    published: Published,
    at: datetime,
    held: Collection[int] = (),
) -> list[Decision]:
    """Make the moves that the criteria call for, and return what was decided.

    `standings` are of canonical leads whose rows the caller has locked; `held` are those that
    sales was offered or has taken, which the criteria leave alone. Decisions to stay say why.
    """
    found = decisions(standings, published=published, at=at, held=held)
    moves.write(
        [_move_of(decision, published.number) for decision in found if decision.is_move],
        at=at,
        via=Via.WORKER,
    )
    _look_again(found)
    return found


def _move_of(decision: Decision, version: int) -> Move:
    return Move(
        lead_id=decision.lead_id,
        before=decision.before,
        after=decision.after,
        version=version,
        reason=" ".join(decision.reasons),
        scores=decision.scores,
    )


def _look_again(decisions: Sequence[Decision]) -> None:
    """Wake each lead when its rest ends; once, however often it is reviewed before."""
    wanted = {one.lead_id: one.look_at for one in decisions if one.look_at is not None}
    there = set(
        Attention.objects.filter(lead__in=among(wanted), why=WAKES).values_list("lead", "look_at")
    )
    by_instant: dict[datetime, list[int]] = defaultdict(list)
    for lead, look_at in wanted.items():
        if (lead, look_at) not in there:
            by_instant[look_at].append(lead)
    for look_at, leads in by_instant.items():
        attention.wake(leads, look_at=look_at, why=WAKES)


@transaction.atomic
def move_by_hand(
    lead: Lead,
    *,
    to: Stage,
    reason: str = "",
    by: User,
    at: datetime,
    via: Via,
    override: bool = False,
    wakes_at: datetime | None = None,
    plan: str = "",
) -> None:
    """Move a lead as a person says, by the table of moves.

    A move to nurture may name when the lead wakes, or one of the agreement's recycle plans, which
    knows; without, the agreement's rest holds. `override` passes the SQL criteria and needs
    Permission.OVERRIDE and a reason. Raises Refused.
    """
    require(by, Permission.QUALIFY)
    held = hold(lead)
    before = Stage(held.stage)
    published = in_force()
    rule = _rule_for(by, before, to, published)
    chosen = _plan_named(plan, to, published)
    reason = reason_given(reason, is_needed=rule.asks is Asks.REASON and chosen is None)
    lacked: list[str] = []
    if rule.asks is Asks.SQL_CRITERIA:
        lacked = passed_over(held, published, reason=reason, override=override, by=by, at=at)
    if chosen is not None:
        wakes_at = _wakes(chosen, wakes_at, at)
        reason = f"{chosen.name}: {reason}" if reason else chosen.name
    if to is Stage.NURTURE:
        wakes_at = _later(wakes_at, at)
        give_back(
            held, Consequence.RECYCLE, reason=reason, wakes_at=wakes_at, plan=plan, by=by, at=at
        )
    make_move(
        held, to=to, reason=reason or rule.says, published=published, by=by, at=at, via=via,
        lacked=lacked,
    )  # fmt: skip


def hold(lead: Lead) -> Lead:
    """The canonical lead, read anew and held until the transaction ends.

    It may be merged while we wait for its lock; then we ask for the one it was merged into.
    """
    while True:
        canonical = Lead.objects.values_list("canonical", flat=True).get(pk=lead.pk)
        held = Lead.objects.select_for_update(no_key=True).get(pk=canonical)
        if held.canonical_id == held.pk:
            return held


def in_force() -> Published:
    """The published agreement. Raises Refused where there is none: every move names a version."""
    published = agreements.published()
    if published is None:
        raise Refused("No agreement is in force yet, so there is nothing to move leads by.")
    return published


DECIDERS = {
    "marketing": Role.MARKETING,
    "sales development": Role.SALES_DEVELOPMENT,
    "account executive": Role.SALES,
    "sales": Role.SALES,
}


def _rule_for(by: User, before: Stage, to: Stage, published: Published) -> Rule:
    rule = MOVES.get((before, to))
    if rule is None or before is to or not decide.is_by_hand(rule):
        raise Refused(f"A lead does not move from {before.label} to {to.label}.")
    if before is Stage.MARKETING_QUALIFIED and to not in BESIDE:
        raise Refused("An MQL moves on when its handover is accepted.")
    if not decide.allowed(before, to, Role(by.role), is_manager=may(by, Permission.OVERRIDE)):
        raise Refused(f"Moving from {before.label} to {to.label} is not for your role.")
    if to is Stage.SALES_QUALIFIED and not _decides(by, published.document.sql.decided_by):
        raise Refused(f"The agreement leaves this to: {published.document.sql.decided_by}.")
    return rule


def _decides(by: User, decided_by: str) -> bool:
    """Whether the agreement's word names this person. Where nobody has that role, one is both."""
    role = DECIDERS.get(decided_by.strip().lower())
    if role is None or by.role == role or may(by, Permission.OVERRIDE):
        return True
    return not User.objects.filter(role=role, is_active=True).exists()


def reason_given(reason: str, *, is_needed: bool) -> str:
    """The reason, cleaned. Raises Refused when it is missing, too long, or no text."""
    cleaned = reason.strip()
    if is_needed and not cleaned:
        raise Refused("Please say why.")
    if len(cleaned) > LONGEST_REASON:
        raise Refused(f"A reason has at most {LONGEST_REASON:,} characters.")
    if "\x00" in cleaned:
        raise Refused("A reason cannot contain the NUL character.")
    return cleaned


def passed_over(
    lead: Lead, published: Published, *, reason: str, override: bool, by: User, at: datetime
) -> list[str]:
    """What the lead lacks for SQL and this move passes over, in sentences, for `make_move`.

    Empty where nothing lacks. Raises Refused where something does and nobody overrides it, or no
    reason is given; PermissionDenied for who may not override.
    """
    lacked = sql_lacking(lead, published.document, at=at)
    if not lacked:
        return []
    if not override:
        raise Refused(f"{' '.join(lacked)} A manager may override that with a reason.")
    require(by, Permission.OVERRIDE)
    reason_given(reason, is_needed=True)
    return lacked


def _plan_named(name: str, to: Stage, published: Published) -> RecyclePlan | None:
    if not name:
        return None
    if to is not Stage.NURTURE:
        raise Refused("A recycle plan goes with the move to nurture.")
    plans = published.document.recycle_plans
    found = next((plan for plan in plans if plan.name == name), None)
    if found is None:
        raise Refused("The agreement has no such recycle plan any more. Choose again.")
    return found


def _wakes(plan: RecyclePlan, wakes_at: datetime | None, at: datetime) -> datetime:
    """The day that was told, else the one that the plan gives."""
    found = wakes_at or decide.waking_at(plan, at=at, zone=settings.TIME_ZONE)
    if found is None:
        raise Refused(f"“{plan.name}” needs the date on which the lead wakes up.")
    return found


def _later(wakes_at: datetime | None, at: datetime) -> datetime | None:
    if wakes_at is not None and wakes_at <= at:
        raise Refused("The wake-up must lie ahead.")
    if wakes_at is not None and wakes_at - at > LONGEST_REST:
        raise Refused("The wake-up must lie within ten years.")
    return wakes_at


def give_back(
    lead: Lead,
    consequence: Consequence,
    *,
    reason: str,
    wakes_at: datetime | None,
    by: User | None,
    at: datetime,
    plan: str = "",
) -> Return:
    """Note that a lead was given back or put aside, and wake it when its rest is over."""
    given = Return.objects.create(
        lead=lead, at=at, consequence=consequence, reason=reason, wakes_at=wakes_at, plan=plan,
        by=by,
    )  # fmt: skip
    if wakes_at is not None:
        attention.wake([lead.pk], look_at=wakes_at, why=WAKES)
    return given


def undo_return(lead: Lead, *, given_at: datetime, at: datetime) -> None:
    """Let what was given back at that instant hold and count no more; the caller holds the lead."""
    found = Return.objects.filter(lead__canonical=lead.pk, at=given_at, undone_at=None)
    found.update(undone_at=at)


def make_move(
    lead: Lead,
    *,
    to: Stage,
    reason: str,
    published: Published,
    by: User | None,
    at: datetime,
    via: Via,
    lacked: Sequence[str] = (),
    overridden_by: User | None = None,
) -> None:
    """Write one move that was already decided; the lead's row is locked by the caller.

    `lacked` are the criteria that a manager passes over (see `passed_over`): reports count them,
    as `overridden_by` that manager where somebody else makes the move.
    """
    move = Move(
        lead_id=lead.pk,
        before=Stage(lead.stage),
        after=to,
        version=published.number,
        reason=f"Override: {reason}" if lacked else reason,
        scores=_scores_now(lead),
    )
    [number] = moves.write([move], at=at, by=by, via=via)
    if lacked:
        manager = overridden_by or by
        assert manager is not None
        Override.objects.create(
            move_id=number, lead=lead, at=at, by=manager, reason=reason, lacked=list(lacked)
        )
    lead.stage, lead.stage_since = to, at


def _scores_now(lead: Lead) -> dict[str, float | str]:
    score = Score.objects.filter(pk=lead.pk).first()
    return decide.scores_of(score) if score is not None else {}
