"""Promise 5, the clock that knows working hours: on the nights on which the clocks change, in two
zones that change on different ones; over public holidays; and where everybody is away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handraise.agreement.queries import Published
from handraise.flow.advance import advance
from handraise.flow.look import look
from handraise.flow.rounds import Rounds
from handraise.handover.models import Handover
from handraise.leads.models import Attention, Lead
from handraise.team.decide import Role
from handraise.team.models import Team, User
from tests.personas import NOON, person
from tests.world import in_force, kinds, lead, said

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AMSTERDAM, NEW_YORK = "Europe/Amsterdam", "America/New_York"
Hire = Callable[..., User]


@pytest.fixture
def hire(sales_team: Team) -> Hire:
    """A person of the sales team who works nine to five in a zone, with its public holidays."""

    def make(name: str, zone: str, holidays: str = "") -> User:
        made = person(name, Role.SALES_DEVELOPMENT, team=sales_team)
        made.zone, made.holidays = zone, holidays
        made.save()
        return made

    return make


def agree(marketing: User, sales: User) -> Published:
    return in_force(marketing, sales, at=NOON - timedelta(days=60))


def came(name: str, at: datetime) -> Lead:
    """A lead that asks for a demo, and is looked at there and then."""
    made = lead(name, "Demo Requested", at=at, title="Head of Sales")
    advance([made.pk], at=at)
    return made


def offered(made: Lead) -> Handover:
    return Handover.objects.get(lead=made, ended_at=None)


def local(zone: str, *parts: int) -> datetime:
    """What the wall clock shows there."""
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("zone", "friday", "due_at"),
    [
        (AMSTERDAM, (2026, 3, 6), (2026, 3, 9, 10)),  # New York changes, Amsterdam does not
        (NEW_YORK, (2026, 3, 6), (2026, 3, 9, 15)),
        (AMSTERDAM, (2026, 3, 27), (2026, 3, 30, 9)),  # Amsterdam changes, New York has
        (NEW_YORK, (2026, 3, 27), (2026, 3, 30, 15)),
        (AMSTERDAM, (2026, 10, 23), (2026, 10, 26, 10)),  # Amsterdam goes back
        (NEW_YORK, (2026, 10, 23), (2026, 10, 26, 15)),
        (AMSTERDAM, (2026, 10, 30), (2026, 11, 2, 10)),  # and New York a week later
        (NEW_YORK, (2026, 10, 30), (2026, 11, 2, 16)),
    ],
)
def test_four_working_hours_are_four_hours_of_work_whichever_clock_changes(
    zone: str, friday: tuple[int, ...], due_at: tuple[int, ...], mark: User, hire: Hire
) -> None:
    """Promise 5: offered on a Friday at three with four working hours, it is due on Monday at
    eleven by the wall clock of the person, and is escalated then and not a minute before."""
    agree(mark, hire("Anna", zone))

    ada = came("Ada", local(zone, *friday, 15))

    due = offered(ada).due_at
    assert due == datetime(*due_at, tzinfo=UTC)
    assert due.astimezone(ZoneInfo(zone)).strftime("%a %H:%M") == "Mon 11:00"
    advance([ada.pk], at=due - MINUTE)
    assert offered(ada).overdue_at is None
    advance([ada.pk], at=due)
    assert offered(ada).overdue_at == due
    assert kinds(ada)[-1] == "handover.escalated"


def test_between_the_two_changes_it_goes_to_whoever_is_at_work(mark: User, hire: Hire) -> None:
    """Promise 5: at half past one by Greenwich it is half past eight in New York until its clocks
    go forward, and working time from then on; those who are at work are asked first."""
    anna, nora = hire("Anna", AMSTERDAM), hire("Nora", NEW_YORK)
    agree(mark, anna)
    days = [(3, 3), (3, 10), (3, 31)]  # before, between, after both
    instants = [datetime(2026, month, day, 13, 30, tzinfo=UTC) for month, day in days]

    asked = [
        [offered(came(f"Ada{day}-{number}", at + number * MINUTE)).assignee for number in range(2)]
        for day, at in enumerate(instants)
    ]

    assert asked[0] == [anna, anna]
    assert set(asked[1]) == {anna, nora}
    assert set(asked[2]) == {anna, nora}
    assert instants[0].astimezone(ZoneInfo(NEW_YORK)).hour == 8


@pytest.mark.parametrize(
    ("zone", "holidays", "eve", "due"),
    [
        (AMSTERDAM, "NL", (2026, 4, 24), (2026, 4, 28)),  # King's Day is a Monday
        (NEW_YORK, "US", (2026, 7, 2), (2026, 7, 6)),  # the fourth is kept on Friday the third
        (AMSTERDAM, "NL", (2026, 12, 31), (2027, 1, 4)),  # into another year
        ("Europe/Berlin", "DE-BE", (2026, 4, 2), (2026, 4, 7)),  # Good Friday and Easter Monday
    ],
)
def test_an_offer_on_the_eve_of_a_holiday_is_due_after_it(
    zone: str, holidays: str, eve: tuple[int, ...], due: tuple[int, ...], mark: User, hire: Hire
) -> None:
    """Promise 5: nobody is late on a day on which they do not work."""
    agree(mark, hire("Anna", zone, holidays))

    ada = came("Ada", local(zone, *eve, 15))

    assert offered(ada).due_at == local(zone, *due, 11)
    advance([ada.pk], at=local(zone, *due, 10, 59))
    assert offered(ada).overdue_at is None


def test_two_people_of_two_countries_have_a_clock_each(mark: User, hire: Hire) -> None:
    """Promise 5: passed on when the first one's clock is over, it has the second one's from then:
    the Dutch work on the third of July."""
    nora, anna = hire("Nora", NEW_YORK, "US"), hire("Anna", AMSTERDAM, "NL")
    agree(mark, nora)
    thursday = local(NEW_YORK, 2026, 7, 2, 12)

    ada = came("Ada", thursday)
    first = offered(ada)
    advance([ada.pk], at=first.due_at)
    second = offered(ada)

    assert (first.assignee, first.due_at) == (nora, local(NEW_YORK, 2026, 7, 2, 16))
    assert (second.assignee, second.due_at) == (anna, local(AMSTERDAM, 2026, 7, 3, 13))


def everybody_away(until: datetime, *people: User) -> None:
    User.objects.filter(pk__in=[one.pk for one in people]).update(away_until=until)


def test_where_everybody_is_away_the_manager_has_it(
    mark: User, mia: User, nils: User, sales_team: Team
) -> None:
    """Promise 5: a lead is not left in the dark because the team is."""
    otto = person("Otto", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)
    agree(mark, mia)
    everybody_away(NOON + 20 * HOUR, mia, nils)

    ada = came("Ada", NOON)

    assert offered(ada).assignee == otto
    assert offered(ada).due_at == NOON + 4 * HOUR
    assert "Otto manages Sales development, where nobody else can take it" in said(ada)[-1]


def test_where_the_manager_is_away_too_it_waits_in_sight_and_goes_to_who_returns_first(
    mark: User, mia: User, nils: User, sales_team: Team
) -> None:
    """Promise 5: while nobody at all is there it waits, said once and seen; when somebody returns
    the next look offers it, and no round of work is needed for that but the usual."""
    otto = person("Otto", Role.REVENUE_OPERATIONS, team=sales_team, is_manager=True)
    agree(mark, mia)
    everybody_away(NOON + 3 * HOUR, nils)
    everybody_away(NOON + 9 * HOUR, mia, otto)
    rounds, ada = Rounds(), came("Ada", NOON)

    for minutes in range(10, 180, 10):
        _work(rounds, NOON + minutes * MINUTE)
        assert not Handover.objects.exists()
        assert Attention.objects.filter(lead=ada).exists()
    _work(rounds, NOON + 3 * HOUR + MINUTE)

    assert offered(ada).assignee == nils
    assert offered(ada).offered_at == NOON + 3 * HOUR + MINUTE
    assert kinds(ada).count("handover.waited") == 1


def test_without_rounds_it_is_found_within_the_hour(mark: User, mia: User) -> None:
    """Promise 5: also where nothing but the looks that were arranged takes place."""
    agree(mark, mia)
    everybody_away(NOON + 90 * MINUTE, mia)
    ada, at = came("Ada", NOON), NOON

    while not Handover.objects.exists():
        at = Attention.objects.filter(lead=ada, look_at__gt=at).earliest("look_at").look_at
        look(at=at)

    assert NOON + 90 * MINUTE <= offered(ada).offered_at <= NOON + 150 * MINUTE


def _work(rounds: Rounds, at: datetime) -> None:
    """What a worker does: its rounds, then whoever is due."""
    rounds.make(at=at)
    while look(at=at):
        pass
