"""Who may make, see, change and remove lists, and what is refused."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from handraise.agreement.faults import AgreementError
from handraise.leads.decide import Refused, Via
from handraise.leads.models import JournalLine
from handraise.lists import actions
from handraise.lists.models import ListMember, SavedList
from handraise.lists.queries import list_visible_to, lists_visible_to, overviews
from handraise.team.models import User
from tests.lists.conftest import by_condition, fixed, names_in
from tests.personas import NOON
from tests.world import lead

pytestmark = pytest.mark.django_db


def test_a_private_list_is_there_for_its_owner_alone(mia: User, rita: User) -> None:
    secret, open_one = fixed(mia, name="Secret"), fixed(mia, name="Open", is_shared=True)

    assert list(lists_visible_to(mia)) == [open_one, secret]
    assert list(lists_visible_to(rita)) == [open_one]
    with pytest.raises(SavedList.DoesNotExist):
        list_visible_to(rita, secret.pk)


def test_a_shared_list_is_filled_by_everybody_and_changed_by_its_owner_or_a_manager(
    mia: User, mark: User, rita: User, vera: User
) -> None:
    ada, fair = lead("Ada"), fixed(mia, is_shared=True)

    assert actions.put_in(fair, ada, by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        actions.put_in(fair, ada, by=vera, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        actions.change(fair, name="X", is_shared=True, by=mark, at=NOON, via=Via.WEB)
    actions.change(fair, name="Fairs", is_shared=True, by=rita, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="for Mia to say"):
        actions.change(fair, name="Fairs", is_shared=False, by=rita, at=NOON, via=Via.WEB)

    assert SavedList.objects.get().name == "Fairs"


def test_nobody_puts_leads_into_the_private_list_of_another(mia: User, rita: User) -> None:
    secret = fixed(mia)

    with pytest.raises(PermissionDenied):
        actions.put_in(secret, lead("Ada"), by=rita, at=NOON, via=Via.WEB)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("country: {starts_wiht: ger}", "line 1, country.starts_wiht"),
        ("all:\n  - title: x\n  - country: {at_least: many}", "line 3"),
        ("email_domain: {in_list: nowhere}", "There is no list 'nowhere'"),
        ("fit: {at_least: 30}", "No agreement is in force"),
        ("title: x\n\ttitle: y", "line 2"),
        ("[1, 2]", "A condition is a mapping"),
        ("a: " + "x" * 20_001, "at most 20,000 characters"),
        ('title: "a\\0b"', "U+0000"),
        ("any: [" + ", ".join(["{a: b}"] * 401) + "]", "400 tests"),
    ],
)
def test_a_condition_with_a_fault_is_refused_with_its_line(
    text: str, sentence: str, mia: User
) -> None:
    with pytest.raises(AgreementError) as refused:
        actions.create(name="Wrong", text=text, by=mia, at=NOON, via=Via.WEB)

    assert sentence in str(refused.value)
    assert not SavedList.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b"])
def test_a_name_that_is_none_is_refused(name: str, mia: User) -> None:
    with pytest.raises(Refused):
        actions.create(name=name, by=mia, at=NOON, via=Via.WEB)


def test_one_person_has_one_list_of_a_name(mia: User, rita: User) -> None:
    fixed(mia, name="Fair")
    fixed(rita, name="fair")

    with pytest.raises(Refused, match="has a list called FAIR already"):
        fixed(mia, name="FAIR")


def test_a_new_condition_forgets_who_was_in(mia: User) -> None:
    lead("Ada", country="Germany")
    germans = by_condition("country: germany", mia)

    changed = actions.change(
        germans, name="N", text="country: norway", is_shared=False, by=mia, at=NOON, via=Via.WEB
    )

    assert names_in(changed) == []
    assert changed.as_of is None


def test_another_name_alone_keeps_who_is_in(mia: User) -> None:
    lead("Ada", country="Germany")
    germans = by_condition("country: germany", mia)

    changed = actions.change(
        germans, name="Deutschland", text=germans.text, is_shared=True, by=mia, at=NOON,
        via=Via.WEB,
    )  # fmt: skip

    assert names_in(changed) == ["Ada"]


def test_a_removed_list_leaves_its_leads_and_a_line(mia: User) -> None:
    ada, fair = lead("Ada"), fixed(mia, is_shared=True)
    actions.put_in(fair, ada, by=mia, at=NOON, via=Via.WEB)

    actions.remove(fair, by=mia, at=NOON, via=Via.WEB)

    assert not ListMember.objects.exists()
    assert JournalLine.objects.get(kind="lists.removed").said == "Mia removed the list “Fair”."
    with pytest.raises(Refused, match="has been removed"):
        actions.put_in(fair, ada, by=mia, at=NOON, via=Via.WEB)


def test_the_overview_counts_current_leads(mia: User) -> None:
    fair = fixed(mia)
    actions.put_in(fair, lead("Ada"), by=mia, at=NOON, via=Via.WEB)

    (one,) = overviews(mia)

    assert (one.saved, one.size, one.may_change) == (fair, 1, True)
