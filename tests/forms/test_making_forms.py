"""Forms are written, kept, published and closed by those who may, and nothing written is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from handraise.forms.actions import (
    Faulty,
    Overtaken,
    Refused,
    begin,
    close,
    keep,
    publish,
    reopen,
)
from handraise.forms.document import ConsentBox, Document, Field, FieldKind
from handraise.forms.models import Form, FormVersion
from handraise.forms.snippets import plain_html
from handraise.leads.models import JournalLine
from handraise.team.models import User
from tests.desk.conftest import client_of
from tests.forms.conftest import ADA, HOW, NEWS, ada, document, form, submitted
from tests.forms.test_public_pages import post

pytestmark = pytest.mark.django_db


def posted(made: Form, do: str, **changes: Any) -> dict[str, Any]:
    """What the editor sends for a form as it is drafted."""
    told = made.drafted
    data: dict[str, Any] = {
        "name": made.name, "seen": made.revision, "do": do, "heading": told.heading,
        "button": told.button, "thanks_heading": told.thanks_heading, "link_days": 14,
        "minimum_seconds": 2, "f-count": len(told.fields), "c-count": 0,
    }  # fmt: skip
    for place, field in enumerate(told.fields):
        data |= {f"f-{place}-{name}": getattr(field, name) for name in ("name", "label", "fact")}
        data |= {f"f-{place}-kind": field.kind.value}
        data |= {f"f-{place}-needed": "on"} if field.is_needed else {}
    return {**data, **changes}


def edited(made: Form, by: User, do: str, **changes: Any) -> Any:
    return client_of(by).post(f"/forms/{made.pk}/edit/", posted(made, do, **changes))


@pytest.fixture
def fair(mark: User) -> Form:
    return begin(name="Fair", code="fair", by=mark, **HOW)


def test_a_draft_is_kept_while_strangers_see_what_was_published(guide: Form, mark: User) -> None:
    new = document(heading="Another")

    keep(guide, new, name="Guide", seen=guide.revision, by=mark, **HOW)

    guide.refresh_from_db()
    assert guide.drafted.heading == "Another"
    assert guide.published is not None
    assert guide.published.document.heading == "The guide"
    publish(guide, new, name="Guide", seen=guide.revision, by=mark, **HOW)
    assert list(FormVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_the_editor_says_what_strangers_see(guide: Form, fair: Form, mark: User) -> None:
    def told(made: Form) -> str:
        return client_of(mark).get(f"/forms/{made.pk}/edit/").content.decode()

    assert "Strangers see what was published last." in told(guide)
    assert "Strangers see it once it is published." in told(fair)


def test_publishing_what_is_published_makes_no_version(guide: Form, mark: User) -> None:
    publish(guide, document(), name="Guide", seen=guide.revision, by=mark, **HOW)

    assert FormVersion.objects.count() == 1


def test_who_was_overtaken_is_told_and_loses_nothing(guide: Form, mark: User, rita: User) -> None:
    seen = guide.revision
    keep(guide, document(heading="Rita's"), name="Guide", seen=seen, by=rita, **HOW)
    with pytest.raises(Overtaken, match="Rita has changed this form since"):
        keep(guide, document(heading="Mark's"), name="Guide", seen=seen, by=mark, **HOW)

    answer = edited(guide, mark, "keep", heading="Mark's")

    text = answer.content.decode()
    assert "Rita has changed this form since" in text
    assert "Mark&#x27;s" in text
    assert f'name="seen" value="{seen + 1}"' in text


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"heading": " "}, "heading"),
        ({"fields": ()}, ""),
        ({"thanks_urls": ("javascript:alert(1)",)}, "thanks_urls"),
        ({"thanks_urls": ("https://a.example/; script-src *",)}, "thanks_urls"),
        ({"sites": ("https://a.example/page",)}, "sites"),
        ({"sites": ("https://a.example@evil.example",)}, "sites"),
        ({"asset": 987}, "asset"),
        ({"consents": (ConsentBox(purpose="nonsense", wording="Yes."),)}, "c-0-purpose"),
        ({"consents": (NEWS, NEWS)}, "c-1-purpose"),
        ({"consents": (ConsentBox(purpose="newsletter"),)}, "c-0-wording"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(
    fair: Form, mark: User, changes: dict[str, Any], place: str
) -> None:
    told = fair.drafted.model_copy(update=changes)

    with pytest.raises(Faulty) as found:
        publish(fair, told, name="Fair", seen=1, by=mark, **HOW)

    assert place in [fault.place for fault in found.value.faults]
    assert not FormVersion.objects.exists()


@pytest.mark.parametrize(
    ("field", "part"),
    [
        (Field(name="a", label="A", fact="is_competitor"), "fact"),
        (Field(name="a", label="A", fact="stage"), "fact"),
        (Field(name="a", label="A", fact="email"), "fact"),
        (Field(name="a", label="A", fact="DROP TABLE"), "fact"),
        (Field(name="a", label="A", fact="first_name"), "fact"),
        (Field(name="a", label="A", kind=FieldKind.CHOICE, choices=("One",)), "choices"),
        (Field(name="a"), "label"),
    ],
)
def test_a_question_that_makes_no_sense_is_not_published(
    fair: Form, mark: User, field: Field, part: str
) -> None:
    told = fair.drafted.model_copy(update={"fields": (*fair.drafted.fields, field)})

    with pytest.raises(Faulty) as found:
        publish(fair, told, name="Fair", seen=1, by=mark, **HOW)

    assert f"f-3-{part}" in [fault.place for fault in found.value.faults]


def test_a_text_that_nobody_can_store_is_not_even_kept(fair: Form, mark: User) -> None:
    answer = edited(fair, mark, "keep", intro="a\0b", heading="Kept words")

    assert answer.status_code == 422
    assert "NUL character" in answer.content.decode()
    assert "Kept words" in answer.content.decode()


def test_codes_are_addresses_and_are_used_once(fair: Form, mark: User) -> None:
    for code in ("new", "content", "12", "-a", "a/b", "x" * 61, "ä", ""):
        with pytest.raises(Refused):
            begin(name="Any", code=code, by=mark, **HOW)
    with pytest.raises(Refused, match="already"):
        begin(name="Any", code="fair", by=mark, **HOW)


def test_questions_are_moved_added_and_removed_by_buttons(fair: Form, mark: User) -> None:
    moved = edited(fair, mark, "down-0").content.decode()
    added = edited(fair, mark, "add", add_kind="phone").content.decode()
    removed = edited(fair, mark, "remove-0").content.decode()

    assert moved.index('value="Last name"') < moved.index('value="First name"')
    assert 'name="f-3-label"' in added
    assert 'value="First name"' not in removed
    fair.refresh_from_db()
    assert fair.revision == 1


def test_what_is_typed_is_escaped_wherever_it_is_shown(fair: Form, mark: User) -> None:
    evil = '"><script>alert(1)</script>'
    edited(fair, mark, "publish", heading=evil, **{"f-0-label": evil, "f-0-help": evil})
    fair.refresh_from_db()

    paths = ("/forms/fair/", f"/forms/{fair.pk}/", f"/forms/{fair.pk}/edit/")
    pages = [client_of(mark).get(path).content.decode() for path in paths]

    assert fair.published is not None
    assert all("<script>alert" not in page for page in pages)
    assert "<script>alert" not in plain_html(fair)


def test_only_marketing_and_revenue_operations_make_forms(fair: Form, mia: User) -> None:
    for deed in (
        lambda: begin(name="Any", code="any", by=mia, **HOW),
        lambda: keep(fair, Document(), name="Any", seen=1, by=mia, **HOW),
        lambda: publish(fair, fair.drafted, name="Any", seen=1, by=mia, **HOW),
        lambda: close(fair, by=mia, **HOW),
    ):
        with pytest.raises(PermissionDenied):
            deed()


def test_a_closed_form_takes_submissions_again(guide: Form, mark: User) -> None:
    close(guide, by=mark, **HOW)
    with pytest.raises(Refused, match="closed already"):
        close(guide, by=mark, **HOW)
    reopen(guide, by=mark, **HOW)

    assert post(guide, ADA).status_code == 302
    kinds = ["forms.begun", "forms.changed", "forms.published", "forms.closed", "forms.reopened"]
    assert list(JournalLine.objects.filter(kind__in=kinds).values_list("kind", flat=True)) == kinds


def test_the_page_of_a_lead_shows_what_was_sent_and_a_personal_link(guide: Form, mia: User) -> None:
    submitted(guide, size="20")

    page = client_of(mia).get(f"/lead/{ada().pk}/background/").content.decode()

    assert f'href="/forms/{guide.pk}/"' in page
    assert "/forms/guide/?for=" in page


def test_the_page_of_a_form_shows_what_came_in_the_order_of_its_questions(
    mark: User,
) -> None:
    made = form(mark)
    submitted(made, message="Hello", size="1,200")

    page = client_of(mark).get(f"/forms/{made.pk}/?state=taken").content.decode()

    assert page.index("<dt>First name</dt>") < page.index("<dt>How many are you?</dt>")
    assert "1,200" in page
