"""A letter is a mail to one lead: undone within its minute, a touch once it left, kept for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from handraise.leads.actions import merge_leads
from handraise.leads.decide import Via
from handraise.leads.models import Activity, Lead
from handraise.post.decide import Kind, Refused, State
from handraise.post.letters import (
    send_letter_again,
    tell_of_letters,
    undo_letter,
    write_letter,
)
from handraise.post.models import Letter, Outgoing
from handraise.post.queries import reach_of, troubled_letters
from handraise.post.sending import claim, send_mails, send_one
from handraise.team.models import User
from tests.personas import NOON
from tests.post.conftest import Mailbox
from tests.world import kinds, lead, said

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def letter(to: Lead, by: User, subject: str = "Your demo", **asked: Any) -> Letter:
    told = {"text": "Hello Ada,\n\nhow about <b>Tuesday</b>?", "at": NOON, "via": Via.WEB, **asked}
    return write_letter(to, subject=subject, by=by, **told)


def touches(of: Lead) -> list[Activity]:
    return list(Activity.objects.filter(identity__lead=of, name="Wrote").order_by("pk"))


def test_a_letter_arrives_from_the_person_who_wrote_it(
    mailbox: Mailbox, ada: Lead, mia: User
) -> None:
    letter(ada, mia)
    send_mails(at=NOON + MINUTE)

    message = mailbox.one().message
    assert str(message["To"]) == "Ada Lovelace <ada@engines.example>"
    assert str(message["From"]) == "Mia <sales@handraise.example>"
    assert str(message["Reply-To"]) == "Mia <mia@team.example>"
    plain, page = (message.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None
    assert page is not None
    assert "<b>Tuesday</b>" in plain.get_content()
    assert "&lt;b&gt;Tuesday&lt;/b&gt;" in page.get_content()


def test_it_is_a_touch_when_it_left_and_not_before(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    written = letter(ada, mia)
    assert send_mails(at=NOON + MINUTE / 2) == 0
    assert touches(ada) == []

    send_mails(at=NOON + MINUTE)

    (touch,) = touches(ada)
    assert (touch.by, touch.occurred_at) == (mia, NOON + MINUTE)
    assert touch.properties["subject"] == "Your demo"
    assert touch.properties["text"] == written.text
    tell_of_letters(at=NOON + 2 * MINUTE)
    assert len(touches(ada)) == 1


def test_within_its_minute_it_is_undone_and_never_leaves(
    mailbox: Mailbox, ada: Lead, mia: User
) -> None:
    undo_letter(letter(ada, mia), by=mia, at=NOON + MINUTE / 2, via=Via.WEB)
    send_mails(at=NOON + MINUTE)

    assert mailbox.arrived == []
    assert touches(ada) == []
    assert kinds(ada)[-2:] == ["post.letter_written", "post.letter_undone"]


def test_what_left_is_not_undone(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    written = letter(ada, mia)
    send_mails(at=NOON + MINUTE)

    with pytest.raises(Refused, match="has left already"):
        undo_letter(written, by=mia, at=NOON + MINUTE, via=Via.WEB)


def test_others_do_not_undo_it_and_a_manager_does(
    ada: Lead, mia: User, nils: User, rita: User
) -> None:
    written = letter(ada, mia)

    with pytest.raises(PermissionDenied):
        undo_letter(written, by=nils, at=NOON, via=Via.WEB)
    undo_letter(written, by=rita, at=NOON, via=Via.WEB)


def test_a_refused_address_is_shown_and_told(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    mailbox.says = {"ada@engines.example": "550 No such mailbox"}
    written = letter(ada, mia)
    send_mails(at=NOON + MINUTE)

    assert said(ada, "post.letter_failed") == [
        "The mail “Your demo” to ada@engines.example was not taken: "
        "ada@engines.example: 550 No such mailbox"
    ]
    assert "550 No such mailbox" in reach_of(ada).warnings[0]
    assert troubled_letters(mia, at=NOON) == [written]
    assert touches(ada) == []

    mailbox.says = {}
    send_letter_again(written, by=mia, at=NOON + 2 * MINUTE, via=Via.WEB)
    send_mails(at=NOON + 2 * MINUTE)
    assert len(touches(ada)) == 1
    assert reach_of(ada).warnings == []


def test_an_unclear_one_is_told_and_is_no_touch_yet(mailbox: Mailbox, ada: Lead, mia: User) -> None:
    mailbox.hangs_up = True
    letter(ada, mia)
    send_mails(at=NOON + MINUTE)

    assert kinds(ada)[-1] == "post.letter_unclear"
    assert touches(ada) == []


def test_a_worker_killed_before_telling_leaves_it_to_the_next(
    mailbox: Mailbox, ada: Lead, mia: User
) -> None:
    letter(ada, mia)
    send_one(Kind.MAIL, at=NOON + MINUTE)  # sent, and killed before it told

    assert tell_of_letters(at=NOON + 2 * MINUTE) == 1
    assert [touch.occurred_at for touch in touches(ada)] == [NOON + MINUTE]


def test_a_worker_killed_while_sending_leaves_it_unclear(
    mailbox: Mailbox, ada: Lead, mia: User
) -> None:
    letter(ada, mia)
    claim(Kind.MAIL, at=NOON + MINUTE)

    send_mails(at=NOON + 20 * MINUTE)

    assert Outgoing.objects.get().state == State.UNCLEAR
    assert mailbox.arrived == []
    assert kinds(ada)[-1] == "post.letter_unclear"


def test_a_letter_that_follows_appears_in_its_thread(
    mailbox: Mailbox, ada: Lead, mia: User
) -> None:
    first = letter(ada, mia)
    second = letter(ada, mia, "Re: Your demo", follows=first)
    letter(ada, mia, "Re: Your demo", follows=second)
    while send_mails(at=NOON + MINUTE):
        pass

    last = mailbox.arrived[-1].message
    ids = [first.outgoing.message_id, second.outgoing.message_id]
    assert last["In-Reply-To"] == ids[1]
    assert last["References"].split() == ids


def test_a_form_sent_twice_is_one_letter(ada: Lead, mia: User) -> None:
    first, again = letter(ada, mia, once="a"), letter(ada, mia, once="a")

    assert first == again
    with pytest.raises(Refused, match="has sent a mail already"):
        letter(ada, mia, "Another", once="a")


@pytest.mark.parametrize(
    "asked",
    [
        {"subject": ""},
        {"subject": "One\r\nBcc: all@acme.example"},
        {"text": "  \n "},
        {"text": "NUL \x00"},
        {"text": "x" * 20_001},
    ],
)
def test_what_cannot_be_sent_is_refused(ada: Lead, mia: User, asked: dict[str, str]) -> None:
    with pytest.raises(Refused):
        letter(ada, mia, **asked)
    assert not Outgoing.objects.exists()


def test_who_has_no_address_cannot_be_written_to(mia: User) -> None:
    ada = lead("Ada")
    Lead.objects.filter(pk=ada.pk).update(email="")

    with pytest.raises(Refused, match="No e-mail address of Ada"):
        letter(ada, mia)


def test_an_address_that_is_none_is_said(mia: User) -> None:
    ada = lead("Ada")
    Lead.objects.filter(pk=ada.pk).update(email="ada at engines")
    ada.refresh_from_db()

    assert reach_of(ada).no == "ada at engines is not an e-mail address."
    with pytest.raises(Refused, match="is not an e-mail address"):
        letter(ada, mia)


def test_who_was_taken_back_is_not_written_to(ada: Lead, mia: User) -> None:
    Lead.objects.filter(pk=ada.pk).update(withdrawn_at=NOON)

    with pytest.raises(Refused, match="taken back"):
        letter(ada, mia)


def test_withdrawn_consent_is_said_before_one_writes(eve: Lead) -> None:
    reach = reach_of(eve)

    assert reach.no == ""
    assert "withdrew consent (newsletter)" in reach.warnings[0]


def test_a_viewer_writes_to_nobody(ada: Lead, vera: User) -> None:
    with pytest.raises(PermissionDenied):
        letter(ada, vera)


def test_a_letter_to_one_who_was_merged_is_a_touch_of_who_they_are(
    mailbox: Mailbox, ada: Lead, gus: Lead, mia: User, rita: User
) -> None:
    letter(gus, mia)
    merge_leads(ada, gus, why="Same.", by=rita, at=NOON, via=Via.WEB)
    send_mails(at=NOON + MINUTE)

    assert len(touches(ada)) == 1
