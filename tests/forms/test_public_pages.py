"""A stranger at a form: no sign-in, scripts or cookies, and no way to learn anything."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from handraise.forms import links
from handraise.forms.actions import begin, close
from handraise.forms.models import Form, Shown, Submission
from handraise.forms.queries import places_of
from handraise.kit import clock
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Via
from handraise.leads.record import record
from handraise.team.models import User
from tests.forms.conftest import ADA, HOW, NEWS, ada, document, form, stranger, submitted
from tests.leads.said import facts, lead_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db


def ticket_of(answer: Any) -> str:
    found = re.search(r'name="_ticket" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def shown(made: Form, query: str = "", client: Client | None = None) -> str:
    answer = (client or stranger()).get(f"/forms/{made.code}/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def post(made: Form, answers: dict[str, str], **more: Any) -> Any:
    """Send answers from the form's own page, which was shown long enough ago."""
    assert made.published is not None
    names = [field.name for field in made.published.document.fields]
    boxes = range(len(made.published.document.consents))
    at = clock.now() - timedelta(seconds=30)
    ticket = links.ticket(made.code, made.published.number, names, boxes, at=at)
    return stranger().post(f"/forms/{made.code}/", {**answers, "_ticket": ticket}, **more)


def test_a_stranger_fills_it_in_without_a_cookie(guide: Form) -> None:
    client = stranger()
    shown(guide, client=client)

    answer = post(guide, ADA)

    thanks = client.get(answer.headers["Location"])
    assert (answer.status_code, thanks.status_code) == (302, 200)
    assert "Thank you" in thanks.content.decode()
    assert not client.cookies
    assert ada().name == "Ada Lovelace"


def test_nothing_typed_is_lost_and_each_fault_is_said(guide: Form) -> None:
    answer = post(guide, {**ADA, "e-mail": "ada@", "message": '"><script>alert(1)</script>'})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "That is not an e-mail address" in text
    assert 'value="Lovelace"' in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_no_box_is_ticked_beforehand(mark: User) -> None:
    assert "checked" not in shown(form(mark, document(consents=(NEWS,))))


def test_a_stranger_sees_the_first_of_the_queue_whatever_is_known(guide: Form) -> None:
    submitted(guide, size="20")

    text = shown(guide)

    assert "How many are you?" in text
    assert "What do you do?" not in text


def test_a_personal_link_asks_only_what_is_not_known(guide: Form) -> None:
    submitted(guide, size="20")
    query = links.personal_url("guide", ada().pk, at=clock.now()).partition("/forms/guide/")[2]

    text = shown(guide, query)

    assert "Work e-mail" not in text
    assert "First name" not in text
    assert "How many are you?" not in text
    assert "What do you do?" in text
    assert "When do you decide?" not in text
    assert "Ada" not in text
    assert "engines" not in text


def test_answers_by_a_personal_link_are_of_its_lead(guide: Form) -> None:
    submitted(guide, size="20")
    at = clock.now() - timedelta(seconds=30)
    ticket = links.ticket("guide", 1, ["role"], [], at=at, personal=ada().pk)

    stranger().post("/forms/guide/", {"role": "Head of Sales", "_ticket": ticket})

    assert ada().title == "Head of Sales"
    assert Submission.objects.filter(personal=ada()).count() == 1


def test_a_forged_personal_link_is_a_strangers(guide: Form) -> None:
    submitted(guide, size="20")
    token = links.personal_token(ada().pk, at=clock.now())

    for forged in (token[:-2] + "xx", str(ada().pk), "null", "\0"):
        assert "Work e-mail" in shown(guide, f"?for={forged}")


def test_a_personal_link_of_a_merged_lead_is_of_the_one_it_became(guide: Form) -> None:
    old = record([facts(email="a@b.example")], at=NOON).lead_ids[0]
    submitted(guide, size="20")
    merge_leads(ada(), lead_of("email", "a@b.example"), why="One.", by=None, at=NOON, via=Via.WEB)
    token = links.personal_token(old, at=clock.now())

    assert "How many are you?" not in shown(guide, f"?for={token}")


def test_what_follows_is_the_same_for_known_and_unknown_addresses(mark: User) -> None:
    made = form(mark, document(consents=(NEWS,)))
    submitted(made)

    answers = [post(made, {**ADA, "e-mail": mail, "consent-0": "yes"})
               for mail in ("ada@engines.example", "new@engines.example")]  # fmt: skip

    pages = [stranger().get(answer.headers["Location"]).content for answer in answers]
    assert pages[0] == pages[1]


