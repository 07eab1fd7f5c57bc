"""Promise 7: nobody is pushed. Random histories of what people agree to, leave and are sent; what
is claimed, or arrives at a real mail server, is held against the promise in plain terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from handraise.consent.actions import lift, suppress
from handraise.consent.decide import Kind as Barred
from handraise.consent.models import Suppression
from handraise.leads.actions import edit_lead
from handraise.leads.decide import Stage, Via
from handraise.leads.models import Lead
from handraise.messaging.models import MessageVersion
from handraise.sends.actions import want
from handraise.sends.claiming import claim
from handraise.sends.decide import State
from handraise.sends.limiting import in_force, set_limits
from handraise.sends.limits import Cap, Limits
from handraise.sends.models import Courier, Send
from handraise.sends.sending import send_due
from handraise.sends.ways import Ways, ways
from handraise.team.models import User
from tests.consent.conftest import give, leave
from tests.handover.test_racing import together
from tests.personas import NOON
from tests.post.conftest import Mailbox, mailbox
from tests.sends.conftest import message, no_line_is_kept, people, shelf, wanted

__all__ = ["mailbox", "no_line_is_kept", "shelf"]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOWS = {"day": DAY, "week": 7 * DAY, "month": 30 * DAY}
PURPOSES = ("newsletter", "newsletter", "events", "")  # of the four messages
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
NIGHTS = (("20:00", "08:00"), ("23:30", "02:30"), ("00:00", "05:00"))
# The nights on which clocks change, a 29th of February, and a plain day.
BEGINNINGS = (
    NOON,
    datetime(2026, 3, 28, 18, 0, tzinfo=UTC),
    datetime(2026, 10, 24, 20, 0, tzinfo=UTC),
    datetime(2028, 2, 28, 12, 0, tzinfo=UTC),
)

Steps = list[tuple[tuple[Any, ...], timedelta]]
Work = Callable[[datetime], list[int]]  # does what is due; the sends that arrived, in order

_who = some.integers(0, 3)
_caps = some.builds(
    Cap, some.sampled_from([1, 2, None]), some.sampled_from([2, None]), some.just(None)
)
STEPS = some.lists(
    some.tuples(
        some.one_of(
            some.tuples(some.just("write"), _who, some.integers(0, 3)),
            some.tuples(some.just("write to all"), some.integers(0, 3)),
            some.tuples(some.sampled_from(["agree", "leave"]), _who, some.integers(0, 2)),
            some.tuples(some.sampled_from(["bar", "lift", "accept", "give back"]), _who),
            some.tuples(some.just("move"), _who, some.sampled_from(ZONES)),
            some.tuples(
                some.just("limit"), _caps, _caps, some.sampled_from([None, *NIGHTS]),
                some.booleans(),
            ),
        ),
        some.sampled_from([MINUTE, 47 * MINUTE, 5 * HOUR, 5 * HOUR, DAY, 3 * DAY]),
    ),
    min_size=12, max_size=32,
)  # fmt: skip


@dataclass
class World:
    """What four people said and got, kept beside the product and without its help."""

    at: datetime
    leads: list[Lead]
    versions: list[MessageVersion]
    by: User
    agreed: set[tuple[int, str]] = field(default_factory=set)
    barred: set[int] = field(default_factory=set)
    with_sales: set[int] = field(default_factory=set)
    zones: dict[int, str] = field(default_factory=dict)
    caps: dict[str, Cap] = field(default_factory=dict)
    night: tuple[str, str] | None = None
    weekends: bool = False
    got: list[tuple[datetime, int, int]] = field(default_factory=list)

    # What happens

    def write(self, who: int, what: int) -> None:
        told = wanted(self.versions[what], [self.leads[who]], due_at=self.at)
        want([replace(one, once=uuid4().hex) for one in told], at=self.at)

    def write_to_all(self, what: int) -> None:
        for who in range(4):
            self.write(who, what)

    def agree(self, who: int, what: int) -> None:
        give(self.leads[who], PURPOSES[what], at=self.at)
        self.agreed.add((who, PURPOSES[what]))

    def leave(self, who: int, what: int) -> None:
        leave(self.leads[who], PURPOSES[what], at=self.at)
        self.agreed.discard((who, PURPOSES[what]))

    def bar(self, who: int) -> None:
        where = [self.leads[who].email]
        suppress(where, kind=Barred.HAND, why="", by=self.by, at=self.at, via=Via.WEB)
        self.barred.add(who)

    def lift(self, who: int) -> None:
        for row in Suppression.objects.filter(value=self.leads[who].email, lifted_at=None):
            lift(row, why="Asked for it.", by=self.by, at=self.at, via=Via.WEB)
        self.barred.discard(who)

    def accept(self, who: int) -> None:
        Lead.objects.filter(pk=self.leads[who].pk).update(stage=Stage.SALES_ACCEPTED)
        self.with_sales.add(who)

    def give_back(self, who: int) -> None:
        Lead.objects.filter(pk=self.leads[who].pk).update(stage=Stage.NURTURE)
        self.with_sales.discard(who)

    def move(self, who: int, zone: str) -> None:
        facts = {"timezone": zone}
        edit_lead(self.leads[who], facts=facts, by=self.by, at=self.at, via=Via.WEB)
        self.zones[who] = zone

    def limit(
        self, of_all: Cap, of_news: Cap, night: tuple[str, str] | None, weekends: bool
    ) -> None:
        self.caps = {"": of_all, "newsletter": of_news}
        self.night, self.weekends = night, weekends
        hours = {str(day): [list(night)] if night else [] for day in range(7)}
        if weekends:
            hours |= {"5": [["00:00", "24:00"]], "6": [["00:00", "24:00"]]}
        if weekends and night and night[1] < night[0]:  # Sunday's night goes on into Monday
            hours["0"] = [["00:00", night[1]], *hours["0"]]
        limits = Limits(self.caps, hours)
        set_limits(limits, seen=in_force().number, by=self.by, at=self.at, via=Via.WEB)

    # What was promised

    def is_quiet(self, who: int, at: datetime) -> bool:
        """Whether the clock on this person's wall shows a quiet time."""
        there = at.astimezone(ZoneInfo(self.zones.get(who, "UTC")))
        shown = f"{there:%H:%M}"
        if self.weekends and there.weekday() >= 5:
            return True
        if self.night is None:
            return False
        begins, ends = self.night
        return begins <= shown or shown < ends if ends < begins else begins <= shown < ends

    def is_pushed(self, who: int, what: int) -> str:
        """What this mail would break, now; nothing where it may be sent."""
        purpose = PURPOSES[what]
        before = [at for at, to, which in self.got if (to, which) == (who, what)]
        if who in self.barred:
            return "their address is suppressed"
        if not purpose:
            return "asked just now" if any(at > self.at - HOUR for at in before) else ""
        if (who, purpose) not in self.agreed:
            return "they did not agree"
        if who in self.with_sales:
            return "sales has accepted them"
        if before:
            return "they had it before"
        if self.is_quiet(who, self.at):
            return "it is quiet time there"
        return self._is_too_much(who, purpose)

    def _is_too_much(self, who: int, purpose: str) -> str:
        for about in ("", purpose):
            counted = [purpose for purpose in PURPOSES if purpose and about in ("", purpose)]
            mails = [at for at, to, which in self.got if to == who and PURPOSES[which] in counted]
            for window, length in WINDOWS.items():
                most = getattr(self.caps.get(about, Cap()), window)
                if most is not None and sum(at > self.at - length for at in mails) >= most:
                    return f"more than {most} a {window}"
        return ""

    # What comes of it

    def round(self, work: Work) -> None:
        """The workers go to work; everything that leaves, and everything that does not, is held
        against the promise."""
        open_ones = set(Send.objects.filter(state=State.WAITING).values_list("pk", flat=True))
        for pk in work(self.at):
            send = Send.objects.get(pk=pk)
            who, what = self._who(send), self._what(send)
            assert pk in open_ones
            assert send.address == self.leads[who].email
            assert self.is_pushed(who, what) == ""
            assert send.sent_at is not None
            self.got.append((send.sent_at, who, what))
        for send in Send.objects.filter(pk__in=open_ones).exclude(state=State.SENT):
            self._is_told_why(send)

    def _is_told_why(self, send: Send) -> None:
        """It waits for the end of quiet time, or was skipped for a reason that is true."""
        who, what = self._who(send), self._what(send)
        if send.state == State.SKIPPED:
            assert send.why
            assert self.is_pushed(who, what) not in ("", "it is quiet time there")
            return
        assert send.state == State.WAITING
        assert send.due_at > self.at
        if send.why:  # decided now, or earlier, by the limits and the place of then
            assert send.due_at - self.at <= 21 * DAY

    def _who(self, send: Send) -> int:
        return [lead.pk for lead in self.leads].index(send.lead_id)

    def _what(self, send: Send) -> int:
        return [version.pk for version in self.versions].index(send.version_id)


