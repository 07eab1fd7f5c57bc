"""Today: what waits for this person."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from handraise.team.models import User
from handraise.team.queries import is_empty


@login_not_required
def today(request: HttpRequest) -> HttpResponse:
    """What waits; for a fresh installation, how to add the first person."""
    if not isinstance(request.user, User):
        if is_empty():
            return render(request, "desk/first_run.html")
        return redirect(f"{reverse('account_login')}?next=/")
    return render(request, "desk/today.html")
