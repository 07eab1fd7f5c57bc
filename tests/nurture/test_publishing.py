"""Drawing up, publishing, and what becomes of those inside."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.nurture import publishing, references, shipped
from handraise.nurture.figures import walked
from handraise.nurture.models import Enrolment, Journey, JourneyVersion
from handraise.team.decide import Refused
from handraise.team.models import User
from tests.nurture.world import DAY, GUIDE, HOUR, does, journey, message, run, sent, where
from tests.personas import NOON
from tests.world import in_force, lead

pytestmark = pytest.mark.django_db

SLOWER = GUIDE.replace("1 day", "3 days")


@pytest.fixture
def ada(mark: User, mia: User) -> Lead:
    in_force(mark, mia)
    message("welcome", mark)
    return lead("Ada", at=NOON - DAY)


@pytest.fixture
def welcome(ada: Lead, mark: User) -> Journey:
    """A journey in which Ada waits at its first step since an hour after noon."""
    made = journey(GUIDE, mark)
    does(ada, "Content Downloaded", NOON + HOUR)
    run(NOON + HOUR)
    return made


def publish(
    made: Journey, text: str, mark: User, *, moves: bool, gone_to: dict[str, str] | None = None
) -> JourneyVersion:
    now = Journey.objects.get(pk=made.pk)
    publishing.save_draft(now, text, seen=now.seen, by=mark, at=NOON + 2 * HOUR)
    return publishing.publish(
        made, moves_those_inside=moves, gone_to=gone_to, by=mark, at=NOON + 2 * HOUR, via=Via.WEB
    )


def test_stale_savings_are_refused_and_lose_nothing(mark: User, rita: User) -> None:
    made = publishing.create("Spring  news", "name:", by=mark, at=NOON, via=Via.WEB)
    assert (made.code, made.name) == ("spring-news", "Spring news")
    publishing.save_draft(made, "name: A", seen=1, by=rita, at=NOON)
    with pytest.raises(publishing.Overtaken, match="Rita saved “Spring news” meanwhile"):
        publishing.save_draft(made, "name: B", seen=1, by=mark, at=NOON)
    assert Journey.objects.get().draft == "name: A"


def test_what_cannot_be_stored_and_who_may_not(mark: User, mia: User) -> None:
    made = publishing.create("News", "", by=mark, at=NOON, via=Via.WEB)
    for text in ("a\x00b", "\ud800", "x" * 300_000):
        with pytest.raises(Refused):
            publishing.save_draft(made, text, seen=1, by=mark, at=NOON)
    with pytest.raises(Refused, match="There is a journey “news” already"):
        publishing.create("news!", "", by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(PermissionDenied):
        publishing.save_draft(made, "x", seen=1, by=mia, at=NOON)


def test_faults_and_unknown_names_keep_it_from_being_published(ada: Lead, mark: User) -> None:
    text = (
        "name: X\npurpose: product\nenter: {list: Guests}\nsteps:\n"
        " - {send: {message: welcom}}\n - {wait: {until: working time, of: Nobody}}\n"
        " - branch: [{name: A, when: {email: {in_list: none_such}}}]\n"
    )
    said = [str(fault) for fault in references.faults(text)]
    assert [line.partition(":")[0].partition(",")[0] for line in said] == [
        "line 3", "line 5", "line 6", "line 7",
    ]  # fmt: skip
    assert "Did you mean welcome?" in said[1]
    made = publishing.create("X", text, by=mark, at=NOON, via=Via.WEB)
    with pytest.raises(Refused, match="There is no team 'Nobody'"):
        publishing.publish(made, moves_those_inside=False, by=mark, at=NOON, via=Via.WEB)


def test_a_message_is_for_the_purpose_of_its_journey(ada: Lead, mark: User) -> None:
    message("offer", mark, purpose="offers")
    [fault] = references.faults(GUIDE.replace("message: welcome", "message: offer"))
    assert "is sent for 'offers'" in fault.sentence


def test_who_is_inside_finishes_the_version_they_began(
    welcome: Journey, ada: Lead, mark: User
) -> None:
    publish(welcome, SLOWER, mark, moves=False)
    run(NOON + DAY + HOUR)
    assert (where(ada), sent(ada)) == (["finished"], ["welcome"])


def test_or_is_moved_and_a_changed_wait_begins_anew(
    welcome: Journey, ada: Lead, mark: User
) -> None:
    version = publish(welcome, SLOWER, mark, moves=True)
    assert Enrolment.objects.get().version == version
    run(NOON + 2 * HOUR)
    run(NOON + 3 * DAY + HOUR)
    assert where(ada) == ["settle"]
    run(NOON + 3 * DAY + 2 * HOUR)
    assert where(ada) == ["finished"]


def test_an_unchanged_wait_goes_on(welcome: Journey, ada: Lead, mark: User) -> None:
    publish(welcome, GUIDE + "  - {ready_for_sales: {}}\n", mark, moves=True)
    run(NOON + DAY + HOUR)
    assert (where(ada), sent(ada)) == (["finished"], ["welcome"])


def test_a_step_that_is_gone_leads_where_it_is_said_or_to_the_end(
    welcome: Journey, ada: Lead, mark: User
) -> None:
    ben = lead("Ben", at=NOON - DAY)
    does(ben, "Content Downloaded", NOON + HOUR)  # is still at the entrance
    text = GUIDE.replace("id: settle", "id: pause")
    publish(welcome, text, mark, moves=True)
    assert (where(ada), where(ben)) == (["finished"], ["enter"])

    run(NOON + 2 * HOUR)
    publish(welcome, GUIDE, mark, moves=True, gone_to={"pause": "greet"})
    run(NOON + 2 * HOUR)

    assert (where(ben), sent(ben)) == (["finished"], ["welcome"])


def test_counts_say_where_they_wait_and_went(welcome: Journey, ada: Lead, mark: User) -> None:
    does(lead("Ben", at=NOON), "Content Downloaded", NOON + 2 * HOUR)
    version = JourneyVersion.objects.get()
    found = walked(version, {})
    assert (found.entered, found.inside, found.passed["settle"].here) == (1, 2, 1)
    run(NOON + DAY + HOUR)
    assert walked(version, {}).passed["greet"].ways == {"next": 1}


@pytest.mark.parametrize("code", shipped.CODES)
def test_a_shipped_journey_can_be_published(code: str, ada: Lead, mark: User) -> None:
    purpose = "" if code == "customer-onboarding" else "newsletter"
    message(code, mark, purpose=purpose)
    assert references.faults(shipped.text(code)) == []
