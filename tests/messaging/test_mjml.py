"""MJML is read with Liquid in it: every fault has its line, and nothing of either is lost."""

from __future__ import annotations

import pytest

from handraise.messaging import mjml
from tests.messaging.conftest import mail


def said(source: str) -> list[str]:
    return [str(fault) for fault in mjml.faults(source)]


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("", "There is no <mjml>: a message is written in it."),
        ("<mjml></mjml>", "There is no <mj-body>: a message is written in it."),
        ("hello", "line 1: “hello” stands in no <mj-text> and would be lost."),
        (mail("<mj-txt>x</mj-txt>"), "line 2: There is no <mj-txt>. Did you mean mj-text?"),
        (mail("\n<mj-text>x"), "line 3: <mj-text> is not closed by </mj-text>."),
        (mail("</mj-text>"), "line 2: </mj-text> closes nothing."),
        (
            mail("<mj-text>\na < b</mj-text>"),
            "line 3: '<' begins no tag here; write &lt; for the sign.",
        ),
        (mail("words"), "line 2: “words” stands in no <mj-text> and would be lost."),
        (mail("<p>x</p>"), "line 2: <p> stands in no <mj-text> or <mj-raw>."),
        (mail("<mj-raw><script>x</script></mj-raw>"), "line 2: A message cannot hold <script>."),
        (mail('<mj-text><b onclick="x">x</b></mj-text>'), "line 2: <b> cannot carry a script."),
        (mail('<mj-include path="/etc/passwd" />'), "line 2: A message cannot hold <mj-include>."),
        (
            mail("<mj-text {% if read %}a{% endif %}>x</mj-text>"),
            "line 2: Inside <mj-text …> only values can stand, no {% tags %}.",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(source: str, fault: str) -> None:
    assert said(source)[0] == fault


def test_lines_are_counted_over_liquid_of_several_lines() -> None:
    assert said(mail("<mj-text>{{\n\nlead.name\n}}</mj-text>\n<mj-txt />"))[0].startswith(
        "line 6: "
    )


def test_all_faults_are_named_at_once() -> None:
    assert len(said(mail("<mj-txt />\nwords\n<mj-buton />"))) == 3


def test_values_may_not_stand_among_the_styles() -> None:
    source = mail("").replace(
        "<mj-body>", "<mj-head><mj-style>{{ lead.name }}</mj-style></mj-head><mj-body>"
    )

    assert said(source) == ["line 1: Liquid stands in the body, not among the styles."]


@pytest.mark.parametrize(
    "inside",
    [
        "{% if read %}<mj-text>{{ read | join: '<' }}</mj-text>{% endif %}",
        '<mj-button href="https://a.example/?n={{ lead.name | default: "x" }}">Go</mj-button>',
        "<mj-text>{% for one in read %}<b>{{ one }}</b>{% endfor %} a &amp; b</mj-text>",
        "<mj-text>{% comment %} {{ any }} {% endcomment %}{% raw %}{{ x }}{% endraw %}</mj-text>",
    ],
)
def test_liquid_comes_back_where_it_stood(inside: str) -> None:
    made, away = mjml.compiled(mail(inside))

    whole = away.back(made)

    assert [tag for tag in away.tags.values() if tag not in whole] == []
    assert not away.word.search(whole)


def test_a_tag_that_the_compiler_would_drop_is_told() -> None:
    source = mail("<mj-social>\n{% if read %}<mj-social-element name='x'>X</mj-social-element>"
                  "{% endif %}</mj-social>")  # fmt: skip

    assert said(source)[0].startswith("line 3: ")


def test_hostile_markup_is_read_in_no_time() -> None:
    assert said("<mjml><mj-body>" + "<a \"<a 'x" * 10_000)
