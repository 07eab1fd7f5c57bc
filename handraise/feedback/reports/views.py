"""Pages: one report an audience; every figure as a file; the wish for a mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from tempfile import TemporaryFile

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from handraise.deals.queries import day_of
from handraise.feedback.forms import PeriodForm, days, period, presets
from handraise.feedback.reports import actions, files
from handraise.feedback.reports.catalogue import AUDIENCES, TABLES, Audience, audience, usual
from handraise.feedback.reports.drawing import as_svg
from handraise.feedback.reports.models import ReportWish
from handraise.feedback.reports.queries import failed_mail
from handraise.feedback.reports.things import things
from handraise.feedback.standing.queries import one_look
from handraise.feedback.tabular import Period, Table
from handraise.kit import clock
from handraise.leads.decide import Refused
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may
from handraise.ui.downloads import download


def _asked(request: HttpUserRequest) -> tuple[PeriodForm, Period]:
    form, at = PeriodForm(request.GET), clock.now()
    first, last, _ = period(form, at=at)
    return form, days(first, last, at=at)


@require_safe
@needs(Permission.SEE)
def reports(request: HttpUserRequest) -> HttpResponse:
    """The report that a person of this role most likely wants."""
    return redirect("report", usual(request.user.role))


@require_safe
@needs(Permission.SEE)
def report(request: HttpUserRequest, code: str) -> HttpResponse:
    """All that one audience asks, on one page that prints; its last tables follow by themselves."""
    shown = _audience(code)
    form, about = _asked(request)
    with one_look(at=about.at):
        tables, told = _drawn(shown.first, about), things(about)
    wish = ReportWish.objects.filter(person=request.user).first()
    context = {
        "audience": shown, "audiences": AUDIENCES, "form": form, "about": about,
        "since": day_of(about.since), "until": day_of(about.until - timedelta(seconds=1)),
        "presets": presets(at=about.at), "things": told, "tables": tables,
        "wish": wish.audience if wish else "", "may_export": may(request.user, Permission.EXPORT),
        "failed": failed_mail(request.user),
    }  # fmt: skip
    return render(request, "feedback/reports/report.html", context)


@require_safe
@needs(Permission.SEE)
def report_rest(request: HttpUserRequest, code: str) -> HttpResponse:
    """The last tables of a report: what its page still waits for, or a page for who has no
    scripts."""
    shown = _audience(code)
    about = _asked(request)[1]
    with one_look(at=about.at):
        tables = _drawn(shown.rest, about)
    context = {
        "audience": shown, "tables": tables, "may_export": may(request.user, Permission.EXPORT),
        "since": day_of(about.since), "until": day_of(about.until - timedelta(seconds=1)),
    }  # fmt: skip
    is_part = bool(request.headers.get("HX-Request"))
    template = "feedback/reports/_tables.html" if is_part else "feedback/reports/rest.html"
    return render(request, template, context)


def _audience(code: str) -> Audience:
    """Raises Http404."""
    found = audience(code)
    if found is None:
        raise Http404
    return found


def _drawn(codes: Sequence[str], about: Period) -> list[tuple[Table, str]]:
    """Each table with its chart, which may be empty."""
    return [(table, as_svg(table)) for table in (TABLES[code](about) for code in codes)]


@require_safe
@needs(Permission.EXPORT)
def report_table(request: HttpUserRequest, code: str, form: str) -> HttpResponse:
    """One table as CSV or Parquet."""
    if code not in TABLES or form not in {"csv", "parquet"}:
        raise Http404
    table = TABLES[code](_asked(request)[1])
    if form == "csv":
        return _file(files.as_csv(table).encode(), f"{code}.csv", "text/csv; charset=utf-8")
    return _file(files.as_parquet(table), f"{code}.parquet", "application/vnd.apache.parquet")


@require_safe
@needs(Permission.EXPORT)
def report_files(request: HttpUserRequest) -> StreamingHttpResponse:
    """Every figure there is, as CSV and Parquet, with its definition."""
    about = _asked(request)[1]
    file = TemporaryFile()  # noqa: SIM115 (closed when it is sent)
    with one_look(at=about.at):
        files.as_zip((table(about) for table in TABLES.values()), file)
    return download(request, file, name="figures.zip", content_type="application/zip")


@require_POST
@needs(Permission.SEE)
def report_wish(request: HttpUserRequest) -> HttpResponse:
    """Have a report mailed on Mondays, or none any more."""
    code = request.POST.get("audience", "")
    try:
        actions.wish(code, by=request.user, at=clock.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("reports")
    messages.success(
        request, "It comes on Mondays at 7." if code else "No report comes by mail any more."
    )
    return redirect("report", code or usual(request.user.role))


def _file(made: bytes, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type=kind, headers=headers)
