"""People: who is here, what they may, and when they work. For revenue operations."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from handraise.desk.forms import NewPersonForm, PasswordForm, PersonForm, TeamForm
from handraise.desk.working_time_forms import TeamHoursForm
from handraise.handover.queries import in_hand
from handraise.kit import clock
from handraise.leads import journal
from handraise.leads.decide import Via
from handraise.talk.feeds import end_feed_of
from handraise.team import actions
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission, Refused
from handraise.team.models import Team, User
from handraise.team.queries import people as everybody
from handraise.team.queries import teams


@needs(Permission.ADMINISTER)
def people(request: HttpUserRequest) -> HttpResponse:
    """Everybody, and the teams."""
    here = list(everybody())
    context = {
        "people": here,
        "in_hand": in_hand([one.pk for one in here]),
        "teams": teams(),
        "team_form": TeamForm(),
    }
    return render(request, "desk/people.html", context)


@needs(Permission.ADMINISTER)
def new_person(request: HttpUserRequest) -> HttpResponse:
    """Add somebody, with a first password that they then change."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at, given = clock.now(), form.cleaned_data
        try:
            with transaction.atomic():
                added = actions.add_user(**given, by=request.user, at=at)
                _write(
                    request, "team.person_added", f"{added.name} was added as {added.role_label}."
                )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{added.name} can sign in with {added.email}.")
            return redirect("people")
    return render(request, "desk/new_person.html", {"form": form})


@needs(Permission.ADMINISTER)
def person(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One person: role, team, share of leads."""
    shown = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, initial=_now(shown))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                actions.edit_user(shown, **form.cleaned_data, by=request.user, at=clock.now())
                _write(request, "team.person_changed", f"{shown.name} is now {_is(shown)}.")
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"Saved what {shown.name} may do.")
            return redirect("people")
    return render(
        request,
        "desk/person.html",
        {"person": shown, "form": form, "password_form": PasswordForm()},
    )


@require_POST
@needs(Permission.ADMINISTER)
def password(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Give somebody who forgot theirs a password to begin again with."""
    shown, form, at = get_object_or_404(User, pk=pk), PasswordForm(request.POST), clock.now()
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors.get("password", [])))
        return redirect("person", pk)
    with transaction.atomic():
        actions.set_password(shown, password=form.cleaned_data["password"], by=request.user, at=at)
        if shown.pk != request.user.pk:
            end_feed_of(shown, at=at)
        _write(request, "team.password_set", f"{shown.name} was given a new password.")
    messages.success(request, f"Tell {shown.name} the new password in person.")
    return redirect("person", pk)


@require_POST
@needs(Permission.ADMINISTER)
def deactivation(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Lock somebody out; `undo` lets them in again. What they did stays theirs."""
    shown, at = get_object_or_404(User, pk=pk), clock.now()
    try:
        with transaction.atomic():
            if "undo" in request.POST:
                actions.reactivate(shown, by=request.user, at=at)
                _write(request, "team.person_reactivated", f"{shown.name} may sign in again.")
            else:
                actions.deactivate(shown, by=request.user, at=at)
                end_feed_of(shown, at=at)
                _write(request, "team.person_deactivated", f"{shown.name} may no longer sign in.")
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        may = "may sign in again" if "undo" in request.POST else "may no longer sign in"
        messages.success(request, f"{shown.name} {may}.")
    return redirect("person", pk)


@require_POST
@needs(Permission.ADMINISTER)
def team(request: HttpUserRequest) -> HttpResponse:
    """Found a team."""
    form = TeamForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A team needs a name of at most 80 characters.")
        return redirect("people")
    try:
        with transaction.atomic():
            made = actions.add_team(**form.cleaned_data, by=request.user, at=clock.now())
            _write(request, "team.team_added", f"The team {made.name} was added.")
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{made.name} is a team now; the agreement’s routes may name it.")
    return redirect("people")


@needs(Permission.ADMINISTER)
def team_hours(request: HttpUserRequest, pk: int) -> HttpResponse:
    """A team's name and hours: the clock of what waits to be claimed."""
    shown = get_object_or_404(Team, pk=pk)
    form = TeamHoursForm(request.POST or None, team=shown)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                made = form.save(by=request.user, at=clock.now())
                _write(request, "team.team_edited", f"The team {made.name} was changed.")
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. Routes of the agreement name a team by its name.")
            return redirect("people")
    return render(request, "desk/team_hours.html", {"form": form, "team": shown})


def _write(request: HttpUserRequest, kind: str, said: str) -> None:
    journal.write(kind, at=clock.now(), via=Via.WEB, by=request.user, said=said)


def _now(shown: User) -> dict[str, object]:
    names = ("name", "role", "team", "is_manager", "weight", "capacity")
    return {name: getattr(shown, name) for name in names}


def _is(shown: User) -> str:
    team = f", {shown.team.name}" if shown.team else ""
    return f"{shown.role_label}{team}{', manager' if shown.is_manager else ''}"
