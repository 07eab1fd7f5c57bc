"""Scores follow merges, and follow them back."""

from __future__ import annotations

from handraise.agreement.document import Document
from handraise.leads import actions as leads
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.scoring.queries import scores_at
from handraise.team.models import User
from tests.personas import NOON


def test_a_merged_lead_scores_for_both_and_undone_each_for_itself(
    ada: Lead, gus: Lead, document: Document, rita: User
) -> None:
    apart = list(scores_at(document=document, lead_ids=[ada.pk, gus.pk], at=NOON))
    (ada_alone, gus_alone) = apart

    merge = leads.merge_leads(ada, gus, why="Same person.", by=rita, at=NOON, via=Via.WEB)

    (together,) = scores_at(document=document, lead_ids=[ada.pk], at=NOON)
    assert together.matched[3] == ada_alone.matched[3] + gus_alone.matched[3] == 2
    assert together.interest > ada_alone.interest > gus_alone.interest
    leads.undo_merge(merge, by=rita, at=NOON, via=Via.WEB)
    assert list(scores_at(document=document, lead_ids=[ada.pk, gus.pk], at=NOON)) == apart
