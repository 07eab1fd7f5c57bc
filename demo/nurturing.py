"""Those who were not ready: consent, shipped messages and journeys, what came back of the mails.

Mails of the demo leave by a line that takes everything and hands it to nobody. All else is the
product's own: guards, journeys, skipped sends, and the judging of opens and clicks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from zlib import crc32

from handraise.consent.actions import give
from handraise.consent.arranging import ship
from handraise.consent.decide import How
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.messaging import actions as messaging
from handraise.messaging.actions import Settings
from handraise.messaging.starting import starts
from handraise.nurture import publishing
from handraise.nurture.advancing import advance_due
from handraise.nurture.entering import sweep
from handraise.nurture.models import Journey
from handraise.nurture.samples import samples
from handraise.post.decide import End, Outcome
from handraise.responses.decide import Deed
from handraise.responses.judging import judge_due
from handraise.responses.models import Hit
from handraise.sends.composing import Mail
from handraise.sends.decide import State
from handraise.sends.lines import Lines
from handraise.sends.links import Kind as Link
from handraise.sends.links import token
from handraise.sends.models import Send
from handraise.sends.sending import send_by
from handraise.sends.unsubscribing import mail_of, unsubscribe
from handraise.sends.ways import Way, Ways
from handraise.team.models import User

LASTS = timedelta(days=120)  # before the end of the year the journeys began
WORDING = "Send me the newsletter by e-mail. I can leave it at any time."
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
SCANNER = "Mozilla/5.0 (compatible; BarracudaSentinel/1.0)"
_AGREES, _OPENS, _CLICKS, _SCANNED, _LEAVES = 0.6, 0.45, 0.14, 0.06, 0.985


class _Nowhere:
    """A line that takes every mail, but for those to a few who have left."""

    def open(self) -> bool:
        return False

    def deliver(self, mail: Mail, *, before_text: Callable[[], None]) -> Outcome:
        if crc32(mail.recipient.encode()) % 40 == 0:  # left the firm
            words = "550 5.1.1 There is no such mailbox."
            return Outcome(End.FAILED, words, {mail.recipient: words})
        before_text()
        return Outcome(End.SENT, "250 Taken by nobody")

    def close(self) -> None: ...


class Nurturing:
    """Marketing of the last months, a third of a day at a time."""

    def __init__(self, random: Random, people: dict[str, User], *, until: datetime) -> None:
        self.random, self.people, self.begins = random, people, until - LASTS
        self.asked, self.seen = 0, 0  # the last lead, and the last send, that was looked at
        self.is_begun, self.ends = False, until
        self.ways = Ways(Way("Tideline <news@tideline.example>", Lines(_Nowhere, 1)), {})

    def act(self, at: datetime) -> None:
        """What marketing and its journeys do until `at`."""
        if at < self.begins:
            return
        if not self.is_begun:
            self._begin(at)
        self._agree(at)
        while sweep(at=at) or advance_due(at=at) or send_by(self.ways, at=at, limit=500):
            pass
        self._answer(at)
        if at >= self.ends:
            self._draft(at)

    def _draft(self, at: datetime) -> None:
        """A change that is not published yet: who stays away is waited for a week less."""
        welcome = Journey.objects.get(draft__contains="guide-welcome")
        text = welcome.draft.replace("for: 21 days", "for: 14 days")
        publishing.save_draft(welcome, text, seen=welcome.seen, by=self.people["Mara Olsen"], at=at)

    def _begin(self, at: datetime) -> None:
        mara = self.people["Mara Olsen"]
        ship()
        messaging.write_house(
            name="Tideline", address="Tideline\nQuay 7\n1000 Harbour", by=mara, at=at, via=Via.WEB
        )
        for code, start in starts().items():
            made = messaging.add(
                code=code, settings=Settings(start.name, start.purpose), words=start.words,
                by=mara, at=at, via=Via.WEB,
            )  # fmt: skip
            made.refresh_from_db()
            messaging.publish(made, seen=made.seen, by=mara, at=at, via=Via.WEB)
        for sample in samples():
            journey = publishing.create(sample.name, sample.text, by=mara, at=at, via=Via.WEB)
            publishing.publish(journey, moves_those_inside=False, by=mara, at=at, via=Via.WEB)
            publishing.start(journey, by=mara, at=at, via=Via.WEB)
        self.is_begun = True

    def _agree(self, at: datetime) -> None:
        """Most of those who told us their address took the newsletter along."""
        new = Lead.objects.filter(pk__gt=self.asked, is_current=True).exclude(email="")
        for lead in new.order_by("pk"):
            self.asked = lead.pk
            if self.random.random() < _AGREES:
                give(lead, purpose="newsletter", wording=WORDING, how=How.IMPORT,
                     address=lead.email, by=None, at=at, via=Via.SHELL)  # fmt: skip

    def _answer(self, at: datetime) -> None:
        """Some open, few click, and one firm's scanner follows every link at once."""
        read = at - timedelta(hours=6)  # by then
        sent = Send.objects.filter(pk__gt=self.seen, state=State.SENT, sent_at__lt=read)
        hits = []
        for send in sent.order_by("pk"):
            self.seen = send.pk
            drawn, sent_at = self.random.random(), send.sent_at or at
            read_at = sent_at + timedelta(minutes=5 + 300 * self.random.random())
            if drawn < _SCANNED:
                soon = sent_at + timedelta(seconds=2)
                hits.append(_hit(send, Deed.DECOY, 0, soon, SCANNER))
                hits.append(_hit(send, Deed.CLICK, 1, soon, SCANNER))
            elif drawn < _SCANNED + _CLICKS:
                hits.append(_hit(send, Deed.CLICK, 1, read_at, BROWSER))
            elif drawn < _SCANNED + _OPENS:
                hits.append(_hit(send, Deed.OPEN, 0, read_at, BROWSER))
            elif drawn > _LEAVES and (mail := mail_of(token(send.pk, Link.UNSUBSCRIBE))):
                unsubscribe(mail, at=at, via=Via.WEB)
        Hit.objects.bulk_create(hits)
        while judge_due(at=at):
            pass


def _hit(send: Send, deed: Deed, place: int, at: datetime, agent: str) -> Hit:
    return Hit(send=send, deed=deed, place=place, at=at, origin=f"demo-{send.lead_id}",
               agent=agent)  # fmt: skip
