"""The people of every test: the team here, and the eight leads of STYLE (Ada to Hana) below."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from handraise.leads import cards
from handraise.leads.actions import record_consent
from handraise.leads.decide import SourceKind, Stage, Via
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.models import Lead, Source
from handraise.leads.moves import Move
from handraise.leads.moves import write as write_moves
from handraise.leads.record import record
from handraise.team.decide import Role
from handraise.team.models import Team, User

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
PASSWORD = "correct horse battery staple"


def person(
    name: str, role: Role, *, team: Team | None = None, is_manager: bool = False, weight: int = 1
) -> User:
    """A user of this role who works 9 to 17 UTC, Monday to Friday."""
    user = User(
        email=f"{name.lower()}@team.example", name=name, role=role, team=team,
        is_manager=is_manager, weight=weight, created_at=NOON,
        hours={str(day): [["09:00", "17:00"]] for day in range(5)},
    )  # fmt: skip
    user.password = _hashed(PASSWORD)
    user.save()
    return user


@cache
def _hashed(password: str) -> str:
    """Once a run: hashing is made to be slow, and tests make many people."""
    return make_password(password)


@pytest.fixture
def sales_team(db: None) -> Team:
    return Team.objects.create(name="Sales development", created_at=NOON)


@pytest.fixture
def mia(sales_team: Team) -> User:
    return person("Mia", Role.SALES_DEVELOPMENT, team=sales_team)


@pytest.fixture
def nils(sales_team: Team) -> User:
    return person("Nils", Role.SALES_DEVELOPMENT, team=sales_team)


@pytest.fixture
def mark(db: None) -> User:
    return person("Mark", Role.MARKETING)


@pytest.fixture
def sal(db: None) -> User:
    return person("Sal", Role.SALES)


@pytest.fixture
def rita(db: None) -> User:
    return person("Rita", Role.REVENUE_OPERATIONS, is_manager=True)


@pytest.fixture
def vera(db: None) -> User:
    return person("Vera", Role.VIEWER)


# The eight leads. Each is built through `record`, as if a website and a CRM had told of them.

DAY = timedelta(days=1)


@pytest.fixture
def website(db: None) -> Source:
    """The source of what visitors do."""
    return Source.objects.create(name="Website", kind=SourceKind.API, created_at=NOON)


@pytest.fixture
def crm(db: None) -> Source:
    """The source of what another system told."""
    return Source.objects.create(name="Old CRM", kind=SourceKind.CONNECTOR, created_at=NOON)


class Telling:
    """Says things of one person to `record`, dated in days before noon."""

    def __init__(self, source: Source, name: str, email: str) -> None:
        self.source, self.name, self.email = source, name, email
        self.user_id = email.partition("@")[0]
        self._entries: list[Entry] = []

    def _say(self, kind: EntryKind, days_ago: float, **rest: Any) -> Telling:
        at = NOON - days_ago * DAY
        number = f"{self.user_id}-{len(self._entries)}"
        who: dict[str, Any] = {"user_id": self.user_id, "email": self.email}
        self._entries.append(Entry(kind, self.source.pk, number, at, at, **who, **rest))
        return self

    def is_(self, days_ago: float = 30, **traits: Any) -> Telling:
        told = {name.replace("__", "."): value for name, value in traits.items()}
        return self._say(EntryKind.FACTS, days_ago, traits={"name": self.name, **told})

    def did(self, name: str, days_ago: float, **properties: Any) -> Telling:
        return self._say(EntryKind.ACTIVITY, days_ago, name=name, properties=properties)

    def lead(self) -> Lead:
        cards.look_when_seen(record(self._entries, at=NOON).lead_ids)
        return Lead.objects.get(identities__kind="user_id", identities__value=self.user_id)


def _move(lead: Lead, source: Source, *path: tuple[Stage, float]) -> Lead:
    """Outcomes told by another system: stages and how many days ago."""
    before, moves = Stage(lead.stage), []
    for after, days_ago in path:
        then = NOON - days_ago * DAY
        moves.append(Move(lead.pk, before, after, None, "Told.", {}, source.pk, then))
        before = after
    write_moves(moves, at=NOON, via=Via.WORKER)
    lead.refresh_from_db()
    return lead


@pytest.fixture
def ada(website: Source) -> Lead:
    """Fit and keen: a decision maker of the right size of company who asked for a demo."""
    told = Telling(website, "Ada Lovelace", "ada@engines.example").is_(
        title="VP Sales", country="United Kingdom", source="webinar",
        company__name="Analytical Engines", company__employees=250, company__industry="Software",
    )  # fmt: skip
    told.did("Webinar Attended", 20, topic="Forecasting")
    told.did("Content Downloaded", 12, title="The buyer's guide", topic="Pricing")
    for days_ago in (6, 4, 2):
        told.did("page", days_ago, path="/pricing", seconds=95)
    return told.did("Demo Requested", 1, note="For the whole team").lead()


@pytest.fixture
def ben(website: Source) -> Lead:
    """Fit, and silent: everything suits, nothing was done."""
    return Telling(website, "Ben Nevis", "ben@summit.example").is_(
        title="Head of Operations", country="Germany",
        company__name="Summit Works", company__employees=400, company__industry="Manufacturing",
    ).lead()  # fmt: skip


@pytest.fixture
def cleo(website: Source) -> Lead:
    """A student, very active: reads everything and will buy nothing."""
    told = Telling(website, "Cleo Field", "cleo@gmail.com").is_(title="Student", country="France")
    for place in range(20):
        told.did("page", 20 - place, path=f"/blog/{place}", seconds=240)
    for days_ago in (15, 9, 3):
        told.did("Content Downloaded", days_ago, title=f"Guide {days_ago:g}", topic="Basics")
    told.did("Webinar Attended", 8, topic="Forecasting")
    return told.did("page", 0.5, path="/pricing", seconds=30).lead()


@pytest.fixture
def dan(website: Source) -> Lead:
    """A competitor who looks like the best lead of all."""
    told = Telling(website, "Dan Rival", "dan@rival.example").is_(
        title="Director of Product", is_competitor=True,
        company__name="Rival", company__employees=300, company__industry="Software",
    )  # fmt: skip
    told.did("page", 3, path="/pricing", seconds=300).did("page", 2, path="/pricing", seconds=200)
    return told.did("Demo Requested", 1).lead()


@pytest.fixture
def eve(website: Source) -> Lead:
    """Keen, then unsubscribed: no mail may reach her."""
    told = Telling(website, "Eve Morgan", "eve@harbour.example").is_(
        title="Marketing Manager", company__name="Harbour", company__employees=80
    )
    lead = told.did("Content Downloaded", 40, title="The buyer's guide").lead()
    for is_given, days_ago in ((True, 40), (False, 5)):
        record_consent(
            lead, purpose="newsletter", is_given=is_given, wording="News once a month.", by=None,
            at=NOON - days_ago * DAY, via=Via.WEB,
        )  # fmt: skip
    lead.refresh_from_db()
    return lead


@pytest.fixture
def finn(website: Source, crm: Source) -> Lead:
    """Rejected two months ago, and came back yesterday."""
    told = Telling(website, "Finn Harper", "finn@lakeside.example").is_(
        90, title="Director of Sales", company__name="Lakeside", company__employees=120
    )
    told.did("Content Downloaded", 80, title="The buyer's guide").did("Demo Requested", 75)
    lead = told.did("page", 1, path="/pricing", seconds=120).lead()
    return _move(lead, crm, (Stage.MARKETING_QUALIFIED, 74), (Stage.NURTURE, 60))


@pytest.fixture
def gus(website: Source) -> Lead:
    """A duplicate of Ada: the same person under another address."""
    told = Telling(website, "Ada Lovelace", "gus.ada.lovelace@engines.example").is_(
        title="VP of Sales", company__name="Analytical Engines"
    )
    return told.did("Content Downloaded", 3, title="The security paper", topic="Security").lead()


@pytest.fixture
def hana(website: Source, crm: Source) -> Lead:
    """A customer already, who still reads and visits."""
    told = Telling(website, "Hana Ito", "hana@bridges.example").is_(
        300, title="Chief Operating Officer", company__name="Bridges", company__employees=900
    )
    lead = told.did("Demo Requested", 290).did("page", 2, path="/pricing", seconds=60).lead()
    path = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED,
            Stage.OPPORTUNITY, Stage.CUSTOMER)  # fmt: skip
    return _move(lead, crm, *zip(path, (289, 288, 270, 240, 200), strict=True))
