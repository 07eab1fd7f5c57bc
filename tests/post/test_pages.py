"""Writing and meeting as people do it: from the page of the lead, without losing what was typed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.actions import post_hook
from handraise.post.decide import Standing, State
from handraise.post.letters import write_letter
from handraise.post.meetings import Plan, book_meeting
from handraise.post.models import Letter, Meeting, Outgoing, TeamServer
from handraise.post.sending import send_mails
from handraise.team.models import Team, User
from tests.desk.conftest import client_of
from tests.post.conftest import Mailbox

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def tomorrow() -> datetime:
    return (clock.now() + DAY).replace(tzinfo=None, microsecond=0)


def meeting_with(lead: Lead, by: User, at: datetime | None = None) -> Meeting:
    """One that begins an hour after it is booked."""
    at = at or clock.now()
    plan = Plan("Demo", (at + timedelta(hours=1)).replace(tzinfo=None), 30, "UTC")
    return book_meeting(lead, plan, by=by, at=at, via=Via.WEB)


def asked(**changed: Any) -> dict[str, Any]:
    """The form of a meeting as a browser sends it."""
    return {"subject": "Demo", "local": tomorrow().isoformat(timespec="minutes"), "minutes": "30",
            "zone": "UTC", "place": "", "message": "", **changed}  # fmt: skip


def test_a_letter_is_written_and_shown_with_its_undo(ada: Lead, mia: User) -> None:
    client = client_of(mia)
    sent = {"subject": "Your <demo>", "text": "Hello!", "once": "a"}

    answer = client.post(f"/lead/{ada.pk}/letters/new/", sent, follow=True)

    shown = answer.content.decode()
    assert "Your &lt;demo&gt;" in shown
    assert "leaves in 5" in shown
    assert f"/letter/{Letter.objects.get().pk}/undoing/" in shown


def test_undoing_gives_the_text_back(ada: Lead, mia: User) -> None:
    at = clock.now()
    letter = write_letter(ada, subject="Demo", text="Dear Ada", by=mia, at=at, via=Via.WEB)

    answer = client_of(mia).post(f"/letter/{letter.pk}/undoing/", follow=True)

    assert "nothing has left" in answer.content.decode()
    assert "Dear Ada</textarea>" in answer.content.decode()
    letter.outgoing.refresh_from_db()
    assert letter.outgoing.state == State.TAKEN_BACK


@pytest.mark.parametrize(
    "told",
    [
        {"text": "x" * 1_000_000, "subject": "Long"},
        {"text": "NUL \x00", "subject": "Odd"},
        {"text": "Hello", "subject": "One\u2028two"},
        {"text": "Hello", "subject": ""},
    ],
)
def test_what_is_refused_is_not_lost(ada: Lead, mia: User, told: dict[str, str]) -> None:
    answer = client_of(mia).post(f"/lead/{ada.pk}/letters/new/", told)

    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode() or "alert" in answer.content.decode()
    assert told["text"][:5] in answer.content.decode()
    assert not Letter.objects.exists()


def test_a_script_may_hand_in_the_text(ada: Lead, mia: User) -> None:
    answer = client_of(mia).get(f"/lead/{ada.pk}/letters/new/?subject=Demo&text=%3Cb%3EDear")

    assert "&lt;b&gt;Dear</textarea>" in answer.content.decode()


def test_withdrawn_consent_and_a_missing_server_are_said(
    eve: Lead, mia: User, settings: Any
) -> None:
    settings.SMTP_URL = ""

    shown = client_of(mia).get(f"/lead/{eve.pk}/letters/new/").content.decode()

    assert "withdrew consent (newsletter)" in shown
    assert "No mail server is set up" in shown


def test_an_unclear_letter_is_sent_again_by_its_button(
    mailbox: Mailbox, ada: Lead, mia: User
) -> None:
    at = clock.now()
    letter = write_letter(ada, subject="Demo", text="Hi", by=mia, at=at - DAY, via=Via.WEB)
    mailbox.hangs_up = True
    send_mails(at=at)
    client = client_of(mia)
    assert "may not have arrived" in client.get("/").content.decode()

    client.post(f"/letter/{letter.pk}/sending/")

    letter.outgoing.refresh_from_db()
    assert letter.outgoing.state == State.WAITING


def test_a_meeting_is_booked_and_shown(ada: Lead, mia: User, sal: User) -> None:
    answer = client_of(mia).post(
        f"/lead/{ada.pk}/meetings/new/", asked(colleagues=[sal.pk]), follow=True
    )

    assert "The invitation leaves in a minute" in answer.content.decode()
    assert list(Meeting.objects.get().colleagues.all()) == [sal]


def test_a_conflict_is_said_and_booked_only_on_demand(ada: Lead, ben: Lead, mia: User) -> None:
    client = client_of(mia)
    client.post(f"/lead/{ada.pk}/meetings/new/", asked())

    answer = client.post(f"/lead/{ben.pk}/meetings/new/", asked(message="Do come."))
    assert "another meeting" in answer.content.decode()
    assert "Do come." in answer.content.decode()
    assert Meeting.objects.count() == 1

    client.post(f"/lead/{ben.pk}/meetings/new/", asked(despite="on"))
    assert Meeting.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"local": "2001-01-01T10:00"},
        {"local": "soon"},
        {"local": "9999-12-31T23:59"},
        {"minutes": "-1"},
        {"zone": "Nowhere"},
        {"subject": "a\x00b"},
        {"colleagues": ["987654"]},
    ],
)
def test_a_meeting_that_cannot_be_is_refused_in_words(
    ada: Lead, mia: User, wrong: dict[str, Any]
) -> None:
    answer = client_of(mia).post(f"/lead/{ada.pk}/meetings/new/", asked(**wrong, message="Do!"))

    assert answer.status_code == 200
    assert "Do!" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_a_meeting_is_moved_on_its_page(ada: Lead, mia: User) -> None:
    meeting = meeting_with(ada, mia)
    later = (tomorrow() + DAY).isoformat(timespec="minutes")

    client_of(mia).post(f"/meeting/{meeting.pk}/", asked(local=later))

    meeting.refresh_from_db()
    assert meeting.sequence == 1
    assert meeting.starts_at.replace(tzinfo=None).isoformat(timespec="minutes") == later


def test_others_may_look_at_a_meeting_and_not_move_it(ada: Lead, mia: User, nils: User) -> None:
    meeting = meeting_with(ada, mia)

    assert client_of(nils).get(f"/meeting/{meeting.pk}/").status_code == 200
    assert client_of(nils).post(f"/meeting/{meeting.pk}/", asked()).status_code == 403


def test_today_asks_whether_it_took_place_and_takes_the_answer(ada: Lead, mia: User) -> None:
    meeting = meeting_with(ada, mia, clock.now() - DAY)
    client = client_of(mia)
    assert "Did it take place?" in client.get("/").content.decode()
    assert "Did it take place?" in client.get(f"/lead/{ada.pk}/").content.decode()

    told = {"came": "yes", "word": "They want it.", "back": "/"}
    answer = client.post(f"/meeting/{meeting.pk}/answer/", told)

    assert answer.headers["Location"] == "/"
    meeting.refresh_from_db()
    assert (meeting.standing, meeting.word) == (Standing.HELD, "They want it.")
    assert "Did it take place?" not in client.get("/").content.decode()


def test_an_answer_leads_nowhere_else(ada: Lead, mia: User) -> None:
    meeting = meeting_with(ada, mia, clock.now() - DAY)

    told = {"came": "them", "back": "https://evil.example/"}
    answer = client_of(mia).post(f"/meeting/{meeting.pk}/answer/", told)

    assert answer.headers["Location"] == f"/meeting/{meeting.pk}/"


def test_calling_off_on_its_page(ada: Lead, mia: User) -> None:
    meeting = meeting_with(ada, mia)

    client_of(mia).post(f"/meeting/{meeting.pk}/calling-off/", {"word": "Ill."})

    meeting.refresh_from_db()
    assert (meeting.standing, meeting.word) == (Standing.CALLED_OFF, "Ill.")


def test_a_team_has_a_server_of_its_own(
    mailbox: Mailbox, rita: User, mia: User, sales_team: Team, ada: Lead, settings: Any
) -> None:
    settings.SMTP_URL = settings.MAIL_FROM = ""
    client = client_of(rita)
    assert "No mail server is set up" in client.get("/mail/").content.decode()
    told = {"mail_from": "hello@tideline.example", "host": "127.0.0.1", "port": mailbox.port,
            "security": "plain", "user": "", "password": ""}  # fmt: skip
    client.post(f"/mail/team/{sales_team.pk}/", told)

    client.post("/mail/tests/", {"team": sales_team.pk})
    send_mails(at=clock.now())

    assert mailbox.one().mail_from == "hello@tideline.example"
    assert mailbox.one().to == ["rita@team.example"]


def test_a_password_is_kept_sealed_and_goes_with_its_server(
    rita: User, sales_team: Team, settings: Any
) -> None:
    client, address = client_of(rita), f"/mail/team/{sales_team.pk}/"
    told = {"mail_from": "", "host": "smtp.acme.example", "port": 587, "security": "starttls",
            "user": "mia", "password": "sesame"}  # fmt: skip
    client.post(address, told)

    kept = TeamServer.objects.get()
    assert "sesame" not in kept.sealed
    assert "sesame" not in client.get(address).content.decode()
    client.post(address, {**told, "password": ""})
    assert TeamServer.objects.get().sealed == kept.sealed
    client.post(address, {**told, "password": "", "host": "smtp.evil.example"})
    assert TeamServer.objects.get().sealed == ""


def test_with_another_secret_key_mails_wait_and_the_page_says_why(
    mailbox: Mailbox, rita: User, mia: User, sales_team: Team, ada: Lead, settings: Any
) -> None:
    told = {"mail_from": "", "host": "127.0.0.1", "port": mailbox.port, "security": "plain",
            "user": "mia", "password": "sesame"}  # fmt: skip
    client_of(rita).post(f"/mail/team/{sales_team.pk}/", told)
    letter = write_letter(ada, subject="Hi", text="Hi.", by=mia, at=clock.now() - DAY, via=Via.WEB)
    settings.SECRET_KEY = "another"

    assert send_mails(at=clock.now()) == 0

    assert letter.outgoing.state == State.WAITING
    assert "another secret key" in client_of(rita).get("/mail/").content.decode()


def test_what_did_not_arrive_is_listed_without_the_secret_of_an_address(rita: User) -> None:
    at = clock.now()
    row = post_hook(url="https://hooks.example/T0/secret", payload={}, about="t", at=at)
    Outgoing.objects.filter(pk=row.pk).update(state=State.FAILED, last_error="404 <gone>")
    client = client_of(rita)

    shown = client.get("/mail/").content.decode()
    client.post(f"/mail/outgoing/{row.pk}/sending/")

    assert "404 &lt;gone&gt;" in shown
    assert "secret" not in shown
    row.refresh_from_db()
    assert row.state == State.WAITING
