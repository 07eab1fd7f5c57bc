"""Build the company: people, agreement, a year of visits, and what sales made of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from demo.equipment import equip, sell_with_it
from demo.invented import firms
from demo.marketers import Marketers
from demo.nurturing import Nurturing
from demo.sales import Salespeople
from demo.visits import Visitor, visitors
from handraise.agreement import actions as agreement
from handraise.agreement import shipped
from handraise.capture.keys import create_key
from handraise.flow.look import look
from handraise.leads import journal
from handraise.leads.decide import SourceKind, Via
from handraise.leads.entry import Entry
from handraise.leads.models import JournalLine, Lead, Source
from handraise.leads.record import record
from handraise.talk.models import Notification
from handraise.team import actions as team
from handraise.team.decide import Role
from handraise.team.models import Team, User

PASSWORD = "tideline-demo"  # noqa: S105 — printed at every start; a demo's door is open
LEADS = 2000
_DOMAIN = "@tideline.example"
_BUILT = "demo.built"
_PEOPLE = (
    ("Mara Olsen", Role.MARKETING, "marketing", True),
    ("Jules Faber", Role.MARKETING, "marketing", False),
    ("Mia Lindqvist", Role.SALES_DEVELOPMENT, "sales development", False),
    ("Nils Aagaard", Role.SALES_DEVELOPMENT, "sales development", False),
    ("Tove Brandt", Role.SALES_DEVELOPMENT, "sales development", True),
    ("Sander Vos", Role.SALES, "sales", True),
    ("Ilse Kramer", Role.SALES, "sales", False),
    ("Rita Holm", Role.REVENUE_OPERATIONS, "", True),
    ("Vera Stone", Role.VIEWER, "", False),
)


class NotEmpty(ValueError):
    """The demo was asked to move in where others live."""


@dataclass(frozen=True)
class SignIn:
    """What to type at the door, for one role."""

    role: str
    email: str
    password: str


def build(
    *, at: datetime, seed: int = 7, progress: Callable[[str, float], None] | None = None,
    leads: int = LEADS,
) -> list[SignIn]:  # fmt: skip
    """The sign-ins of the demo company, which is made first unless it is there already.

    One that was cut off while it was made is made anew. Raises NotEmpty where others work.

    `progress` is told what goes on and how far it is (0..1).
    """
    told = progress or (lambda _what, _share: None)
    if not JournalLine.objects.filter(kind=_BUILT).exists():
        _clear()
        with _quietly():
            _play(Random(seed), at=at, count=leads, told=told)
        journal.write(_BUILT, at=at, via=Via.SHELL, said="The demo company is ready")
    return [
        SignIn(person.role_label, person.email, PASSWORD)
        for person in User.objects.filter(email__endswith=_DOMAIN).order_by("pk")
    ]


@contextmanager
def _quietly() -> Iterator[None]:
    """What a worker would log of each round is a year of noise here; its warnings are heard."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        yield
    finally:
        structlog.configure(wrapper_class=before)


def _clear() -> None:
    """Empty a demo that was cut off while it was made. Raises NotEmpty before harming anything."""
    if User.objects.exclude(email__endswith=_DOMAIN).exists() or (
        Lead.objects.exists() and not User.objects.exists()
    ):
        raise NotEmpty("People already work here. The demo needs a data folder of its own.")
    if User.objects.exists():
        call_command("flush", interactive=False, verbosity=0)


def _play(random: Random, *, at: datetime, count: int, told: Callable[[str, float], None]) -> None:
    told("Inventing people and firms", 0.0)
    with connection.cursor() as cursor:  # a demo that is cut off is made anew, so no commit waits
        cursor.execute("set synchronous_commit = off")
    since = at - timedelta(days=365)
    people = _hire(since)
    _sign(people, at=since)
    equip(people, at=since, until=at)
    web = create_key(kind=SourceKind.WEBSITE, name="Website", by=people["Rita Holm"], at=since)[
        0
    ].source
    fair = Source.objects.create(name="Trade fair list", kind=SourceKind.API, created_at=since)
    crowd = visitors(
        random, firms(random, 420), count=count, since=since, until=at, web=web.pk, fair=fair.pk
    )
    sellers = Salespeople(random, _worths(crowd), _reasons(), people["Sander Vos"])
    marketers = Marketers(Random(7), people["Mara Olsen"], people["Rita Holm"])
    nurturing = Nurturing(Random(7), people, until=at)
    entries = sorted((entry for visitor in crowd for entry in visitor.entries), key=_moment)
    for instant, batch in _thirds_of_days(entries, since, at):
        sellers.act(instant)
        marketers.act(instant)
        if batch:
            record(batch, at=instant)
        # What waits for attention may be due from before: clocks, wake-ups, other people's moves.
        while look(at=instant):
            pass
        nurturing.act(instant)
        sellers.notice(instant)
        marketers.notice()
        told("Living through the year", (instant - since) / (at - since))
    sell_with_it(Random(random.random()), until=at)
    # What was told in a lived year was read; only the newest of it is news.
    Notification.objects.filter(at__lt=at - timedelta(days=2)).update(read_at=F("at"))


def _hire(at: datetime) -> dict[str, User]:
    teams: dict[str, Team] = {}
    hired = {}
    for name, role, team_name, leads_team in _PEOPLE:
        if team_name and team_name not in teams:
            teams[team_name] = team.add_team(name=team_name.capitalize(), by=None, at=at)
        hired[name] = team.add_user(
            email=f"{name.split()[0].lower()}{_DOMAIN}", name=name, role=role,
            password=PASSWORD, team=teams.get(team_name), is_manager=leads_team, by=None, at=at,
        )  # fmt: skip
    return hired


def _sign(people: dict[str, User], *, at: datetime) -> None:
    marketing, sales = people["Mara Olsen"], people["Sander Vos"]
    version = agreement.propose(
        shipped.text(), note="Our first agreement.", by=marketing, at=at, via=Via.WEB
    )
    agreement.sign(version, by=marketing, at=at, via=Via.WEB)
    agreement.sign(version, by=sales, at=at, via=Via.WEB)


def _reasons() -> list[str]:
    from handraise.agreement.queries import published

    now = published()
    if now is None:
        raise RuntimeError("The demo's agreement was not published.")
    return [reason.name for reason in now.document.reasons]


def _worths(crowd: list[Visitor]) -> dict[str, float]:
    return {visitor.who.email: visitor.worth for visitor in crowd if visitor.who is not None}


def _moment(entry: Entry) -> datetime:
    return entry.occurred_at


def _thirds_of_days(
    entries: list[Entry], since: datetime, until: datetime
) -> Iterator[tuple[datetime, list[Entry]]]:
    """The entries up to each of three instants a day, the last of all being `until`."""
    place, instant = 0, since
    while instant < until:
        instant = min(instant + timedelta(hours=8), until)
        batch = []
        while place < len(entries) and entries[place].occurred_at <= instant:
            batch.append(entries[place])
            place += 1
        yield instant, batch
