"""Notes, tasks and news as people meet them: a real browser, its keys, its widths, its themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.talk.actions import notify
from handraise.talk.chat import set_hook
from handraise.talk.decide import Priority
from handraise.talk.models import Note, Notification, Task
from handraise.talk.noting import edit_note, write_note
from handraise.talk.tasking import add_task, finish_task
from handraise.team.models import User
from tests.browser import Visit, dressed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = timedelta(hours=1)


def test_a_colleague_is_mentioned_by_keys_alone(
    visit: Visit, ada: Lead, mia: User, nils: User
) -> None:
    User.objects.filter(pk=nils.pk).update(name="Nils Holm")
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    words = page.get_by_label("Note", exact=True)

    words.press_sequentially("Ask @ni")
    expect(page.locator("mention-box [role=option]")).to_have_text("Nils Holmnils@team.example")
    words.press("Enter")
    expect(words).to_have_value("Ask @Nils Holm ")
    words.press_sequentially("first.")
    page.get_by_role("button", name="Write it down").click()

    expect(page.locator(".mention")).to_have_text("@Nils Holm")
    assert Note.objects.get().text == "Ask @Nils Holm first."
    assert Notification.objects.get().person == nils


def test_a_task_is_added_by_keys_alone_and_done(visit: Visit, ada: Lead, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")

    page.keyboard.press("t")
    page.keyboard.type("Call back")
    page.keyboard.press("Enter")

    expect(page.locator(".task")).to_contain_text("Call back")
    made = Task.objects.get()
    assert (made.lead, made.assignee) == (ada, mia)
    page.get_by_role("button", name="Done: Call back").click()
    expect(page.locator("#tasks .task")).to_have_count(0)


def test_a_letter_typed_into_a_note_is_not_a_command(visit: Visit, ada: Lead, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    words = page.get_by_label("Note", exact=True)

    words.press_sequentially("talk to them")

    expect(words).to_have_value("talk to them")


def test_the_bell_rings_by_itself(visit: Visit, mia: User) -> None:
    page = visit.sign_in(mia).go("/tasks/")
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()

    notify([mia], kind="mention", said="It rains.", link="/tasks/", key="1", at=clock.now())

    bell = page.get_by_role("link", name="Notifications: 1 unread")
    expect(bell).to_be_visible(timeout=30_000)
    bell.click()
    page.get_by_role("button", name="It rains.", exact=False).first.click()
    expect(page).to_have_url(f"{visit.origin}/tasks/")
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_be_visible()


def lived_in(ada: Lead, mia: User, nils: User, rita: User) -> None:
    """Notes and tasks of every state, news, and a chat."""
    at = clock.now()
    long = "x" * 300
    note = write_note(ada, f"See https://a.example/{long} or ask @Nils", by=mia, at=at, via=Via.WEB)
    edit_note(note, "She decides in May, @Nils.\nCall before.", by=mia, at=at, via=Via.WEB)
    write_note(ada, f"<b>{long}</b> @Mia", by=nils, at=at, via=Via.WEB)
    for text, due in (("Late", at - HOUR), ("Soon", at + HOUR), (long, None)):
        add_task(
            text, assignee=mia, by=nils, at=at, via=Via.WEB, due_at=due, lead=ada,
            priority=Priority.HIGH,
        )  # fmt: skip
    done = add_task("Done", assignee=mia, by=mia, at=at, via=Via.WEB, due_on=at.date())
    finish_task(done, by=mia, at=at, via=Via.WEB)
    assert mia.team is not None
    for whose in (mia, mia.team):
        set_hook(
            whose, url="https://chat.example/x/abcdef", kinds=["mention"], by=rita, at=at,
            via=Via.WEB,
        )  # fmt: skip


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_every_page_passes_axe(
    dress: str, visit: Visit, ada: Lead, mia: User, nils: User, rita: User
) -> None:
    User.objects.filter(pk=mia.pk).update(is_manager=True)
    visit.sign_in(mia)
    worn = Visit(dressed(visit.page.context, dress), visit.origin)
    empty = ["/tasks/", "/notifications/", "/chats/", f"/lead/{ada.pk}/notes/"]

    assert not worn.troubles(empty)
    lived_in(ada, mia, nils, rita)
    note, task = Note.objects.earliest("pk"), Task.objects.earliest("pk")
    done = Task.objects.exclude(done_at=None).get()
    paths = [
        *empty, "/", f"/lead/{ada.pk}/", f"/note/{note.pk}/", "/tasks/?whose=team",
        f"/tasks/{task.pk}/", f"/tasks/{done.pk}/", "/profile/", "/profile/notifications/",
    ]  # fmt: skip
    assert not worn.troubles(paths)
