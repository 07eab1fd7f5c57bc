"""Rate a lead that was handed over: what marketing learns beside yes and no."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from handraise.handover.decide import Ending
from handraise.handover.models import Handover, Rating
from handraise.handover.queries import ending_of, may_answer
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.qualification.actions import Refused
from handraise.team.models import User

MOST = 5
LONGEST_WORD = 200


def may_rate(user: User, handover: Handover) -> bool:
    """Whether this person may: who was asked or may override, once it was accepted or rejected."""
    is_answered = ending_of(handover) in {Ending.ACCEPTANCE, Ending.REJECTION}
    return is_answered and may_answer(user, handover)


@transaction.atomic
def rate(
    handover: Handover, *, stars: int, word: str = "", by: User, at: datetime, via: Via
) -> Rating:
    """Say how good the lead was. Said again it replaces what one said before; the journal keeps
    both. Raises Refused with a sentence."""
    locked = Handover.objects.select_for_update().get(pk=handover.pk)
    word = " ".join(word.split())
    if not may_rate(by, locked):
        raise Refused("Who answered for a lead rates it, once it was accepted or given back.")
    if not 1 <= stars <= MOST:
        raise Refused(f"Rate it from 1 to {MOST}.")
    if len(word) > LONGEST_WORD or "\x00" in word:
        raise Refused(f"A rating has at most {LONGEST_WORD} characters of text.")
    rated, _ = Rating.objects.update_or_create(
        handover=locked, by=by, defaults={"stars": stars, "word": word, "at": at}
    )
    said = f"{by} rated the lead {stars} of {MOST}" + (f": {word}" if word else ".")
    journal.write(
        "handover.rated", at=at, via=via, lead_id=locked.lead.canonical_id, by=by, said=said,
        data={"handover": locked.pk, "stars": stars},
    )  # fmt: skip
    return rated


__all__ = ["LONGEST_WORD", "MOST", "may_rate", "rate"]
