"""A part in pieces is what the library says in one go, whatever stands in it and is known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handraise.messaging.decide import PLAIN, SHEET, Utm
from handraise.messaging.marking import Leading, Marks
from handraise.messaging.mjml import hidden
from handraise.messaging.parts import Part, Unrenderable
from handraise.messaging.rendering import Footing
from tests.messaging.conftest import FOOTING, VALUES, ready

NAMES = ("lead.first_name", "lead.title", "company.name", "company", "lead.name.first", "read",
         "read[0]", "lead.facts.size", "unsubscribe_url", "nobody", "partial", "own")  # fmt: skip
NAMED = st.sampled_from(NAMES)
SIMPLE = NAMED.map(lambda name: f"{{{{ {name} }}}}")
DEFAULT = NAMED.map(lambda name: f'{{{{ {name} | default: "<you>" }}}}')
FILTERED = NAMED.map(lambda name: f"{{{{ {name} | upcase | default: 'x' }}}}")
PLAINLY = st.sampled_from(["Good <b>day</b>", " ", "\n", "\r\n", "\r", "é", "</body>", ".\n"])
LINK = st.sampled_from(["https://a.example/", "/nowhere", "https://a.example/{{ company.name }}",
                        "{{ unsubscribe_url }}?x", "{{ lead.title }}", "https://a.example/?a=1&amp;b",
                        "{% if lead.title %}https://b.example{% endif %}"])  # fmt: skip
ANCHOR = LINK.map(lambda url: f'<a href="{url}">x</a>')
LEAF = st.one_of(SIMPLE, DEFAULT, FILTERED, PLAINLY, ANCHOR)


def _blocks(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inside, max_size=3).map("".join)
    return st.one_of(
        st.builds(lambda name, text: f"{{% if {name} %}}{text}{{% endif %}}", NAMED, several),
        st.builds(lambda name, text: f"{{% if {name} %}}{text}{{% else %}}no{{% endif %}}", NAMED,
                  several),
        several.map(lambda text: f"{{% for each in read %}}{text}{{{{ each }}}}{{% endfor %}}"),
        several.map(lambda text: f"{{% assign own = lead.title %}}{text}"),
    )  # fmt: skip


TEXTS = st.lists(st.recursive(LEAF, _blocks, max_leaves=6), max_size=6).map("".join)
WORDS = st.sampled_from(["Ada", "", "<b> & \"'", "a\r", "\nb", "x" * 300, "é", "</body>", 0, 7,
                         True, None, ["a", "b"]])  # fmt: skip
KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "lead": st.fixed_dictionaries(
            {}, optional={"first_name": WORDS, "title": WORDS, "name": WORDS}
        ),
        "company": st.one_of(WORDS, st.fixed_dictionaries({}, optional={"name": WORDS})),
        "read": st.lists(st.sampled_from(["One", "Two"]), max_size=2),
        "partial": WORDS,
        "unsubscribe_url": st.just("https://h.example/u/?a=1&b=2"),
    },
)


@example('{{ lead.title | default: "<you>" }}', {"lead": {"title": ""}}, True)
@example('{{ lead.title | default: "<you>" }}', {"lead": {}}, True)
@example("{{ lead.title }}", {"lead": {"title": "<b> & 'c'"}}, True)
@example("{{ lead.title }}", {"lead": {"title": 0}}, True)
@example("{% if lead.title %}VP {{ lead.title }}{% endif %}", {"lead": {"title": ""}}, True)
@example("{% if lead.title %} \n{% endif %}", {"lead": {"title": "VP"}}, True)
@example('<a href="https://a.example/{{ lead.title }}">x</a>', {"lead": {"title": "VP"}}, True)
@example('<a href="https://a.example/{{ company.name }}">x</a>', {}, False)
@given(TEXTS, KNOWN, st.booleans())
def test_pieces_are_the_whole(body: str, known: dict[str, Any], is_html: bool) -> None:
    marks = Marks(Utm("mail"))
    away = hidden(body)
    marked = away.back(marks.in_html(away.text, away))
    part = Part.of(SHEET if is_html else PLAIN, marked, marks, ends_at="</body>")

    found: dict[int, str] = {}
    told = {**known, "messages": {}}
    made = part.in_pieces(told, _leading(marks, is_html, found))

    if made is not None:
        whole: dict[int, str] = {}
        said = part.said(told)
        assert "".join(made) == _leading(marks, is_html, whole).text(said)
        assert found == whole


def _leading(marks: Marks, is_html: bool, found: dict[int, str]) -> Leading:
    ours = frozenset({"https://h.example/u/?a=1&b=2"})
    return Leading(marks, lambda url, place: f"https://h.example/{place}&", ours, is_html, found)


def test_a_usual_message_is_said_in_pieces_of_which_most_are_kept() -> None:
    mail = ready(
        '<mj-text>Dear {{ lead.first_name | default: "reader" }}, see '
        '<a href="https://a.example/">this</a>{% if lead.title %} and {{ lead.title }}{% endif %}.'
        "</mj-text>"
    )
    ada, ben = (
        mail.render({**VALUES, "lead": {"first_name": name}}, FOOTING) for name in ("Ada", "Ben")
    )

    kept = {id(piece) for piece in ada.pieces} & {id(piece) for piece in ben.pieces}
    same = sum(len(piece) for piece in ada.pieces if id(piece) in kept)
    assert same > 0.9 * len(ada.html)
    assert "Dear Ada, see" in ada.html
    assert "Dear Ben, see" in ben.html


@pytest.mark.parametrize("known", [{}, {"lead": {"title": "VP"}}])
def test_what_is_not_known_is_told_by_its_name(known: dict[str, Any]) -> None:
    part = Part.of(PLAIN, "{{ lead.title }} of {{ company.name }}")

    assert part.in_pieces({**known, "messages": {}}) is None
    with pytest.raises(Unrenderable, match="company"):
        part.said({**known, "messages": {}})


def test_what_is_added_stands_before_the_end_of_the_body_once() -> None:
    mail = ready("<mj-text>{{ lead.title }}</mj-text>")
    footing = Footing(FOOTING.unsubscribe_url, FOOTING.preferences_url, decoy_url="https://h/0")

    for title in ("VP", "</body>"):
        html = mail.render({**VALUES, "lead": {"title": title}}, footing).html
        assert html.count("https://h/0") == 1
        assert html.partition("https://h/0")[2].count("</body>") == 1
