"""A message to one lead: whole, escaped where it is HTML, its links in order, or not at all."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

import pytest

from handraise.messaging.decide import Utm
from handraise.messaging.rendering import Footing, Unrenderable, prepared
from handraise.post.composing import compose
from handraise.post.decide import address
from handraise.team.models import User
from tests.messaging.conftest import FOOTING, VALUES, ready, version
from tests.personas import NOON

NASTY = "<script>alert(\"1\")</script> & '{{ lead.email }}'"


class Seen(HTMLParser):
    """What a mail program sees: text, addresses of links, and tags by name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.tags = "", list[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def lead(**told: Any) -> dict[str, Any]:
    return {**VALUES, "lead": {**VALUES["lead"], **told}}


def test_a_value_is_escaped_in_html_and_plain_elsewhere() -> None:
    mail = ready(
        '<mj-text><p title="{{ lead.title }}">{{ lead.title }}</p></mj-text>'
        '<mj-image src="https://a.example/a.png" alt="{{ lead.title }}" />',
        subject="For {{ lead.title }}",
    )  # fmt: skip

    made = mail.render(lead(title=NASTY), FOOTING)

    seen = Seen(made.html)
    assert "script" not in seen.tags
    assert NASTY in seen.text
    assert made.subject == f"For {NASTY}"
    assert NASTY in made.text


def test_what_filters_make_of_a_value_is_escaped_too() -> None:
    for filters in ('append: "<b>"', 'prepend: "<b>"', 'replace: "x", "y"', "upcase",
                    'default: "x"', 'truncate: 40', 'split: "x" | join: "<br>"'):  # fmt: skip
        made = ready(f"<mj-text>{{{{ lead.title | {filters} }}}}</mj-text>").render(
            lead(title="<script>1</script>"), FOOTING
        )

        assert "script" not in Seen(made.html).tags, filters


def test_a_subject_can_write_no_header() -> None:
    mail = ready(subject="Hi {{ lead.first_name }}")

    made = mail.render(lead(first_name="Ada\r\nBcc: eve@x.example\u2028\x00"), FOOTING)

    assert made.subject == "Hi Ada Bcc: eve@x.example"
    raw = compose(to=[address("ada@engines.example")], subject=made.subject, text=made.text,
                  html=made.html, message_id="<1@hand.example>", at=NOON)  # fmt: skip
    read = message_from_bytes(raw, policy=policy.default)
    assert read["Bcc"] is None
    assert read.get_body(("plain",)).get_content().replace("\r", "") == made.text


def test_what_is_not_known_is_named_and_nothing_is_made() -> None:
    mail = ready("<mj-text>{{ lead.title }} at {{ company.industry }}</mj-text>")

    with pytest.raises(Unrenderable, match=r"^lead.title, company.industry are not known\.$"):
        mail.render(VALUES, FOOTING)


def test_a_stand_in_and_a_question_make_it_sayable() -> None:
    mail = ready(
        '<mj-text>Dear {{ lead.title | default: "reader" }}'
        "{% if lead.title %}, {{ lead.title }}{% endif %}</mj-text>"
    )

    assert "Dear reader" in mail.render(VALUES, FOOTING).text


def test_links_are_wrapped_by_their_place_but_not_the_ways_out() -> None:
    mail = ready(
        '<mj-text><a href="https://a.example/?x=1&amp;y=2#z">One</a> '
        '<a href="mailto:us@a.example">Write</a></mj-text>'
        '<mj-button href="https://b.example/{{ company.name }}">Two</mj-button>'
    )  # fmt: skip

    made = mail.render(
        VALUES, dataclasses.replace(FOOTING, wrap=lambda url, place: f"https://h/{place}")
    )

    assert made.links == ("https://a.example/?x=1&y=2#z", "mailto:us@a.example",
                          "https://b.example/Analytical%20Engines")  # fmt: skip
    assert Seen(made.html).links == ["https://h/1", "mailto:us@a.example", "https://h/3",
                                     FOOTING.unsubscribe_url, FOOTING.preferences_url]  # fmt: skip
    assert "One: https://h/1 Write: mailto:us@a.example" in made.text
    assert f"Unsubscribe: {FOOTING.unsubscribe_url}" in made.text


def test_a_place_stays_the_same_where_a_link_before_it_is_left_away() -> None:
    mail = ready(
        "{% if lead.title %}"
        '<mj-button href="https://a.example/">One</mj-button>{% endif %}'
        '<mj-button href="https://b.example/{{ lead.first_name }}">Two</mj-button>'
    )  # fmt: skip

    assert mail.render(VALUES, FOOTING).links == ("", "https://b.example/Ada")
    assert mail.render(lead(title="VP"), FOOTING).links[0] == "https://a.example/"
    assert mail.target(2, VALUES) == "https://b.example/Ada"


def test_a_link_in_a_loop_is_said_but_not_followed() -> None:
    mail = ready(
        '<mj-text>{% for one in read %}<a href="https://a.example/{{ one }}">x</a>'
        "{% endfor %}</mj-text>"
    )

    made = mail.render(VALUES, dataclasses.replace(FOOTING, wrap=lambda url, place: "https://h/"))

    assert made.links == ()
    assert Seen(made.html).links[0].startswith("https://a.example/The%20buyer")


def test_a_link_that_a_value_makes_dangerous_is_refused() -> None:
    mail = ready('<mj-text><a href="{{ lead.facts.site }}">Your site</a></mj-text>')

    for site in ("javascript:alert(1)", "data:text/html,x", "//x.example", "x.example", "https://"):
        with pytest.raises(Unrenderable, match="The link"):
            mail.render(lead(facts={"site": site}), FOOTING)


def test_no_value_can_bring_a_link_of_its_own() -> None:
    mail = ready(
        '<mj-text>{{ lead.title }}</mj-text><mj-button href="https://a.example/">Go</mj-button>'
    )

    made = mail.render(lead(title='"><a href="https://evil.example/">x</a>'), FOOTING)

    assert made.links == ("https://a.example/",)
    assert "https://evil.example/" not in Seen(made.html).links


def test_utm_is_added_where_it_is_not_said_already() -> None:
    mail = ready(
        '<mj-text><a href="https://a.example/?utm_source=own#top">One</a></mj-text>',
        utm=Utm("journey", "email", "spring & sun"),
    )  # fmt: skip

    assert mail.render(VALUES, FOOTING).links == (
        "https://a.example/?utm_source=own&utm_medium=email&utm_campaign=spring+%26+sun#top",
    )


def test_a_written_text_is_sent_as_it_is_with_the_same_places_and_its_foot() -> None:
    mail = ready(
        '<mj-button href="https://a.example/">Go</mj-button>',
        text="Hi {{ lead.first_name }} & co: https://a.example/, or https://c.example/x.\n",
    )

    made = mail.render(VALUES, dataclasses.replace(FOOTING, wrap=lambda url, place: f"<{place}>"))

    assert made.text.startswith(
        "Hi Ada & co: <1>, or <2>.\n\n--\nTideline\n1 Quay Street, Harbour\n"
    )
    assert made.links == ("https://a.example/", "https://c.example/x")


def test_the_text_says_what_the_html_says() -> None:
    made = ready(
        "<mj-text><h1>News &amp; more</h1><p>First<br/>second</p>"
        "<ul><li>a</li><li>b</li></ul></mj-text>"
        '<mj-image src="https://a.example/a.png" alt="A ship" />'
        "<mj-text>Signs like &#123;&#123; stay.</mj-text>",
        preheader="Not twice",
    ).render(VALUES, FOOTING)  # fmt: skip

    assert made.text.startswith(
        "News & more\n\nFirst\nsecond\n\n- a\n- b\n\n[A ship]\n\nSigns like { {"
    )
    assert "Not twice" not in made.text
    assert "Not twice" in made.html


def test_pixel_and_decoy_are_there_only_when_asked_for() -> None:
    mail = ready()

    bare = mail.render(VALUES, FOOTING).html
    full = mail.render(
        VALUES, dataclasses.replace(FOOTING, pixel_url="https://h/o.gif", decoy_url="https://h/d")
    ).html

    assert "img" not in Seen(bare).tags
    assert Seen(full).tags.count("img") == 1
    assert Seen(full).links[-1] == "https://h/d"


def test_only_a_message_with_a_purpose_has_a_way_out_and_needs_it() -> None:
    with pytest.raises(Unrenderable, match="no address to unsubscribe"):
        ready().render(VALUES, Footing("", ""))

    asked_for = ready(purpose=False).render(VALUES, Footing("", ""))

    assert "nsubscribe" not in asked_for.html + asked_for.text
    assert "1 Quay Street, Harbour" in asked_for.html


def test_one_who_says_the_way_out_gets_no_second_foot() -> None:
    made = ready('<mj-text><a href="{{ unsubscribe_url }}">Leave</a></mj-text>').render(
        VALUES, FOOTING
    )

    assert Seen(made.html).links == [FOOTING.unsubscribe_url]


def test_a_key_message_is_said_in_the_wording_in_force() -> None:
    made = ready('<mj-text>{{ "speed-1" | message }}</mj-text>').render(VALUES, FOOTING)

    assert "Live in a day." in made.text


@pytest.mark.django_db
def test_a_published_version_is_made_ready_once(mark: User) -> None:
    made = version(mark)

    assert prepared(made) is prepared(type(made).objects.get(pk=made.pk))


@pytest.mark.django_db
def test_a_version_with_a_fault_is_named_and_not_sent(mark: User) -> None:
    with pytest.raises(Unrenderable, match=r"has a fault: line 2: There is no <mj-txt>"):
        prepared(version(mark, inside="<mj-txt>x</mj-txt>"))
