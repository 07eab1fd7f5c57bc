"""The page about who answered mails, machines or people, where people have the last word."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.responses import actions, queries
from handraise.responses.decide import LABELS, Reason
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may

_CHANGEABLE = tuple(reason for reason in Reason if reason not in {Reason.DECOY, Reason.HEAD})


@require_safe
@needs(Permission.SEE)
def answers(request: HttpUserRequest) -> HttpResponse:
    """The newest answers with what was thought of them, and what each reason took out."""
    at, who = clock.now(), request.GET.get("who", "")
    reason = request.GET.get("reason", "")
    chosen = queries.answers_visible_to(request.user, at=at)
    if reason in set(Reason):
        chosen = queries.of_reason(chosen, reason)
    if who in _WHO:
        chosen = _WHO[who](chosen)
    context = {
        "page": Paginator(chosen, 50).get_page(request.GET.get("page")),
        "reasons": _reasons(queries.reason_counts(at=at)),
        "totals": queries.totals(at=at),
        "reason": reason if reason in set(Reason) else "",
        "who": who if who in _WHO else "",
        "choices": _CHOICES,
        "may_change": may(request.user, Permission.NURTURE),
    }
    return render(request, "responses/answers.html", context)


_CHOICES = (("", "All"), ("people", "Count"), ("machines", "Do not count"))
_WHO = {"people": queries.counting, "machines": queries.not_counting}


def _reasons(counts: dict[str, tuple[int, int]]) -> list[dict[str, object]]:
    beliefs = queries.believed()
    return [
        {
            "code": reason.value,
            "label": LABELS[reason],
            "count": counts.get(reason, (0, 0))[0],
            "held": counts.get(reason, (0, 0))[1],
            "belief": beliefs.get(reason),
            "is_changeable": reason in _CHANGEABLE,
        }
        for reason in Reason
        if reason in counts or reason in beliefs
    ]


@require_POST
@needs(Permission.NURTURE)
def ruling(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Say who was at one answer."""
    hit = queries.answers_visible_to(request.user, at=clock.now()).filter(pk=pk).first()
    if hit is None:
        raise Http404("There is no such answer.")
    is_human = request.POST.get("counts") == "yes"
    try:
        actions.rule([hit], is_human=is_human, by=request.user, at=clock.now(), via=Via.WEB)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        said = "It counts; the score follows." if is_human else "It no longer counts."
        messages.success(request, said)
    return _back(request)


@require_POST
@needs(Permission.NURTURE)
def rulings(request: HttpUserRequest) -> HttpResponse:
    """Say that people were at all answers of one reason."""
    at, reason = clock.now(), _reason(request)
    since = at - queries.LOOKED_AT
    try:
        count, left = actions.rule_reason(reason, since=since, by=request.user, at=at, via=Via.WEB)
    except actions.Refused as refused:
        messages.error(request, str(refused))
    else:
        more = f" {left:,} more {'is' if left == 1 else 'are'} left: press again." if left else ""
        said = "1 answer counts now" if count == 1 else f"{count:,} answers count now"
        messages.success(request, f"{said}; the scores follow.{more}")
    return _back(request)


@require_POST
@needs(Permission.NURTURE)
def beliefs(request: HttpUserRequest) -> HttpResponse:
    """Say whether one reason is a sign of a machine, from now on."""
    reason, is_human = _reason(request), request.POST.get("human") == "yes"
    actions.believe(reason, is_human=is_human, by=request.user, at=clock.now(), via=Via.WEB)
    verb = "count from now on" if is_human else "are taken out again from now on"
    messages.success(request, f"Answers with “{LABELS[reason]}” alone {verb}.")
    return _back(request)


def _reason(request: HttpUserRequest) -> Reason:
    given = request.POST.get("reason", "")
    if given not in set(_CHANGEABLE):
        raise Http404("There is no such reason.")
    return Reason(given)


def _back(request: HttpUserRequest) -> HttpResponse:
    reason = request.POST.get("shown", "")
    query = f"?reason={reason}" if reason in set(Reason) else ""
    return redirect(reverse("mail_answers") + query)
