"""A note written in the inbox tells whom it names, and says so."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from handraise.handover.models import Handover
from handraise.talk.models import Mention, Notification
from handraise.team.models import User
from tests.browser import Visit
from tests.desk.conftest import client_of


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Wants a price.", "Written down."),
        ("@Mark Mayer, look.", "Written down, and told to Mark Mayer."),
        ("@Mark, look.", "Written down. The @ in it names nobody."),
    ],
)
def test_it_says_who_was_told(
    handover: Handover, mia: User, mark: User, text: str, said: str
) -> None:
    User.objects.filter(pk=mark.pk).update(name="Mark Mayer")

    answer = client_of(mia).post(
        reverse("handover_note", args=[handover.pk]), {"text": text}, follow=True
    )

    assert said in answer.content.decode()
    told = {row.person.name for row in Mention.objects.select_related("person")}
    assert told == ({"Mark Mayer"} if "told to" in said else set())


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_names_are_offered_while_one_types(
    visit: Visit, handover: Handover, mia: User, mark: User
) -> None:
    page = visit.sign_in(mia).go(f"/inbox/{handover.pk}/")
    page.keyboard.press("n")
    expect(page.get_by_label("What colleagues should know")).to_be_focused()

    page.keyboard.type("Look @Ma", delay=20)
    expect(page.get_by_role("option", name="Mark")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_label("What colleagues should know")).to_have_value("Look @Mark ")
    assert visit.violations() == []
    page.get_by_role("button", name="Write it down").click()

    expect(page.get_by_role("status")).to_contain_text("told to Mark.")
    assert Notification.objects.filter(person=mark, kind="mention").exists()
