"""Mails and meetings in a real browser: written, undone, booked; at every width, in both themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.decide import State
from handraise.post.letters import write_letter
from handraise.post.meetings import Plan, book_meeting
from handraise.post.models import Letter, Meeting, Outgoing
from handraise.post.naming_servers import post_test_mail
from handraise.team.models import User
from tests.browser import PHONE, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_mail_is_written_and_undone(visit: Visit, ada: Lead, mia: User) -> None:
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/")
    page.get_by_role("link", name="Write", exact=True).click()
    page.get_by_label("About").fill("Your demo")
    page.get_by_label("Mail", exact=True).fill("Hello Ada,\n\nhow about Tuesday?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#post-items")).to_contain_text("leaves in")

    page.get_by_role("button", name="Undo the mail Your demo").click()

    expect(page.get_by_label("Mail", exact=True)).to_have_value("Hello Ada,\n\nhow about Tuesday?")
    assert Outgoing.objects.get().state == State.TAKEN_BACK


def test_a_meeting_is_booked_by_keyboard(visit: Visit, ada: Lead, mia: User, sal: User) -> None:
    page = visit.sign_in(mia).go(f"/lead/{ada.pk}/meetings/new/")
    page.get_by_label("About").fill("Demo")
    page.get_by_label("Begins").fill((clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT10:00"))
    page.get_by_label("Colleagues who join").select_option(label="Sal")
    page.get_by_label("Place or link").fill("https://meet.example/1")
    page.get_by_label("Place or link").press("Enter")

    expect(page.locator("#post-items")).to_contain_text("Demo")
    meeting = Meeting.objects.get()
    assert meeting.starts_at.hour == 10
    assert list(meeting.colleagues.all()) == [sal]


def lived_in(ada: Lead, mia: User, rita: User) -> list[str]:
    """Everything that these pages can show, and where they are."""
    at = clock.now()
    letters = [
        write_letter(ada, subject=f"Mail {n}", text="Hello.", by=mia, at=at, via=Via.WEB)
        for n in range(3)
    ]
    failed = letters[0].outgoing
    failed.state, failed.last_error = State.FAILED, "550 No such mailbox"
    failed.save()
    Letter.objects.filter(pk=letters[1].pk).update(told=State.UNCLEAR)
    Outgoing.objects.filter(pk=letters[1].outgoing_id).update(state=State.UNCLEAR)
    meetings = []
    for days in (-1, 1):
        then = at + timedelta(days=days)
        plan = Plan("Demo", then.replace(tzinfo=None), 30, "UTC", "https://meet.example/1")
        booked = book_meeting(
            ada, plan, by=mia, at=min(at, then) - timedelta(hours=1), via=Via.WEB, despite=True
        )
        meetings.append(booked.pk)
    post_test_mail(None, by=rita, at=at, via=Via.WEB)
    return [
        "/", f"/lead/{ada.pk}/", f"/lead/{ada.pk}/letters/new/", f"/lead/{ada.pk}/meetings/new/",
        *(f"/letter/{one.pk}/" for one in letters), *(f"/meeting/{pk}/" for pk in meetings),
    ]  # fmt: skip


@pytest.mark.parametrize("dress", ["light", "dark", "phone"])
def test_the_pages_have_no_troubles(
    visit: Visit, ada: Lead, mia: User, rita: User, dress: str
) -> None:
    paths = lived_in(ada, mia, rita)
    visit.page.emulate_media(color_scheme="dark" if dress == "dark" else "light")
    if dress == "phone":
        visit.page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    assert visit.sign_in(mia).troubles(paths) == []
    assert mia.team_id is not None
    assert visit.sign_in(rita).troubles(["/mail/", f"/mail/team/{mia.team_id}/"]) == []
