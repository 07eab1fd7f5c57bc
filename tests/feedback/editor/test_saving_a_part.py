"""A part is changed by its form: one line of the text changes, and the journal says so."""

from __future__ import annotations

import difflib
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.urls import reverse

from handraise.agreement.models import EarlierText, Version
from handraise.agreement.reading import read
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.feedback.editor.conftest import sent, shown
from tests.feedback.editor.fields_of import fields_of

pytestmark = pytest.mark.django_db


def lines(before: str, after: str) -> list[str]:
    found = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in found if line[0] in "+-"]


def path(draft: Version, key: str, place: int | None = None) -> str:
    if place is None:
        return reverse("draft_part", args=[draft.number, key])
    return reverse("draft_part_at", args=[draft.number, key, place])


def save(user: User, where: str, **changed: str) -> Any:
    """Open a form, change some of its fields, send it."""
    given = fields_of(shown(user, where)) | {"deed": "save"}
    gone = [name for name, value in changed.items() if value == "(off)"]
    merged = {name: value for name, value in {**given, **changed}.items() if name not in gone}
    return sent(user, where, **merged)


def said(response: HttpResponse) -> str:
    return unescape(response.content.decode())


def test_nothing_changes_when_nothing_was_changed(draft: Version, mark: User) -> None:
    text = draft.text

    for key, place in [("intent", 0), ("interest", 2), ("fit", 9), ("mql", None), ("sal", None),
                       ("sql", None), ("grades", None), ("priority", None), ("targets", None),
                       ("routes", 0), ("reasons", 0), ("recycle_plans", 0),
                       ("name", None)]:  # fmt: skip
        assert save(mark, path(draft, key, place)).status_code == 302, key
        draft.refresh_from_db()
        assert draft.text == text, key

    assert draft.revision == 1


@pytest.mark.parametrize(
    "key", ["reasons", "recycle_plans", "routes", "intent", "interest", "fit", "lists"]
)
def test_an_empty_new_part_is_told_what_it_needs_and_takes_nothing_away(
    draft: Version, mark: User, key: str
) -> None:
    where = reverse("draft_new_part", args=[draft.number, key])
    before = draft.text

    answer = save(mark, where)

    draft.refresh_from_db()
    assert draft.text == before
    assert answer.status_code == 200
    assert 'aria-invalid="true"' in said(answer)


def test_a_part_of_which_everything_was_cleared_is_not_taken_out(
    draft: Version, mark: User
) -> None:
    where = path(draft, "reasons", 0)
    empty = dict.fromkeys(fields_of(shown(mark, where)), "")

    save(mark, where, **empty)

    before = draft.text
    draft.refresh_from_db()
    assert draft.text == before


def test_one_field_changes_one_line(draft: Version, mark: User) -> None:
    before = draft.text

    response = save(mark, path(draft, "intent", 4), points="50", half_life="21 days", at_most="")

    assert response.status_code == 302
    draft.refresh_from_db()
    (removed, added) = lines(before, draft.text)
    assert "points: 60, half_life: 30 days, at_most: 60" in removed
    assert added.endswith("event: Demo Requested, points: 50, half_life: 21 days}")
    line = JournalLine.objects.get(kind="agreement.draft_changed")
    assert line.said == "Mark changed the draft of version 2: intent signal Asked for a demo."
    assert EarlierText.objects.get().text == before


def test_a_signal_is_added(draft: Version, mark: User) -> None:
    where = reverse("draft_new_part", args=[draft.number, "intent"])

    response = save(
        mark, where, name="Sah die Preise – später 🎉", event="page", points="5",
        **{"where-count": "1", "where-0-kind": "test", "where-0-subject": "path",
           "where-0-operator": "starts_with", "where-0-values": "/preise, /tarife"},
    )  # fmt: skip

    assert response.status_code == 302
    draft.refresh_from_db()
    signal = read(draft.text).intent[-1]
    assert signal.name == "Sah die Preise – später 🎉"
    assert signal.where is not None
    assert signal.where.values == ("/preise", "/tarife")
    assert (
        '{name: "Sah die Preise – später 🎉", event: page, where: {path: {starts_with:'
        in draft.text
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("half_life", "0 days", "'0 days' must be longer than nothing."),
        ("half_life", "soon", "'soon' is not a length of time such as '30 days' or '4 hours'."),
        ("points", "many", "'many' is not a number."),
        ("points", "", "'points' is missing."),
        ("points", "99999", "'points' must be at most 1000."),
        ("at_most", "0", "'at_most' must be above 0."),
        ("name", "", "'name' is missing."),
        ("name", "Filled a cart", "The name 'Filled a cart' stands here twice;"),
        ("event", "", "'event' is missing."),
    ],
)
def test_a_fault_stands_beside_its_field(
    field: str, value: str, sentence: str, draft: Version, mark: User
) -> None:
    text = draft.text

    page = said(save(mark, path(draft, "intent", 4), **{field: value}))

    slot = page[page.index(f'id="fault_{field}"') :].split("</p>")[0]
    assert sentence in slot
    assert 'aria-invalid="true"' in page
    draft.refresh_from_db()
    assert draft.text == text


