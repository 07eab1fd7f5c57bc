"""Who enters a journey, and who must leave it."""

from __future__ import annotations

import pytest
from django.db import connection

from handraise.flow.advance import advance
from handraise.leads.actions import merge_leads
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.lists.actions import create, put_in
from handraise.nurture import publishing, shipped
from handraise.nurture.actions import enrol_by_hand, leave
from handraise.nurture.decide import State
from handraise.nurture.doing import about
from handraise.nurture.entering import sweep
from handraise.nurture.models import Enrolment, Journey
from handraise.nurture.queries import standings_of
from handraise.qualification.actions import move_by_hand
from handraise.sends.models import Hold, Send
from handraise.team.decide import Refused
from handraise.team.models import User
from tests.nurture.world import DAY, GUIDE, HOUR, does, is_, journey, message, run, sent, where
from tests.personas import NOON
from tests.world import in_force, lead, said

pytestmark = pytest.mark.django_db

REST = "  - {id: rest, wait: {for: 30 days}}\n"
WAITS = f"steps:\n{REST}"
BIG = f"name: Big ones\nenter: {{when: {{size: {{at_least: 100}}}}}}\n{WAITS}"
ON = "name: Guides\nenter: {on: {event: Content Downloaded, where: {topic: fleet}}"


@pytest.fixture
def ada(mark: User, mia: User) -> Lead:
    in_force(mark, mia)
    message("welcome", mark)
    return lead("Ada", at=NOON - DAY)


def test_who_comes_to_meet_the_conditions_enters_once(ada: Lead, mark: User) -> None:
    journey(BIG, mark)
    is_(ada, NOON + HOUR, size=50)
    assert where(ada) == []

    is_(ada, NOON + 2 * HOUR, size=200)
    advance([ada.pk], at=NOON + 3 * HOUR)

    assert where(ada) == ["enter"]
    assert said(ada, "nurture.entered") == ["Entered “Big ones”. They meet its conditions."]


def test_who_was_in_it_is_not_let_in_again_unless_it_says_so(ada: Lead, mark: User) -> None:
    journey(BIG, mark)
    journey(BIG.replace("enter:", "again: after 90 days\nenter:"), mark, name="Yearly")
    is_(ada, NOON, size=200)
    run(NOON)
    run(NOON + 30 * DAY)
    assert where(ada) == ["finished", "finished"]

    advance([ada.pk], at=NOON + 119 * DAY)
    assert len(where(ada)) == 2
    advance([ada.pk], at=NOON + 120 * DAY)

    assert where(ada) == ["finished", "finished", "enter"]


def test_everybody_who_meets_them_already_is_taken_in_at_the_start(ada: Lead, mark: User) -> None:
    is_(ada, NOON - HOUR, size=200)
    ben = lead("Ben", at=NOON - DAY)
    made = journey(BIG, mark)
    assert sweep(at=NOON) == 2
    assert sweep(at=NOON) == 0
    assert (where(ada), where(ben)) == (["enter"], [])
    assert Journey.objects.get(pk=made.pk).swept_to is None


def test_one_who_cannot_be_taken_in_keeps_nobody_out(ada: Lead, mark: User) -> None:
    ben = lead("Ben", at=NOON - DAY)
    for one in (ada, ben):
        is_(one, NOON - HOUR, size=200)
    made = journey(BIG, mark)
    with connection.cursor() as cursor:  # the database itself refuses her
        cursor.execute(
            "create function boom() returns trigger language plpgsql as"
            " $$ begin raise exception 'boom'; end $$"
        )
        cursor.execute(
            "create trigger boom before insert on nurture_enrolment for each row"
            f" when (new.lead_id = {ada.pk}) execute function boom()"
        )

    assert sweep(at=NOON) == 2

    assert (where(ada), where(ben)) == ([], ["enter"])
    assert sweep(at=NOON) == 0
    assert Journey.objects.get(pk=made.pk).swept_to is None


def test_an_activity_lets_in_by_its_properties_and_only_since_the_start(
    ada: Lead, mark: User
) -> None:
    does(ada, "Content Downloaded", NOON - HOUR, topic="Fleet")
    journey(f"{ON}}}\n{WAITS}", mark)
    advance([ada.pk], at=NOON + HOUR)
    does(ada, "Content Downloaded", NOON + HOUR, topic="Rail")
    assert where(ada) == []

    does(ada, "Content Downloaded", NOON + 2 * HOUR, topic="Fleet")

    assert where(ada) == ["enter"]


