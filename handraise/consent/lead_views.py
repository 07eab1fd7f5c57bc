"""Pages of what one lead agreed to: all of it, and noting what it told a colleague."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from handraise.consent.actions import give, withdraw, withdraw_all
from handraise.consent.decide import How, Refused
from handraise.consent.forms import EVERYTHING, HandForm
from handraise.consent.links import preferences_url
from handraise.consent.queries import purposes
from handraise.consent.showing import history_of
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.leads.queries import lead_visible_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may


@require_safe
@needs(Permission.SEE)
def lead_consent(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Everything that a lead said, with its proof; and the link of its preference page."""
    lead = _lead(request, pk)
    may_choose = may(request.user, Permission.EDIT_LEADS) and lead.email
    context = {
        "lead": lead,
        "history": history_of(lead),
        "url": preferences_url(lead.pk, lead.email) if may_choose else "",
    }
    return render(request, "consent/lead.html", context)


@require_http_methods(["GET", "POST"])
@needs(Permission.EDIT_LEADS)
def consents(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Write down what a lead told a colleague, with the words it was asked in. The form is a part
    for htmx, a page for everybody else and for what was refused."""
    lead = _lead(request, pk)
    form = HandForm(request.POST or None, purposes=purposes(), auto_id="consent_%s")
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _note(request, lead, form))
            return redirect("lead", lead.pk)
        except Refused as refused:
            form.add_error(None, str(refused))
    template = "consent/_note.html" if request.htmx else "consent/note.html"
    return render(request, template, {"lead": lead, "form": form})


def _note(request: HttpUserRequest, lead: Lead, form: HandForm) -> str:
    code, topics = form.asked()
    by, at, via = request.user, clock.now(), Via.WEB
    wording = form.cleaned_data["wording"]
    if code == EVERYTHING:
        withdraw_all(lead, how=How.HAND, by=by, at=at, via=via)
        return "Noted: they get none of our mails."
    if form.cleaned_data["is_given"] == "yes":
        give(
            lead, purpose=code, topics=topics, wording=wording, how=How.HAND, by=by, at=at, via=via
        )
        return "Consent noted."
    withdraw(
        lead, purpose=code, topics=topics, wording=wording, how=How.HAND, by=by, at=at, via=via
    )
    return "Withdrawal noted."


def _lead(request: HttpUserRequest, pk: int) -> Lead:
    try:
        return lead_visible_to(request.user, pk)
    except Lead.DoesNotExist:
        raise Http404 from None
