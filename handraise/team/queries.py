"""Reads: who may do what, and who is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from handraise.team import decide
from handraise.team.decide import Permission, Role
from handraise.team.models import Team, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def may(user: User | AnonymousUser | None, permission: Permission) -> bool:
    """Whether this person may; nobody signed in and nobody deactivated may anything."""
    if not isinstance(user, User) or not user.is_active:
        return False
    return decide.may(user.role, permission, is_manager=user.is_manager)


def people() -> QuerySet[User]:
    """Everybody, working ones first, then by name."""
    return User.objects.select_related("team").order_by("-is_active", "name", "pk")


def working_people() -> QuerySet[User]:
    """Those who can sign in, by name."""
    return people().filter(is_active=True).order_by("name", "pk")


def teams() -> QuerySet[Team]:
    """Every team by name."""
    return Team.objects.order_by("name")


def is_empty() -> bool:
    """Whether nobody has been added yet (a fresh installation)."""
    return not User.objects.exists()


def others_who_administer(user: User) -> QuerySet[User]:
    """Active people of revenue operations besides this one."""
    return User.objects.filter(is_active=True, role=Role.REVENUE_OPERATIONS).exclude(pk=user.pk)
