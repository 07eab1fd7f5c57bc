"""Notes: who is meant, who is told, what is kept and what goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from handraise.leads.actions import merge_leads, set_owner
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Company, Lead
from handraise.talk.models import Mention, Note, Notification
from handraise.talk.noting import edit_note, remove_note, write_note
from handraise.talk.queries import notes_on
from handraise.talk.templatetags.talk import words_of
from handraise.team.decide import Role
from handraise.team.models import User
from tests.personas import NOON, person
from tests.world import kinds, lead, said

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def note(about: Lead | Company, text: str, by: User) -> Note:
    return write_note(about, text, by=by, at=NOON, via=Via.WEB)


def told(user: User) -> list[str]:
    found = Notification.objects.filter(person=user).order_by("pk")
    return list(found.values_list("text", flat=True))


def meant(written: Note) -> list[str]:
    return [one.person.name for one in written.mentions.order_by("start")]


def test_a_note_tells_whom_it_mentions(ada: Lead, mia: User, nils: User, mark: User) -> None:
    written = note(ada, "She decides in May, @Nils.", mia)

    assert told(nils) == ["Mia mentioned you on Ada: “She decides in May, @Nils.”"]
    assert (told(mia), told(mark)) == ([], [])
    assert Notification.objects.get().link == f"/lead/{ada.pk}/notes/#note-{written.pk}"
    assert said(ada, "talk.noted") == ["Mia wrote a note."]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ann Lee, look", ["Ann Lee"]),
        ("@Ann, look", ["Ann"]),
        ("@ann lee and @ANN", ["Ann Lee", "Ann"]),
        ("@Ann Leed is not here", ["Ann"]),
        ("@Anna", []),
        ("@Ann Lee Moss", ["Ann Lee Moss"]),
        ("write to x@Ann or x@Ann Lee", []),
        ("@annl@team.example knows", ["Ann Lee"]),
        ("(@Ann)", ["Ann"]),
        ("@ Ann", []),
    ],
)
def test_of_names_within_each_other_the_longest_is_meant(
    ada: Lead, mia: User, text: str, names: list[str]
) -> None:
    for name, address in (("Ann", "ann"), ("Ann Lee", "annl"), ("Ann Lee Moss", "annm")):
        User.objects.filter(pk=person(address, Role.SALES).pk).update(name=name)

    assert meant(note(ada, text, mia)) == names


@pytest.mark.parametrize("text", ["@Nils Groß, look", "@nils gross, look", "@NILS GROSS, look"])
def test_a_letter_that_folds_to_two_is_no_hindrance(
    ada: Lead, mia: User, nils: User, text: str
) -> None:
    User.objects.filter(pk=nils.pk).update(name="Nils Groß")

    assert meant(note(ada, text, mia)) == ["Nils Groß"]


def test_a_name_of_two_people_is_asked_about(ada: Lead, mia: User, nils: User, mark: User) -> None:
    User.objects.filter(pk__in=[nils.pk, mark.pk]).update(name="Kim")

    with pytest.raises(Refused, match="Several people are called Kim"):
        note(ada, "Ask @Kim", mia)

    assert meant(note(ada, "Ask @nils@team.example", mia)) == ["Kim"]


def test_who_has_left_is_not_told(ada: Lead, mia: User, nils: User) -> None:
    User.objects.filter(pk=nils.pk).update(is_active=False)

    assert meant(note(ada, "Ask @Nils", mia)) == []
    assert told(nils) == []


def test_who_leaves_later_stays_named(ada: Lead, mia: User, nils: User) -> None:
    written = note(ada, "Ask @Nils", mia)
    User.objects.filter(pk=nils.pk).update(is_active=False)

    assert words_of(written) == 'Ask <span class="mention" title="Nils">@Nils</span>'


def test_nobody_is_told_of_their_own_note(ada: Lead, mia: User) -> None:
    set_owner(ada, owner=mia, by=mia, at=NOON, via=Via.WEB)
    ada.refresh_from_db()

    note(ada, "Note to self, @Mia", mia)

    assert told(mia) == []


def test_the_owner_hears_of_a_note_once(ada: Lead, mia: User, nils: User) -> None:
    set_owner(ada, owner=nils, by=mia, at=NOON, via=Via.WEB)
    ada.refresh_from_db()

    note(ada, "She called.", mia)
    note(ada, "Call back, @Nils", mia)

    assert told(nils) == [
        "Mia wrote on Ada: “She called.”",
        "Mia mentioned you on Ada: “Call back, @Nils”",
    ]


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "x" * 4001, "x" * 1_000_000, "a\x00b", "half a character: \ud800"],
    ids=["empty", "blank", "long", "megabyte", "nul", "surrogate"],
)
def test_what_is_no_note_is_refused(ada: Lead, mia: User, text: str) -> None:
    with pytest.raises(Refused):
        note(ada, text, mia)

    assert not Note.objects.exists()


def test_html_is_shown_and_links_are_made(ada: Lead, mia: User, nils: User) -> None:
    User.objects.filter(pk=nils.pk).update(name='<b>"Nils"')
    written = note(ada, '<script>x</script> https://a.example/?a=1&b="> @<b>"Nils"\nbye', mia)

    shown = words_of(written)

    assert "<script>" not in shown
    assert "<b>" not in shown
    assert '<a href="https://a.example/?a=1&amp;b=' in shown
    assert 'rel="nofollow"' in shown
    assert shown.endswith("\nbye")


def test_its_author_may_change_it_for_a_quarter_of_an_hour(
    ada: Lead, mia: User, nils: User
) -> None:
    written = note(ada, "She said yes, @Nils", mia)

    edited = edit_note(written, "She said no, @Nils", by=mia, at=NOON + 14 * MINUTE, via=Via.WEB)

    assert edited.text == "She said no, @Nils"
    assert [one.text for one in edited.former.all()] == ["She said yes, @Nils"]
    assert len(told(nils)) == 1
    with pytest.raises(Refused, match="within 15 minutes"):
        edit_note(written, "Maybe", by=mia, at=NOON + 15 * MINUTE, via=Via.WEB)
    with pytest.raises(Refused, match="who wrote it"):
        edit_note(written, "Maybe", by=nils, at=NOON + MINUTE, via=Via.WEB)


def test_who_is_mentioned_by_a_change_is_told(ada: Lead, mia: User, nils: User) -> None:
    written = note(ada, "She said yes", mia)

    edit_note(written, "She said yes, @Nils", by=mia, at=NOON + MINUTE, via=Via.WEB)

    assert len(told(nils)) == 1


def test_a_removed_note_leaves_who_removed_it_and_no_words(
    ada: Lead, mia: User, nils: User, rita: User
) -> None:
    written = note(ada, "Divorced, @Nils", mia)
    edit_note(written, "Ill, @Nils", by=mia, at=NOON + MINUTE, via=Via.WEB)
    with pytest.raises(Refused, match="who wrote it, or by a manager"):
        remove_note(written, by=nils, at=NOON, via=Via.WEB)

    removed = remove_note(written, by=rita, at=NOON + 2 * MINUTE, via=Via.WEB)

    assert (removed.text, removed.removed_by) == ("", rita)
    assert not removed.former.exists()
    assert not Mention.objects.exists()
    assert told(nils) == ["A note on Ada was removed."]
    assert kinds(ada)[-3:] == ["talk.noted", "talk.note_edited", "talk.note_removed"]
    assert "Divorced" not in " ".join(said(ada))


def test_notes_go_with_a_merge(ada: Lead, mia: User) -> None:
    gus = lead("Gus")
    note(gus, "Met at the fair", mia)

    merge_leads(ada, gus, why="Same person.", by=mia, at=NOON, via=Via.WEB)
    ada.refresh_from_db()

    assert [one.text for one in notes_on(mia, ada)] == ["Met at the fair"]


def test_a_company_has_notes_too(mia: User, nils: User) -> None:
    acme = Company.objects.create(name="Acme", created_at=NOON, owner=nils)

    note(acme, "Moves to Lyon", mia)

    assert [one.text for one in notes_on(mia, acme)] == ["Moves to Lyon"]
    assert told(nils) == ["Mia wrote on Acme: “Moves to Lyon”"]


def test_a_viewer_reads_and_does_not_write(ada: Lead, vera: User) -> None:
    with pytest.raises(PermissionDenied):
        note(ada, "Hello", vera)

    assert list(notes_on(vera, ada)) == []
