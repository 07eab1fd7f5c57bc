"""The page of a rehearsal that is done: what it says, its bar moved. It is made once."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from handraise.agreement.actions import propose
from handraise.feedback.rehearsal.actions import Asked, ask
from handraise.feedback.rehearsal.decide import Name
from handraise.feedback.rehearsal.making import run
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.work import State
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.team.decide import Role
from handraise.team.models import User
from tests.feedback.rehearsal.conftest import (
    BEGIN,
    DAY,
    END,
    LOOSE,
    NOW,
    a_history,
    one_who_was_sold_to,
)
from tests.feedback.rehearsal.test_pages import page
from tests.personas import NOON, person
from tests.world import in_force

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def vera(once: None) -> User:
    return person("Vera", Role.VIEWER)


@pytest.fixture(scope="module")
def made(once: None) -> Rehearsal:
    mark, mia = person("Mark", Role.MARKETING), person("Mia", Role.SALES_DEVELOPMENT)
    in_force(mark, mia, at=NOON - 300 * DAY)
    version = propose(LOOSE, note="", by=mark, at=NOW, via=Via.WEB)
    one_who_was_sold_to()
    a_history(8, 25)
    wish = Asked(BEGIN, END, Name.POSTGRES, "intent.1")
    return run(ask(version, wish, by=mark, at=NOW, via=Via.WEB).pk, at=NOW)


def test_the_page_says_what_it_found(made: Rehearsal, vera: User) -> None:
    ada = Lead.objects.get(name="Ada")
    text = page(vera, reverse("rehearsal", args=[made.pk]))

    assert "leads a week would pass" in text
    assert f'href="{reverse("lead", args=[ada.pk])}">Ada</a>' in text
    assert "Became SQL" in text
    assert "again_after" in text
    assert text.count('<svg class="chart"') >= 1
    assert 'style="' not in text
    assert "the agreement's target" not in text  # it names none
    assert "names no number of MQLs" in text


def test_moving_the_bar_reads_that_level_and_scores_nobody_anew(
    made: Rehearsal, vera: User
) -> None:
    address = reverse("rehearsal", args=[made.pk])
    page(vera, address)
    client = Client()
    client.force_login(vera)

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"{address}?at_least=73", headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert re.search(r'id="bar-value"[^>]*>73</output>', text)
    assert "<html" not in text
    assert not [one["sql"] for one in asked if re.search("leads_(activity|fact)", one["sql"])]


def test_odd_bars_are_answered_with_a_level(made: Rehearsal, vera: User) -> None:
    for odd in ("x", "nan", "1e99", "-3", "", "12.34"):
        assert "leads a week" in page(
            vera, f"{reverse('rehearsal', args=[made.pk])}?at_least={odd}"
        )


def test_what_is_made_is_not_lost_to_another_run_that_fails(made: Rehearsal) -> None:
    Rehearsal.fail(made.pk, "It broke.", at=NOW)

    made.refresh_from_db()
    assert (made.state, made.error) == (State.DONE, "")
