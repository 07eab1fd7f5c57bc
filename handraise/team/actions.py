"""Verbs: the only writer of people and teams.

Team lies below the journal; callers above (`desk`, the command line) write the line.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from handraise.team.decide import OFFICE_HOURS, Refused, Role, checked_holidays, checked_hours
from handraise.team.models import Team, User
from handraise.team.queries import others_who_administer

MOST_IN_HAND = 10_000
LONGEST_ABSENCE = timedelta(days=5 * 365 + 2)


def add_team(*, name: str, zone: str = "UTC", by: User | None, at: datetime) -> Team:  # noqa: ARG001
    """A new team. Raises Refused when the name is empty or taken, or the zone unknown."""
    name = name.strip()
    if not name:
        raise Refused("A team needs a name.")
    if Team.objects.filter(name__iexact=name).exists():
        raise Refused(f"There is already a team called {name}.")
    return Team.objects.create(name=name, zone=_zone(zone), created_at=at)


def edit_team(
    team: Team,
    *,
    name: str,
    zone: str,
    hours: dict[str, list[list[str]]],
    holidays: str = "",
    by: User | None,  # noqa: ARG001
    at: datetime,  # noqa: ARG001
) -> Team:
    """A team's name and when it is at work. Raises Refused with a sentence."""
    name = name.strip()
    if not name:
        raise Refused("A team needs a name.")
    if Team.objects.filter(name__iexact=name).exclude(pk=team.pk).exists():
        raise Refused(f"There is already a team called {name}.")
    team.name, team.zone, team.hours = name, _zone(zone), checked_hours(hours)
    team.holidays = checked_holidays(holidays)
    team.save(update_fields=["name", "zone", "hours", "holidays"])
    return team


def add_user(
    *,
    email: str,
    name: str,
    role: Role | str,
    password: str | None = None,
    team: Team | None = None,
    is_manager: bool = False,
    zone: str = "",
    by: User | None,  # noqa: ARG001
    at: datetime,
) -> User:
    """A new person, with office hours in the team's zone; without a password nobody can sign in.

    Raises Refused when the address is taken or unreadable, the name empty or the role unknown.
    """
    email, name = email.strip().lower(), name.strip()
    _check_email(email)
    if not name:
        raise Refused("A person needs a name.")
    user = User(
        email=email, name=name, role=_role(role), team=team, is_manager=is_manager,
        zone=_zone(zone or (team.zone if team else "UTC")), hours=OFFICE_HOURS, created_at=at,
    )  # fmt: skip
    user.set_password(password)
    user.save()
    return user


@transaction.atomic
def edit_user(
    user: User,
    *,
    name: str,
    role: Role | str,
    team: Team | None,
    is_manager: bool,
    weight: int = 1,
    capacity: int | None = None,
    by: User | None,  # noqa: ARG001
    at: datetime,  # noqa: ARG001
) -> User:
    """Change who somebody is. The last one of revenue operations stays; raises Refused."""
    if not name.strip():
        raise Refused("A person needs a name.")
    if not 0 <= weight <= 100:
        raise Refused("The share of leads is a number from 0 to 100.")
    if capacity is not None and not 1 <= capacity <= MOST_IN_HAND:
        raise Refused(f"A limit of leads in hand is a number from 1 to {MOST_IN_HAND:,}.")
    if _role(role) is not Role.REVENUE_OPERATIONS:
        _keep_one_administrator(user)
    user.name, user.role, user.team = name.strip(), _role(role), team
    user.is_manager, user.weight, user.capacity = is_manager, weight, capacity
    user.save(update_fields=["name", "role", "team", "is_manager", "weight", "capacity"])
    return user


@transaction.atomic
def deactivate(user: User, *, by: User | None, at: datetime) -> User:
    """Nobody can sign in as this person any more, and their API keys open nothing, also if they
    come back; nothing they did is lost. Raises Refused."""
    if by is not None and by.pk == user.pk:
        raise Refused("Nobody deactivates themselves; ask a colleague.")
    _keep_one_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.api_keys.filter(revoked_at=None).update(revoked_at=at)
    return user


def reactivate(user: User, *, by: User | None, at: datetime) -> User:  # noqa: ARG001
    """Let somebody in again."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    return user


def set_password(user: User, *, password: str, by: User | None, at: datetime) -> User:
    """A first or new password, already validated by the form. Signs the person out elsewhere. Given
    by somebody else, API keys end too: whoever had come in may have made one."""
    user.set_password(password)
    user.save(update_fields=["password"])
    if by is None or by.pk != user.pk:
        user.api_keys.filter(revoked_at=None).update(revoked_at=at)
    return user


def set_working_time(
    user: User,
    *,
    zone: str,
    hours: dict[str, list[list[str]]],
    away_until: datetime | None,
    holidays: str = "",
    by: User | None,  # noqa: ARG001
    at: datetime,
) -> User:
    """When somebody works: the clock of their handovers. Raises Refused with a sentence."""
    if away_until is not None and away_until <= at:
        away_until = None
    if away_until is not None and away_until - at > LONGEST_ABSENCE:
        raise Refused("An absence ends within five years; whoever is gone for good is deactivated.")
    user.zone, user.hours, user.away_until = _zone(zone), checked_hours(hours), away_until
    user.holidays = checked_holidays(holidays)
    user.save(update_fields=["zone", "hours", "away_until", "holidays"])
    return user


def rename(user: User, *, name: str, by: User | None, at: datetime) -> User:  # noqa: ARG001
    """Another name for the same person. Raises Refused when it is empty."""
    if not name.strip():
        raise Refused("A person needs a name.")
    user.name = name.strip()
    user.save(update_fields=["name"])
    return user


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(f"{email!r} is not an e-mail address.") from None
    if User.objects.filter(email__iexact=email).exists():
        raise Refused(f"There is already a person with the address {email}.")


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError:
        known = ", ".join(each.value for each in Role)
        raise Refused(f"{role!r} is not a role; the roles are {known}.") from None


def _zone(zone: str) -> str:
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError):
        raise Refused(f"{zone!r} is not a time zone such as Europe/Amsterdam.") from None


def _keep_one_administrator(user: User) -> None:
    # The rows are locked so that two administrators cannot remove each other at once.
    if user.role == Role.REVENUE_OPERATIONS and not others_who_administer(user).select_for_update():
        raise Refused("This is the last active person of revenue operations; add another first.")
