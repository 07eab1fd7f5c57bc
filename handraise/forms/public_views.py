"""Pages for strangers: a form, its thanks, the content it gives. No sign-in, no cookies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from handraise.enablement import files
from handraise.enablement.models import Asset
from handraise.forms import links, turns
from handraise.forms.content import is_open, note_download
from handraise.forms.decide import WINDOW, State
from handraise.forms.document import Document
from handraise.forms.hosting import (
    HONEYPOT,
    SHEETS,
    drawn,
    drawn_boxes,
    guarded,
    hidden_of,
    is_welcome,
    page_of,
    robot,
    sent_by,
    shared,
    ticket_for,
)
from handraise.forms.models import Form, Submission
from handraise.forms.queries import hosted
from handraise.forms.submitting import Sent, Shown, Unclear, shown_to, submit
from handraise.forms.taking import take
from handraise.kit import clock

_TOO_MANY = "That was very often from one place. Wait ten minutes, then send it once more."
_NOTHING = "There is nothing at this address. It may have been cut off on its way."
_NOT_THERE = "This form is not taken from that site."


@login_not_required
@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def hosted_form(request: HttpRequest, code: str) -> HttpResponse:
    """A form: shown, or filled in, from its own page or from anywhere else."""
    form = hosted(code)
    if form is None:
        return _gone(request, _NOTHING, status=404)
    if _is_too_large(request):
        return _gone(request, "That is more than this form can take.", form, status=413)
    assert form.published is not None
    document = form.published.document
    if request.method == "OPTIONS":
        return shared(request, HttpResponse(status=204), document)
    if not form.is_open:
        return _shown(request, "forms/closed.html", {"form": form}, document, status=410)
    if request.method == "POST":
        return shared(request, _posted(request, form), document)
    personal = links.read_personal(request.GET.get("for", ""), at=clock.now())
    if request.method == "GET" and not robot(request):
        turns.note_shown(form.pk, page_of(request.GET.get("page", "")), at=clock.now())
    return _page(request, form, shown_to(form, personal, at=clock.now()), {}, {})


def _posted(request: HttpRequest, form: Form) -> HttpResponse:
    at, sent = clock.now(), sent_by(request)
    assert form.published is not None
    if not is_welcome(request, form.published.document):
        return _refused(request, form, sent, shown_to(form, None, at=at), {}, _NOT_THERE, 403)
    if not turns.take(form.pk, sent.place, at=at):
        shown = shown_to(form, _personal(form, sent), at=at)
        answer = _refused(request, form, sent, shown, {}, _TOO_MANY, 429)
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return answer
    found = submit(form, sent, at=at)
    if isinstance(found, Unclear):
        return _refused(request, form, sent, found.shown, found.faults, found.said, 422)
    if found.state == State.WAITING:
        found = take(found, at=at)
    return _thanked(request, form, found)


def _personal(form: Form, sent: Sent) -> int | None:
    ticket = links.read_ticket(sent.ticket, code=form.code, at=clock.now())
    return ticket.personal if ticket else None


def _refused(
    request: HttpRequest, form: Form, sent: Sent, shown: Shown, faults: Mapping[str, str],
    said: str, status: int,
) -> HttpResponse:  # fmt: skip
    """Nothing was stored: the form again, with all that was typed."""
    if _wants_json(request):
        told = {"ok": False, "said": said, "faults": dict(faults)}
        return JsonResponse(told, status=status)
    return _page(request, form, shown, sent.answers, faults, said, status)


def _page(
    request: HttpRequest, form: Form, shown: Shown, given: Mapping[str, str],
    faults: Mapping[str, str], said: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    rows = drawn(shown.questions, given, faults)
    context: dict[str, Any] = {
        "form": form, "document": shown.document, "rows": rows, "said": said,
        "faulty": [row for row in rows if row.fault],
        "boxes": drawn_boxes(shown.document, shown.boxes, given), "known": shown.known,
        "ticket": ticket_for(form.code, shown, at=clock.now()), "hidden": hidden_of(request),
        "honeypot": HONEYPOT, "is_embedded": _is_embedded(request), "address": request.path,
    }  # fmt: skip
    return _shown(request, "forms/hosted.html", context, shown.document, status=status)


def _thanked(request: HttpRequest, form: Form, submission: Submission) -> HttpResponse:
    """On to an address that the form allows, else to our own page that thanks."""
    document = submission.version.document
    token = links.thanks_token(submission.pk, at=clock.now())
    if _wants_json(request):
        return JsonResponse(_told(request, submission, document))
    wanted = request.POST.get("_thanks", "")
    if wanted in document.thanks_urls:
        return HttpResponseRedirect(wanted)
    is_embedded = _is_embedded(request)
    if document.thanks_urls and not document.is_on_page and not is_embedded:
        return HttpResponseRedirect(document.thanks_urls[0])
    query = {"to": token, **({"embed": "1"} if is_embedded else {})}
    path = reverse("form_thanks", args=[form.code])
    return HttpResponseRedirect(f"{path}?{urlencode(query)}")


def _told(request: HttpRequest, submission: Submission, document: Document) -> dict[str, Any]:
    path = _content_path(submission, document)
    return {
        "ok": True, "heading": document.thanks_heading, "text": document.thanks_text,
        "content": request.build_absolute_uri(path) if path else None,
    }  # fmt: skip


def _content_path(submission: Submission, document: Document) -> str:
    if not document.is_on_page or not is_open(submission):
        return ""
    token = links.content_token(submission.pk, days=document.link_days, at=clock.now())
    return reverse("content", args=[token])


@login_not_required
@xframe_options_exempt
@require_safe
def form_thanks(request: HttpRequest, code: str) -> HttpResponse:
    """Thanks, and the content where it is handed over here. Only who sent it sees what it gives."""
    form = hosted(code)
    if form is None:
        return _gone(request, _NOTHING, status=404)
    assert form.published is not None
    found = links.read_thanks(request.GET.get("to", ""), at=clock.now())
    sent = form.submissions.select_related("version__asset").filter(pk=found or 0).first()
    document = sent.version.document if sent else form.published.document
    context = {
        "form": form, "document": document, "is_embedded": _is_embedded(request),
        "content": _content_path(sent, document) if sent else "",
        "asset": sent.version.asset if sent else None,
        "onward": document.thanks_urls[0] if document.thanks_urls else "",
    }  # fmt: skip
    return _shown(request, "forms/thanks.html", context, document)


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def content(request: HttpRequest, token: str) -> HttpResponse:
    """The content behind a signed link. A GET only shows a button, since mail scanners follow
    links; who presses it gets the file, or is led to the page, and that is recorded."""
    try:
        found = links.read_content(token, at=clock.now())
    except links.Expired:
        return _gone(request, "This link has expired.")
    rows = Submission.objects.select_related("form__published", "version__asset")
    sent = rows.filter(pk=found or 0).first()
    if sent is None:
        return _gone(request, _NOTHING, status=404)
    document, asset = sent.version.document, sent.version.asset
    if asset is None or not is_open(sent):
        return _gone(request, "This content is not offered any more.", sent.form)
    if request.method == "POST":
        note_download(sent, robot=robot(request), at=clock.now())
        return _handed(request, asset, sent.form)
    context = {"asset": asset, "form": sent.form}
    return _shown(request, "forms/content.html", context, document, leads_to=asset.link)


def _handed(request: HttpRequest, asset: Asset, form: Form) -> HttpResponse:
    if asset.link:
        return HttpResponseRedirect(asset.link)
    path = files.kept(asset.file)
    if path is None:
        return _gone(request, "This content is not there any more.", form)
    answer = HttpResponse(path.read_bytes(), content_type="application/octet-stream")
    name = content_disposition_header(as_attachment=True, filename=asset.file_name)
    answer.headers["Content-Disposition"] = name or "attachment"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _is_too_large(request: HttpRequest) -> bool:
    """Whether the body should not even be read: strangers send no files."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    return not str(length).isdecimal() or int(length) > most


def _gone(
    request: HttpRequest, said: str, form: Form | None = None, *, status: int = 410
) -> HttpResponse:
    context = {"said": said, "form": form, "is_nothing": status == 404}
    return _shown(request, "forms/gone.html", context, Document(), status=status)


def _shown(
    request: HttpRequest, template: str, context: Mapping[str, Any], document: Document, *,
    status: int = 200, leads_to: str = "",
) -> HttpResponse:  # fmt: skip
    told = {"public_sheets": [static(name) for name in SHEETS], **context}
    return guarded(render(request, template, told, status=status), document, leads_to=leads_to)


def _is_embedded(request: HttpRequest) -> bool:
    given = request.POST if request.method == "POST" else request.GET
    return given.get("_embed" if request.method == "POST" else "embed") == "1"


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
