"""Downloads of everything of one kind."""

from __future__ import annotations

from tempfile import TemporaryFile

from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_GET

from handraise.desk.exports import Form, What
from handraise.desk.exports import export as write
from handraise.kit.clock import now
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.ui.downloads import download


@require_GET
@needs(Permission.EXPORT)
def export(request: HttpUserRequest, what: str, form: str) -> StreamingHttpResponse:
    """`/export/leads.csv`, `/export/scores.parquet`, …"""
    if what not in set(What) or form not in set(Form):
        raise Http404("There is no such export.")
    at, file = now(), TemporaryFile()  # noqa: SIM115 (closed when it is sent)
    write(What(what), Form(form), to=file, by=request.user, at=at, via=Via.WEB)
    name = f"{what}-{at:%Y-%m-%d}.{form}"
    return download(request, file, name=name, content_type=Form(form).content_type)
