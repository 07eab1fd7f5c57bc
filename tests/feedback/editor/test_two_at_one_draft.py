"""Two people edit one draft: both changes stand, or the second is told and decides."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from handraise.agreement.models import EarlierText, Version
from handraise.agreement.reading import read
from handraise.team.models import User
from tests.feedback.editor.conftest import as_user, sent, shown
from tests.feedback.editor.fields_of import fields_of

pytestmark = pytest.mark.django_db


def signal(draft: Version, place: int, key: str = "intent") -> str:
    return reverse("draft_part_at", args=[draft.number, key, place])


def opened(user: User, where: str) -> dict[str, str]:
    return fields_of(shown(user, where)) | {"deed": "save"}


def test_changes_of_different_parts_both_stand(draft: Version, mark: User, mia: User) -> None:
    marks, mias = opened(mark, signal(draft, 0)), opened(mia, signal(draft, 4))

    sent(mark, signal(draft, 0), **(marks | {"points": "11"}))
    response = as_user(mia).post(signal(draft, 4), mias | {"points": "44"}, follow=True)

    assert "Mark changed another part meanwhile; both changes stand" in response.content.decode()
    draft.refresh_from_db()
    assert [read(draft.text).intent[place].points for place in (0, 4)] == [11, 44]


def test_the_second_of_one_part_is_told_of_the_first(draft: Version, mark: User, mia: User) -> None:
    marks, mias = opened(mark, signal(draft, 4)), opened(mia, signal(draft, 4))

    sent(mark, signal(draft, 4), **(marks | {"points": "55"}))
    page = unescape(sent(mia, signal(draft, 4), **(mias | {"points": "44"})).content.decode())

    assert "Mark has changed this meanwhile. It now says: " in page
    assert "points: 55" in page
    assert fields_of(page)["points"] == "44"
    assert read(Version.objects.get(pk=draft.pk).text).intent[4].points == 55

    sent(mia, signal(draft, 4), **(fields_of(page) | {"deed": "save"}))
    draft.refresh_from_db()
    assert read(draft.text).intent[4].points == 44
    texts = EarlierText.objects.filter(version=draft).order_by("revision")
    assert "points: 55" in texts.last().text  # type: ignore[union-attr]


def test_a_signal_that_moved_up_is_found_again(draft: Version, mark: User, mia: User) -> None:
    mias = opened(mia, signal(draft, 4))
    removal = reverse("draft_removal", args=[draft.number, "intent", 0])
    sent(mark, removal, **fields_of(shown(mark, removal)))

    response = sent(mia, signal(draft, 4), **(mias | {"points": "44"}))

    assert response.status_code == 302
    draft.refresh_from_db()
    assert read(draft.text).intent[3].name == "Asked for a demo"
    assert read(draft.text).intent[3].points == 44


def test_a_signal_that_was_removed_is_added_only_knowingly(
    draft: Version, mark: User, mia: User
) -> None:
    mias = opened(mia, signal(draft, 4))
    removal = reverse("draft_removal", args=[draft.number, "intent", 4])
    sent(mark, removal, **fields_of(shown(mark, removal)))

    page = unescape(sent(mia, signal(draft, 4), **(mias | {"points": "44"})).content.decode())

    assert "Mark has removed or renamed this meanwhile. Saving adds yours as a new one." in page
    names = [each.name for each in read(Version.objects.get(pk=draft.pk).text).intent]
    assert "Asked for a demo" not in names
    sent(mia, signal(draft, 4), **(fields_of(page) | {"deed": "save"}))
    draft.refresh_from_db()
    assert read(draft.text).intent[-1].name == "Asked for a demo"
    assert len(read(draft.text).intent) == len(names) + 1


def test_a_removal_is_refused_when_the_signal_was_changed(
    draft: Version, mark: User, mia: User
) -> None:
    removal = reverse("draft_removal", args=[draft.number, "intent", 4])
    asked = fields_of(shown(mia, removal))
    sent(mark, signal(draft, 4), **(opened(mark, signal(draft, 4)) | {"points": "55"}))

    response = as_user(mia).post(removal, asked, follow=True)

    assert "so it was not removed" in response.content.decode()
    draft.refresh_from_db()
    assert read(draft.text).intent[4].points == 55


def test_the_whole_text_is_never_saved_over_what_somebody_else_wrote(
    draft: Version, mark: User, mia: User
) -> None:
    where = reverse("agreement_edit", args=[draft.number])
    mias = fields_of(shown(mia, where))
    sent(mark, signal(draft, 4), **(opened(mark, signal(draft, 4)) | {"points": "55"}))

    typed = mias["text"].replace("name: First agreement", "name: Second agreement")
    page = unescape(sent(mia, where, **(mias | {"text": typed, "deed": "draft"})).content.decode())

    assert "Mark has changed this draft since you opened it." in page
    assert "-name: First agreement" in page
    assert "points: 55" in page
    assert "name: Second agreement" in fields_of(page)["text"]
    assert Version.objects.get(pk=draft.pk).text.count("Second agreement") == 0
    sent(mia, where, **(fields_of(page) | {"deed": "draft"}))
    draft.refresh_from_db()
    assert draft.text.count("Second agreement") == 1


def test_a_draft_is_not_proposed_unseen(draft: Version, mark: User, mia: User) -> None:
    seen = str(draft.revision)
    sent(mark, signal(draft, 4), **(opened(mark, signal(draft, 4)) | {"points": "55"}))

    proposal = reverse("agreement_proposal", args=[draft.number])
    response = as_user(mia).post(proposal, {"revision": seen}, follow=True)

    assert "Mark has changed this draft since you opened it." in response.content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_an_earlier_text_is_brought_back(draft: Version, mark: User) -> None:
    before = draft.text
    sent(mark, signal(draft, 4), **(opened(mark, signal(draft, 4)) | {"points": "55"}))
    page = shown(mark, reverse("draft_history", args=[draft.number]))
    assert "Asked for a demo: points 60 → 55" in unescape(page)

    back = reverse("draft_restoration", args=[draft.number, 1])
    sent(mark, back, revision="2")

    draft.refresh_from_db()
    assert (draft.text, draft.revision) == (before, 3)
    assert sent(mark, back, revision="2").status_code == 302
    assert Version.objects.get(pk=draft.pk).revision == 3


def test_a_proposal_is_edited_no_more(draft: Version, mark: User) -> None:
    given = opened(mark, signal(draft, 4)) | {"points": "55"}
    sent(mark, reverse("agreement_proposal", args=[draft.number]))

    response = as_user(mark).post(signal(draft, 4), given, follow=True)

    assert "only a draft can be changed" in response.content.decode()


def test_a_form_left_open_goes_to_where_the_draft_went(draft: Version, mark: User) -> None:
    given = opened(mark, signal(draft, 4)) | {"deed": "check"}
    sent(mark, reverse("agreement_proposal", args=[draft.number]))

    response = as_user(mark).post(signal(draft, 4), given, headers={"hx-request": "true"})

    assert response.headers["HX-Redirect"] == reverse("agreement_version", args=[draft.number])


def test_the_note_is_never_kept_with_an_older_text(draft: Version, mark: User) -> None:
    sent(mark, signal(draft, 4), **(opened(mark, signal(draft, 4)) | {"points": "55"}))

    sent(mark, reverse("draft_note", args=[draft.number]), note="Why")

    draft.refresh_from_db()
    assert "points: 55" in draft.text


def test_a_note_is_not_written_over_one_that_was_not_seen(
    draft: Version, mark: User, mia: User
) -> None:
    where, seen = reverse("draft_note", args=[draft.number]), str(draft.revision)

    sent(mark, where, note="Demos count too much.", revision=seen)
    refused = sent(mia, where, note="Prices, rather.", revision=seen)

    draft.refresh_from_db()
    assert draft.note == "Demos count too much."
    (told,) = (str(each) for each in get_messages(refused.wsgi_request))
    assert told.endswith("The note was not kept: Prices, rather.")
