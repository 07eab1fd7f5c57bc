"""Leads go through the steps of their journey, each once, when their time has come."""

from __future__ import annotations

import pytest

from handraise.leads.models import Activity, Lead
from handraise.nurture.document import Happening
from handraise.nurture.looking import ask, look
from handraise.nurture.models import Enrolment, JourneyVersion, StepCount
from handraise.nurture.versions import readable
from handraise.sends.models import Send
from handraise.talk.models import Notification, Task
from handraise.team.models import User
from tests.nurture.world import DAY, GUIDE, HOUR, does, is_, journey, message, run, sent, where
from tests.personas import NOON
from tests.world import in_force, kinds, lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(mark: User, mia: User) -> Lead:
    in_force(mark, mia)
    message("welcome", mark)
    return lead("Ada", at=NOON - DAY)


def by(steps: str, head: str = "") -> str:
    """A journey of these steps that a download lets in."""
    return f"name: Welcome\nenter: {{on: {{event: Content Downloaded}}}}\n{head}steps:\n{steps}"


def begin(ada: Lead, mark: User, text: str) -> None:
    """Ada downloads something an hour after this journey was started."""
    journey(text, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)


def test_a_wait_then_a_send(ada: Lead, mark: User) -> None:
    begin(ada, mark, GUIDE)
    assert (where(ada), sent(ada)) == (["settle"], [])

    run(NOON + DAY)
    assert sent(ada) == []
    run(NOON + DAY + HOUR)

    assert (where(ada), sent(ada)) == (["finished"], ["welcome"])
    one = Send.objects.get()
    enrolled = Enrolment.objects.get()
    assert one.once == f"enrolment:{enrolled.pk}/greet"
    assert one.about == f"journey:{enrolled.journey_id}"
    assert kinds(ada)[-2:] == ["nurture.entered", "nurture.left"]


def test_running_again_changes_nothing(ada: Lead, mark: User) -> None:
    begin(ada, mark, GUIDE)
    assert run(NOON + 2 * DAY) == 1
    assert run(NOON + 2 * DAY) == 0
    assert Send.objects.count() == 1


def test_a_branch_takes_the_first_way_whose_condition_holds(ada: Lead, mark: User) -> None:
    is_(ada, NOON, size=500)
    message("big", mark)
    begin(
        ada, mark,
        by(
            " - branch:\n"
            "   - {name: Small, when: {size: {at_most: 10}}}\n"
            "   - {name: Big, when: {size: {at_least: 100}}, steps: [{send: {message: big}}]}\n"
            "   - {name: Others}\n"
            " - {send: {message: welcome}}\n"
        ),
    )  # fmt: skip
    assert sent(ada) == ["big", "welcome"]
    counted = StepCount.objects.values_list("place", "way", "count")
    assert ("branch", "Big", 1) in counted


def test_what_was_waited_for_happens(ada: Lead, mark: User) -> None:
    text = by(
        " - wait: {until: {event: Webinar Attended, where: {room: blue}}, at_most: 5 days}\n"
        " - {send: {message: welcome}}\n"
    )
    begin(ada, mark, text)
    does(ada, "Webinar Attended", NOON + DAY, room="red")
    run(NOON + DAY)
    assert where(ada) == ["wait"]

    does(ada, "Webinar Attended", NOON + 2 * DAY, room="Blue")
    run(NOON + 2 * DAY)

    assert where(ada) == ["finished"]
    assert StepCount.objects.get(place="wait").way == "happened"


def test_only_who_waits_is_asked_what_they_did_and_not_of_all_time(ada: Lead, mark: User) -> None:
    ben = lead("Ben", at=NOON - DAY)
    for one in (ada, ben):
        for days in (100, 1):
            does(one, "Email Clicked", NOON - days * DAY)
    begin(ada, mark, by(" - wait: {until: {event: Email Clicked}}\n"))
    version = JourneyVersion.objects.get()

    seen = look([ada.pk, ben.pk], at=NOON + 2 * HOUR)
    ask(seen, readable([version]), [version.pk])

    event = Happening(event="Email Clicked")
    assert [done.occurred_at for done in seen.did(ada.pk, event)] == [NOON - DAY]
    assert seen.did(ben.pk, event) == []


