"""Objects for pages: what is not there, or not to be seen, is a page not found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404

from handraise.leads.models import Lead
from handraise.leads.queries import lead_visible_to
from handraise.team.models import User

T = TypeVar("T")


def found(door: Callable[[], T]) -> T:
    """What a step's door gives, or Http404 where it says that there is none."""
    try:
        return door()
    except ObjectDoesNotExist:
        raise Http404 from None


def number_in(text: str) -> int:
    """The id that was sent as text; 0, which nothing has, for what is none."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def lead_or_404(user: User, pk: int) -> Lead:
    """The lead of this id, through its door; a merged id gives the lead it became."""
    return found(lambda: lead_visible_to(user, pk))
