"""People talk about a signal of a version: who, when, settled or not, and all of it journalled."""

from __future__ import annotations

from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from handraise.agreement.actions import Refused, change_draft, draft_from
from handraise.agreement.discussing import comment, reopen, reply, resolve
from handraise.agreement.models import Comment, Thread, Version
from handraise.leads.decide import Via
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.agreement.conftest import as_user
from tests.personas import NOON

pytestmark = pytest.mark.django_db
DEMO = "Asked for a demo"


def asked(version: Version, by: User, text: str = "Is 60 too much?", signal: str = DEMO) -> Comment:
    return comment(version, signal, text, by=by, at=NOON, via=Via.WEB)


def test_a_thread_is_begun_answered_settled_and_opened_again(
    in_force: Version, mia: User, mark: User
) -> None:
    thread = asked(in_force, mia).thread
    reply(thread, "Half of them buy.", by=mark, at=NOON, via=Via.WEB)
    resolve(thread, by=mia, at=NOON, via=Via.WEB)
    resolve(thread, by=mark, at=NOON, via=Via.WEB)
    assert Thread.objects.get().resolution.by == mia
    reopen(thread, by=mark, at=NOON, via=Via.WEB)
    reopen(thread, by=mark, at=NOON, via=Via.WEB)

    kinds = JournalLine.objects.filter(data__thread=thread.pk).order_by("id")
    assert list(kinds.values_list("kind", "by__name")) == [
        ("agreement.commented", "Mia"), ("agreement.commented", "Mark"),
        ("agreement.thread_resolved", "Mia"), ("agreement.thread_reopened", "Mark"),
    ]  # fmt: skip


def test_it_refuses_what_says_nothing_or_speaks_of_nothing(in_force: Version, mia: User) -> None:
    for text, sentence in [(" \n", "Write what"), ("x" * 4001, "at most 4,000"), ("\0", "no text")]:
        with pytest.raises(Refused, match=sentence):
            asked(in_force, mia, text)
    with pytest.raises(Refused, match="has no signal 'Nothing'"):
        asked(in_force, mia, signal="Nothing")
    assert not JournalLine.objects.filter(kind="agreement.commented").exists()


def test_viewers_read_and_say_nothing(in_force: Version, mia: User, vera: User) -> None:
    thread = asked(in_force, mia).thread
    client, where = as_user(vera), reverse("agreement_talk", args=[1])

    page = client.get(where).content.decode()

    assert "Is 60 too much?" in page
    assert "<textarea" not in page
    with pytest.raises(PermissionDenied):
        asked(in_force, vera)
    assert client.post(where, {"signal": DEMO, "text": "I?"}).status_code == 403
    for name in ("agreement_answer", "agreement_resolution", "agreement_reopening"):
        assert client.post(reverse(name, args=[thread.pk]), {"text": "I?"}).status_code == 403
    assert Comment.objects.count() == 1


def test_what_is_said_about_a_draft_stays_behind_its_door(
    in_force: Version, mark: User, vera: User
) -> None:
    draft = draft_from(in_force, by=mark, at=NOON, via=Via.WEB)
    asked(draft, mark)

    assert as_user(vera).get(reverse("agreement_talk", args=[2])).status_code == 404


def test_by_pages_and_beside_the_signal(in_force: Version, mia: User, mark: User) -> None:
    where = reverse("agreement_talk", args=[1])
    hers, his = as_user(mia), as_user(mark)

    response = hers.post(where, {"signal": DEMO, "text": "Is <60> too much?"})
    thread = Thread.objects.get()
    his.post(reverse("agreement_answer", args=[thread.pk]), {"text": "No."})

    page = his.get(response.url).content.decode()
    assert "Is &lt;60&gt; too much?" in page
    assert "No." in page
    assert (
        'aria-label="Talk about Asked for a demo">1 open</a>'
        in his.get("/agreement/").content.decode()
    )
    his.post(reverse("agreement_resolution", args=[thread.pk]))
    assert "settled by Mark" in his.get(where).content.decode()
    his.post(reverse("agreement_reopening", args=[thread.pk]))
    assert "settled by" not in his.get(where).content.decode()
    refused = his.post(where, {"signal": "Nothing", "text": "x"}, follow=True)
    assert "has no signal 'Nothing'" in unescape(refused.content.decode())
    assert his.post(reverse("agreement_answer", args=[999]), {"text": "x"}).status_code == 404


def test_a_thread_follows_its_signal_to_a_new_name(in_force: Version, mark: User) -> None:
    draft = draft_from(in_force, by=mark, at=NOON, via=Via.WEB)
    asked(draft, mark)

    change_draft(
        draft, draft.text.replace(DEMO, "Wanted a demo"), note="", by=mark, at=NOON, via=Via.WEB,
        renamed=(DEMO, "Wanted a demo"),
    )  # fmt: skip

    assert Thread.objects.get().signal == "Wanted a demo"
