"""Pages of letters: a new one, one that was written, and what a lead's page shows."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.decide import State
from handraise.post.doors import lead_or_404, letter_or_404, named_letter
from handraise.post.forms import LetterForm
from handraise.post.letters import send_letter_again, undo_letter, write_letter
from handraise.post.models import Letter
from handraise.post.queries import correspondence, may_undo, reach_of
from handraise.post.servers import missing
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_safe
@needs(Permission.SEE)
def lead_post(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Mails and meetings of a lead: the part that its page asks for while something leaves."""
    lead = lead_or_404(request.user, pk)
    if not request.htmx:
        return redirect("lead", lead.pk)
    at = clock.now()
    context = {
        "lead": lead,
        "now": at,
        "post": correspondence(request.user, lead, at=at),
        "may_edit": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "post/_items.html", context)


@needs(Permission.EDIT_LEADS)
def new_letter(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Write to a lead. `?subject=` and `?text=` hand in what to begin with."""
    lead = lead_or_404(request.user, pk)
    follows = named_letter(request.user, lead, request.GET.get("follows", ""))
    form = LetterForm(request.POST or None, initial=_begun(request, lead, follows))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            write_letter(
                lead, subject=given["subject"], text=given["text"], follows=follows,
                once=request.POST.get("once", "")[:64], by=request.user, at=clock.now(),
                via=Via.WEB,
            )  # fmt: skip
        except ValueError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "It leaves in a minute. Until then you can undo it here.")
            return redirect(f"{reverse('lead', args=[lead.pk])}#post")
    context = {"lead": lead, "form": form, "follows": follows, "once": uuid4().hex,
               "reach": reach_of(lead), "hindered": missing(request.user.team_id)}  # fmt: skip
    return render(request, "post/new_letter.html", context)


def _begun(request: HttpUserRequest, lead: Lead, follows: Letter | None) -> dict[str, str]:
    """What stands in the form at first: what was undone, else what was handed in."""
    undone = named_letter(request.user, lead, request.GET.get("again", ""))
    if undone is not None and undone.by_id == request.user.pk:
        return {"subject": undone.subject, "text": undone.text}
    subject = request.GET.get("subject", "")
    if follows is not None and not subject:
        subject = follows.subject if follows.subject.startswith("Re: ") else f"Re: {follows}"
    return {"subject": subject[:200], "text": request.GET.get("text", "")[:20_000]}


@require_safe
@needs(Permission.SEE)
def letter(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What was written, and what became of it."""
    shown = letter_or_404(request.user, pk)
    is_own = may_undo(request.user, shown)
    context = {
        "letter": shown,
        "lead": shown.lead.canonical,
        "may_undo": is_own and shown.outgoing.state == State.WAITING,
        "may_send_again": is_own and shown.outgoing.state in {State.FAILED, State.UNCLEAR},
        "may_follow": may(request.user, Permission.EDIT_LEADS),
        "hindered": missing(shown.outgoing.team_id),
    }
    return render(request, "post/letter.html", context)


@require_POST
@needs(Permission.EDIT_LEADS)
def letter_undoing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take it back before it leaves; the text comes back into the form."""
    shown = letter_or_404(request.user, pk)
    lead = shown.lead.canonical_id
    try:
        undo_letter(shown, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
        return redirect("letter", shown.pk)
    if shown.by_id != request.user.pk:
        messages.success(request, "Undone: it does not leave.")
        return redirect("lead", lead)
    messages.success(request, "Undone: nothing has left. Here is your text again.")
    return redirect(f"{reverse('new_letter', args=[lead])}?again={shown.pk}")


@require_POST
@needs(Permission.EDIT_LEADS)
def letter_sending(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Send once more what failed, or may not have arrived."""
    shown = letter_or_404(request.user, pk)
    try:
        send_letter_again(shown, by=request.user, at=clock.now(), via=Via.WEB)
    except ValueError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "It is being sent again.")
    return redirect("letter", shown.pk)