def history(begin: datetime, steps: Steps, work: Work, by: User) -> None:
    """Live through it, with workers at work after each step; nothing of it stays."""
    with transaction.atomic():
        versions = [message(by, f"m{place}", purpose=one) for place, one in enumerate(PURPOSES)]
        world = World(begin, people(4, at=begin), versions, by)
        for who in range(3):  # the fourth never said a word
            world.agree(who, 0)
            world.agree(who, 2)
        world.limit(Cap(1, 2), Cap(), None, weekends=False)
        for (verb, *told), pause in steps:
            getattr(world, verb.replace(" ", "_"))(*told)
            world.at += pause
            world.round(work)
        transaction.set_rollback(True)


def two_workers(at: datetime) -> list[int]:
    """Two that take turns, a few sends each; what they claim arrives at once."""
    taken: list[int] = []
    workers = [Courier.objects.create(pk=uuid4(), boot="", began_at=at, beat_at=at) for _ in "ab"]
    while Send.objects.filter(state=State.WAITING, due_at__lte=at).exists():
        for worker in workers:
            mine = [send.pk for send in claim(worker.pk, ways(), at=at, limit=3).going]
            Send.objects.filter(pk__in=mine).update(state=State.SENT, sent_at=at)
            taken += mine
    return taken


def by_mail(mailbox: Mailbox) -> Work:
    """The worker's own round; what counts is what the mail server took."""

    def work(at: datetime) -> list[int]:
        mailbox.arrived.clear()
        while send_due(at=at):
            pass
        named = {str(mail.message["Message-ID"]) for mail in mailbox.arrived}
        found = Send.objects.filter(message_id__in=named).values_list("pk", flat=True)
        assert len(found) == len(mailbox.arrived)
        return list(found)

    return work