def test_a_fault_of_a_condition_stands_beside_its_row(draft: Version, mark: User) -> None:
    rows = {"when-how": "all", "when-count": "2"}
    rows |= {"when-0-kind": "test", "when-0-subject": "email_domain", "when-0-operator": "in_list",
             "when-0-values": "free_mail"}  # fmt: skip
    rows |= {"when-1-kind": "test", "when-1-subject": "seats", "when-1-operator": "at_least",
             "when-1-values": "3"}  # fmt: skip

    page = said(save(mark, path(draft, "fit", 0), **rows))

    slot = page[page.index('id="fault_when-0"') :].split("</p>")[0]
    assert "There is no list 'free_mail'" in slot
    assert "Did you mean free_email?" in slot
    assert "There is no list" not in page[page.index('id="fault_when-1"') :].split("</p>")[0]


def test_what_the_form_cannot_mend_is_said_at_its_top(draft: Version, mark: User) -> None:
    text = draft.text.replace("half_life: 7 days", "half_lif: 7 days")
    Version.objects.filter(pk=draft.pk).update(text=text)

    page = said(save(mark, path(draft, "intent", 0), points="9"))

    slot = page[page.index('id="fault_top"') :].split("</div>")[0]
    assert "'intent[0]' has no 'half_lif'. Did you mean half_life?" in slot
    assert reverse("agreement_edit", args=[draft.number]) in slot


def test_comments_go_only_when_that_was_said(draft: Version, mark: User) -> None:
    where = path(draft, "mql")
    rows = {"when-count": "1", "when-how": "all", "when-0-kind": "did",
            "when-0-event": "Demo Requested", "when-0-within": "30 days"}  # fmt: skip

    page = said(save(mark, where, **rows))

    assert "3 comments go with it" in page
    assert "“They mean to buy, and they fit.”" in page
    assert Version.objects.get(pk=draft.pk).text == draft.text
    response = sent(mark, where, **(fields_of(page) | {"deed": "save"}))
    assert response.status_code == 302
    draft.refresh_from_db()
    assert "when: {did: {event: Demo Requested, within: 30 days}}" in draft.text
    assert "# However high the score." in draft.text


def test_the_button_beside_a_removed_row_has_the_focus(draft: Version, mark: User) -> None:
    where = path(draft, "fit", 9)
    given = fields_of(shown(mark, where))

    page = said(sent(mark, where, **given | {"deed": "remove:when-0"}))

    focused = re.findall(r"<button[^>]* autofocus[^>]*>", page)
    assert [re.findall('value="([^"]*)"', button) for button in focused] == [["add-test:when"]]
    assert re.search(r'<form id="part"[^>]* data-changed', page)


def test_an_interest_becomes_an_intent(draft: Version, mark: User) -> None:
    names = [signal.name for signal in read(draft.text).interest]

    response = save(mark, path(draft, "interest", names.index("Watched the demo video")),
                    kind="intent", accepted="1")  # fmt: skip

    assert response.status_code == 302, said(response)
    draft.refresh_from_db()
    assert read(draft.text).intent[-1].name == "Watched the demo video"
    assert len(read(draft.text).interest) == len(names) - 1


def test_a_signal_is_removed_after_saying_what_goes_with_it(draft: Version, mark: User) -> None:
    where = reverse("draft_removal", args=[draft.number, "intent", 4])
    page = unescape(shown(mark, where))
    assert "Remove Asked for a demo?" in page
    assert "Two requests are impatience, not twice the intention." in page

    response = sent(mark, where, **fields_of(page))

    assert response.status_code == 302
    draft.refresh_from_db()
    assert "Asked for a demo" not in [signal.name for signal in read(draft.text).intent]


def test_lists_are_added_renamed_and_never_swallow_each_other(draft: Version, mark: User) -> None:
    new = reverse("draft_new_part", args=[draft.number, "lists"])

    assert save(mark, new, name="partners", values="One\nTwo, Ltd\n").status_code == 302
    page = said(save(mark, new, name="partners", values="Three"))

    assert "'partners' stands here twice." in page
    assert save(mark, path(draft, "lists", 0), name="allies").status_code == 302
    draft.refresh_from_db()
    assert read(draft.text).lists == {"allies": ("One", "Two, Ltd")}


