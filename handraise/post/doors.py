"""Objects for pages: what is not there, or not to be seen, is a page not found."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from handraise.leads.models import Lead
from handraise.leads.queries import lead_visible_to
from handraise.post.models import Letter, Meeting
from handraise.post.queries import letters_visible_to, meetings_visible_to
from handraise.team.models import User


def lead_or_404(user: User, pk: int) -> Lead:
    try:
        return lead_visible_to(user, pk)
    except Lead.DoesNotExist:
        raise Http404 from None


def letter_or_404(user: User, pk: int) -> Letter:
    return get_object_or_404(letters_visible_to(user), pk=pk)


def meeting_or_404(user: User, pk: int) -> Meeting:
    return get_object_or_404(meetings_visible_to(user), pk=pk)


def named_letter(user: User, lead: Lead, text: str) -> Letter | None:
    """The letter to this lead whose id was sent as text; None where that is none."""
    if not (text.isdecimal() and len(text) < 18):
        return None
    mine = letters_visible_to(user).filter(lead__canonical=lead.canonical_id)
    return mine.filter(pk=int(text)).first()
