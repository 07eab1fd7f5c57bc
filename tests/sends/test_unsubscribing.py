"""One press leaves (RFC 8058), from a mail program or on the page; looking leaves nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from handraise.kit import clock
from handraise.leads.actions import create_lead, merge_leads, undo_merge
from handraise.leads.decide import Via
from handraise.leads.models import Consent, Lead
from handraise.messaging.models import MessageVersion
from handraise.sends import links
from handraise.sends.models import Send
from handraise.team.models import User
from tests.consent.conftest import give, may
from tests.personas import NOON
from tests.sends.conftest import message, people, send
from tests.world import said

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FORM = "application/x-www-form-urlencoded"
BODY = "List-Unsubscribe=One-Click"


@pytest.fixture
def ada() -> Lead:
    (lead,) = people(1)
    give(lead)
    return lead


@pytest.fixture
def mailed(version: MessageVersion, ada: Lead) -> Send:
    """A mail that Ada has got."""
    return _to(send(version, ada), ada.email)


def _to(made: Send, address: str) -> Send:
    Send.objects.filter(pk=made.pk).update(address=address)
    made.refresh_from_db()
    return made


def path_of(made: Send) -> str:
    return f"/u/{links.token(made.pk, links.Kind.UNSUBSCRIBE)}/"


def stranger() -> Client:
    """A mail program: no cookies, and whatever needs a token against forgery fails."""
    return Client(enforce_csrf_checks=True)


def agrees(lead: Lead, topic: str = "") -> bool:
    return may(lead, "newsletter", topic, at=clock.now())


def test_the_link_of_the_mail_leads_here(mailed: Send, settings: Any) -> None:
    assert links.unsubscribe_url(mailed.pk) == settings.ADDRESS + path_of(mailed)


def test_one_post_as_multipart_leaves(mailed: Send, ada: Lead) -> None:
    answer = stranger().post(path_of(mailed), ONE_CLICK)

    assert answer.status_code == 200
    assert not answer.cookies
    assert not agrees(ada)
    assert said(ada, "leads.consented")[-1].startswith("Consent withdrawn (by unsubscribing)")


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", "", "text/plain"])
def test_one_post_as_a_form_leaves(mailed: Send, ada: Lead, kind: str) -> None:
    answer = stranger().post(path_of(mailed), BODY, content_type=kind)

    assert answer.status_code == 200
    assert not agrees(ada)


def test_posting_again_changes_nothing(mailed: Send, ada: Lead) -> None:
    for _ in range(3):
        assert stranger().post(path_of(mailed), ONE_CLICK).status_code == 200

    assert Consent.objects.filter(is_given=False).count() == 1
    assert len(said(ada)) == 2


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_leaves_nothing(mailed: Send, ada: Lead, method: str) -> None:
    before = said(ada)

    answer: HttpResponse = getattr(stranger(), method)(path_of(mailed), ONE_CLICK)

    assert answer.status_code == 200
    assert agrees(ada)
    assert said(ada) == before


def test_the_page_has_a_button_and_the_way_to_choose(mailed: Send, ada: Lead) -> None:
    page = stranger().get(path_of(mailed)).content.decode()

    assert "Leave “Newsletter”" in page
    assert 'name="List-Unsubscribe" value="One-Click"' in page
    assert "/preferences/" in page
    assert ada.email not in page
    assert "p…@acme-0.example" in page


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", FORM),
        ("List-Unsubscribe=Two-Clicks", FORM),
        ("list=One-Click", FORM),
        ("&".join(f"a{number}=1" for number in range(30)) + f"&{BODY}", FORM),
        ("\xff\x00" * 50, FORM),
        ("{}", "application/json"),
    ],
)
def test_a_post_without_the_pair_leaves_nothing(
    mailed: Send, ada: Lead, body: str, kind: str
) -> None:
    answer = stranger().post(path_of(mailed), body.encode("latin-1"), content_type=kind)

    assert answer.status_code == 400
    assert "Leave “Newsletter”" in answer.content.decode()
    assert agrees(ada)


def test_a_broken_or_endless_body_leaves_nothing(mailed: Send, ada: Lead) -> None:
    broken = stranger().post(
        path_of(mailed), b"--x\r\nnonsense", content_type="multipart/form-data"
    )
    endless = stranger().post(path_of(mailed), BODY + "&" * 3_000_000, content_type=FORM)

    assert (broken.status_code, endless.status_code) == (400, 400)
    assert agrees(ada)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(mailed: Send, method: str) -> None:
    assert getattr(stranger(), method)(path_of(mailed)).status_code == 405


def test_what_is_no_token_of_ours_is_not_found_and_always_looks_alike(mailed: Send) -> None:
    good = links.token(mailed.pk, links.Kind.UNSUBSCRIBE)
    forged = [
        "x", "a" * 5000, f"{good[:-1]}{'A' if good[-1] != 'A' else 'B'}", f"{good}{good}", "%00",
        links.token(mailed.pk, links.Kind.CLICK, 1), links.token(mailed.pk, links.Kind.OPEN),
        links.token(987_654_321, links.Kind.UNSUBSCRIBE), "ü", "..",
    ]  # fmt: skip

    answers = [stranger().post(f"/u/{token}/", ONE_CLICK) for token in forged if token != ".."]
    looks = [stranger().get(f"/u/{token}/") for token in forged if token != ".."]

    assert {answer.status_code for answer in [*answers, *looks]} == {404}
    assert len({answer.content for answer in [*answers, *looks]}) == 1


def test_a_topic_is_left_by_itself(version: MessageVersion, ada: Lead) -> None:
    mailed = _to(send(version, ada, topic="guides"), ada.email)

    answer = stranger().post(path_of(mailed), ONE_CLICK)

    assert "Guides and articles (Newsletter)" in answer.content.decode()
    assert not agrees(ada, "guides")
    assert agrees(ada, "customer-stories")


def test_a_topic_that_is_no_more_leaves_the_whole(version: MessageVersion, ada: Lead) -> None:
    mailed = _to(send(version, ada, topic="gone"), ada.email)

    assert stranger().post(path_of(mailed), ONE_CLICK).status_code == 200
    assert not agrees(ada)


def test_a_purpose_that_is_no_more_is_left_all_the_same(mark: User, ada: Lead) -> None:
    mailed = _to(send(message(mark, "old", purpose="old news"), ada), ada.email)

    answer = stranger().post(path_of(mailed), ONE_CLICK)

    assert answer.status_code == 200
    assert Consent.objects.filter(purpose="old news", is_given=False).count() == 1


def test_what_was_asked_for_is_left_with_everything(mark: User, ada: Lead) -> None:
    mailed = _to(send(message(mark, "thanks", purpose=""), ada), ada.email)

    assert "Leave all our mails?" in stranger().get(path_of(mailed)).content.decode()
    stranger().post(path_of(mailed), ONE_CLICK)

    assert not agrees(ada)
    assert not may(ada, "events", at=clock.now())


def test_a_merged_lead_leaves_as_the_one_it_became(
    rita: User, version: MessageVersion, ada: Lead, mailed: Send
) -> None:
    other = create_lead(facts={"email": "ada@home.example"}, by=rita, at=NOON, via=Via.WEB)
    merge = merge_leads(other, ada, why="Same.", by=rita, at=NOON, via=Via.WEB)
    give(other)

    stranger().post(path_of(mailed), ONE_CLICK)
    assert not agrees(other)

    late = _to(send(version, other), ada.email)
    undo_merge(merge, by=rita, at=timezone.now(), via=Via.WEB)
    give(ada, at=clock.now())
    stranger().post(path_of(late), ONE_CLICK)
    assert not agrees(ada)
    assert not agrees(other)


def test_a_lead_taken_back_with_its_import_can_still_leave(mailed: Send, ada: Lead) -> None:
    Lead.objects.filter(pk=ada.pk).update(withdrawn_at=NOON)

    assert stranger().post(path_of(mailed), ONE_CLICK).status_code == 200
    assert not agrees(ada)


def test_whoever_is_signed_in_here_may_press_too(mailed: Send, ada: Lead, vera: User) -> None:
    client = Client()
    client.force_login(vera)

    answer = client.post(path_of(mailed), ONE_CLICK)

    assert answer.status_code == 200
    assert not agrees(ada)
