"""Reads: imports, for those who may run them."""

from __future__ import annotations

from django.db.models import QuerySet

from handraise.capture.models import Import
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


def imports_visible_to(user: User) -> QuerySet[Import]:
    """Every import, newest first, for those who may run them; nothing for others."""
    everything = Import.objects.select_related("by", "source").order_by("-pk")
    return everything if may(user, Permission.IMPORT) else everything.none()


def import_visible_to(user: User, pk: int) -> Import:
    """One import. Raises Import.DoesNotExist also for one that this person may not see."""
    return imports_visible_to(user).get(pk=pk)
