"""Rows: people, their teams, and the tokens they carry."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from handraise.kit import public_holidays
from handraise.kit.working_time import Calendar
from handraise.team.decide import OFFICE_HOURS, Role


def office_hours() -> dict[str, list[list[str]]]:
    """Monday to Friday, nine to five, in a dict of its own."""
    return {day: [list(span) for span in spans] for day, spans in OFFICE_HOURS.items()}


class Team(models.Model):
    """People who take leads from one queue. Its zone, hours and holidays are the clock of leads
    that wait for whoever of the team claims them; the zone is that of new members."""

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=office_hours)
    holidays = models.CharField(max_length=40, default="", blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    def calendar(self, at: datetime) -> Calendar:
        """When somebody of the team is at work, around this instant."""
        days = public_holidays.days(self.holidays, at)
        return Calendar(hours=self.hours, zone=self.zone, holidays=days)


class Users(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who works with leads. `hours` maps weekday 0..6 to [["09:00", "17:00"], …].

    `holidays` is the place whose public holidays are theirs (`NL`, `DE-BY`); `capacity` how many
    leads they have in hand at most, null for no limit.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=24, choices=[(role, role.label) for role in Role])
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members")
    is_manager = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    zone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=dict)
    holidays = models.CharField(max_length=40, default="", blank=True)
    weight = models.PositiveSmallIntegerField(default=1)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects: ClassVar[Users] = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def calendar(self, at: datetime) -> Calendar:
        """When they work, around this instant: their hours, zone and public holidays."""
        days = public_holidays.days(self.holidays, at)
        return Calendar(hours=self.hours, zone=self.zone, holidays=days)

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.name.split()[:2]).upper()

    @property
    def role_label(self) -> str:
        return Role(self.role).label


class ApiKey(models.Model):
    """Lets a program act as a person, over the REST API. Only the SHA-256 of the key is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=80)
    may_write = models.BooleanField(default=False)
    digest = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=8)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
