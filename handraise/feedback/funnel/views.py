"""Pages: the funnel, the leads behind its figures, two cohorts side by side."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from handraise.feedback.dimensions import DIMENSIONS, UNKNOWN, dimension
from handraise.feedback.forms import presets
from handraise.feedback.funnel import pages, queries, tables
from handraise.feedback.funnel.behind import Figure, leads_behind
from handraise.feedback.funnel.decide import Cohort, Who, part_name
from handraise.feedback.funnel.forms import CohortForm, CompareForm, FigureForm, named
from handraise.feedback.standing.queries import fresh
from handraise.kit.clock import now
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@require_safe
@needs(Permission.SEE)
def funnel(request: HttpUserRequest) -> HttpResponse:
    """How far a cohort came, in every way it is told."""
    at = now()
    form = CohortForm(request.GET)
    cohort, by = form.cohort(at=at), form.dimension
    as_of = fresh(at=at).at
    context = {
        **_asked(form, cohort, at=at),
        **pages.funnel_page(cohort, by, as_of=as_of),
        "by": dimension(by),
        "compare": urlencode(pages.asked(cohort)),
    }
    return render(request, "feedback/funnel/funnel.html", context)


@require_safe
@needs(Permission.SEE)
def funnel_leads(request: HttpUserRequest) -> HttpResponse:
    """The very leads that a figure counts, fifty a page."""
    at = now()
    form = FigureForm(request.GET)
    if not form.is_valid():
        raise Http404("There is no such figure.")
    given, cohort = form.cleaned_data, form.cohort(at=at)
    pair, part = (given["before"], given["after"]), given["part"]
    who, by = Who(given["who"] or Who.ENTERED), given["by"] if part else ""
    as_of = fresh(at=at).at
    page = _number(request.GET.get("page"))
    figure = Figure(cohort, who, pair, by, part)
    found = leads_behind(figure, user=request.user, as_of=as_of, page=page)
    others = [one for one in (Who.OF, Who.CAME, Who.STAYED, Who.YOUNG) if pair[0] != pair[1]]
    return render(request, "feedback/funnel/leads.html", {
        **_asked(form, cohort, at=at), "found": found, "as_of": as_of,
        "said": pages.figure_said(cohort, who, pair), "who": who, "pair": pair,
        "others": [(one, pages.figure_said(cohort, one, pair)) for one in others],
        "by": dimension(by), "part": part_name(part, UNKNOWN) if part else "",
        "back": urlencode(pages.asked(cohort, by=by)),
    })  # fmt: skip


@require_safe
@needs(Permission.SEE)
def funnel_compare(request: HttpUserRequest) -> HttpResponse:
    """Two cohorts, step by step, with an honest test."""
    at = now()
    form = CompareForm(request.GET)
    first, second = form.cohorts(at=at)
    doubt = form.doubt(first, second) if form.is_valid() else ""
    context: dict[str, Any] = {
        **_asked(form, first, at=at),
        "second": second,
        "second_first": pages.first_day(second),
        "second_last": pages.last_day(second),
        "value2": part_name(second.value, UNKNOWN) if second.value else "",
        "doubt": doubt,
        "as_of": fresh(at=at).at,
    }
    if form.is_valid() and not doubt:
        days_differ = (first.since, first.until) != (second.since, second.until)
        names = named(first, with_days=days_differ), named(second, with_days=days_differ)
        found = queries.compare(first, second, names=names, as_of=context["as_of"])
        context |= {"compared": found, "table": tables.compared_table(found)}
    return render(request, "feedback/funnel/compare.html", context)


def _asked(form: CohortForm, cohort: Cohort, *, at: datetime) -> dict[str, Any]:
    """What was asked for, as the filters show it."""
    only = form.data.get("only", "")
    return {
        "form": form,
        "cohort": cohort,
        "first": pages.first_day(cohort),
        "last": pages.last_day(cohort),
        "presets": presets(at=at),
        "dimensions": DIMENSIONS,
        "only": dimension(only),
        "values": queries.values_of(only) if dimension(only) else [],
        "value": part_name(cohort.value, UNKNOWN) if cohort.value else "",
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 8 else 1
