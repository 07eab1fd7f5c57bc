"""News of handovers: who is concerned is told once, and nobody what they did themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from handraise.agreement.queries import Published
from handraise.handover.actions import accept, expire, hand_on, offer, pass_on, reject
from handraise.handover.asking import answer, ask
from handraise.handover.contesting import contest, rule
from handraise.handover.models import Handover
from handraise.handover.warning import warn
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.models import Outgoing
from handraise.talk import decide
from handraise.talk.decide import News
from handraise.talk.models import ChatHook, Notification
from handraise.talk.telling import notify_each
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import AGREEMENT, ids, in_force, mql

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ANSWERED_BY = AGREEMENT.replace("name: No need yet,", "name: No need yet, answer_by: marketing,")


@pytest.fixture
def agreed(mark: User, mia: User, nils: User) -> Published:
    return in_force(mark, mia, ANSWERED_BY)


@pytest.fixture
def ada(agreed: Published) -> Lead:
    return mql("Ada")


@pytest.fixture
def handover(ada: Lead, agreed: Published) -> Handover:
    """Ada, offered to Mia at noon; due at 16:00."""
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get()


def told(kind: str) -> dict[str, str]:
    """Who was told news of this kind, and what."""
    found = Notification.objects.filter(kind=kind).order_by("pk")
    return dict(found.values_list("person__name", "text"))


def test_people_choose_where_every_kind_reaches_them() -> None:
    codes = {kind.code for kind in decide.kinds()}

    assert {"offered", "clock", "passed_on", "returned", "asked", "answered", "contested"} <= codes


def test_who_is_offered_a_lead_is_told_with_why(handover: Handover, ada: Lead) -> None:
    (news,) = Notification.objects.all()

    assert (news.person, news.kind, news.lead) == (handover.assignee, "offered", ada)
    assert news.text == (
        "Ada of acme.example was offered to you."
        " Asked for a demo, last on 4 March (+60), and fits: Decides (+40)."
    )
    assert news.link == f"/handover/{handover.pk}/"


def test_a_batch_costs_as_many_statements_as_one(
    agreed: Published, django_assert_num_queries: Callable[[int], Any]
) -> None:
    many = [mql(f"Lead{number}") for number in range(12)]
    offer(ids(many), published=agreed, at=NOON)
    made = Notification.objects.filter(kind="offered")
    news = [News(one.person_id, one.text, one.link, f"again-{one.pk}") for one in made]

    with django_assert_num_queries(5):  # wishes, news and chats, between two savepoints
        assert notify_each(news, kind="offered", at=NOON) == 12
    assert made.filter(key__startswith="handover-").count() == 12
    assert notify_each(news, kind="offered", at=NOON) == 0


def test_who_has_left_is_not_told(mia: User, nils: User) -> None:
    User.objects.filter(pk=mia.pk).update(is_active=False)
    news = [News(one.pk, "Ada was offered to you.", "/", "one") for one in (mia, nils)]

    assert notify_each(news, kind="offered", at=NOON) == 1
    assert told("offered") == {"Nils": "Ada was offered to you."}


def test_a_chat_gets_one_post_of_a_batch(agreed: Published, sales_team: Team, rita: User) -> None:
    ChatHook.objects.create(
        team=sales_team, url="https://chat.example/a", kinds=["offered"], by=rita, at=NOON
    )
    offer(ids([mql(f"Lead{number}") for number in range(12)]), published=agreed, at=NOON)

    (post,) = Outgoing.objects.all()
    text = bytes(post.body).decode()
    assert text.count("was offered to you") == 10
    assert "And 2 more." in text


def test_the_clock_warns_the_person_and_then_the_manager(
    handover: Handover, ada: Lead, sales_team: Team
) -> None:
    person("Sandra", Role.SALES, team=sales_team, is_manager=True)

    warn([ada.pk], at=NOON + 3 * HOUR)
    warn([ada.pk], at=NOON + 4 * HOUR)
    warn([ada.pk], at=NOON + 5 * HOUR)

    assert told("clock") == {
        "Mia": "Ada: 1 h of working time left for Mia to answer.",
        "Sandra": "Ada: Mia let the clock run out. Told: Sandra.",
    }
    assert Notification.objects.filter(kind="clock").count() == 2


def test_who_was_late_is_told_who_has_it_now(
    handover: Handover, ada: Lead, agreed: Published
) -> None:
    expire([ada.pk], published=agreed, at=NOON + 4 * HOUR)

    assert told("passed_on") == {
        "Mia": "Ada was passed on to Nils: you did not answer in time.",
    }
    assert "Nils" in told("offered")


def test_handing_on_tells_the_colleague_and_not_oneself(
    handover: Handover, mia: User, nils: User
) -> None:
    hand_on(handover, to=nils, by=mia, at=NOON, via=Via.WEB)

    assert set(told("offered")) == {"Mia", "Nils"}
    assert told("passed_on") == {}


def test_a_manager_who_takes_it_over_tells_who_had_it(
    handover: Handover, mia: User, sales_team: Team
) -> None:
    sandra = person("Sandra", Role.SALES, team=sales_team, is_manager=True)

    hand_on(handover, to=sandra, by=sandra, at=NOON, via=Via.WEB)

    assert told("passed_on") == {"Mia": "Sandra took Ada over."}
    assert set(told("offered")) == {"Mia"}


def test_a_side_is_asked_and_who_asked_is_answered(
    handover: Handover, mia: User, mark: User
) -> None:
    asked = ask(handover, text="Which demo?", by=mia, at=NOON, via=Via.WEB)
    answer(asked, text="The long one.", by=mark, at=NOON, via=Via.WEB)

    assert told("asked") == {"Mark": "Mia asks about Ada: “Which demo?”"}
    assert told("answered") == {"Mia": "Mark answered about Ada: “The long one.”"}


def test_what_a_rejection_asks_is_answered_to_who_rejected(
    handover: Handover, mia: User, mark: User
) -> None:
    reject(handover, reason="No need yet", by=mia, at=NOON, via=Via.WEB)
    answer(handover.questions.get(), text="Noted.", by=mark, at=NOON, via=Via.WEB)

    assert set(told("asked")) == {"Mark"}
    assert told("answered") == {"Mia": "Mark answered about Ada: “Noted.”"}


def test_a_contest_reaches_who_rejected_and_who_may_rule(
    handover: Handover, mia: User, mark: User, rita: User
) -> None:
    rejected = reject(handover, reason="Not now", by=mia, at=NOON, via=Via.WEB)
    made = contest(rejected, said="She asked twice.", by=mark, at=NOON + HOUR, via=Via.WEB)
    assert set(told("contested")) == {"Mia", "Rita"}

    rule(made, is_upheld=True, ruling="Ask in May.", by=rita, at=NOON + HOUR, via=Via.WEB)

    ruled = Notification.objects.filter(key=f"contest-{made.pk}-ruled")
    assert set(ruled.values_list("person__name", flat=True)) == {"Mia", "Mark"}
    assert told("contested")["Mark"].startswith("Ada: Rita ruled: The rejection stands.")


def test_what_was_passed_on_and_comes_back_is_told_to_who_passed_it_on(
    handover: Handover, ada: Lead, mia: User
) -> None:
    ann = person("Ann", Role.SALES, team=Team.objects.create(name="Closing", created_at=NOON))
    accept(handover, by=mia, at=NOON, via=Via.WEB)
    passed = pass_on(ada, note="Wants it by May.", by=mia, at=NOON, via=Via.WEB)
    reject(passed, reason="Needs more work", note="Budget?", by=ann, at=NOON, via=Via.WEB)

    assert told("offered")["Ann"] == "Mia passed Ada of acme.example on to you. Wants it by May."
    assert told("returned") == {"Mia": "Ann returned Ada for more work: Needs more work. Budget?"}
