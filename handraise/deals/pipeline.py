"""Verbs for the stages of the pipeline and the reasons why deals are lost: a setting of
revenue operations. What was removed stays for the deals that had it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from handraise.deals.decide import (
    SHIPPED_REASONS,
    SHIPPED_STAGES,
    Afterwards,
    Outcome,
    Refused,
)
from handraise.deals.models import Deal, LostReason, PipelineStage
from handraise.leads import journal
from handraise.leads.bulk import rows_of
from handraise.leads.decide import Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MOST_STAGES = 14
MOST_REASONS = 40
LONGEST_WAKE = 3650  # days


def ship() -> None:
    """Put the shipped stages and reasons in where there are none yet."""
    if not PipelineStage.objects.exists():
        PipelineStage.objects.bulk_create(
            PipelineStage(name=name, place=place, probability=probability, outcome=outcome)
            for place, (name, probability, outcome) in enumerate(SHIPPED_STAGES)
        )
    if not LostReason.objects.exists():
        LostReason.objects.bulk_create(
            LostReason(name=name, place=place, afterwards=afterwards, wake_after=days)
            for place, (name, afterwards, days) in enumerate(SHIPPED_REASONS)
        )


# Whoever moves a deal into a stage does not wait for others who do, only for one who removes it.
_KEEP = """
    SELECT id FROM deals_pipelinestage WHERE id = %s AND removed_at IS NULL FOR KEY SHARE
