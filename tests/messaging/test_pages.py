"""The pages: nothing typed is lost, it is checked as it is typed, a preview can do nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from handraise.leads.models import Lead
from handraise.messaging.decide import outlined
from handraise.messaging.models import House, Message
from handraise.messaging.starting import starts
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.messaging.conftest import mail, version

pytestmark = pytest.mark.django_db


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def typed(
    inside: str = "<mj-text>Hi {{ lead.first_name }}</mj-text>", **told: Any
) -> dict[str, Any]:
    usual = {"seen": 1, "subject": "Hello", "preheader": "", "mjml": mail(inside), "text": ""}
    return {**usual, **told}


def test_a_message_is_begun_from_a_shipped_one_and_published(mark: User) -> None:
    client = client_of(mark)
    House.objects.create(name="Tideline", address="1 Quay Street")
    begun = {"name": "Welcome", "code": "hello", "purpose": "newsletter", "start": "guide-welcome"}

    client.post(reverse("new_message"), begun)

    words = starts()["guide-welcome"].words
    told = {"seen": 1, "subject": words.subject, "mjml": words.mjml, "deed": "publish"}
    answer = client.post(reverse("message", args=["hello"]), told, follow=True)
    assert "Welcome is published" in text_of(answer)
    assert Message.objects.get().published is not None
    assert "version 1 is sent" in text_of(client.get(reverse("messages")))


def test_what_cannot_be_published_is_kept_and_says_why(mark: User) -> None:
    version(mark)
    told = typed("<mj-text>{{ lead.nam }} &lt;b&gt;</mj-text>", deed="publish")

    answer = client_of(mark).post(reverse("message", args=["welcome"]), told)

    assert "line 2: There is no lead.nam. Did you mean lead.name?" in text_of(answer)
    assert "{{ lead.nam }} &amp;lt;b&amp;gt;" in text_of(answer)
    assert "lead.nam" in Message.objects.get().versions.get(published_at=None).mjml


def test_what_a_colleague_kept_meanwhile_is_told_with_nothing_lost(mark: User, rita: User) -> None:
    version(mark)
    page = reverse("message", args=["welcome"])
    client_of(rita).post(page, typed("<mj-text>Rita</mj-text>"))

    answer = client_of(mark).post(page, typed("<mj-text>Mark</mj-text>"))

    assert "Rita has changed Welcome since" in text_of(answer)
    assert "&lt;mj-text&gt;Mark" in text_of(answer)
    assert 'name="seen" value="2"' in text_of(answer)


def test_it_is_checked_and_shown_for_a_real_lead_while_it_is_typed(mark: User, ada: Lead) -> None:
    version(mark)
    told = typed(lead="Ada", subject="For {{ lead.first_name }} <b>")

    answer = text_of(client_of(mark).post(reverse("message_check", args=["welcome"]), told))

    assert "<strong>For Ada &lt;b&gt;</strong>" in answer
    assert "It says no key message" in answer
    assert "Tried on 1 lead: it can be said to 1 of them" in answer


def test_the_frame_of_a_preview_has_a_policy_that_lets_it_do_nothing(mark: User, ada: Lead) -> None:
    version(mark)
    client = client_of(mark)

    answer = client.post(reverse("message_sheet", args=["welcome"]), typed(lead="Ada"))

    assert "Hi Ada" in text_of(answer)
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = client.get(reverse("message", args=["welcome"])).headers["Content-Security-Policy"]
    assert "unsafe" not in page
    assert "frame-src 'self'" in page


def test_a_test_is_sent_to_oneself_or_says_why_not(mark: User, ada: Lead) -> None:
    version(mark)
    client, page = client_of(mark), reverse("message_test", args=["welcome"])

    assert "On its way to mark@team.example" in text_of(client.post(page, typed(lead="Ada")))
    assert "name another lead" in text_of(client.post(page, typed(lead="Nobody at all")))
    wrong = text_of(client.post(page, typed("<mj-txt></mj-txt>", lead="Ada")))
    assert "There is no &lt;mj-txt&gt;" in wrong
    assert Outgoing.objects.count() == 1


def test_settings_hold_at_once_and_a_taken_code_says_so(mark: User) -> None:
    version(mark, purpose="")
    client = client_of(mark)
    told = {"seen": 1, "name": "Hi", "sender": "owner", "utm_source": "journey"}

    client.post(reverse("message_settings", args=["welcome"]), told)

    made = Message.objects.get()
    assert (made.name, made.sender, made.utm_source) == ("Hi", "owner", "journey")
    again = client.post(reverse("new_message"), {"name": "x", "code": "welcome", "start": "blank"})
    assert "There is a message welcome." in text_of(again)


def test_an_older_version_is_brought_back_from_its_page(mark: User) -> None:
    version(mark)
    client = client_of(mark)
    client.post(reverse("message", args=["welcome"]), typed(deed="publish"))
    page = reverse("message_versions", args=["welcome"])
    made = Message.objects.get()
    assert "Hi {{ lead.first_name }}" in text_of(client.get(page))

    client.post(page, {"number": 1, "seen": made.seen})

    assert "Good to have you" in made.versions.get(published_at=None).mjml
    assert client.post(page, {"number": "x", "seen": "1"}).status_code == 404


def test_who_only_looks_sees_the_words_and_no_button(mark: User, vera: User) -> None:
    version(mark)

    answer = text_of(client_of(vera).get(reverse("message", args=["welcome"])))

    assert "Good to have you" in answer
    assert "Publish" not in answer
    assert client_of(vera).post(reverse("message", args=["welcome"]), typed()).status_code == 403


def test_the_house_needs_a_name_and_an_address(mark: User) -> None:
    client = client_of(mark)

    client.post(reverse("house"), {"name": "Tideline", "address": "1 Quay Street"})
    client.post(reverse("house"), {"name": "Tideline", "address": " "})

    assert House.objects.get().address == "1 Quay Street"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Still on your list?", "Still on your list?"),
        ("Hi {{ lead.first_name | default: 'there' }}, a word", "Hi ‹first name›, a word"),
        ("Welcome{% if company.name %} {{ company.name }}{% endif %}", "Welcome ‹company name›"),
        ("Did {% if read %}{{ read | first }}{% else %}the guide{% endif %} answer it?",
         "Did ‹read› / the guide answer it?"),
        ("{{ broken", "{{ broken"),
    ],
)  # fmt: skip
def test_a_list_names_what_a_subject_says_of_each(subject: str, shown: str) -> None:
    assert outlined(subject) == shown
