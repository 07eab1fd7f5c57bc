"""Settings of mail: by which servers mails leave, whether they do, and what did not arrive."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.post.decide import Refused, State
from handraise.post.forms import server_form
from handraise.post.letters import send_outgoing_again
from handraise.post.models import Outgoing, TeamServer
from handraise.post.naming_servers import name_server, post_test_mail
from handraise.post.queries import SOON, tries_of_servers, troubled, waiting_mails
from handraise.post.servers import house, missing
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import teams


@require_safe
@needs(Permission.ADMINISTER)
def mail_settings(request: HttpUserRequest) -> HttpResponse:
    """The servers, the newest tests of them, and what failed. For htmx the tests alone."""
    at, tests = clock.now(), tries_of_servers()
    moving = {State.WAITING, State.SENDING}
    context = {
        "tests": tests,
        "is_moving": any(one.state in moving and abs(one.due_at - at) <= SOON for one in tests),
    }
    if request.htmx:
        return render(request, "post/_tests.html", context)
    way, fault = None, ""
    try:
        way = house()
    except Refused as unreadable:
        fault = str(unreadable)
    context |= {"way": way, "fault": fault, "mail_from": settings.MAIL_FROM, "teams": _teams(),
                "troubled": troubled(limit=30), "waiting": waiting_mails(at=at)}  # fmt: skip
    return render(request, "post/mail_settings.html", context)


def _teams() -> list[dict[str, object]]:
    known = {one.team_id: one for one in TeamServer.objects.all()}
    return [
        {"team": team, "server": known.get(team.pk), "missing": missing(team.pk)}
        for team in teams()
    ]


@needs(Permission.ADMINISTER)
def team_server(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The address and the server of one team."""
    team = get_object_or_404(teams(), pk=pk)
    known = TeamServer.objects.filter(team=team).first()
    form = server_form(known, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name_server(team, form.naming(), by=request.user, at=clock.now(), via=Via.WEB)
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. Send a test mail to see whether it works.")
            return redirect("mail_settings")
    context = {"team": team, "form": form, "has_password": bool(known and known.sealed)}
    return render(request, "post/team_server.html", context)


@require_POST
@needs(Permission.ADMINISTER)
def mail_testing(request: HttpUserRequest) -> HttpResponse:
    """Send a mail to oneself, by the server of a team or of the house."""
    named = request.POST.get("team", "")
    team = None
    if named:
        number = int(named) if named.isdecimal() and len(named) < 18 else 0
        team = get_object_or_404(teams(), pk=number)
    try:
        post_test_mail(team, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
    return redirect("mail_settings")


@require_POST
@needs(Permission.ADMINISTER)
def outgoing_sending(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Send once more what failed, or may not have arrived."""
    row = get_object_or_404(Outgoing, pk=pk)
    try:
        send_outgoing_again(row, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "It is being sent again.")
    return redirect("mail_settings")
