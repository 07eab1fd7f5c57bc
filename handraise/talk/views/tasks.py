"""Tasks: one's own and the team's; add, change, hand on, do, remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Lead
from handraise.talk import tasking
from handraise.talk.forms import NewTaskForm, TaskForm, of_task
from handraise.talk.models import Task
from handraise.talk.queries import leads_a_team, may_change, task_lists, tasks_visible_to
from handraise.talk.views.doors import back, lead_or_404, number_in
from handraise.team.access import HttpUserRequest, needs, require
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people


@needs(Permission.SEE)
def tasks(request: HttpUserRequest) -> HttpResponse:
    """What is to be done: overdue, today, later, done. Posting adds one."""
    form = NewTaskForm(request.POST or None, user=request.user)
    lead = _lead_named(request)
    if request.method == "POST":
        require(request.user, Permission.EDIT_LEADS)
        if form.is_valid() and _is_added(request, form, lead):
            return back(request, "tasks")
    is_team = request.GET.get("whose") == "team" and leads_a_team(request.user)
    at = clock.now()
    context = {
        "form": form,
        "lead": lead,
        "lists": task_lists(request.user, at=at, is_team=is_team),
        "is_team": is_team,
        "may_see_team": leads_a_team(request.user),
        "may_add": may(request.user, Permission.EDIT_LEADS),
        "next": request.POST.get("next", "") or request.get_full_path(),
    }
    return render(request, "talk/tasks.html", context)


def _lead_named(request: HttpUserRequest) -> Lead | None:
    given = request.POST.get("lead", "")
    return lead_or_404(request.user, number_in(given)) if given else None


def _is_added(request: HttpUserRequest, form: NewTaskForm, lead: Lead | None) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        tasking.add_task(
            given["text"],
            assignee=given["assignee"] or request.user,
            priority=form.wanted(),
            lead=lead,
            by=request.user,
            at=clock.now(),
            via=Via.WEB,
            **form.due(),  # type: ignore[arg-type]
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@needs(Permission.SEE)
def task(request: HttpUserRequest, pk: int) -> HttpResponse:
    """One task: change it, hand it on."""
    shown = get_object_or_404(tasks_visible_to(request.user), pk=pk)
    form = TaskForm(request.POST or None, initial=of_task(shown))
    if request.method == "POST" and form.is_valid() and _is_changed(request, shown, form):
        return redirect("tasks")
    context = {
        "task": shown,
        "form": form,
        "may_change": may_change(request.user, shown),
        "people": working_people().exclude(pk=shown.assignee_id),
    }
    return render(request, "talk/task.html", context)


def _is_changed(request: HttpUserRequest, shown: Task, form: TaskForm) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        tasking.change_task(
            shown,
            text=given["text"],
            priority=form.wanted(),
            by=request.user,
            at=clock.now(),
            via=Via.WEB,
            **form.due(),  # type: ignore[arg-type]
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@require_POST
@needs(Permission.EDIT_LEADS)
def handing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Give a task to a colleague."""
    to = get_object_or_404(working_people(), pk=number_in(request.POST.get("to", "")))
    return _done(
        request, pk,
        lambda held: tasking.hand_task(
            held, to=to, by=request.user, at=clock.now(), via=Via.WEB
        ),
        f"{to} was told.",
    )  # fmt: skip


@require_POST
@needs(Permission.EDIT_LEADS)
def doing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """It is done; with `undo` it is not after all."""
    verb = tasking.reopen_task if "undo" in request.POST else tasking.finish_task
    return _done(request, pk, lambda held: verb(held, by=request.user, at=clock.now(), via=Via.WEB))


@require_POST
@needs(Permission.EDIT_LEADS)
def removal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """It need not be done."""
    return _done(
        request, pk,
        lambda held: tasking.remove_task(held, by=request.user, at=clock.now(), via=Via.WEB),
        "Removed.",
    )  # fmt: skip


def _done(
    request: HttpUserRequest, pk: int, verb: Callable[[Task], object], said: str = ""
) -> HttpResponse:
    """Do it, say so or say why not, and go back."""
    shown = get_object_or_404(tasks_visible_to(request.user), pk=pk)
    try:
        verb(shown)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if said:
            messages.success(request, said)
    return back(request, "tasks")
