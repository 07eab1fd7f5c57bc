"""One's own name, zone, working hours and absence."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from handraise.desk.working_time_forms import ProfileForm
from handraise.kit import clock
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused


@needs(Permission.SEE)
def profile(request: HttpUserRequest) -> HttpResponse:
    """Show and change one's working time: the clock of one's handovers."""
    form = ProfileForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(by=request.user, at=clock.now())
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. New offers keep to these hours.")
            return redirect("profile")
    return render(request, "desk/profile.html", {"form": form})
