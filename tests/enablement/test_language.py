"""The Liquid of scripts: what is not known is marked, what never ends is ended, in a sentence."""

from __future__ import annotations

import pytest

from handraise.enablement.language import Broken, cited, faults, pieces, rendered

TOO_MUCH = "This takes too long or grows too large; a script is a page of text."
GROWS = (
    "{% assign a = '0123456789' %}{% for i in (1..99) %}{% assign a = a | append: a %}{% endfor %}"
)
SWELLS = "{% assign a = 'ab' %}" + "{% assign a = a | replace: 'a', 'aaaaaaaaaaaaaaaaaaaa' %}" * 9


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("Hi {{ lead.first_name }}!", [("Hi ", False), ("lead.first_name", True), ("!", False)]),
        ("{{ lead.first_name | upcase | append: '!' }}", [("lead.first_name", True)]),
        ("{{ 'Dear ' | append: lead.name }}", [("lead.name", True)]),
        ("{% assign who = lead.name %}{{ who }}", [("lead.name", True)]),
        ("{{ lead.facts['plan size'] }}", [("lead.facts['plan size']", True)]),
        ("{% for title in read %}{{ title }}{% endfor %}", [("read", True)]),
        ("{{ 'gone-1' | message }}", [("the key message gone-1", True)]),
        ("{% if lead.name %}Hi{% else %}Hello{% endif %}", [("Hello", False)]),
        ("{{ lead.first_name | default: 'there' }}", [("there", False)]),
    ],
)
def test_what_is_not_known_is_marked_and_can_be_asked_for(
    body: str, parts: list[tuple[str, bool]]
) -> None:
    assert list(pieces(rendered(body, {"lead": {"facts": {}}}, {}))) == parts


DOUBLED = "{% assign a = 'abcdefghij' %}" + "{% assign a = a | append: a %}" * 10


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in (1..100000000000) %}x{% endfor %}",
        "{% for i in (1..100000000000) reversed %}x{% endfor %}",
        "{% for i in (1..300) %}x{% endfor %}" * 5,
        "{% for a in (1..30) %}{% for b in (1..30) %}{% for c in (1..30) %}x" + "{% endfor %}" * 3,
        GROWS,
        SWELLS,
        "{% if lead.name %}" * 30 + "{% endif %}" * 30,
        DOUBLED
        + "{% for i in (1..1000) %}{{ a"
        + " | split: '' | join: ''" * 20
        + " }}{% endfor %}",
        "{% assign l = '"
        + "x," * 2000
        + "' | split: ',' %}{% for i in (1..900) %}"
        + "{% if l contains 'z' %}y{% endif %}" * 90
        + "{% endfor %}",
    ],
)
def test_what_never_ends_is_ended_with_a_sentence(body: str) -> None:
    (fault,) = faults(body, codes=())

    assert fault.sentence == TOO_MUCH


@pytest.mark.parametrize(
    "body",
    [
        "{% if (1..999999999999999) contains 'x' %}y{% endif %}",
        "{% if lead.name and (1..999999999999999) contains 'x' %}y{% endif %}",
        "{% unless x == (1..999999999999999) %}y{% endunless %}",
        "{% case 'x' %}{% when (1..999999999999999) %}y{% endcase %}",
        "{% assign a = (1..999999999999999) %}{% if a contains 'x' %}y{% endif %}",
        "{{ (1..999999999999999) | join: '' }}",
        "{% for a in (1..2) %}{% if (1..999999999999999) contains a %}y{% endif %}{% endfor %}",
    ],
)
def test_a_range_is_what_a_loop_goes_through_and_nothing_else(body: str) -> None:
    """To look for something in one is a loop of Python's own, which nothing can stop."""
    (fault,) = faults(body, codes=())

    assert fault.sentence == "A range stands in a 'for' only."


@pytest.mark.parametrize(
    "body",
    [
        "{{" * 9_000,
        "{{" + "\n" * 19_000 + "}}",
        "{% liquid" + "\n" * 19_000 + "%}",
        "{% comment %}" + "{% endcomment" * 5_000,
        "{{ " + "9" * 15_000 + " }}",
        "{% if " + "(" * 15_000 + " %}",
        "{{ a" + "[a" * 9_000 + " }}",
        "x" * 20_001,
    ],
)
def test_what_cannot_be_read_is_refused_at_once(body: str) -> None:
    (fault,) = faults(body, codes=())

    assert fault.sentence


@pytest.mark.parametrize(
    "body",
    [
        "{{ lead.__class__ }}",
        "{{ lead.name.__class__.__mro__ }}",
        "{{ lead['__class__'] }}",
        "{{ lead.name.upper }}",
        "{% render 'x' %}",
        "{% include '/etc/passwd' %}",
        "{{ 'x' | date: '%Y' }}",
    ],
)
def test_nothing_but_the_variables_can_be_reached(body: str) -> None:
    values = {"lead": {"name": "Ada"}}
    try:
        parts = list(pieces(rendered(body, values, {})))
    except Broken:
        return

    assert all(is_missing for _, is_missing in parts)


def test_every_fault_is_named_with_its_line() -> None:
    body = "Hello\n{{ lead.frist_name }}\n{{ 'sped-1' | message }}\n{{ lead.name | shout }}"

    assert [str(fault) for fault in faults(body, codes=["speed-1"])] == [
        "line 2: There is no lead.frist_name. Did you mean lead.first_name?",
        "line 3: There is no key message 'sped-1'. Did you mean speed-1?",
        "line 4: There is no filter 'shout'.",
    ]
    assert str(faults("a\n\n{% if %}", codes=())[0]) == "line 3: Missing expression."


@pytest.mark.parametrize("body", ["{{ now }}", "{{ lead }}", "{{ messages }}", "{{ seller.id }}"])
def test_there_are_no_other_variables(body: str) -> None:
    assert "There is no" in str(faults(body, codes=())[0])


def test_a_message_is_named_in_quotes_so_that_citations_can_be_found() -> None:
    body = "{% if lead.name %}{{ 'a' | message }}{% endif %}{{ 'b' | message }}{{ 'a' | message }}"

    assert cited(body) == ["a", "b"]
    assert "in quotes" in str(faults("{{ lead.name | message }}", codes=["a"])[0])
