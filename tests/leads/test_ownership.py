"""Whose a lead is already, and why."""

from __future__ import annotations

import pytest

from handraise.leads.actions import Refused, set_company_owner
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Company, JournalLine, Lead
from handraise.leads.ownership import Tie, ties_of
from handraise.leads.record import record
from handraise.team.models import User
from tests.leads.said import facts, group, lead_of
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db


def company(name: str, *, owner: User | None = None) -> Company:
    """A company of that name, known by a number of our own."""
    record([group({"name": name}, group_id=name, user_id=f"at {name}", at=NOON)], at=NOON)
    made = Company.objects.get(group_id=name)
    set_company_owner(made, owner=owner, by=None, at=NOON, via=Via.WEB)
    return made


def privately(name: str, company_name: str) -> Lead:
    """A lead with a free mailbox, who told where they work."""
    email = f"{name.lower()}@gmail.com"
    record([facts({"name": name, "company.name": company_name}, email=email, at=NOON)], at=NOON)
    return lead_of("email", email)


def said(lead: Lead) -> list[str]:
    return [tie.said for tie in ties_of([lead.pk]).get(lead.pk, [])]


def test_nobody_owns_a_stranger() -> None:
    assert ties_of([lead("Ada").pk]) == {}


def test_the_lead_comes_before_its_company_and_that_before_a_colleague(
    mia: User, nils: User, sal: User
) -> None:
    ada, bea = lead("Ada"), lead("Bea")
    Lead.objects.filter(pk=ada.pk).update(owner=mia)
    Lead.objects.filter(pk=bea.pk).update(owner=sal, stage=Stage.SALES_ACCEPTED)
    acme = Company.objects.get(domain="acme.example")
    set_company_owner(acme, owner=nils, by=None, at=NOON, via=Via.WEB)

    assert ties_of([ada.pk]) == {
        ada.pk: [
            Tie(mia.pk, "Mia", "owns this lead"),
            Tie(nils.pk, "Nils", "owns acme.example"),
            Tie(sal.pk, "Sal", "owns Bea of the same company"),
        ]
    }


def test_a_colleague_counts_while_sales_works_with_them(mia: User) -> None:
    ada, bea = lead("Ada"), lead("Bea")
    Lead.objects.filter(pk=bea.pk).update(owner=mia, stage=Stage.NURTURE)

    assert said(ada) == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [("ACME Corp.", "Acme Corporation"), ("acme", "ACME GmbH & Co. KG"),
     ("A.C.M.E. s.r.l.", "A C M E"), ("Société Générale SA", "SOCIÉTÉ GÉNÉRALE"),
     ("Acme, Inc.", "Acme Holding Ltd")],
)  # fmt: skip
def test_a_company_is_known_by_its_name_without_its_legal_form(
    typed: str, known: str, mia: User
) -> None:
    company(known, owner=mia)

    assert said(privately("Ada", typed)) == [f"owns {known}, taken to be “{typed}”"]


@pytest.mark.parametrize(
    ("typed", "known"), [("Delta Air", "Delta Airlines"), ("AG", "SA"), ("", "Acme"), ("Co", "Co")]
)
def test_a_name_that_is_only_alike_is_not_taken_for_another(
    typed: str, known: str, mia: User
) -> None:
    company(known, owner=mia)

    assert said(privately("Ada", typed)) == []


def test_who_has_left_owns_nothing_and_hides_nobody(mia: User, nils: User) -> None:
    ada, bea, cara = lead("Ada"), lead("Bea"), lead("Cara")
    Lead.objects.filter(pk__in=[ada.pk, cara.pk]).update(owner=mia)
    Lead.objects.filter(pk=bea.pk).update(owner=nils)
    Lead.objects.filter(pk__in=[bea.pk, cara.pk]).update(stage=Stage.CUSTOMER)
    company("Acme GmbH", owner=mia)
    company("Acme Ltd", owner=nils)
    User.objects.filter(pk=mia.pk).update(is_active=False)

    assert said(ada) == ["owns Bea of the same company"]
    assert said(privately("Dan", "Acme")) == ["owns Acme Ltd, taken to be “Acme”"]


def test_a_name_of_two_owners_tells_nothing(mia: User, nils: User) -> None:
    company("Acme GmbH", owner=mia)
    company("Acme Ltd", owner=nils)

    assert said(privately("Ada", "Acme")) == []


def test_a_company_is_given_to_somebody_who_works_here(mia: User, mark: User) -> None:
    acme = company("Acme")

    set_company_owner(acme, owner=mia, by=mark, at=NOON, via=Via.WEB)
    set_company_owner(acme, owner=mia, by=mark, at=NOON, via=Via.WEB)

    line = JournalLine.objects.get(kind="leads.company_owned")
    assert (line.said, line.by, line.company_id) == ("Mia owns Acme now.", mark, acme.pk)
    mia.is_active = False
    with pytest.raises(Refused, match="does not work here any more"):
        set_company_owner(acme, owner=mia, by=mark, at=NOON, via=Via.WEB)
