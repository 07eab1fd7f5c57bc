"""Today: what waits for this person."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from handraise.desk import day
from handraise.kit import clock
from handraise.post.queries import troubled_letters, unanswered_of
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import is_empty, may


@login_not_required
def today(request: HttpRequest) -> HttpResponse:
    """What waits; for a fresh installation, how to add the first person."""
    if not isinstance(request.user, User):
        if is_empty():
            return render(request, "desk/first_run.html")
        return redirect(f"{reverse('account_login')}?next=/")
    return render(request, "desk/today.html", _of(request.user))


def _of(user: User) -> dict[str, object]:
    at = clock.now()
    return {
        "at": at,
        "heading": _greeting(user, at),
        "work": day.work_of(user, at=at),
        "supply": day.supply_of(user, at=at),
        "versions": day.to_sign(user),
        "asked": unanswered_of(user, at=at),
        "troubled": troubled_letters(user, at=at),
        "health": day.health_for(user, at=at),
        "overdue": day.overdue_handovers(at=at) if may(user, Permission.OVERRIDE) else [],
    }


def _greeting(user: User, at: datetime) -> str:
    hour = timezone.localtime(at).hour
    part = "morning" if 4 <= hour < 12 else "afternoon" if 12 <= hour < 18 else "evening"
    return f"Good {part}, {user.name.split()[0]}"