def test_an_activity_opens_the_door_for_a_week(ada: Lead, mark: User) -> None:
    journey(f"{ON}, when: {{confirmed: true}}}}\n{WAITS}", mark)
    ben = lead("Ben", at=NOON - DAY)
    for one in (ada, ben):
        does(one, "Content Downloaded", NOON + HOUR, topic="Fleet")
    is_(ada, NOON + 6 * DAY, confirmed=True)
    is_(ben, NOON + 8 * DAY, confirmed=True)
    assert (where(ada), where(ben)) == (["enter"], [])


def test_each_new_activity_lets_in_again_after_a_while(ada: Lead, mark: User) -> None:
    text = f"{ON}}}\nagain: after 3 days\nsteps: [{{ready_for_sales: {{}}}}]\n"
    journey(text, mark)
    for days in (1, 2, 5):
        does(ada, "Content Downloaded", NOON + days * DAY, topic="Fleet")
        run(NOON + days * DAY)
        advance([ada.pk], at=NOON + days * DAY + HOUR)
    assert where(ada) == ["finished", "finished"]


def test_members_of_a_shared_list_enter(ada: Lead, mark: User) -> None:
    guests = create(name="Guests", is_shared=True, by=mark, at=NOON, via=Via.WEB)
    journey(f"name: Guests\nenter: {{list: Guests}}\n{WAITS}", mark)
    advance([ada.pk], at=NOON)
    assert where(ada) == []

    put_in(guests, ada, by=mark, at=NOON, via=Via.WEB)
    advance([ada.pk], at=NOON)

    assert where(ada) == ["enter"]


@pytest.mark.parametrize("stage", [Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY])
def test_sales_takes_over(ada: Lead, mark: User, stage: Stage) -> None:
    journey(GUIDE, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)
    Lead.objects.filter(pk=ada.pk).update(stage=stage)

    run(NOON + 2 * DAY)  # before anybody looked

    assert (where(ada), sent(ada)) == (["sales"], [])
    left = "Was taken out of “Welcome”. Somebody in sales took over."
    assert said(ada, "nurture.left") == [left]
    advance([ada.pk], at=NOON + 3 * DAY)
    assert len(where(ada)) == 1


def test_goal_and_exits_end_it(ada: Lead, mark: User) -> None:
    rules = "goal: {bought: true}\nexits: [{name: No use, when: {useless: true}}]\nsteps:"
    journey(BIG.replace("steps:", rules), mark)
    ben = lead("Ben", at=NOON - DAY)
    for one in (ada, ben):
        is_(one, NOON, size=200)
    run(NOON)
    is_(ada, NOON + DAY, bought=True)
    is_(ben, NOON + DAY, useless=True)
    assert (where(ada), where(ben)) == (["goal"], ["exit"])
    assert said(ben, "nurture.left") == ["Left “Big ones”. No use."]


def test_what_was_to_be_sent_is_called_off_with_the_journey(ada: Lead, mark: User) -> None:
    journey(GUIDE.replace("steps:", "goal: {bought: true}\nsteps:") + REST, mark)
    ben = lead("Ben", at=NOON - DAY)
    for one in (ada, ben):
        does(one, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)
    run(NOON + 2 * DAY)
    is_(ada, NOON + 2 * DAY + HOUR, bought=True)
    leave(Enrolment.objects.get(lead=ben), by=mark, at=NOON + 2 * DAY + HOUR, via=Via.WEB)

    assert (where(ada), where(ben)) == (["goal"], ["by hand"])
    assert set(Send.objects.values_list("state", "why")) == {
        ("skipped", "They left the journey before.")
    }
    told = ["“Welcome” was not sent: They left the journey before."]
    assert said(ada, "sends.skipped") == said(ben, "sends.skipped") == told


def test_who_finished_gets_what_was_still_to_be_sent(ada: Lead, mark: User) -> None:
    journey(GUIDE, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)
    run(NOON + 2 * DAY)

    assert where(ada) == ["finished"]
    assert Send.objects.get().state == "waiting"