"""


def keep(stage: PipelineStage) -> None:
    """See to it that nobody removes this stage before the transaction ends. Raises Refused."""
    if not rows_of(_KEEP, [stage.pk]):
        raise Refused(f"The stage {stage.name} was removed. Choose another one.")


@transaction.atomic
def add_stage(
    *, name: str, probability: int, before: int | None = None, by: User, at: datetime, via: Via
) -> PipelineStage:
    """A new stage of open deals, before another one or after all open ones. Raises Refused."""
    require(by, Permission.ADMINISTER)
    there = _locked_stages()
    if len(there) >= MOST_STAGES:
        raise Refused(f"A pipeline has at most {MOST_STAGES} stages.")
    made = PipelineStage(
        name=_named(name, 60), probability=_percent(probability), outcome=Outcome.OPEN
    )
    opened = [stage for stage in there if stage.outcome == Outcome.OPEN]
    closed = [stage for stage in there if stage.outcome != Outcome.OPEN]
    index = next((i for i, stage in enumerate(opened) if stage.pk == before), len(opened))
    _save(made)
    _place([*opened[:index], made, *opened[index:], *closed])
    _note(f"{by.name} added the stage {made.name} ({made.probability} %).", by=by, at=at, via=via)
    return made


@transaction.atomic
def edit_stage(
    stage: PipelineStage, *, name: str, probability: int, by: User, at: datetime, via: Via
) -> None:
    """Rename a stage or change its probability; that of Won and Lost is fixed. Raises Refused."""
    require(by, Permission.ADMINISTER)
    held = _held(_locked_stages(), stage)
    told = f"{held.name} ({held.probability} %)"
    held.name = _named(name, 60)
    if held.outcome == Outcome.OPEN:
        held.probability = _percent(probability)
    now = f"{held.name} ({held.probability} %)"
    if now != told:
        _save(held)
        _note(f"{by.name} changed the stage {told} to {now}.", by=by, at=at, via=via)


@transaction.atomic
def shift_stage(stage: PipelineStage, *, earlier: bool, by: User, at: datetime, via: Via) -> None:
    """Move an open stage one place earlier or later; at the end of them it stays."""
    require(by, Permission.ADMINISTER)
    there = _locked_stages()
    held = _held(there, stage)
    opened = [one for one in there if one.outcome == Outcome.OPEN]
    if held not in opened:
        raise Refused(f"{held.name} stands at the end.")
    index = opened.index(held)
    other = index - 1 if earlier else index + 1
    if 0 <= other < len(opened):
        opened[index], opened[other] = opened[other], opened[index]
        _place([*opened, *(one for one in there if one.outcome != Outcome.OPEN)])
        word = "earlier" if earlier else "later"
        _note(f"{by.name} put the stage {held.name} {word}.", by=by, at=at, via=via)


@transaction.atomic
def remove_stage(stage: PipelineStage, *, by: User, at: datetime, via: Via) -> None:
    """Remove a stage in which no deal stands. Raises Refused."""
    require(by, Permission.ADMINISTER)
    there = _locked_stages()
    held = _held(there, stage)
    if held.outcome != Outcome.OPEN:
        raise Refused(f"{held.name} cannot be removed: every deal ends won or lost.")
    if sum(one.outcome == Outcome.OPEN for one in there) == 1:
        raise Refused("The last open stage cannot be removed: deals begin in it.")
    count = Deal.objects.filter(stage=held).count()
    if count:
        word = "a deal stands" if count == 1 else f"{count:,} deals stand"
        raise Refused(f"{held.name} cannot be removed: {word} in it. Move them first.")
    held.removed_at = at
    held.save(update_fields=["removed_at"])
    _note(f"{by.name} removed the stage {held.name}.", by=by, at=at, via=via)


@transaction.atomic
def add_reason(
    *, name: str, afterwards: Afterwards, wake_after: int | None, by: User, at: datetime, via: Via
) -> LostReason:
    """A new reason why deals are lost. Raises Refused."""
    require(by, Permission.ADMINISTER)
    there = LostReason.objects.filter(removed_at=None)
    if there.count() >= MOST_REASONS:
        raise Refused(f"There are at most {MOST_REASONS} reasons.")
    place = (LostReason.objects.aggregate(last=Max("place"))["last"] or 0) + 1
    made = LostReason(
        name=_named(name, 80), place=place, afterwards=afterwards,
        wake_after=_days(afterwards, wake_after),
    )  # fmt: skip
    _save(made)
    _note(f"{by.name} added “{made.name}” to why deals are lost.", by=by, at=at, via=via)
    return made


@transaction.atomic
def edit_reason(
    reason: LostReason, *, name: str, afterwards: Afterwards, wake_after: int | None, by: User,
    at: datetime, via: Via,
) -> None:  # fmt: skip
    """Rename a reason, or change what becomes of the lead; deals lost so far keep what became."""
    require(by, Permission.ADMINISTER)
    held = _held_reason(reason)
    old = (held.name, held.afterwards, held.wake_after)
    held.name = _named(name, 80)
    held.afterwards, held.wake_after = afterwards, _days(afterwards, wake_after)
    if (held.name, held.afterwards, held.wake_after) != old:
        _save(held)
        _note(
            f"{by.name} changed why deals are lost: {held.name}, then {held.afterwards}.",
            by=by, at=at, via=via,
        )  # fmt: skip


@transaction.atomic
def remove_reason(reason: LostReason, *, by: User, at: datetime, via: Via) -> None:
    """Offer a reason no longer; deals lost for it keep it. Raises Refused for the last one."""
    require(by, Permission.ADMINISTER)
    held = _held_reason(reason)
    if LostReason.objects.filter(removed_at=None).count() == 1:
        raise Refused("The last reason cannot be removed: a lost deal needs one.")
    held.removed_at = at
    held.save(update_fields=["removed_at"])
    _note(f"{by.name} removed “{held.name}” from why deals are lost.", by=by, at=at, via=via)


def _locked_stages() -> list[PipelineStage]:
    """Every stage in use, in order, held: settings are changed by one person at a time."""
    held = PipelineStage.objects.filter(removed_at=None).select_for_update()
    return sorted(held.order_by("pk"), key=lambda stage: stage.place)


def _held(there: Sequence[PipelineStage], stage: PipelineStage) -> PipelineStage:
    found = next((one for one in there if one.pk == stage.pk), None)
    if found is None:
        raise Refused(f"The stage {stage.name} is removed already.")
    return found


def _held_reason(reason: LostReason) -> LostReason:
    there = LostReason.objects.filter(removed_at=None).select_for_update().order_by("pk")
    found = next((one for one in there if one.pk == reason.pk), None)
    if found is None:
        raise Refused(f"The reason {reason.name} is removed already.")
    return found


def _place(stages: Sequence[PipelineStage]) -> None:
    for place, stage in enumerate(stages):
        stage.place = place
    PipelineStage.objects.bulk_update(stages, ["place"])


def _save(row: PipelineStage | LostReason) -> None:
    if row.pk is None and isinstance(row, PipelineStage):
        row.place = 0
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(f"There is another one called {row.name}.") from None


def _named(name: str, longest: int) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Refused("It needs a name.")
    if len(cleaned) > longest or "\x00" in cleaned:
        raise Refused(f"A name has at most {longest} plain characters.")
    return cleaned


def _percent(probability: int) -> int:
    if not 0 <= probability <= 100:
        raise Refused("A probability lies between 0 and 100 percent.")
    return probability


def _days(afterwards: Afterwards, wake_after: int | None) -> int | None:
    if afterwards is not Afterwards.RECYCLE:
        return None
    if wake_after is None or not 1 <= wake_after <= LONGEST_WAKE:
        raise Refused(f"Say after how many days the lead wakes up: 1 to {LONGEST_WAKE:,}.")
    return wake_after


def _note(said: str, *, by: User, at: datetime, via: Via) -> None:
    journal.write("deals.pipeline_changed", at=at, via=via, by=by, said=said)
