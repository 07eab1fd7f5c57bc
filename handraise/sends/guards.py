"""May this mail leave now? Facts in, a verdict with a sentence out.

The rules stand in one table, `RULES`, and are asked in its order; the first that objects decides.
What never changes by waiting comes first, then pauses and quiet time, and caps last: they count at
the instant at which a mail would really leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from handraise.leads.decide import Stage
from handraise.sends.limits import ALL, WINDOWS, Limits
from handraise.sends.quiet import LONGEST

HELD = "What sends it is paused."
HELD_FOR = timedelta(hours=1)  # until it is asked again whether it is; a release asks at once
ASKED_AGAIN = timedelta(hours=1)  # until what they asked for is sent to them once more
OWNED_BY_SALES = frozenset({Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY})

# Mailboxes that no person reads as theirs, or that are there for complaints.
_UNREAD = """
abuse bounce bounces daemon do-not-reply donotreply hostmaster mailer-daemon no-reply nobody noc
noreply postmaster root security spam unsubscribe usenet uucp webmaster
"""
# Mailboxes of several people, none of whom agreed for the others.
_SHARED = """
accounting accounts admin administrator all all-staff billing booking bookings careers contact
contacto customerservice desk enquiries everyone finance hello help helpdesk hr info information
inquiries invoice invoices it jobs kontakt legal list mail mailbox marketing media news newsletter
office orders payroll press privacy purchasing reception recruiting sales service staff subscribe
support team tech
"""
UNREAD, SHARED = frozenset(_UNREAD.split()), frozenset(_SHARED.split())


class Kind(StrEnum):
    SEND = "send"
    SKIP = "skip"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a send leaves. `why` is a sentence for people, `until` when to ask again."""

    kind: Kind
    why: str = ""
    until: datetime | None = None


SEND = Verdict(Kind.SEND)


