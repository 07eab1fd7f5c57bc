"""The product, told in a dozen lines: what happens to leads when somebody looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.forms.content import deliver_confirmed
from handraise.handover import actions as handover
from handraise.handover.queries import held
from handraise.leads import attention, cards
from handraise.nurture import entering
from handraise.qualification import actions as qualification
from handraise.scoring.actions import rescore, wake_colleagues
from handraise.scoring.windows import wake_at_window_ends


@transaction.atomic
def advance(lead_ids: Sequence[int], *, at: datetime) -> None:
    """Bring these canonical leads up to `at`: score, qualify, hand over, nurture.

    Looks at what is true now, not at what woke it, so it may run twice, late, or for everybody.
    What must be looked at later has an attention row before this returns.
    """
    attention.lock(lead_ids)
    cards.look_when_seen(lead_ids, within=cards.SEEN_EVERY)
    deliver_confirmed(lead_ids, at=at)
    published = agreements.published()
    if published is None:  # nothing is agreed, so nothing means anything yet
        return
    standings = rescore(lead_ids, published=published, at=at)
    wake_colleagues(lead_ids, published=published, at=at)
    wake_at_window_ends(lead_ids, published=published, at=at)
    qualification.review(standings, published=published, at=at, held=held(lead_ids))
    handover.close_moot(lead_ids, at=at)
    handover.mark_cooling(standings, at=at)
    handover.note_touches(lead_ids, at=at)
    handover.note_unanswered(lead_ids, at=at)
    handover.warn(lead_ids, at=at)
    handover.expire(lead_ids, published=published, at=at)
    handover.offer(lead_ids, published=published, at=at)
    entering.enrol_or_stop(lead_ids, at=at)
