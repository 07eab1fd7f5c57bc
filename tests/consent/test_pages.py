"""The pages of consent for people who work here."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from handraise.consent.decide import Kind
from handraise.consent.links import preferences_url
from handraise.consent.models import Purpose, Suppression, SuppressionImport
from handraise.kit import clock
from handraise.leads.actions import record_consent
from handraise.leads.decide import Via
from handraise.leads.models import Consent, Lead
from handraise.team.models import User
from tests.consent.conftest import WORDS, bar, give, leave, may, purpose
from tests.consent.test_confirming import asked
from tests.desk.conftest import client_of
from tests.personas import NOON

pytestmark = pytest.mark.django_db
ADA = "ada@engines.example"


@pytest.fixture
def client(mark: User) -> Client:
    return client_of(mark)


def said(client: Client, url: str, **posted: object) -> str:
    answer = client.post(url, posted, follow=True) if posted else client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def rows(text: str) -> str:
    """The rows of the table of a page."""
    return text.partition("<tbody>")[2].partition("</tbody>")[0]


def test_the_settings_count_and_list_what_is_not_in_use(
    client: Client, ada: Lead, ben: Lead
) -> None:
    give(ada)
    leave(ben)
    record_consent(
        ada, purpose="Old <List>", is_given=True, wording="", by=None, at=NOON, via=Via.API
    )

    text = said(client, "/consent/")

    row = text.partition("Newsletter</a>")[2].partition("</tr>")[0]
    assert row.count('<td class="num">1</td>') == 2
    assert "old &lt;list&gt;" in text
    assert "/consent/new/?code=old%20%3Clist%3E" in text


def test_an_old_code_is_taken_into_use_with_its_consents(client: Client, ada: Lead) -> None:
    record_consent(
        ada, purpose="old list", is_given=True, wording="", by=None, at=NOON, via=Via.API
    )
    assert 'value="old list"' in said(client, "/consent/new/?code=old+list")

    said(client, "/consent/new/", name="Briefings", code="old list", wording=WORDS, basis="consent")

    assert may(ada, "old list")


def test_a_purpose_is_made_changed_and_retired(client: Client) -> None:
    text = said(client, "/consent/new/", name="Tips", wording=WORDS, basis="consent")
    made = Purpose.objects.get(code="tips")
    assert "Tips is here." in text

    told = {"name": "Tips", "wording": "Other words.", "basis": "consent"}
    text = said(client, f"/consent/{made.pk}/", **told)
    assert "version 2" in text
    assert WORDS in text

    said(client, f"/consent/{made.pk}/retirement/", do="retire")
    assert "Retired" in said(client, f"/consent/{made.pk}/")
    said(client, f"/consent/{made.pk}/retirement/", do="bring back")
    assert purpose("tips").retired_at is None


def test_what_is_refused_loses_nothing(client: Client) -> None:
    text = said(client, "/consent/new/", name="Newsletter", wording="My words.", basis="consent")

    assert "There is a purpose with the code newsletter already." in text
    assert "My words." in text


def test_topics_are_added_renamed_and_retired(client: Client) -> None:
    told = purpose("offers")
    assert "The topic is added." in said(client, f"/consent/{told.pk}/topics/", name="<i>Spring")
    topic = told.topics.get()

    text = said(client, f"/consent/topics/{topic.pk}/", name="Summer", do="rename")
    assert 'value="Summer"' in text
    assert "<i>" not in text
    assert "about Summer any more" in said(client, f"/consent/topics/{topic.pk}/", do="retire")


def test_addresses_are_suppressed_found_and_lifted(client: Client) -> None:
    text = said(client, "/consent/suppressed/", addresses=f"{ADA}\nrival.example", why="Asked.")
    assert "2 more are suppressed." in text
    row = Suppression.objects.get(value=ADA)

    assert "rival" not in rows(said(client, "/consent/suppressed/?q=ENGINES"))
    assert ADA not in rows(said(client, "/consent/suppressed/?kind=domain"))
    assert ADA not in rows(said(client, "/consent/suppressed/?lifted=1"))

    text = said(client, f"/consent/suppressed/{row.pk}/lifting/", why="They came back.")
    assert "may be written to again" in text
    assert "They came back." in said(client, "/consent/suppressed/?lifted=1")


def test_a_line_that_is_no_address_is_named_and_nothing_is_lost(client: Client) -> None:
    text = said(client, "/consent/suppressed/", addresses=f"{ADA}\nno address", why="x")

    assert "&#x27;no address&#x27; is neither an e-mail address nor a domain." in text
    assert ADA in text
    assert not Suppression.objects.exists()


def test_the_list_is_shown_page_by_page(client: Client) -> None:
    bar(*(f"p{number:03}@many.example" for number in range(60)))

    first = said(client, "/consent/suppressed/")
    older = first.partition("?before=")[2].partition('"')[0]
    second = said(client, f"/consent/suppressed/?before={older}")

    assert (first.count("</tr>"), second.count("</tr>")) == (51, 11)


def test_a_file_is_looked_at_carried_out_and_lifted(client: Client) -> None:
    file = SimpleUploadedFile("old <b>.csv", f"email\n{ADA}\nnothing\n".encode())
    text = said(client, "/consent/lists/new/", file=file, why="Left.")
    made = SuppressionImport.objects.get()
    assert "Nobody is suppressed yet" in text
    assert "line 3" in text
    assert "old &lt;b&gt;.csv" in text

    url = f"/consent/lists/{made.pk}/doing/"
    assert "No more mails to 1 address or domain." in said(client, url, do="carry out")
    assert "Say why" in said(client, url, do="lift")
    lifted = said(client, url, do="lift", why="Wrong.")
    assert "1 address or domain may be written to again." in lifted


def test_a_list_is_pasted_and_forgotten(client: Client) -> None:
    assert "Choose a file, or paste" in said(client, "/consent/lists/new/", why="x")
    said(client, "/consent/lists/new/", text=ADA)
    made = SuppressionImport.objects.get()

    assert "is forgotten" in said(client, f"/consent/lists/{made.pk}/doing/", do="discard")
    assert not SuppressionImport.objects.exists()


def test_the_page_of_a_lead_says_what_was_agreed_and_what_stands_against(
    client: Client, ada: Lead
) -> None:
    at = clock.now()
    give(ada, "events", wording="<script>Yes.", at=at)
    asked(ada, at=at)
    bar(ADA, kind=Kind.BOUNCE, why="No such mailbox")

    text = said(client, f"/lead/{ada.pk}/background/")

    assert "“&lt;script&gt;Yes.”" in text
    assert "told to a colleague" in text
    assert "to confirm newsletter, and has not yet." in text
    assert "come back (since 4 March 2026): No such mailbox." in text


def test_all_that_a_lead_said_is_on_one_page(client: Client, ada: Lead, vera: User) -> None:
    give(ada, topics=["guides"], wording=purpose("newsletter").wording)
    leave(ada, at=clock.now())
    record_consent(
        ada, purpose="old list", is_given=True, wording="", by=None, at=NOON, via=Via.API
    )

    text = said(client, f"/lead/{ada.pk}/consent/")

    assert "version 1 of the wording" in text
    assert "by unsubscribing" in text
    assert "Newsletter: Guides and articles" in text
    assert "not in use" in text
    assert preferences_url(ada.pk, ADA) in text
    assert preferences_url(ada.pk, ADA) not in said(client_of(vera), f"/lead/{ada.pk}/consent/")


def test_what_a_lead_told_is_noted_by_topic_and_for_everything(client: Client, ada: Lead) -> None:
    url = f"/lead/{ada.pk}/consents/"
    said(client, url, purpose="newsletter", is_given="yes", wording="At the fair.")
    said(client, url, purpose="newsletter / guides", is_given="no")
    assert may(ada, at=clock.now())
    assert not may(ada, topic="guides", at=clock.now())

    text = said(client, url, purpose="* everything", is_given="yes")
    assert "one purpose at a time" in text
    said(client, url, purpose="* everything", is_given="no")
    assert not may(ada, at=clock.now())
    assert Consent.objects.filter(is_given=False).count() == 4


def test_what_was_refused_is_still_in_the_form(client: Client, ada: Lead) -> None:
    url = f"/lead/{ada.pk}/consents/"

    text = said(client, url, purpose="* everything", is_given="yes", wording="At the fair.")
    part = client.get(url, headers={"HX-Request": "true"}).content.decode()

    assert "one purpose at a time" in text
    assert "At the fair." in text
    assert "<html" in text
    assert part.startswith("<form")
    assert not Consent.objects.exists()


def test_a_purpose_that_there_is_not_is_refused(client: Client, ada: Lead) -> None:
    said(client, f"/lead/{ada.pk}/consents/", purpose="weather", is_given="yes")

    assert not Consent.objects.exists()