OPTIONS = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink one takes minutes
)


@pytest.mark.django_db
@settings(OPTIONS, max_examples=20)
@given(begin=some.sampled_from(BEGINNINGS), steps=STEPS)
def test_nobody_is_pushed(begin: datetime, steps: Steps, mailbox: Mailbox, mark: User) -> None:
    history(begin, steps, two_workers, mark)


@pytest.mark.django_db
@settings(OPTIONS, max_examples=2)
@given(begin=some.sampled_from(BEGINNINGS), steps=STEPS)
def test_nobody_is_pushed_by_mail(
    begin: datetime, steps: Steps, mailbox: Mailbox, mark: User
) -> None:
    history(begin, steps, by_mail(mailbox), mark)


@pytest.mark.slow
@pytest.mark.django_db
@settings(OPTIONS, max_examples=1000)
@given(begin=some.sampled_from(BEGINNINGS), steps=STEPS)
def test_nobody_is_pushed_for_hours(
    begin: datetime, steps: Steps, mailbox: Mailbox, mark: User
) -> None:
    history(begin, steps, two_workers, mark)


@pytest.mark.django_db(transaction=True)
def test_workers_beside_each_other_push_nobody(mailbox: Mailbox, mark: User) -> None:
    """Three workers claim the same people's mails at once: caps hold, also where two leads have
    one address, and each send is decided once."""
    set_limits(Limits({"": Cap(day=1)}), seen=0, by=mark, at=NOON, via=Via.WEB)
    leads = people(16)
    for lead in leads:
        give(lead)
    Lead.objects.filter(pk=leads[1].pk).update(email=leads[0].email)
    for number in range(3):
        want(wanted(message(mark, f"m{number}"), leads), at=NOON)

    found = ways()

    results = together(*[lambda: _claims(found, NOON) for _ in range(3)])

    assert not [one for one in results if isinstance(one, BaseException)]
    taken = Send.objects.filter(state=State.SENDING)
    assert taken.count() == taken.values("address").distinct().count() == 15
    assert Send.objects.filter(state=State.SKIPPED).exclude(why="").count() == 3 * 16 - 15
    assert sum(len(one) for one in results) == 15  # type: ignore[misc,arg-type]


def _claims(found: Ways, at: datetime) -> list[int]:
    """What one worker claims until nothing is due."""
    mine: list[int] = []
    while Send.objects.filter(state=State.WAITING).exists():
        courier = Courier.objects.create(pk=uuid4(), boot="b", began_at=at, beat_at=at)
        mine += [send.pk for send in claim(courier.pk, found, at=at, limit=5).going]
    return mine
