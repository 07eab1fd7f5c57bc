"""Pages: how the clock is kept, by team and person, and why sales says no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from handraise.feedback.forms import days, period, presets
from handraise.feedback.keeping import charts, drilling, tables
from handraise.feedback.keeping.drilling import BECAME, Which
from handraise.feedback.keeping.forms import KeepingForm, scope_of
from handraise.feedback.keeping.queries import Offers, kept
from handraise.feedback.people import told_apart
from handraise.feedback.tabular import Period
from handraise.handover.decide import Kind
from handraise.kit import clock
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_GET
@needs(Permission.SEE)
def keeping(request: HttpUserRequest) -> HttpResponse:
    """Clock keeping and acceptance by team, person and kind of handover."""
    form = KeepingForm(request.GET)
    asked, context = _asked(form)
    kind, team = scope_of(form)
    pk = None if team is None else team.pk
    reasons = tables.why_rejected(asked, kind, pk)
    every = tables.offers_of(asked, tuple(Kind), pk)
    found = [one for one in every if one.kind == kind]
    context |= {
        "kind": kind, "team": team, "reasons": reasons, "pareto": charts.pareto(reasons),
        "by_team": tables.by_team(asked, kind, found),
        "by_person": tables.by_person(asked, kind, found),
        "by_kind": tables.by_kind(asked, every), "people": _people(found),
        "became": [(code, name) for code, name in BECAME.items() if code],
    }  # fmt: skip
    return render(request, "feedback/keeping/keeping.html", context)


def _asked(form: KeepingForm) -> tuple[Period, dict[str, Any]]:
    at = clock.now()
    since, until, _ = period(form, at=at)
    asked = days(since, until, at=at)
    return asked, {"form": form, "since": since, "until": until, "presets": presets(at=at)}


def _people(found: Sequence[Offers]) -> list[tuple[int, str, int]]:
    """Whom offers were made to, by name, with how many; -1: nobody yet."""
    names = told_apart()
    people = [(one.key, one.offered) for one in kept(found, "person")]
    told = [(key or -1, names.get(key, tables.NOBODY), count) for key, count in people]
    return sorted(told, key=lambda row: row[1])


@require_GET
@needs(Permission.SEE)
def handovers(request: HttpUserRequest) -> HttpResponse:
    """The very handovers behind a figure."""
    asked, context = _asked(KeepingForm(request.GET))
    try:
        which = _which(request.GET)
    except ValueError:
        raise Http404("There is no such figure.") from None
    count, rows = drilling.handovers(request.user, asked, which)
    context |= {"which": which, "what": BECAME[which.became], "count": count, "rows": rows,
                "most": drilling.MOST}  # fmt: skip
    return render(request, "feedback/keeping/handovers.html", context)


_HIGHEST = 2**62


def _which(given: QueryDict) -> Which:
    """Raises ValueError for what names no figure."""
    became, reason = given.get("became", ""), given.get("reason", "")
    team, person = int(given.get("team") or 0), int(given.get("person") or 0)
    if became not in BECAME or "\x00" in reason:
        raise ValueError("There is no such figure.")
    if not 0 <= team <= _HIGHEST or not -1 <= person <= _HIGHEST:
        raise ValueError("There is no such person.")
    return Which(Kind(given.get("kind") or Kind.FIRST), became, team, person, reason)
