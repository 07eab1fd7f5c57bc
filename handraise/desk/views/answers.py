"""Answer the questions of a framework about a lead, and take answers back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from handraise.desk.answer_form import AnswerForm, activities_to_choose
from handraise.desk.doors import found, lead_or_404
from handraise.desk.qualification_card import QualificationCard, qualification_card
from handraise.kit import clock
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.qualification.answering import Overtaken, Refused, answer, withdraw_answer
from handraise.qualification.answers import answer_visible_to
from handraise.qualification.frameworks.document import Question
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission


@needs(Permission.QUALIFY)
def answers(request: HttpUserRequest, pk: int) -> HttpResponse:
    """The questions with the form of one of them (`question`); posted: its answer."""
    lead = lead_or_404(request.user, pk)
    card = qualification_card(lead, user=request.user, at=clock.now())
    if card is None:
        raise Http404("No agreement is in force that asks questions.")
    given = request.POST if request.method == "POST" else request.GET
    question = card.question(given.get("question", ""))
    if question is None:
        return _page(request, lead, card, None, None)
    form = _form(request, lead, card, question)
    if request.method == "POST" and form.is_valid() and _kept(request, lead, card, question, form):
        messages.success(request, f"Answered: {question.label}.")
        return redirect(f"{reverse('lead', args=[lead.pk])}#qualification")
    return _page(request, lead, card, question, form)


def _form(
    request: HttpUserRequest, lead: Lead, card: QualificationCard, question: Question
) -> AnswerForm:
    row = card.row(question.key)
    newest = row.answered.newest if row is not None else None
    return AnswerForm(
        request.POST if request.method == "POST" else None,
        question=question,
        activities=activities_to_choose(lead, at=clock.now()),
        initial={"seen": newest.pk if newest is not None else 0},
    )


def _kept(
    request: HttpUserRequest, lead: Lead, card: QualificationCard, question: Question,
    form: AnswerForm,
) -> bool:  # fmt: skip
    """Whether the answer was written; if not, the form says why, and what was typed stays."""
    try:
        answer(
            lead, framework=card.framework.name, question=question.key, said=form.said(),
            by=request.user, at=clock.now(), via=Via.WEB, seen=form.cleaned_data["seen"],
        )  # fmt: skip
    except Overtaken as overtaken:
        form.add_error(None, str(overtaken))
        # Sending it again answers the newer one knowingly.
        form.data = {**form.data, "seen": str(overtaken.now.pk)}
        return False
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _page(
    request: HttpUserRequest, lead: Lead, card: QualificationCard, question: Question | None,
    form: AnswerForm | None,
) -> HttpResponse:  # fmt: skip
    fresh = qualification_card(lead, user=request.user, at=clock.now()) or card
    context = {"lead": lead, "qualification": fresh, "question": question, "answer_form": form}
    template = "desk/_qualification.html" if request.htmx else "desk/answers.html"
    return render(request, template, context)


@require_POST
@needs(Permission.QUALIFY)
def withdrawal(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Take an answer back; the question is open again."""
    given = found(lambda: answer_visible_to(request.user, pk))
    lead = lead_or_404(request.user, given.lead_id)
    try:
        withdraw_answer(given, by=request.user, at=clock.now(), via=Via.WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The answer was taken back; the question is open again.")
    return redirect(f"{reverse('lead', args=[lead.pk])}#qualification")
