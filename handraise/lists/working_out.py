"""Find who is in a list by its condition, and keep that: asked of everybody, written at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from handraise.agreement.condition_text import read_condition
from handraise.agreement.faults import AgreementError
from handraise.agreement.queries import published
from handraise.leads.bulk import execute, ids
from handraise.lists.decide import Kind
from handraise.lists.models import SavedList
from handraise.scoring.holding import holding
from handraise.scoring.plan import CompileError

_EVERY = 1_000  # leads between two looks whether to stop

_LEAVE = """
    DELETE FROM lists_listmember WHERE list_id = %s
      AND NOT EXISTS (SELECT FROM unnest(%s::bigint[]) AS held (id) WHERE held.id = lead_id)
"""
_COME = """
    INSERT INTO lists_listmember (list_id, lead_id, since)
    SELECT %s, held.id, %s FROM unnest(%s::bigint[]) AS held (id)
    ON CONFLICT (list_id, lead_id) DO NOTHING
"""


def work_out(
    list_id: int, *, at: datetime, must_stop: Callable[[], bool] = lambda: False
) -> SavedList | None:
    """Write down who is in the list at `at`. Safe to call again, and by two at once.

    None where the list is gone, or when told to stop: then nothing was written. A condition that
    cannot be asked leaves its fault on the list.
    """
    saved = SavedList.objects.filter(pk=list_id, kind=Kind.CONDITION).first()
    if saved is None:
        return None
    found: list[int] = []
    try:
        agreed = published()
        document = agreed.document if agreed else None
        condition = read_condition(saved.text, document=document)
        for place, held in enumerate(holding([condition], document=document, at=at)):
            if place % _EVERY == 0 and must_stop():
                return None
            if held.truths[0] is True:
                found.append(held.lead_id)
    except (AgreementError, CompileError) as fault:
        return _finish(saved, None, str(fault), at=at)
    return _finish(saved, found, "", at=at)


@transaction.atomic
def _finish(
    saved: SavedList, found: list[int] | None, fault: str, *, at: datetime
) -> SavedList | None:
    """Keep what was found, unless the condition was changed meanwhile or a newer look is kept."""
    current = SavedList.objects.select_for_update(of=("self",), no_key=True)
    kept = current.select_related("owner").filter(pk=saved.pk).first()
    if kept is None or kept.text != saved.text or (kept.as_of is not None and kept.as_of > at):
        return kept
    if found is not None:
        execute(_LEAVE, [kept.pk, ids(found)])
        execute(_COME, [kept.pk, at, ids(found)])
    kept.as_of, kept.asked_at, kept.fault = at, None, fault
    kept.save(update_fields=["as_of", "asked_at", "fault"])
    return kept


def fail(list_id: int, why: str, *, at: datetime) -> None:
    """Note that a list could not be worked out, with the sentence that says why."""
    SavedList.objects.filter(pk=list_id).update(fault=why, as_of=at, asked_at=None)
