"""What people say of answers after the fact: it was a person, it was a machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from handraise.leads import journal
from handraise.leads.actions import judge
from handraise.leads.decide import Doubt, Via
from handraise.responses.decide import LABELS, Reason
from handraise.responses.models import Belief, Hit
from handraise.responses.queries import not_counting, of_reason, with_counts
from handraise.team.decide import Refused as Refused
from handraise.team.models import User

AT_ONCE = 5000  # answers that one press changes: their leads are held meanwhile
LONGEST_WHY = 200


@transaction.atomic
def rule(
    hits: Sequence[Hit], *, is_human: bool, why: str = "", by: User, at: datetime, via: Via
) -> int:
    """Say who was at these answers. The ledger takes it down, and scores follow.

    The number of activities that were judged. Refused for what only machines do.
    """
    said = why.replace("\0", "").strip()[:LONGEST_WHY] or "By hand."
    activities = sorted({hit.activity_id for hit in hits if hit.activity_id})
    if not activities:
        raise Refused("Only machines ask like that, so there is nothing that could count.")
    judge(
        activities, doubt=Doubt.BOT, counts=is_human, why=said, by=by, at=at, via=via
    )  # fmt: skip
    return len(activities)


@transaction.atomic
def rule_reason(
    reason: Reason, *, since: datetime, by: User, at: datetime, via: Via
) -> tuple[int, int]:
    """Say that people were at all answers since then that this reason took out, and count now not.

    How many were changed and how many are left, because only so many are changed at once.
    """
    recent = with_counts(Hit.objects.filter(judged_at__isnull=False, at__gt=since))
    wanted = not_counting(of_reason(recent, reason.value))
    chosen = list(wanted[:AT_ONCE])
    if not chosen:
        raise Refused("Nothing of this reason is left out now.")
    label = LABELS[reason]
    said = f"“{label}” is people here."
    count = rule(chosen, is_human=True, why=said, by=by, at=at, via=via)
    journal.write(
        "responses.ruled", at=at, via=via, by=by, data={"reason": reason.value, "count": count},
        said=f"{count} answers to mails count after all: {label}.",
    )  # fmt: skip
    return count, wanted.count()


@transaction.atomic
def believe(reason: Reason, *, is_human: bool, by: User, at: datetime, via: Via) -> None:
    """From now on this reason is no sign of a machine, or is one again. Twice changes nothing."""
    if is_human:
        _, changed = Belief.objects.get_or_create(
            reason=reason.value, defaults={"since": at, "by": by}
        )
    else:
        changed = bool(Belief.objects.filter(reason=reason.value).delete()[0])
    if changed:
        verb = "no longer takes" if is_human else "again takes"
        journal.write(
            "responses.believed", at=at, via=via, by=by,
            said=f"“{LABELS[reason]}” {verb} answers out.",
            data={"reason": reason.value, "is_human": is_human},
        )  # fmt: skip
