"""Pages about files: what was imported, a new file, one import and how far it is."""

from __future__ import annotations

from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from handraise.capture import tasks, uploads
from handraise.capture.decide import ImportKind, ImportState
from handraise.capture.forms import FileForm, MappingForm
from handraise.capture.imports import (
    FileFault,
    ImportRefused,
    MappingFault,
    Preview,
    open_sheet,
    preview,
    start,
    suggest,
    undo,
    write_error_file,
    written,
)
from handraise.capture.imports.error_file import error_rows
from handraise.capture.imports.queries import imports_visible_to
from handraise.capture.imports.showing import came_of, shown
from handraise.capture.imports.writing import checked
from handraise.capture.models import Import
from handraise.kit.clock import now
from handraise.leads.decide import Via
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.ui.downloads import download

PREVIEWED = 5_000
_SKELETON = """kind: {kind}
identity:
  email: Email        # or user_id: …, anonymous_id: …
"""


@require_safe
@needs(Permission.IMPORT)
def imports(request: HttpUserRequest) -> HttpResponse:
    page = Paginator(imports_visible_to(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "capture/imports.html", {"page": page})


@needs(Permission.IMPORT)
def new_import(request: HttpUserRequest) -> HttpResponse:
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        token = uploads.keep(form.cleaned_data["file"], at=now())
        drafts = request.session.get("uploads", {})
        drafts[token] = {"name": form.cleaned_data["file"].name, "kind": form.cleaned_data["kind"]}
        request.session["uploads"] = dict(list(drafts.items())[-20:])
        return redirect("import_draft", token=token)
    return render(request, "capture/new_import.html", {"form": form})


@needs(Permission.IMPORT)
def import_draft(request: HttpUserRequest, token: str) -> HttpResponse:
    """The mapping with a preview; POST looks again with an edited one, and writes nothing."""
    path, draft = _draft(request, token)
    if request.method == "POST":
        form = MappingForm(request.POST)
    else:
        form = MappingForm({"mapping": _first_mapping(path, draft["kind"])})
    found, fault = _looked_at(path, form)
    context = {"form": form, "draft": draft, "token": token, "fault": fault,
               "shown": shown(found) if found else None, "previewed": PREVIEWED}  # fmt: skip
    part = "_looked" if request.htmx else "import_draft"
    return render(request, f"capture/{part}.html", context)


@require_POST
@needs(Permission.IMPORT)
def import_start(request: HttpUserRequest, token: str) -> HttpResponse:
    path, draft = _draft(request, token)
    form = MappingForm(request.POST)
    if form.is_valid():
        try:
            made = _start(request, path, draft, form)
        except (FileFault, MappingFault, ImportRefused) as refused:
            form.add_error(None, str(refused))
        else:
            path.unlink(missing_ok=True)
            return redirect("import", pk=made.pk)
    found, fault = _looked_at(path, form)
    context = {"form": form, "draft": draft, "token": token, "fault": fault,
               "shown": shown(found) if found else None, "previewed": PREVIEWED}  # fmt: skip
    return render(request, "capture/import_draft.html", context)


def _start(
    request: HttpUserRequest, path: Path, draft: dict[str, str], form: MappingForm
) -> Import:
    mapping = form.cleaned_data["mapping"]
    with transaction.atomic():
        made = start(
            path, kind=mapping.kind, mapping=mapping, by=request.user, at=now(),
            again=form.cleaned_data["again"], name=draft["name"],
        )  # fmt: skip
        tasks.run_import.defer(import_id=made.pk)
    return made


def _draft(request: HttpUserRequest, token: str) -> tuple[Path, dict[str, str]]:
    """The uploaded file of this person's own session."""
    draft = request.session.get("uploads", {}).get(token)
    path = uploads.kept(token)
    if draft is None or path is None:
        raise Http404("This upload is gone; choose the file again.")
    return path, draft


def _first_mapping(path: Path, kind: str) -> str:
    try:
        return written(suggest(open_sheet(path), ImportKind(kind)))
    except (FileFault, MappingFault):
        return _SKELETON.format(kind=kind)


def _looked_at(path: Path, form: MappingForm) -> tuple[Preview | None, str]:
    """What the file's first rows become, or why there is nothing to see."""
    try:
        if not form.is_valid():
            open_sheet(path)
            return None, ""
        mapping = form.cleaned_data["mapping"]
        return preview(path, mapping=mapping, at=now(), limit=PREVIEWED), ""
    except (FileFault, MappingFault) as fault:
        return None, str(fault)


@require_safe
@needs(Permission.IMPORT)
def import_page(request: HttpUserRequest, pk: int) -> HttpResponse:
    importing = _visible(request, pk)
    context = {
        **_progress(importing),
        "refused": _refused(importing),
        "came": came_of(importing.report),
        "mapping": written(checked(importing.mapping)),
    }
    return render(request, "capture/import.html", context)


@require_GET
@needs(Permission.IMPORT)
def import_progress(request: HttpUserRequest, pk: int) -> HttpResponse:
    """How far it is; once it is over, the whole page is asked for anew."""
    importing = _visible(request, pk)
    response = render(request, "capture/_progress.html", _progress(importing))
    if importing.state not in _UNDER_WAY:
        response.headers["HX-Redirect"] = reverse("import", args=[pk])
    return response


@require_safe
@needs(Permission.IMPORT)
def import_errors(request: HttpUserRequest, pk: int) -> StreamingHttpResponse:
    """The rows that were not taken, as a file to mend and import again."""
    importing, file = _visible(request, pk), TemporaryFile()  # noqa: SIM115 (closed when sent)
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    write_error_file(importing, text)
    text.detach()
    name = f"import-{importing.pk}-refused.csv"
    return download(request, file, name=name, content_type="text/csv")


@require_POST
@needs(Permission.IMPORT)
def import_resuming(request: HttpUserRequest, pk: int) -> HttpResponse:
    """A failed import goes on where it was."""
    importing = _visible(request, pk)
    with transaction.atomic():
        failed = Import.objects.filter(pk=importing.pk, state=ImportState.FAILED)
        if failed.update(state=ImportState.WAITING, error=""):
            tasks.run_import.defer(import_id=importing.pk)
        else:
            messages.warning(request, "Only an import that failed can be tried again.")
    return redirect("import", pk=pk)


@require_POST
@needs(Permission.IMPORT)
def import_undoing(request: HttpUserRequest, pk: int) -> HttpResponse:
    importing = _visible(request, pk)
    try:
        undo(importing, by=request.user, at=now(), via=Via.WEB)
    except ImportRefused as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, f"Import {pk} is undone.")
    return redirect("import", pk=pk)


_UNDER_WAY = {ImportState.WAITING.value, ImportState.RUNNING.value}


def _visible(request: HttpUserRequest, pk: int) -> Import:
    importing = imports_visible_to(request.user).filter(pk=pk).first()
    if importing is None:
        raise Http404("There is no such import.")
    return importing


def _progress(importing: Import) -> dict[str, Any]:
    total = max(importing.total_rows or 0, importing.read_rows)
    share = 100 * importing.read_rows // total if total else 0
    return {"importing": importing, "total": total, "share": share,
            "is_under_way": importing.state in _UNDER_WAY}  # fmt: skip


def _refused(importing: Import) -> list[dict[str, str]]:
    rows = error_rows(importing, limit=50)
    next(rows)
    return [{"line": row[-3], "why": row[-2], "row": row[-1] or " · ".join(filter(None, row[:-3]))}
            for row in rows]  # fmt: skip
