"""Where sends are seen: a page of all of them, and the page of the lead."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from handraise.messaging.models import MessageVersion
from handraise.sends.decide import State
from handraise.sends.models import Send
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.personas import NOON
from tests.sends.conftest import people, send

pytestmark = pytest.mark.django_db
WHY = "It is a <b>role</b> address."


@pytest.fixture
def of_each_state(asked: MessageVersion) -> list[Send]:
    made = [send(asked, lead) for lead in people(len(State))]
    for row, state in zip(made, State, strict=True):
        row.state, row.why, row.address = state, WHY, row.lead.email
        row.sent_at = NOON if state is State.SENT else None
        row.save()
    return made


def test_all_sends_are_listed(of_each_state: list[Send], vera: User) -> None:
    shown = client_of(vera).get(reverse("sends")).content.decode()

    assert all(row.address in shown for row in of_each_state)
    assert "It is a &lt;b&gt;role&lt;/b&gt; address." in shown


@pytest.mark.parametrize("state", list(State))
def test_those_of_one_state_are_listed(of_each_state: list[Send], vera: User, state: State) -> None:
    shown = client_of(vera).get(reverse("sends"), {"state": state.value}).content.decode()

    assert [row.state for row in of_each_state if row.address in shown] == [state]


@pytest.mark.parametrize("told", [{"state": "gone"}, {"after": "x"}, {"before": "W10"}])
def test_what_cannot_be_read_shows_all(
    of_each_state: list[Send], vera: User, told: dict[str, str]
) -> None:
    answer = client_of(vera).get(reverse("sends"), told)
    assert answer.status_code == 200
    assert of_each_state[0].address in answer.content.decode()


def test_the_page_of_a_lead_says_what_it_was_sent(of_each_state: list[Send], vera: User) -> None:
    row = of_each_state[3]
    shown = client_of(vera).get(reverse("background", args=[row.lead_id])).content.decode()

    assert "Messages sent" in shown
    assert "It is a &lt;b&gt;role&lt;/b&gt; address." in shown


def test_the_page_of_a_lead_folds_what_was_sent_long_ago(
    of_each_state: list[Send], vera: User
) -> None:
    Send.objects.update(lead_id=of_each_state[0].lead_id)
    path = reverse("background", args=[of_each_state[0].lead_id])

    shown, folded = client_of(vera).get(path).content.decode().split("Earlier ones")

    assert shown.split("Messages sent")[1].count("<li>") == 3
    assert folded.split("</details>")[0].count("<li>") == len(of_each_state) - 3


def test_many_pages_cost_the_same(
    asked: MessageVersion, mark: User, vera: User, django_assert_max_num_queries: Any
) -> None:
    for lead in people(20):
        send(asked, lead)
    client = client_of(vera)
    with django_assert_max_num_queries(12):
        client.get(reverse("sends"))
