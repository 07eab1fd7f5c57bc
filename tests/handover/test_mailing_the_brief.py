"""The frozen brief as a mail to who asks for it: whole, readable, once a minute."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

import pytest

from handraise.agreement.queries import Published
from handraise.enablement.actions import Line
from handraise.enablement.decide import Piece
from handraise.handover.actions import offer
from handraise.handover.mailing import mail_brief
from handraise.handover.models import Handover
from handraise.leads.actions import log_activity
from handraise.leads.decide import Refused, Via
from handraise.post.models import Outgoing
from handraise.team.models import User
from tests.enablement.conftest import playbook, script
from tests.personas import NOON
from tests.world import mql, said

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def handover(agreed: Published, rita: User) -> Handover:
    """Ada, offered to Mia with a script, and a page that she looked at."""
    playbook(rita, "All", "", Line(Piece.SCRIPT, script(rita, "Hi {{ lead.name }} & all.").pk))
    ada = mql("Ada")
    log_activity(ada, name="page", properties={"path": "/pricing?<b>"}, occurred_at=NOON,
                 by=None, at=NOON, via=Via.WEB)  # fmt: skip
    offer([ada.pk], published=agreed, at=NOON)
    return Handover.objects.get(lead=ada)


def _mailed(handover: Handover, by: User) -> EmailMessage:
    sent = mail_brief(handover, by=by, at=LATER, via=Via.WEB)
    read = message_from_bytes(bytes(sent.body), policy=policy.default)
    return cast("EmailMessage", read)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_it_goes_to_who_asked_with_all_that_was_sent(handover: Handover, mia: User) -> None:
    mail = _mailed(handover, mia)

    assert (mail["Subject"], mail["To"]) == ("Brief: Ada", f"Mia <{mia.email}>")
    text = _part(mail, "plain")
    assert f"Why now: {handover.brief['why_now']}" in text
    assert "Hi Ada & all." in text
    assert "- /pricing?<b>, 1 times" in text
    assert f"/handover/{handover.pk}/" in text
    assert "Mia had the brief mailed to themselves." in said(handover.lead, "handover.mailed")


def test_the_page_of_the_mail_is_escaped_and_loads_nothing(handover: Handover, mia: User) -> None:
    html = _part(_mailed(handover, mia), "html")

    assert "/pricing?&lt;b&gt;" in html
    assert "Hi Ada &amp; all." in html
    assert "<img" not in html


def test_a_brief_of_an_older_release_is_mailed(handover: Handover, mia: User) -> None:
    Handover.objects.update(brief={"format": 1, "why_now": "They asked."})
    handover.refresh_from_db()

    assert "Why now: They asked." in _part(_mailed(handover, mia), "plain")


def test_a_name_cannot_write_a_header(handover: Handover, mia: User) -> None:
    Handover.objects.update(brief={"lead": {"name": "Ada\r\nBcc: all@x.example\x07"}})
    handover.refresh_from_db()

    assert _mailed(handover, mia)["Subject"] == "Brief: Ada Bcc: all@x.example"


def test_a_second_press_sends_no_second_mail(handover: Handover, mia: User) -> None:
    mail_brief(handover, by=mia, at=LATER, via=Via.WEB)

    with pytest.raises(Refused, match="a moment ago"):
        mail_brief(handover, by=mia, at=LATER + timedelta(seconds=9), via=Via.WEB)
    mail_brief(handover, by=mia, at=LATER + timedelta(minutes=2), via=Via.WEB)

    assert Outgoing.objects.count() == 2
