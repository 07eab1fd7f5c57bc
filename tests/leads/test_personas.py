"""The eight leads are who they are said to be."""

from __future__ import annotations

from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.leads.queries import consents_of, facts_of


def test_all_eight_stand_beside_each_other(
    ada: Lead, ben: Lead, cleo: Lead, dan: Lead, eve: Lead, finn: Lead, gus: Lead, hana: Lead
) -> None:
    everybody = [ada, ben, cleo, dan, eve, finn, gus, hana]

    assert len({lead.pk for lead in everybody}) == 8
    assert ada.company == gus.company
    assert cleo.company is None
    assert (finn.stage, hana.stage) == (Stage.NURTURE, Stage.CUSTOMER)
    assert [consent.is_given for consent in consents_of(eve)] == [False]
    assert {fact.name: fact.truth for fact in facts_of(dan)}["is_competitor"] is True
