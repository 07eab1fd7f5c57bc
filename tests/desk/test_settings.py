"""People, teams, keys, the profile and the journal, as revenue operations use them."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from handraise.capture.models import WriteKey
from handraise.kit import clock
from handraise.leads.decide import SourceKind, Via
from handraise.leads.models import JournalLine
from handraise.talk.feeds import person_of, renew_feed
from handraise.team.api_keys import create_api_key, key_of
from handraise.team.models import Team, User
from tests.desk.conftest import client_of
from tests.personas import NOON, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(rita: User) -> Client:
    return client_of(rita)


def said(client: Client, path: str, **given: object) -> str:
    return str(client.post(path, given, follow=True).content.decode())


def test_a_person_is_added_and_can_sign_in(client: Client, rita: User) -> None:
    page = said(client, "/people/new/", name="Lou", email="lou@team.example", role="sales",
                password=PASSWORD)  # fmt: skip

    assert "Lou can sign in with lou@team.example." in page
    assert Client().login(email="lou@team.example", password=PASSWORD)
    line = JournalLine.objects.get(kind="team.person_added")
    assert (line.by, line.said) == (rita, "Lou was added as Sales.")


def test_a_weak_password_and_a_taken_address_are_refused(client: Client, mia: User) -> None:
    told = {"name": "Lou", "role": "sales"}

    page = said(client, "/people/new/", email="lou@team.example", password="1234567", **told)
    assert "too short" in page
    page = said(client, "/people/new/", email=mia.email, password=PASSWORD, **told)
    assert "There is already a person with the address" in page
    assert not User.objects.filter(name="Lou").exists()


def test_a_role_is_changed(client: Client, mia: User) -> None:
    said(client, f"/people/{mia.pk}/", name="Mia", role="sales", weight=2, is_manager="on")

    mia.refresh_from_db()
    assert (mia.role, mia.weight, mia.is_manager, mia.team) == ("sales", 2, True, None)
    assert JournalLine.objects.get(kind="team.person_changed").said == "Mia is now Sales, manager."


def test_a_limit_of_leads_in_hand_is_set_and_shown(client: Client, mia: User) -> None:
    given = {"name": "Mia", "role": "sales_development", "weight": 1}

    page = said(client, f"/people/{mia.pk}/", capacity=30, **given)

    mia.refresh_from_db()
    assert mia.capacity == 30
    assert re.search(r'<td class="num nowrap">0 <span class="soft">of 30</span></td>', page)
    said(client, f"/people/{mia.pk}/", capacity="", **given)
    mia.refresh_from_db()
    assert mia.capacity is None


def test_a_forgotten_password_is_replaced(client: Client, mia: User) -> None:
    said(client, f"/people/{mia.pk}/password/", password="quite another one")

    mia.refresh_from_db()
    assert mia.check_password("quite another one")


@pytest.mark.parametrize("page", ["password", "deactivation"])
def test_keys_and_the_calendar_end_with_what_they_were_made_under(
    client: Client, mia: User, rita: User, page: str
) -> None:
    """Whoever was in for a minute may have made them."""
    at = clock.now()
    _, key = create_api_key(mia, name="Script", may_write=False, by=mia, at=at)
    token = renew_feed(by=mia, at=at, via=Via.WEB)
    assert key_of(key, at=at)
    assert person_of(token) == mia

    said(client, f"/people/{mia.pk}/{page}/", password="quite another one")
    if page == "deactivation":
        said(client, f"/people/{mia.pk}/deactivation/", undo="1")

    assert key_of(key, at=at) is None
    assert person_of(token) is None


def test_who_chooses_a_new_password_for_themselves_keeps_their_keys(
    client: Client, rita: User
) -> None:
    _, key = create_api_key(rita, name="Script", may_write=False, by=rita, at=clock.now())

    said(client, f"/people/{rita.pk}/password/", password="quite another one")

    assert key_of(key, at=clock.now()) is not None


def test_somebody_is_locked_out_and_let_in_again(client: Client, mia: User) -> None:
    assert "may no longer sign in." in said(client, f"/people/{mia.pk}/deactivation/")
    mia.refresh_from_db()
    assert not mia.is_active

    assert "may sign in again." in said(client, f"/people/{mia.pk}/deactivation/", undo="1")
    mia.refresh_from_db()
    assert mia.is_active


def test_the_last_of_revenue_operations_cannot_lock_themselves_out(
    client: Client, rita: User
) -> None:
    assert "ask a colleague" in said(client, f"/people/{rita.pk}/deactivation/")


def test_a_team_is_founded_once(client: Client) -> None:
    assert "is a team now" in said(client, "/teams/", name="Enterprise", zone="Europe/Oslo")

    assert "already a team" in said(client, "/teams/", name="enterprise", zone="UTC")
    assert Team.objects.get().zone == "Europe/Oslo"


def test_a_key_is_shown_once_with_something_to_paste(client: Client) -> None:
    page = said(client, "/keys/", name="Our shop", of="server")
    plaintext = re.search(r'id="new-key">(hr_[^<]+)<', page)

    assert plaintext is not None
    assert f'analytics.write_key = "{plaintext[1]}"' in page
    assert f'-u "{plaintext[1]}:"' in page
    assert "data-key" not in page
    again = client.get("/keys/")
    assert plaintext[1] not in again.content.decode()
    assert "no-store" in again.headers["Cache-Control"]


def test_a_websites_key_comes_with_lines_for_its_pages(client: Client) -> None:
    page = said(client, "/keys/", name="Our website", of="website")
    plaintext = re.search(r'id="new-key">(hr_[^<]+)<', page)

    assert plaintext is not None
    assert f'data-key="{plaintext[1]}"' in html.unescape(page)
    assert "analytics.write_key" not in page
    assert WriteKey.objects.get().source.kind == SourceKind.WEBSITE


def test_a_key_is_revoked_for_good(client: Client) -> None:
    said(client, "/keys/", name="Our website", of="website")
    key = WriteKey.objects.get()

    assert "writes nothing any more" in said(client, f"/keys/{key.pk}/revocation/")
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_key_needs_a_name(client: Client) -> None:
    assert "Say what the key is for" in said(client, "/keys/", name=" ", of="website")
    assert "Say what the key is for" in said(client, "/keys/", name="Shop", of="hand")
    assert not WriteKey.objects.exists()


def test_one_sets_ones_own_hours(client: Client, rita: User) -> None:
    days = {f"day{day}": "" for day in range(7)} | {"day0": "8:00-12:00, 13:00 – 16:30"}
    page = said(client, "/profile/", name="Rita", zone="Europe/Madrid", **days)

    rita.refresh_from_db()
    assert "Saved." in page
    assert (rita.zone, rita.hours) == (
        "Europe/Madrid", {"0": [["08:00", "12:00"], ["13:00", "16:30"]]},
    )  # fmt: skip


@pytest.mark.parametrize("hours", ["nine to five", "25:00-26:00", "9-"])
def test_hours_that_cannot_be_read_are_refused(hours: str, client: Client, rita: User) -> None:
    page = said(client, "/profile/", name="Rita", zone="UTC", day0=hours)

    assert "Write spans such as 09:00-17:00" in page


def test_the_journal_is_read_by_kind_and_person(client: Client, mia: User, rita: User) -> None:
    said(client, "/teams/", name="Enterprise", zone="UTC")
    said(client, f"/people/{mia.pk}/deactivation/")

    def lines(address: str) -> str:
        return client.get(f"/journal/{address}").content.decode()

    assert "The team Enterprise was added." in lines("")
    assert "Enterprise" not in lines("?kind=team.person")
    assert "Mia may no longer sign in." in lines(f"?by={rita.pk}")
    assert "No such line" in lines("?by=machine")


def test_a_teams_hours_are_changed_and_bad_ones_refused(rita: User, sales_team: Team) -> None:
    client, page = client_of(rita), f"/teams/{sales_team.pk}/"
    given = {"name": "Sales development", "zone": "Europe/Berlin", "country": "DE", "part": "BY",
             "day0": "08:00-12:00, 13:00-16:00"}  # fmt: skip

    assert client.post(page, given).status_code == 302
    sales_team.refresh_from_db()
    assert sales_team.hours == {"0": [["08:00", "12:00"], ["13:00", "16:00"]]}
    assert (sales_team.zone, sales_team.holidays) == ("Europe/Berlin", "DE-BY")
    refused = client.post(page, {**given, "day0": "morning"})
    assert "Write spans such as" in refused.content.decode()
    Team.objects.create(name="Closing", created_at=NOON)
    taken = client.post(page, {**given, "name": "closing"})
    assert "already a team called closing" in taken.content.decode()
