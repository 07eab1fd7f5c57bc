"""Numbers, spans and values as the pages print them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone

from handraise.ui.templatetags import ui
from tests.personas import NOON


@pytest.mark.parametrize(
    ("number", "printed"),
    [
        (1240, "1,240"),
        (18.4, "18.4"),
        (70.0, "70"),
        (-15, "−15"),
        (-0.01, "0"),
        (None, "–"),
        ("", "–"),
    ],
)
def test_figures(number: float | str | None, printed: str) -> None:
    assert ui.figure(number) == printed


@pytest.mark.parametrize(
    ("number", "printed"),
    [(18.44, "+18.4"), (-15, "−15"), (0, "0"), (0.01, "0"), (None, "unknown")],
)
def test_points_carry_their_sign(number: float | None, printed: str) -> None:
    assert ui.points(number) == printed


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=29), "29 days"),
        (timedelta(days=31), "1 month"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_spans_in_their_largest_unit(span: timedelta, said: str) -> None:
    assert ui.length(span) == said


@time_machine.travel(NOON, tick=False)
def test_an_instant_is_a_time_element_with_the_readers_clock_behind_it() -> None:
    with timezone.override("Asia/Tokyo"):
        drawn = ui.ago(NOON - timedelta(days=3))

    assert drawn == (
        '<time datetime="2026-03-01T12:00:00+00:00" title="1 March 2026, 21:00 JST">'
        "3 days ago</time>"
    )
    assert "in 2 h" in ui.ago(NOON + timedelta(hours=2))
    assert ui.ago(None) == "–"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "known to be empty"),
        (640.0, "640"),
        (["a", 2], "a, 2"),
        ({"b": True}, "b: yes"),
    ],
)
def test_facts_are_read_as_people_say_them(given: object, said: str) -> None:
    assert ui.value(given) == said


def test_a_face_of_nobody_is_an_icon_and_names_are_escaped() -> None:
    assert ">AN</span>" in ui.face("Ada Northrup")
    assert "<script" not in ui.face("<script> <b>")


@pytest.mark.parametrize(
    ("amount", "width"), [(70, "70.00"), (140, "100.00"), (-3, "0.00"), (None, "0.00")]
)
def test_bars_stay_within_their_track(amount: float | None, width: str) -> None:
    assert f'width="{width}%"' in ui.bar(amount)


def test_an_address_keeps_what_it_does_not_change() -> None:
    request = RequestFactory().get("/leads/?q=ada&after=x")
    template = Template("{% load ui %}{% query after=None before='y' %}")

    assert template.render(Context({"request": request})) == "?q=ada&amp;before=y"


def test_an_icon_that_does_not_exist_is_an_error_of_ours() -> None:
    with pytest.raises(Exception, match="does not exist"):
        ui.icon("no-such-icon")


def test_a_day_is_said_of_days_and_of_instants() -> None:
    assert ui.day(date(2026, 3, 4)) == "4 Mar 2026"
    assert ui.day(datetime(2026, 3, 4, 12, tzinfo=UTC)) == "4 Mar 2026"
    assert ui.day("2026-03-04T12:00:00+00:00") == "4 Mar 2026"
    assert ui.day(None) == "–"