def test_thanks_go_only_to_addresses_that_the_form_allows(mark: User) -> None:
    ours = ("https://tide.example/thanks", "https://tide.example/merci")
    made = form(mark, document(thanks_urls=ours))

    assert post(made, ADA).headers["Location"] == ours[0]
    french = post(made, {**ADA, "message": "a", "_thanks": ours[1]})
    assert french.headers["Location"] == ours[1]
    for elsewhere in ("https://evil.example/", f"{ours[0]}.evil.example", "//evil.example"):
        answer = post(made, {**ADA, "message": elsewhere, "_thanks": elsewhere})
        assert answer.headers["Location"] == ours[0]


def test_copied_html_is_taken_from_any_site(guide: Form) -> None:
    answer = stranger().post(
        "/forms/guide/", {**ADA, "_version": "1"},
        headers={"origin": "https://other.example", "referer": "https://other.example/a?secret=1"},
    )  # fmt: skip

    assert answer.status_code == 302
    assert Submission.objects.get().page == "https://other.example/a"


def test_only_sites_named_may_hold_it(mark: User) -> None:
    made = form(mark, document(sites=("https://tide.example",)))

    policy = stranger().get("/forms/guide/").headers["Content-Security-Policy"]
    refused = post(made, ADA, headers={"origin": "https://evil.example"})
    taken = post(made, ADA, headers={"origin": "https://tide.example"})

    assert "frame-ancestors 'self' https://tide.example" in policy
    assert (refused.status_code, taken.status_code) == (403, 302)
    assert "Ada" in refused.content.decode()
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert taken.headers["Access-Control-Allow-Origin"] == "https://tide.example"


def test_our_own_page_is_ours_behind_a_proxy(mark: User, settings: Any) -> None:
    settings.ADDRESS = "https://hands.example"
    made = form(mark, document(sites=("https://tide.example",)))

    assert post(made, ADA, headers={"origin": "https://hands.example"}).status_code == 302


def test_a_script_is_answered_in_json(guide: Form) -> None:
    wants = {"accept": "application/json", "origin": "https://other.example"}

    wrong = post(guide, {"e-mail": "x"}, headers=wants)
    right = post(guide, ADA, headers=wants)

    assert wrong.status_code == 422
    assert set(wrong.json()["faults"]) == {"first-name", "last-name", "e-mail"}
    assert right.json()["ok"] is True
    assert "Access-Control-Allow-Credentials" not in right.headers


def test_it_may_be_framed_elsewhere_but_our_own_pages_may_not(guide: Form, mark: User) -> None:
    public = stranger().get("/forms/guide/")
    client = Client()
    client.force_login(mark)

    assert "X-Frame-Options" not in public.headers
    assert "frame-ancestors *" in public.headers["Content-Security-Policy"]
    assert client.get(f"/forms/{guide.pk}/").headers["X-Frame-Options"] == "DENY"


def test_more_than_a_form_can_hold_is_not_even_read(guide: Form) -> None:
    text = stranger().post("/forms/guide/", {**ADA, "message": "x" * 1_000_000})
    flood = stranger().post("/forms/guide/", {**ADA, "message": "x" * 3_000_000})

    assert text.status_code == 422
    assert "At most 5,000 characters" in text.content.decode()
    assert flood.status_code == 413
    assert not Submission.objects.exists()


def test_a_draft_and_a_closed_form_take_nothing(guide: Form, mark: User) -> None:
    begin(name="Draft", code="draft", by=mark, **HOW)
    close(guide, by=mark, **HOW)

    nothing = stranger().get("/forms/draft/")
    assert nothing.status_code == 404
    assert "There is nothing at this address" in nothing.content.decode()
    assert "Today" not in nothing.content.decode()
    assert stranger().get("/forms/guide/").status_code == 410
    assert post(guide, ADA).status_code == 410
    assert not Submission.objects.exists()


def test_it_is_counted_where_it_is_shown_but_not_to_machines(guide: Form) -> None:
    shown(guide)
    shown(guide, "?embed=1&page=https://tide.example/guide%3Fmail=a@b.c")
    Client(headers={"user-agent": "Googlebot/2.1"}).get("/forms/guide/")

    counted = dict(Shown.objects.values_list("page", "count"))
    assert counted == {"": 1, "https://tide.example/guide": 1}


def test_its_own_page_is_one_place(guide: Form) -> None:
    shown(guide)
    own = f"http://testserver/forms/{guide.code}/?utm_source=x"

    post(guide, ADA, headers={"Referer": own})

    assert [(one.page, one.shown, one.sent) for one in places_of(guide)] == [("", 1, 1)]
    other = {**ADA, "email": "ben@acme.example"}
    post(guide, other, headers={"Referer": "https://tideline.example/guides?x=1"})
    assert ("https://tideline.example/guides", 0, 1) in {
        (one.page, one.shown, one.sent) for one in places_of(guide)
    }
