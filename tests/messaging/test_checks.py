"""What is told of a message while it is written, and what keeps it from being published."""

from __future__ import annotations

import pytest

from handraise.messaging.checks import TRIAL, checked, tried
from handraise.messaging.decide import Utm, Weight
from handraise.messaging.rendering import made_ready
from handraise.messaging.starting import starts
from tests.messaging.conftest import VALUES, ready, words

CITING = '<mj-text>{{ "speed-1" | message }}</mj-text>'


def said(inside: str = "", weight: Weight = Weight.FAULT, **told: str) -> list[str]:
    found = checked(words(inside or CITING, **told), has_purpose=True, codes=["speed-1"])
    return [str(one) for one in found if one.weight is weight]


def test_a_message_in_order_has_nothing_to_be_said_of() -> None:
    assert checked(words(CITING), has_purpose=True, codes=["speed-1"]) == []


@pytest.mark.parametrize(
    ("inside", "fault"),
    [
        ("<mj-text>\n{{ lead.first_nam }}</mj-text>",
         "message, line 3: There is no lead.first_nam. Did you mean lead.first_name?"),
        ("<mj-text>{{ why_now }}</mj-text>", "message, line 2: There is no why_now."),
        ("<mj-text>{% if read %}</mj-text>",
         "message, line 2: {% if %} is not closed by {% endif %}."),
        ("<mj-text>{{ 'speed-2' | message }}</mj-text>",
         "message, line 2: There is no key message 'speed-2'. Did you mean speed-1?"),
        ("<mj-txt>x</mj-txt>", "message, line 2: There is no <mj-txt>. Did you mean mj-text?"),
        ('<mj-image src="https://a.example/x.png" />', "message, line 2: A picture needs alt"),
        ('<mj-text><a href="/prices">x</a></mj-text>', "message, line 2: The link /prices is none"),
        ('<mj-button href="https://a.example/a b">x</mj-button>',
         "message, line 2: The link https://a.example/a b holds a blank."),
        ('<mj-button href="javascript:alert(1)">x</mj-button>', "message, line 2: The link java"),
        ("<mj-button>x</mj-button>", "message, line 2: This button leads nowhere."),
        ('<mj-button href="https://shop.example{{ lead.facts.u }}">x</mj-button>',
         "message, line 2: In the link https://shop.example{{ lead.facts.u }} a value says whose"),
        ('<mj-button href="https://{{ lead.facts.u }}.shop.example/">x</mj-button>',
         "message, line 2: In the link https://{{ lead.facts.u }}.shop.example/ a value says"),
        ('<mj-button href="https://shop.example@other.example/">x</mj-button>',
         "message, line 2: The link https://shop.example@other.example/ holds a name before"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(inside: str, fault: str) -> None:
    assert said(inside)[0].startswith(fault)


def test_what_follows_the_host_may_be_said_by_a_value() -> None:
    assert not said('<mj-button href="https://shop.example/{{ lead.facts.u }}">x</mj-button>')


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"subject": " "}, "subject: A message needs a subject."),
        ({"subject": "a\nb"}, "subject: A subject is one line."),
        ({"subject": "x" * 201}, "subject: A subject has at most 200 characters."),
        ({"subject": "{{ lead.nam }}"}, "subject, line 1: There is no lead.nam."),
        ({"preheader": "{{ x"}, "preheader, line 1: '{{' is not closed by '}}'."),
        ({"text": "\n{% for x in read %}"}, "text, line 2: {% for %} is not closed"),
    ],
)
def test_every_field_is_looked_at(told: dict[str, str], fault: str) -> None:
    assert said(**told)[0].startswith(fault)


def test_what_may_stay_is_only_doubted() -> None:
    doubts = said(
        '<mj-button href="https://example.com/x">x</mj-button>', Weight.DOUBT, subject="x" * 61
    )

    assert doubts == [
        "subject: It has 61 characters; most inboxes show about 60.",
        "message, line 2: The link https://example.com/x is an example; put in your own.",
        "message: It says no key message, so it may tell another story than the rest of the house.",
    ]


def test_links_of_values_and_to_an_address_are_in_order() -> None:
    links = ("mailto:us@a.test", "{{ lead.facts.site }}", "https://a.test/{{ read[0] }}?a=1&amp;b")

    assert said("".join(f'<mj-text><a href="{link}">x</a></mj-text>' for link in links)) == []


@pytest.mark.parametrize(
    "junk",
    ["{{" * 20_000, "{%" * 20_000, "<!--" * 20_000, '<a href="' * 9_000, "<b>" * 12_000,
     "x" * 1_000_000, "<mj-text>" * 9_000, "{{ x" * 9_000],
)  # fmt: skip
def test_what_is_endless_or_deep_is_refused_and_harms_nobody(junk: str) -> None:
    assert said(f"<mj-text>{junk}</mj-text>", text=junk)


def test_names_that_are_not_known_are_counted_over_the_sample() -> None:
    sample = [VALUES, {**VALUES, "lead": {"first_name": "Ben", "title": "VP"}}, VALUES]

    found = tried(ready("<mj-text>{{ lead.title }}</mj-text>"), sample)

    assert (found.of, found.failed, found.said_to) == (3, 2, 1)
    assert [str(one) for one in found.findings] == [
        "message: lead.title is not known of 2 of 3 leads tried: they get nothing. "
        'Give it a stand-in: {{ lead.title | default: "…" }}.'
    ]


def test_a_message_that_will_be_cut_off_is_told() -> None:
    found = tried(ready(f"<mj-text>{'é' * 60_000}</mj-text>"), [VALUES])

    assert "what is over 100 is cut off" in str(found.findings[0])


@pytest.mark.parametrize("code", starts())
def test_what_is_shipped_can_be_said_to_anybody_and_read_by_all(code: str) -> None:
    start = starts()[code]

    found = checked(start.words, has_purpose=bool(start.purpose), codes=[])

    assert [str(one) for one in found if one.weight is Weight.FAULT] == []
    assert "mj-image" not in start.words.mjml
    ready_to_go = made_ready(start.words, has_purpose=bool(start.purpose), utm=Utm())
    assert tried(ready_to_go, [{"house": {}, "messages": {}}, VALUES]).failed == 0
    html = ready_to_go.render(VALUES, TRIAL).html
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark">' in html
