"""Downloads of everything of one kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from tempfile import TemporaryFile

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_GET

from handraise.desk.bulk.queries import bulk_visible_to, leads_of
from handraise.desk.doors import found, number_in
from handraise.desk.exports import Chosen, Form, What
from handraise.desk.exports import export as write
from handraise.desk.listing import leads_wanted, wanted
from handraise.kit.clock import now
from handraise.leads.decide import Via
from handraise.lists.actions import freshen
from handraise.lists.queries import list_visible_to, members
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.ui.downloads import download


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpUserRequest, what: str, form: str) -> StreamingHttpResponse:
    """`/export/leads.csv`, `/export/scores.parquet`, …; of some: `?list=7`, `?bulk=7`, or what the
    list of leads is asked for (`?stage=SALES_ACCEPTED&owner=me`)."""
    if what not in set(What) or form not in set(Form):
        raise Http404("There is no such export.")
    at = now()
    of = _chosen(request, at)
    file = TemporaryFile()  # noqa: SIM115 (closed when it is sent)
    write(What(what), Form(form), to=file, by=request.user, at=at, via=Via.WEB, of=of)
    name = f"{what}-{at:%Y-%m-%d}.{form}"
    return download(request, file, name=name, content_type=Form(form).content_type)


def _chosen(request: HttpUserRequest, at: datetime) -> Chosen | None:
    """Of whom: a list, what was chosen or asked for, if this person may see it; None: of all."""
    asked = wanted(request.GET)
    if "list" in request.GET and not replace(asked, list=None).is_filtered:
        pk = number_in(request.GET["list"])
        saved = freshen(found(lambda: list_visible_to(request.user, pk)), at=at)
        return Chosen(members(saved, at=at), f"list {saved.pk}")
    if "bulk" in request.GET:
        pk = number_in(request.GET["bulk"])
        bulk = found(lambda: bulk_visible_to(request.user, pk))
        return Chosen(leads_of(bulk), f"choice {bulk.pk}")
    if asked.is_filtered:
        return Chosen(found(lambda: leads_wanted(request.user, asked)), "a search")
    return None