def test_one_journey_at_a_time_by_priority(ada: Lead, mark: User) -> None:
    alone = BIG.replace("enter:", "alone: true\npriority: {}\nenter:")
    journey(alone.replace("{}", "40"), mark, name="Low")
    is_(ada, NOON, size=200)
    journey(alone.replace("{}", "40"), mark, name="Even")
    advance([ada.pk], at=NOON + HOUR)
    assert where(ada) == ["enter"]

    journey(alone.replace("{}", "60"), mark, name="High")
    advance([ada.pk], at=NOON + 2 * HOUR)

    assert where(ada) == ["overtaken", "enter"]
    assert Enrolment.objects.get(ended_at=None).journey.code == "high"


def test_leads_found_to_be_one_person_go_on_once(ada: Lead, mark: User) -> None:
    journey(BIG, mark)
    ben = lead("Ben", at=NOON - DAY)
    is_(ben, NOON, size=200)
    is_(ada, NOON + HOUR, size=200)
    merge_leads(ada, ben, why="Same desk", by=mark, at=NOON + HOUR, via=Via.WEB)

    advance([ada.pk], at=NOON + 2 * HOUR)

    assert (where(ada), where(ben)) == (["overtaken"], ["enter"])
    [standing] = standings_of(mark, Lead.objects.get(pk=ada.pk))
    assert standing.following == ["Wait 30 days"]


def test_paused_nobody_enters_and_who_is_inside_waits(ada: Lead, mark: User) -> None:
    made = journey(GUIDE, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)
    publishing.pause(made, by=mark, at=NOON + HOUR, via=Via.WEB)
    ben = lead("Ben", at=NOON - DAY)
    does(ben, "Content Downloaded", NOON + 2 * HOUR)
    assert run(NOON + 3 * DAY) == 0
    assert (where(ada), where(ben)) == (["settle"], [])
    assert [str(held) for held in Hold.objects.all()] == [about(made.pk)]

    publishing.start(made, by=mark, at=NOON + 4 * DAY, via=Via.WEB)
    run(NOON + 4 * DAY)
    advance([ben.pk], at=NOON + 4 * DAY)

    assert (where(ada), where(ben)) == (["finished"], [])
    assert not Hold.objects.exists()


def test_what_is_retired_in_a_pause_lets_its_mails_go(ada: Lead, mark: User) -> None:
    made = journey(GUIDE, mark)
    publishing.pause(made, by=mark, at=NOON, via=Via.WEB)

    publishing.retire(made, by=mark, at=NOON + HOUR, via=Via.WEB)

    assert not Hold.objects.exists()


def test_retired_who_is_inside_finishes(ada: Lead, mark: User) -> None:
    made = journey(GUIDE, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    publishing.retire(made, by=mark, at=NOON + HOUR, via=Via.WEB)
    does(lead("Ben", at=NOON), "Content Downloaded", NOON + 2 * HOUR)
    run(NOON + HOUR)
    run(NOON + 3 * DAY)
    assert [one.ending for one in Enrolment.objects.all()] == ["finished"]
    assert Journey.objects.get().state == State.RETIRED


def test_why_sales_gave_them_back_can_be_asked(ada: Lead, mark: User, rita: User) -> None:
    message("recycled", mark)
    text = shipped.text("recycled").replace("{consent: newsletter}", "{stage: NURTURE}")
    journey(text.replace("purpose: newsletter", ""), mark)
    move_by_hand(ada, to=Stage.NURTURE, reason="No budget", by=rita, at=NOON, via=Via.WEB)
    advance([ada.pk], at=NOON)
    run(NOON)
    assert where(ada) == ["a-quarter"]


def test_people_put_in_and_take_out(ada: Lead, mark: User, mia: User) -> None:
    made = journey(GUIDE, mark)
    enrol_by_hand(ada, made, by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="is in “Welcome” already"):
        enrol_by_hand(ada, made, by=mark, at=NOON, via=Via.WEB)
    inside = Enrolment.objects.get()
    for _ in range(2):
        leave(inside, by=mia, at=NOON + HOUR, via=Via.WEB, reason="They asked.")
    assert where(ada) == ["by hand"]
    assert said(ada, "nurture.left") == ["Mia took them out of “Welcome”. They asked."]
    assert run(NOON + 9 * DAY) == 0