@dataclass(frozen=True, slots=True)
class Case:
    """One send, and what is known of its lead at this instant.

    `lead` is the canonical one, `address` folded. `suppressed` and `unpermitted` say why not, or
    nothing. `open_from` is the first instant that is not quiet where the lead is, None when that
    is too far away. Without a `purpose` it is what the lead asked for.
    """

    send: int
    lead: int
    address: str
    message: int
    purpose: str
    stage: Stage
    open_from: datetime | None
    suppressed: str = ""
    unpermitted: str = ""
    is_gone: bool = False
    is_competitor: bool = False
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was sent, is being sent, or may have arrived."""

    send: int
    lead: int
    address: str
    message: int
    purpose: str
    at: datetime


@dataclass(slots=True)
class Past:
    """What was sent to whom, by lead and by address. Of caps only mails with a purpose count."""

    _by_key: dict[int | str, list[Sent]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Sent]) -> Past:
        made = cls()
        for row in rows:
            made.note(row)
        return made

    def note(self, sent: Sent) -> None:
        for key in (sent.lead, sent.address):
            if key:
                self._by_key.setdefault(key, []).append(sent)

    def to(self, case: Case) -> list[Sent]:
        """All that went to this lead or to this address, each once."""
        found = {
            one.send: one for key in (case.lead, case.address) for one in self._by_key.get(key, ())
        }
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Moment:
    """What all cases are judged by."""

    at: datetime
    limits: Limits
    past: Past


Rule = Callable[[Case, Moment], Verdict | None]


def _skip(why: str) -> Verdict:
    return Verdict(Kind.SKIP, why)


def gone(case: Case, _: Moment) -> Verdict | None:
    return _skip("This lead was taken back with its import.") if case.is_gone else None


def no_address(case: Case, _: Moment) -> Verdict | None:
    name, at, domain = case.address.rpartition("@")
    is_one = name and at and "." in domain and not any(char.isspace() for char in case.address)
    return None if is_one else _skip("There is no e-mail address to write to.")


def suppressed(case: Case, _: Moment) -> Verdict | None:
    return _skip(case.suppressed) if case.suppressed else None


def competitor(case: Case, _: Moment) -> Verdict | None:
    return _skip("They are a competitor.") if case.is_competitor else None


def unread_mailbox(case: Case, _: Moment) -> Verdict | None:
    if _mailbox(case.address) not in UNREAD:
        return None
    return _skip(f"{_mailbox(case.address)}@ is no mailbox of a person.")


def shared_mailbox(case: Case, _: Moment) -> Verdict | None:
    if _mailbox(case.address) not in SHARED:
        return None
    return _skip(f"{_mailbox(case.address)}@ is a shared mailbox: nobody agrees for the others.")


def _mailbox(address: str) -> str:
    return address.partition("@")[0].partition("+")[0]


def not_permitted(case: Case, _: Moment) -> Verdict | None:
    return _skip(case.unpermitted) if case.unpermitted else None


def owned_by_sales(case: Case, _: Moment) -> Verdict | None:
    if case.stage not in OWNED_BY_SALES:
        return None
    return _skip(f"Sales is talking with this lead ({case.stage.label}).")


def repeated(case: Case, moment: Moment) -> Verdict | None:
    if all(one.message != case.message for one in moment.past.to(case)):
        return None
    return _skip("They had this very message before.")


def asked_again(case: Case, moment: Moment) -> Verdict | None:
    since = moment.at - ASKED_AGAIN
    before = moment.past.to(case)
    if not any(one.message == case.message and one.at > since for one in before):
        return None
    return _skip("They had this very message within the last hour.")


def held(case: Case, moment: Moment) -> Verdict | None:
    return Verdict(Kind.LATER, HELD, moment.at + HELD_FOR) if case.is_held else None


def in_quiet_time(case: Case, moment: Moment) -> Verdict | None:
    if case.open_from is None:
        return _skip(f"It stays quiet time there for more than {LONGEST.days} days.")
    if case.open_from <= moment.at:
        return None
    return Verdict(Kind.LATER, "It is quiet time where they are.", case.open_from)


def over_a_cap(case: Case, moment: Moment) -> Verdict | None:
    before = [one for one in moment.past.to(case) if one.purpose]
    for name, cap in moment.limits.caps_on(case.purpose):
        for window, length, words in WINDOWS:
            most = cap.of(window)
            since = moment.at - length
            counted = sum(one.at > since for one in before if name in (ALL, one.purpose))
            if most is not None and counted >= most:
                return _skip(_reached(name, counted, words))
    return None


def _reached(purpose: str, count: int, words: str) -> str:
    mails = "1 mail" if count == 1 else f"{count} mails"
    about = f" for “{purpose}”" if purpose else ""
    return f"They had {mails}{about} in the last {words}: no more are allowed."


@dataclass(frozen=True, slots=True)
class _Line:
    """A rule, and whether it also holds for what the lead asked for, and for anything else."""

    rule: Rule
    asked_for: bool = False
    other: bool = True


RULES = (
    _Line(gone, asked_for=True),
    _Line(no_address, asked_for=True),
    _Line(suppressed, asked_for=True),
    _Line(competitor, asked_for=True),
    _Line(unread_mailbox, asked_for=True),
    _Line(shared_mailbox),
    _Line(not_permitted),
    _Line(owned_by_sales),
    _Line(repeated),
    _Line(asked_again, asked_for=True, other=False),
    _Line(held, asked_for=True),
    _Line(in_quiet_time),
    _Line(over_a_cap),
)


def verdict(case: Case, moment: Moment) -> Verdict:
    """The word of the first rule that objects, else SEND."""
    for line in RULES:
        if line.other if case.purpose else line.asked_for:
            objection = line.rule(case, moment)
            if objection is not None:
                return objection
    return SEND


def verdicts(cases: Sequence[Case], moment: Moment) -> Mapping[int, Verdict]:
    """The verdict of each send, in the order given: what leaves counts for those after it."""
    made = {}
    for case in cases:
        made[case.send] = word = verdict(case, moment)
        if word.kind is Kind.SEND:
            moment.past.note(
                Sent(case.send, case.lead, case.address, case.message, case.purpose, moment.at)
            )
    return made


__all__ = [
    "ASKED_AGAIN",
    "HELD",
    "OWNED_BY_SALES",
    "RULES",
    "SEND",
    "Case",
    "Kind",
    "Moment",
    "Past",
    "Sent",
    "Verdict",
    "verdict",
    "verdicts",
]
