"""Downloads of everything of one kind."""

from __future__ import annotations

from datetime import datetime
from tempfile import TemporaryFile

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_GET

from handraise.desk.doors import found, number_in
from handraise.desk.exports import Chosen, Form, What
from handraise.desk.exports import export as write
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
    """`/export/leads.csv`, `/export/scores.parquet`, …; `?list=7`: of the leads of a list."""
    if what not in set(What) or form not in set(Form):
        raise Http404("There is no such export.")
    at = now()
    of = _chosen(request, at)
    file = TemporaryFile()  # noqa: SIM115 (closed when it is sent)
    write(What(what), Form(form), to=file, by=request.user, at=at, via=Via.WEB, of=of)
    name = f"{what}-{at:%Y-%m-%d}.{form}"
    return download(request, file, name=name, content_type=Form(form).content_type)


def _chosen(request: HttpUserRequest, at: datetime) -> Chosen | None:
    """Of whom it is asked for: a list that this person may see, else everybody."""
    if "list" not in request.GET:
        return None
    pk = number_in(request.GET["list"])
    saved = freshen(found(lambda: list_visible_to(request.user, pk)), at=at)
    return Chosen(members(saved, at=at), f"list {saved.pk}")
