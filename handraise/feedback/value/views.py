"""Pages: what customers are worth, what was won and at what cost; costs and assumptions told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from handraise.feedback.forms import PeriodForm, days, period, presets
from handraise.feedback.standing.queries import fresh
from handraise.feedback.tabular import Table
from handraise.feedback.value import actions, charts, queries, tables
from handraise.feedback.value.forms import AssumedForm, CostsForm
from handraise.feedback.value.reading import read
from handraise.kit import clock
from handraise.leads.decide import Refused, Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may

MOST_ROWS = 40


@require_GET
@needs(Permission.SEE)
def value(request: HttpUserRequest) -> HttpResponse:
    """Lifetime value, won value by source and by score, costs, and the pipeline created."""
    at, form = clock.now(), PeriodForm(request.GET)
    since, until, _ = period(form, at=at)
    asked = days(since, until, at=at)
    bands = "thirds" if request.GET.get("bands") == "thirds" else "tens"
    worths = queries.lifetimes(at=at)
    as_of = fresh(at=at).at
    shown = {
        "by_source": tables.value_by_source(asked, as_of=as_of),
        "by_score": tables.value_by_score(asked, bands=bands, as_of=as_of),
        "costs": tables.cost_by_source(asked, as_of=as_of),
        "opened": tables.pipeline_created(asked),
    }
    context = {
        "form": form, "since": since, "until": until, "presets": presets(at=at), "bands": bands,
        "lifetime": tables.lifetime(asked, found=worths), **shown,
        "lasting": [(one, charts.lasting(one)) for one in worths.found],
        "drawn": {name: _drawn(shown[name]) for name in ("by_source", "by_score")},
    }  # fmt: skip
    return render(request, "feedback/value/value.html", context)


def _drawn(table: Table) -> str:
    """The chart of a table in one currency; two beside each other would be compared."""
    codes = {row[0] for row in table.rows}
    return charts.per_mql(table) if len(codes) == 1 else ""


@require_GET
@needs(Permission.SEE)
def value_costs(request: HttpUserRequest) -> HttpResponse:
    """What sources cost and what is assumed, and by whom it was told."""
    return _costs(request, CostsForm())


@require_POST
@needs(Permission.PROPOSE)
def value_costs_told(request: HttpUserRequest) -> HttpResponse:
    """Keep pasted costs; what cannot be kept stands in its field again, with why."""
    form = CostsForm(request.POST)
    if form.is_valid():
        at, by = clock.now(), request.user
        try:
            lines = read(form.cleaned_data["lines"])
            count = actions.tell_costs(lines, by=by, at=at, via=Via.WEB)
        except Refused as refused:
            form.add_error("lines", str(refused))
        else:
            said = f"{count} line{'s' * (count != 1)} kept." if count else "That was known already."
            messages.success(request, said)
            return redirect("value_costs")
    return _costs(request, form)


@require_POST
@needs(Permission.ADMINISTER)
def value_assumed(request: HttpUserRequest) -> HttpResponse:
    """Say what values assume from now on."""
    form = AssumedForm(request.POST)
    if form.is_valid():
        told: dict[str, Any] = form.told()
        try:
            actions.assume(**told, by=request.user, at=clock.now(), via=Via.WEB)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Values assume this from now on.")
            return redirect("value_costs")
    return _costs(request, CostsForm(), form)


def _costs(
    request: HttpUserRequest, form: forms.Form, assumed: AssumedForm | None = None
) -> HttpResponse:
    told = queries.costs_visible_to(request.user)
    rows = list(told[: MOST_ROWS + 1])
    context = {
        "form": form, "assumed": assumed or AssumedForm.of(queries.assumptions()),
        "newest": queries.newest_assumed(), "costs": rows[:MOST_ROWS],
        "more": max(0, told.count() - MOST_ROWS) if len(rows) > MOST_ROWS else 0,
        "may_tell": may(request.user, Permission.PROPOSE),
        "may_assume": may(request.user, Permission.ADMINISTER),
    }  # fmt: skip
    return render(request, "feedback/value/costs.html", context)
