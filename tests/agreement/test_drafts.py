"""A draft is begun from a version, changed by several, and keeps every text it had."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from handraise.agreement import shipped
from handraise.agreement.actions import (
    Overtaken,
    Refused,
    change_draft,
    draft_from,
    propose_draft,
    restore,
    sign,
    withdraw,
)
from handraise.agreement.decide import State
from handraise.agreement.models import EarlierText, Version
from handraise.agreement.queries import earlier_texts_visible_to, published
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.agreement.conftest import as_user
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def begun(version: Version, by: User) -> Version:
    return draft_from(version, by=by, at=NOON, via=Via.WEB)


def change(draft: Version, text: str, by: User, seen: int | None = None) -> Version:
    return change_draft(draft, text, note="", by=by, at=NOON, via=Via.WEB, seen=seen)


def test_a_draft_begins_with_the_very_text(in_force: Version, sal: User) -> None:
    draft = begun(in_force, sal)

    assert (draft.text, draft.state, draft.number) == (in_force.text, State.DRAFT, 2)
    assert JournalLine.objects.get(kind="agreement.drafted").said == (
        "Sal began version 2 from version 1."
    )


def test_going_back_is_a_new_version_that_says_so(in_force: Version, mark: User, mia: User) -> None:
    newer = begun(in_force, mark)
    change(newer, newer.text.replace("points: 60", "points: 50"), mark)
    propose_draft(newer, by=mark, at=NOON, via=Via.WEB)
    sign(newer, by=mark, at=NOON, via=Via.WEB)
    sign(newer, by=mia, at=NOON, via=Via.WEB)
    in_force.refresh_from_db()
    assert in_force.state == State.RETIRED

    response = as_user(mia).post(reverse("drafts"), {"from": "1"})

    back = Version.objects.get(number=3)
    assert response.url == reverse("draft", args=[3])
    assert back.text == in_force.text
    assert back.note == "Goes back to what version 1 said."
    held = published()
    assert held is not None
    assert held.number == 2


def test_a_draft_is_no_beginning_for_another(in_force: Version, mark: User) -> None:
    with pytest.raises(Refused, match="is a draft itself"):
        begun(begun(in_force, mark), mark)


def test_it_refuses_a_text_written_over_one_not_seen(
    in_force: Version, mark: User, mia: User
) -> None:
    draft = begun(in_force, mark)
    change(draft, "name: Marks", mark, seen=1)

    with pytest.raises(Overtaken, match="Mark has changed this draft") as caught:
        change(draft, "name: Mias", mia, seen=1)

    assert caught.value.now.text == "name: Marks"
    change(draft, "name: Mias", mia, seen=2)
    assert [(each.revision, each.text) for each in EarlierText.objects.order_by("revision")] == [
        (1, in_force.text), (2, "name: Marks"),
    ]  # fmt: skip


def test_the_same_text_is_no_change(in_force: Version, mark: User) -> None:
    draft = begun(in_force, mark)

    change(draft, draft.text, mark, seen=1)

    assert Version.objects.get(pk=draft.pk).revision == 1
    assert not JournalLine.objects.filter(kind="agreement.draft_changed").exists()


def test_an_earlier_text_comes_back_and_loses_nothing(in_force: Version, mark: User) -> None:
    draft = begun(in_force, mark)
    change(draft, "name: Worse", mark)

    restored = restore(draft, 1, by=mark, at=NOON, via=Via.WEB)

    assert restored.text == in_force.text
    assert [each.text for each in earlier_texts_visible_to(mark, draft.number)] == [
        "name: Worse", in_force.text,
    ]  # fmt: skip
    with pytest.raises(Refused, match="no earlier text 9"):
        restore(draft, 9, by=mark, at=NOON, via=Via.WEB)


def test_viewers_neither_begin_nor_see_drafts(in_force: Version, mark: User, vera: User) -> None:
    draft = begun(in_force, mark)

    with pytest.raises(PermissionDenied):
        begun(in_force, vera)
    with pytest.raises(PermissionDenied):
        earlier_texts_visible_to(vera, draft.number)
    assert as_user(vera).post(reverse("drafts"), {"from": "1"}).status_code == 403
    assert as_user(vera).get(reverse("draft", args=[draft.number])).status_code == 403


def test_what_is_in_force_cannot_be_ended_without_a_follower(
    in_force: Version, rita: User, mark: User
) -> None:
    for by in (rita, mark):
        with pytest.raises(Refused, match="It ends when both sides sign the version that follows"):
            withdraw(in_force, by=by, at=NOON, via=Via.WEB)

    page = as_user(mark).get("/agreement/versions/1/").content.decode()
    assert "there is no way to be without an agreement" in page
    held = published()
    assert held is not None


def test_one_person_signs_one_side_whatever_role_they_are_given(
    in_force: Version, mark: User, mia: User
) -> None:
    draft = begun(in_force, mark)
    propose_draft(draft, by=mark, at=NOON, via=Via.WEB)
    sign(draft, by=mark, at=NOON, via=Via.WEB)
    mark.role = "sales"
    mark.save()

    with pytest.raises(Refused, match="You have signed this version already"):
        sign(draft, by=mark, at=NOON, via=Via.WEB)
    page = as_user(mark).get("/agreement/versions/2/").content.decode()

    assert "Sign for" not in page
    draft.refresh_from_db()
    assert draft.state == State.PROPOSED


def test_the_first_draft_begins_from_a_shipped_text(mark: User) -> None:
    response = as_user(mark).post(reverse("drafts"), {"shipped": "self_serve"})

    assert response.url == reverse("draft", args=[1])
    assert Version.objects.get().text == shipped.text(shipped.Shipped.SELF_SERVE)


def test_drafts_are_shown_to_those_who_may_write_on(
    in_force: Version, mark: User, mia: User, vera: User
) -> None:
    draft = begun(in_force, mark)
    change(draft, draft.text + "# more\n", mia)

    shown = as_user(mark).get("/agreement/").content.decode()

    assert "Version 2 is a draft by Mark, changed" in shown
    assert reverse("draft", args=[2]) in shown
    assert reverse("draft", args=[2]) not in as_user(vera).get("/agreement/").content.decode()


def test_a_faulty_draft_is_opened_as_text_with_its_faults(in_force: Version, mark: User) -> None:
    draft = begun(in_force, mark)
    change(draft, "name: x\nmql: {}\nreasons: []\n", mark)

    page = as_user(mark).get(reverse("agreement_edit", args=[2])).content.decode()

    assert 'id="line-2"' in page
    assert "faults in the text" in page
