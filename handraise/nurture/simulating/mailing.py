"""The mails of a simulation: which would leave, and which guard would say no. Nothing is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handraise.consent.queries import permitted, suppressed
from handraise.leads.bulk import ids, rows_of
from handraise.leads.decide import Stage
from handraise.messaging.models import Message
from handraise.nurture.document import JourneyDocument
from handraise.nurture.doing import about
from handraise.nurture.models import Journey
from handraise.sends import guards
from handraise.sends.decide import State
from handraise.sends.guarding import addresses
from handraise.sends.guards import Case, Moment, Past, Sent
from handraise.sends.limiting import in_force
from handraise.sends.limits import WIDEST, Limits

_SENT = """
    SELECT send.id, face.canonical_id, send.address, version.message_id, send.purpose, send.sent_at
    FROM leads_lead face JOIN sends_send send ON send.lead_id = face.id
    JOIN messaging_messageversion version ON version.id = send.version_id
    WHERE face.canonical_id = ANY(%s::bigint[]) AND send.state = %s
      AND send.sent_at > %s AND send.sent_at < %s AND send.about <> %s
    ORDER BY send.sent_at DESC, send.id DESC
"""
SUPPRESSED = "Their address must not be written to."


@dataclass(slots=True)
class Mailing:
    """The guards of sending over made-up sends. `past` is what was sent by then, `coming` what
    really was sent later, the newest first; `capped` leads for whom a cap said no."""

    limits: Limits
    coming: list[Sent]
    purpose: str
    topic: str
    addresses: Mapping[int, str]
    barred: Collection[str]
    past: Past = field(default_factory=Past)
    messages: dict[str, Message] = field(default_factory=dict)
    unwritten: dict[str, int] = field(default_factory=dict)
    capped: set[int] = field(default_factory=set)
    made: int = 0

    def post(
        self, code: str, leads: Sequence[int], stages: Mapping[int, Stage], *, at: datetime
    ) -> dict[int, str]:
        """Of each lead why this message would not leave, or nothing where it would. What leaves
        counts for what comes after it."""
        message = self.messages.get(code)
        purpose = (message.purpose if message is not None else "") or self.purpose
        topic = (message.topic if message is not None else "") or self.topic
        number = message.pk if message is not None else self._unwritten(code)
        against = {}
        if purpose:
            answers = permitted(leads, purpose=purpose, topic=topic, at=at)
            against = {lead: one.why for lead, one in answers.items() if not one.may}
        while self.coming and self.coming[-1].at <= at:
            self.past.note(self.coming.pop())
        found = {}
        for lead in leads:
            self.made += 1
            address = self.addresses.get(lead, "")
            case = Case(
                -self.made, lead, address, number, purpose, stages[lead], at,
                SUPPRESSED if address in self.barred else "", against.get(lead, ""),
            )  # fmt: skip
            moment = Moment(at, self.limits, self.past)
            cap = guards.over_a_cap(case, moment)
            word = guards.verdicts([case], moment)[case.send]
            found[lead] = word.why
            if cap is not None and word == cap:
                self.capped.add(lead)
        return found

    def _unwritten(self, code: str) -> int:
        """A number for a message that is not there yet."""
        return self.unwritten.setdefault(code, -1 - len(self.unwritten))


def mailing(
    journey: Journey, document: JourneyDocument, leads: Sequence[int], *, begin: datetime,
    end: datetime,
) -> Mailing:  # fmt: skip
    """What the guards know of these leads: limits and suppression as they are now, what others than
    this journey sent to them as it was."""
    where = addresses(leads)
    barred = suppressed({one for one in where.values() if one}, at=end)
    own = about(journey.pk)
    rows = rows_of(_SENT, [ids(leads), State.SENT.value, begin - WIDEST, end, own])
    return Mailing(
        in_force().limits, [Sent(*row) for row in rows], document.purpose, document.topic, where,
        frozenset(barred), messages={message.code: message for message in Message.objects.all()},
    )  # fmt: skip


__all__ = ["Mailing", "mailing"]