def test_a_part_is_said_in_words_once_it_can_be(draft: Version, mark: User) -> None:
    where = path(draft, "intent", 4)

    sound, faulty = (said(save(mark, where, points=points, deed="check")) for points in ("7", "x"))

    assert "<h2>In words</h2>" in sound
    assert "<h2>In words</h2>" not in faulty


def test_routes_change_places(draft: Version, mark: User) -> None:
    new = reverse("draft_new_part", args=[draft.number, "routes"])
    save(mark, new, name="Germany", team="Enterprise", **{
        "when-count": "1", "when-0-kind": "test", "when-0-subject": "country",
        "when-0-operator": "equals", "when-0-values": "germany"})  # fmt: skip

    moving = _moving(mark, draft, 1)
    sent(mark, reverse("draft_move", args=[draft.number, "routes", 1]), to="up", **moving)

    assert _routes(draft) == ["Germany", "Everybody"]
    top = reverse("draft_move", args=[draft.number, "routes", 0])
    assert sent(mark, top, to="up", **_moving(mark, draft, 0)).status_code == 404


def test_of_two_at_once_each_moves_and_removes_what_they_saw(draft: Version, mark: User) -> None:
    new = reverse("draft_new_part", args=[draft.number, "routes"])
    for name in ("Germany", "France"):
        save(mark, new, name=name, team="Enterprise", **{
            "when-count": "1", "when-0-kind": "test", "when-0-subject": "country",
            "when-0-operator": "equals", "when-0-values": name.lower()})  # fmt: skip
    france = _moving(mark, draft, 2)
    page = shown(mark, reverse("draft_removal", args=[draft.number, "routes", 2]))
    up = reverse("draft_move", args=[draft.number, "routes", 2])

    sent(mark, up, to="up", **france)
    sent(mark, up, to="up", **france)

    assert _routes(draft) == ["France", "Everybody", "Germany"]
    removal = reverse("draft_removal", args=[draft.number, "routes", 2])
    assert "was not removed" in _told(sent(mark, removal))[0]
    sent(mark, removal, **fields_of(page))
    assert _routes(draft) == ["Everybody", "Germany"]
    germany = _moving(mark, draft, 1)
    sent(mark, reverse("draft_move", args=[draft.number, "routes", 1]), to="up", **germany)
    assert "was not moved" in _told(sent(mark, up, to="up", **germany))[0]
    sent(mark, reverse("draft_move", args=[draft.number, "routes", 0]), to="down", **germany)
    assert "was not moved" in _told(sent(mark, up, to="up", **france))[0]
    assert _routes(draft) == ["Everybody", "Germany"]


def _moving(user: User, draft: Version, place: int) -> dict[str, str]:
    """What the form that moves this route sends."""
    page = shown(user, reverse("draft", args=[draft.number]))
    form = page.split(reverse("draft_move", args=[draft.number, "routes", place]))[1]
    found = re.findall(r'name="(was|was_name)" value="([^"]*)"', form.split("</form>")[0])
    return dict(found)


def _told(response: HttpResponse) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]  # type: ignore[attr-defined]


def _routes(draft: Version) -> list[str]:
    draft.refresh_from_db()
    return [route.name for route in read(draft.text).routes]


def test_the_note_is_kept(draft: Version, mark: User) -> None:
    sent(mark, reverse("draft_note", args=[draft.number]), note="Demos count too much.")

    draft.refresh_from_db()
    assert draft.note == "Demos count too much."


def test_a_first_touch_is_agreed_and_given_up_again(draft: Version, mark: User) -> None:
    before = draft.text

    save(mark, path(draft, "sal"), touch_within="6 working hours")
    draft.refresh_from_db()
    assert read(draft.text).sal.touch_within == "6 working hours"
    save(mark, path(draft, "sal"), touch_within="")

    draft.refresh_from_db()
    assert read(draft.text).sal.touch_within is None
    assert draft.text == before


def test_questions_contests_and_who_must_answer_are_agreed_by_forms(
    draft: Version, mark: User
) -> None:
    save(mark, path(draft, "sal"), answer_within="2 working hours", contest_within="never")
    save(mark, path(draft, "reasons", 0), answer_by="marketing")

    draft.refresh_from_db()
    agreed = read(draft.text)
    assert (agreed.sal.answer_within, agreed.sal.contest_within) == ("2 working hours", None)
    assert agreed.reasons[0].answer_by == "marketing"
    save(mark, path(draft, "sal"), answer_within="", contest_within="")
    draft.refresh_from_db()
    assert read(draft.text).sal.contest_within == "5 working days"
