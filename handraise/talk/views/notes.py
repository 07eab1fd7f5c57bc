"""Notes on a lead or a company: read, write, change, remove; and whom `@` may name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from handraise.kit import clock
from handraise.kit.fold import fold
from handraise.leads.decide import Refused, Via
from handraise.leads.models import Company, Lead
from handraise.leads.queries import companies_visible_to
from handraise.talk.forms import NoteForm
from handraise.talk.noting import edit_note, page_of, remove_note, write_note
from handraise.talk.queries import MOST_SHOWN, notes_on, notes_visible_to, people_to_mention
from handraise.talk.views.doors import back, lead_or_404
from handraise.team.access import HttpUserRequest, needs, require
from handraise.team.decide import Permission
from handraise.team.queries import may

SUGGESTED = 8


@needs(Permission.SEE)
def lead_notes(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Every note on a lead, and one more."""
    lead = lead_or_404(request.user, pk)
    return _notes(request, lead, reverse("lead", args=[lead.pk]))


@needs(Permission.SEE)
def company_notes(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Every note on a company, and one more."""
    company = get_object_or_404(companies_visible_to(request.user), pk=pk)
    return _notes(request, company, reverse("company", args=[company.pk]))


def _notes(request: HttpUserRequest, about: Lead | Company, home: str) -> HttpResponse:
    form = NoteForm(request.POST or None)
    if request.method == "POST":
        require(request.user, Permission.EDIT_LEADS)
        if form.is_valid():
            given, at = form.cleaned_data, clock.now()
            try:
                write_note(about, given["text"], by=request.user, at=at, via=Via.WEB)
            except Refused as refused:
                form.add_error("text", str(refused))
            else:
                return back(request, home)
    context = {
        "about": about,
        "home": home,
        "form": form,
        "notes": notes_on(request.user, about)[:MOST_SHOWN],
        "may_write": may(request.user, Permission.EDIT_LEADS),
    }
    return render(request, "talk/notes.html", context)


@needs(Permission.EDIT_LEADS)
def note(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Change a fresh note of one's own; what it said before stays readable."""
    shown = get_object_or_404(notes_visible_to(request.user), pk=pk)
    form = NoteForm(request.POST or None, initial={"text": shown.text})
    if request.method == "POST" and form.is_valid():
        text, at = form.cleaned_data["text"], clock.now()
        try:
            edit_note(shown, text, by=request.user, at=at, via=Via.WEB)
        except Refused as refused:
            form.add_error("text", str(refused))
        else:
            return redirect(page_of(shown))
    context = {"note": shown, "form": form, "home": page_of(shown)}
    return render(request, "talk/note.html", context)


@require_POST
@needs(Permission.EDIT_LEADS)
def removal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take a note away, for good."""
    shown = get_object_or_404(notes_visible_to(request.user), pk=pk)
    try:
        remove_note(shown, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    return back(request, page_of(shown))


@needs(Permission.SEE)
def people(request: HttpUserRequest) -> HttpResponse:
    """Whom `@` and some letters may mean: options of the list under a note."""
    typed = fold(request.GET.get("q", "")[:80])
    found = [one for one in people_to_mention() if typed in fold(f"{one.name} {one.email}")]
    found.sort(key=lambda one: (not fold(one.name).startswith(typed), fold(one.name)))
    names = [fold(one.name) for one in found]
    shown = [(one, names.count(fold(one.name)) > 1) for one in found[:SUGGESTED]]
    return render(request, "talk/_people.html", {"people": shown})
