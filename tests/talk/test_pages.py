"""The pages of notes, tasks and news, as a browser without scripts sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Company, Lead
from handraise.talk.actions import notify
from handraise.talk.models import Feed, Note, Notification, Preference, Task
from handraise.talk.noting import remove_note, write_note
from handraise.talk.queries import digest_hour_of, preferences_of
from handraise.talk.tasking import add_task
from handraise.team.models import User
from tests.desk.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(mia: User) -> Client:
    return client_of(mia)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_note_is_written_on_the_page_of_a_lead(browser: Client, ada: Lead) -> None:
    page = f"/lead/{ada.pk}/"

    answer = browser.post(f"{page}notes/", {"text": "<i>Calls</i> back", "next": page})

    assert (answer.status_code, answer.headers["Location"]) == (302, page)
    assert "&lt;i&gt;Calls&lt;/i&gt; back" in text(browser.get(page))


@pytest.mark.parametrize("given", ["x" * 1_000_000, "a\x00b", ""], ids=["megabyte", "nul", "empty"])
def test_a_refused_note_is_not_lost(browser: Client, ada: Lead, given: str) -> None:
    answer = browser.post(f"/lead/{ada.pk}/notes/", {"text": given})

    assert answer.status_code == 200
    assert 'role="alert"' in text(answer)
    assert given.replace("\x00", "") in text(answer).replace("\x00", "")
    assert not Note.objects.exists()


def test_it_goes_back_to_no_other_site(browser: Client, ada: Lead) -> None:
    for other in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = browser.post(f"/lead/{ada.pk}/notes/", {"text": "x", "next": other})
        assert answer.headers["Location"] == f"/lead/{ada.pk}/"


def test_a_note_is_changed_and_removed(browser: Client, ada: Lead, mia: User) -> None:
    note = write_note(ada, "Yes", by=mia, at=clock.now(), via=Via.WEB)

    browser.post(f"/note/{note.pk}/", {"text": "No"})
    shown = text(browser.get(f"/lead/{ada.pk}/notes/"))
    browser.post(f"/note/{note.pk}/removal/")
    after = text(browser.get(f"/lead/{ada.pk}/notes/"))

    assert "What it said before" in shown
    assert "Removed by Mia" in after
    assert "What it said before" not in after


def test_a_company_shows_its_notes(browser: Client, mia: User) -> None:
    acme = Company.objects.create(name="Acme", created_at=clock.now())

    browser.post(f"/company/{acme.pk}/notes/", {"text": "Moves to Lyon"})

    assert "Moves to Lyon" in text(browser.get(f"/company/{acme.pk}/"))


def test_names_are_suggested(browser: Client, nils: User, mark: User, vera: User) -> None:
    User.objects.filter(pk__in=[mark.pk, vera.pk]).update(name="Kim <b>")

    shown = text(browser.get("/note/people/?q=ki"))

    assert 'data-value="mark@team.example"' in shown
    assert "Kim &lt;b&gt;" in shown
    assert 'data-value="Nils"' in text(browser.get("/note/people/?q=NI"))
    assert "<li" not in text(browser.get("/note/people/?q=%00"))


def test_a_task_is_added_in_ones_own_zone(
    browser: Client, ada: Lead, mia: User, nils: User
) -> None:
    User.objects.filter(pk=mia.pk).update(zone="America/New_York")

    browser.post("/tasks/", {"text": "Call", "day": "2027-07-01", "hour": "09:30",
                             "assignee": nils.pk, "lead": ada.pk, "priority": "1"})  # fmt: skip

    made = Task.objects.get()
    assert made.due_at is not None
    assert made.due_at.isoformat() == "2027-07-01T13:30:00+00:00"
    assert (made.assignee, made.lead, made.priority) == (nils, ada, 1)


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"text": "Call", "hour": "09:00"}, "A time needs its day."),
        ({"text": "Call", "day": "soon"}, "Enter a valid date."),
        ({"text": "Call", "day": "9999-12-31", "hour": "23:59"}, "within ten years"),
        ({"text": "Call", "day": "0001-01-01", "hour": "00:00"}, "within ten years"),
        ({"text": "Call", "assignee": "99999"}, "valid choice"),
        ({"text": "x" * 501}, "at most 500 characters"),
    ],
)
def test_a_refused_task_is_not_lost(browser: Client, given: dict[str, str], complaint: str) -> None:
    answer = browser.post("/tasks/", given)

    assert complaint in text(answer)
    assert given["text"] in text(answer)
    assert not Task.objects.exists()


def test_a_task_is_done_and_undone(browser: Client, ada: Lead, mia: User) -> None:
    made = add_task("Call", assignee=mia, by=mia, at=clock.now(), via=Via.WEB, lead=ada)

    browser.post(f"/tasks/{made.pk}/doing/", {"next": "/tasks/"})
    done = text(browser.get("/tasks/"))
    browser.post(f"/tasks/{made.pk}/doing/", {"undo": "1"})

    assert "Done in the last two weeks (1)" in done
    assert "Call" in text(browser.get(f"/lead/{ada.pk}/"))


def test_a_task_of_others_says_why_not_and_without_a_lead_is_theirs_alone(
    browser: Client, ada: Lead, nils: User, mark: User
) -> None:
    alone = add_task("Gift", assignee=nils, by=mark, at=clock.now(), via=Via.WEB)
    assert browser.get(f"/task/{alone.pk}/").status_code == 404
    made = add_task("Call", assignee=nils, lead=ada, by=mark, at=clock.now(), via=Via.WEB)

    answer = browser.post(f"/tasks/{made.pk}/removal/", follow=True)

    assert "This is for Nils, for Mark who gave it" in text(answer)


def test_today_shows_what_is_due(browser: Client, mia: User) -> None:
    assert "To do today" not in text(browser.get("/"))
    add_task("Call", assignee=mia, by=mia, at=clock.now(), via=Via.WEB, due_on=clock.now().date())

    assert "To do today" in text(browser.get("/"))
    assert "overdue" not in text(browser.get("/"))

    Task.objects.update(due_on=clock.now().date() - timedelta(days=90))
    assert "To do today, 1 overdue" in text(browser.get("/"))


def news(mia: User, key: str = "1") -> Notification:
    notify([mia], kind="mention", said=f"It rains {key}.", link="/tasks/", key=key, at=clock.now())
    return Notification.objects.get(key=key)


def test_the_bell_counts_and_says_nothing_while_nothing_changes(browser: Client, mia: User) -> None:
    assert browser.get("/notifications/bell/?seen=0").status_code == 204
    news(mia)

    rung = browser.get("/notifications/bell/?seen=0")

    assert "1 unread" in text(rung)
    assert browser.get("/notifications/bell/?seen=1").status_code == 204


def test_the_bell_costs_one_look(
    browser: Client, mia: User, django_assert_num_queries: Any
) -> None:
    news(mia)

    with django_assert_num_queries(3):  # the session, the person, the count
        browser.get("/notifications/bell/?seen=1")


def test_news_are_read_one_by_one_or_all(browser: Client, mia: User, nils: User) -> None:
    first, _ = news(mia, "1"), news(mia, "2")

    opened = browser.post(f"/notifications/{first.pk}/reading/", {"open": "1"})
    left = Notification.objects.filter(read_at=None).count()
    browser.post("/notifications/reading/")

    assert opened.headers["Location"] == "/tasks/"
    assert left == 1
    assert not Notification.objects.filter(read_at=None).exists()
    assert client_of(nils).post(f"/notifications/{first.pk}/reading/").status_code == 404


def test_a_wish_is_kept_and_heeded(browser: Client, mia: User) -> None:
    answer = browser.post(
        "/profile/notifications/", {"mention-by_mail": "on", "mention-by_chat": "on", "hour": ""}
    )
    said = news(mia)

    assert answer.status_code == 302
    assert (said.in_app, said.by_mail) == (False, True)
    assert digest_hour_of(mia) is None
    wished = {kind.code: channels for kind, channels in preferences_of(mia)}
    assert (wished["mention"].by_chat, wished["task"].by_mail) == (True, False)
    assert "It rains" not in text(browser.get("/notifications/"))


def test_an_hour_that_is_none_is_refused(browser: Client) -> None:
    answer = browser.post("/profile/notifications/", {"hour": "25"})

    assert "Select a valid choice" in text(answer)
    assert not Preference.objects.exists()


def test_the_address_of_a_calendar_is_shown_once(browser: Client, mia: User) -> None:
    made = browser.post("/profile/calendar/")
    feed = Feed.objects.get()

    assert f"{feed.hint}.ics</code>" in text(made)
    assert "no-store" in made.headers["Cache-Control"]
    later = text(browser.get("/profile/notifications/"))
    assert f"…{feed.hint}.ics" in later
    assert "/calendar/" not in later.replace("/profile/calendar/", "")
    browser.post("/profile/calendar/", {"revoke": "1"})
    assert not Feed.objects.filter(revoked_at=None).exists()


def test_nothing_is_shown_of_a_removed_note(browser: Client, ada: Lead, mia: User) -> None:
    note = write_note(ada, "Secret", by=mia, at=clock.now(), via=Via.WEB)
    remove_note(note, by=mia, at=clock.now(), via=Via.WEB)

    assert "Secret" not in text(browser.get(f"/lead/{ada.pk}/"))
    assert "Secret" not in text(browser.get(f"/lead/{ada.pk}/notes/"))
