"""What people do to a lead on its page: done, said, or refused with a sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from handraise.handover.models import Handover
from handraise.kit import clock
from handraise.leads import attention
from handraise.leads.decide import Stage
from handraise.leads.models import Activity, Consent, Lead, Merge, ParkedLead
from handraise.leads.queries import facts_of
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.world import lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(mia: User) -> Client:
    return client_of(mia)


def said(client: Client, path: str, **given: object) -> str:
    """Post this, follow, and give the page that one lands on."""
    answer = client.post(path, given, follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_lead_is_created_by_hand(client: Client, mia: User) -> None:
    page = said(client, "/leads/new/", name="Lucía Bravo", email="lucia@bravo.example",
                company__name="Bravo Cargo", source="A fair")  # fmt: skip

    made = Lead.objects.get(email="lucia@bravo.example")
    assert "Lucía Bravo is here." in page
    assert (made.name, str(made.company)) == ("Lucía Bravo", "Bravo Cargo")


def test_a_lead_without_anything_to_know_it_by_is_refused(client: Client) -> None:
    page = said(client, "/leads/new/", title="Owner")

    assert "Write at least a name" in page
    assert not Lead.objects.exists()


def test_editing_writes_only_what_changed(client: Client, ada: Lead) -> None:
    known = {fact.name: fact.value for fact in facts_of(ada)}

    said(client, f"/lead/{ada.pk}/edit/", name=known["name"], email=known["email"],
         title="Chief of Staff", more_name="budget", more_value="50000")  # fmt: skip

    facts = {fact.name: fact for fact in facts_of(ada)}
    assert (facts["title"].value, facts["title"].by) == ("Chief of Staff", client_user(client))
    assert facts["budget"].value == 50000
    assert facts["name"].by is None


def client_user(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_tags_come_and_go(client: Client, ada: Lead) -> None:
    said(client, f"/lead/{ada.pk}/tags/", add="fair, hot")
    said(client, f"/lead/{ada.pk}/tags/", remove="hot")

    ada.refresh_from_db()
    assert ada.tags == ["fair"]


def test_a_call_is_logged_with_what_was_said(client: Client, ada: Lead) -> None:
    page = said(client, f"/lead/{ada.pk}/activities/", name="Called", note="They decide in May.")

    logged = Activity.objects.get(name="Called")
    assert (logged.properties, logged.by) == (
        {"note": "They decide in May."}, client_user(client),
    )  # fmt: skip
    assert "Logged: Called." in page
    assert "They decide in May." in page


def test_what_the_agreement_reads_can_be_logged_and_nothing_else(client: Client, ada: Lead) -> None:
    said(client, f"/lead/{ada.pk}/activities/", name="Demo Requested")
    page = said(client, f"/lead/{ada.pk}/activities/", name="Won The Lottery")

    assert Activity.objects.filter(name="Demo Requested").count() == 2
    assert "Select a valid choice" in page


def test_an_owner_is_set_and_taken_away(client: Client, ada: Lead, mia: User) -> None:
    said(client, f"/lead/{ada.pk}/owner/", owner=mia.pk)
    ada.refresh_from_db()
    assert ada.owner == mia

    said(client, f"/lead/{ada.pk}/owner/", owner="")
    ada.refresh_from_db()
    assert ada.owner is None


def test_moving_by_hand_needs_a_reason_and_says_so(client: Client, ada: Lead) -> None:
    page = said(client, f"/lead/{ada.pk}/moves/", to=Stage.NURTURE)
    assert "Please say why." in page

    page = said(client, f"/lead/{ada.pk}/moves/", to=Stage.NURTURE, reason="Budget next year.")
    ada.refresh_from_db()
    assert ada.stage == Stage.NURTURE
    assert "Moved to Nurture." in page


def test_consent_is_noted_with_its_words(client: Client, ada: Lead) -> None:
    said(client, f"/lead/{ada.pk}/consents/", purpose="newsletter", is_given="no", wording="Stop.")

    consent = Consent.objects.get()
    assert (consent.purpose, consent.is_given, consent.wording) == ("newsletter", False, "Stop.")


def test_two_leads_become_one_and_two_again(client: Client, ada: Lead) -> None:
    twin = lead("Gus", "page", at=clock.now())
    page = client.get(f"/lead/{ada.pk}/merges/?q=gus").content.decode()
    assert f'value="{twin.pk}"' in page

    said(client, f"/lead/{ada.pk}/merges/", merged=twin.pk, why="Same person.")
    assert client.get(f"/lead/{twin.pk}/").headers["Location"] == f"/lead/{ada.pk}/"

    page = said(client, f"/merge/{Merge.objects.get().pk}/undoing/")
    assert "They are two leads again." in page
    assert client.get(f"/lead/{twin.pk}/").status_code == 200


def test_a_lead_is_not_merged_with_itself(client: Client, ada: Lead) -> None:
    said(client, f"/lead/{ada.pk}/merges/", merged=ada.pk)

    assert not Merge.objects.exists()


def test_an_activity_judged_a_machines_no_longer_counts(client: Client, ada: Lead) -> None:
    activity = Activity.objects.get(name="Demo Requested")

    page = said(client, f"/activity/{activity.pk}/judgement/", counts="no")
    assert "Does not count" in page

    page = said(client, f"/activity/{activity.pk}/judgement/", counts="yes")
    assert "Does not count" not in page


def test_a_parked_lead_is_tried_again(ada: Lead, rita: User) -> None:
    attention.park(ada.pk, error="It broke.", at=clock.now())

    page = said(client_of(rita), f"/parked/{ParkedLead.objects.get().pk}/clearing/")

    assert ParkedLead.objects.get().cleared_at is not None
    assert "is looked at again" in page


def test_looking_back_shows_what_was_known_then(client: Client, ada: Lead) -> None:
    before = (clock.now() - timedelta(days=1)).isoformat()

    page = client.get(f"/lead/{ada.pk}/", {"at": before}).content.decode()

    assert "As known on" in page
    assert "Demo Requested" not in page
    assert "popovertarget" not in page
    assert "Nobody had heard of them yet." in page


def test_what_was_offered_later_is_left_out_when_looking_back(
    client: Client, handover: Handover
) -> None:
    before = (clock.now() - timedelta(days=1)).isoformat()

    now = client.get(f"/lead/{handover.lead_id}/").content.decode()
    then = client.get(f"/lead/{handover.lead_id}/", {"at": before}).content.decode()

    assert "Handovers" in now
    assert "Handovers" not in then


@pytest.mark.parametrize("at", ["rubbish", "2999-01-01T00:00", "0001-01-01T00:00", ""])
def test_an_instant_that_makes_no_sense_is_now_or_nothing(
    at: str, client: Client, ada: Lead
) -> None:
    assert client.get(f"/lead/{ada.pk}/", {"at": at}).status_code == 200


def test_the_history_of_a_lead_comes_in_pages(client: Client, ada: Lead) -> None:
    lead("Ada", *["page"] * 60, at=clock.now())

    page = client.get(f"/lead/{ada.pk}/").content.decode()
    more = (
        page.split('class="timeline"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    )
    rest = client.get(more, headers={"HX-Request": "true"}).content.decode()

    assert page.count('class="dot"') == 15
    assert rest.count('class="dot"') == 40
    assert "<html" not in rest


def test_a_reason_that_the_agreement_does_not_know_is_refused(
    client: Client, handover: Handover
) -> None:
    page = said(client, f"/handover/{handover.pk}/rejection/", reason="Because")

    assert "callout--bad" in page
    handover.refresh_from_db()
    assert handover.ended_at is None