def test_what_was_waited_for_does_not_happen(ada: Lead, mark: User) -> None:
    begin(ada, mark, by(" - wait: {until: {event: Webinar Attended}, at_most: 5 days}\n"))
    run(NOON + 5 * DAY)
    assert where(ada) == ["wait"]

    run(NOON + 5 * DAY + HOUR)

    assert StepCount.objects.get(place="wait").way == "time passed"


def test_an_event_without_an_end_is_waited_for_in_peace(ada: Lead, mark: User) -> None:
    begin(ada, mark, by(" - wait: {until: {event: Webinar Attended}}\n"))
    assert Enrolment.objects.get().due_at is None
    assert run(NOON + 900 * DAY) == 0

    does(ada, "Webinar Attended", NOON + 901 * DAY)
    run(NOON + 901 * DAY)

    assert where(ada) == ["finished"]


def test_a_date_that_is_moved_is_waited_for_anew(ada: Lead, mark: User) -> None:
    is_(ada, NOON, renewal_date="2026-06-30", timezone="Europe/Berlin")
    begin(ada, mark, by(" - wait: {until: 'fact:renewal_date', minus: 2 weeks, at: '10:00'}\n"))
    assert str(Enrolment.objects.get().due_at) == "2026-06-16 08:00:00+00:00"

    is_(ada, NOON + DAY, renewal_date="2026-05-31")

    assert str(Enrolment.objects.get().due_at) == "2026-05-17 08:00:00+00:00"


def test_tasks_notices_facts_and_the_signal_for_sales(ada: Lead, mark: User, mia: User) -> None:
    Lead.objects.update(owner=mia)
    steps = (
        " - {task: {title: Call about the guide, due_in: 1 day}}\n"
        " - {notify: {to: marketing, text: Took the guide.}}\n"
        " - {set_fact: {name: warmth, value: warm}}\n"
        " - {ready_for_sales: {}}\n"
    )
    begin(ada, mark, by(steps))

    task = Task.objects.get()
    assert (task.assignee, task.by, task.due_at) == (mia, mark, NOON + HOUR + DAY)
    assert "Took the guide." in Notification.objects.get(person=mark, kind="journey").text
    assert kinds(ada).count("nurture.fact_set") == 1
    ready = Activity.objects.get(name="Ready for Sales")
    assert ready.properties == {"journey": "welcome", "name": "Welcome"}
    assert where(ada) == ["finished"]


def test_a_message_that_cannot_be_sent_holds_up_and_says_so(ada: Lead, mark: User) -> None:
    begin(ada, mark, GUIDE)
    from handraise.messaging.models import Message

    version = Message.objects.get().published_id
    Message.objects.update(published=None)
    run(NOON + 2 * DAY)
    held = Enrolment.objects.get()
    assert held.fault == "The message “welcome” is not published yet."

    Message.objects.update(published_id=version)
    run(NOON + 2 * DAY + HOUR)

    assert (where(ada), sent(ada)) == (["finished"], ["welcome"])


def test_one_that_fails_keeps_nobody_else(
    ada: Lead, mark: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handraise.nurture import doing

    ben, text = lead("Ben", at=NOON - DAY), by(" - {set_fact: {name: warmth, value: warm}}\n")
    whole = doing._DEEDS["set_fact"]

    def fails(node: object, version: object, there: list[doing.There], at: object) -> None:
        if ada.pk in [one.lead_id for one in there]:
            raise ZeroDivisionError("nothing there")
        whole(node, version, there, at)  # type: ignore[arg-type]

    monkeypatch.setitem(doing._DEEDS, "set_fact", fails)
    journey(text, mark)
    for one in (ada, ben):
        does(one, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)

    assert (where(ada), where(ben)) == (["failed"], ["finished"])
    assert "ZeroDivisionError: nothing there" in Enrolment.objects.get(lead=ada).ended_why
