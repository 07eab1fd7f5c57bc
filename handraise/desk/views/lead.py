"""The page of one lead, now or as it was known at any instant."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from handraise.agreement.queries import Published, published
from handraise.desk.asked import talk_about
from handraise.desk.doors import lead_or_404
from handraise.desk.forms import LogForm
from handraise.desk.lead_page import (
    FIRST,
    handovers_shown,
    happenings,
    known_of,
    path_of,
    there_is,
)
from handraise.desk.next_step import next_step
from handraise.desk.passing import passing_of
from handraise.desk.pipeline.showing import beside_lead
from handraise.desk.qualification_card import qualification_card
from handraise.desk.scorecard import Read, scorecard
from handraise.desk.touch_clock import touch_clocks
from handraise.handover.queries import may_answer
from handraise.kit import clock
from handraise.leads.decide import TOUCHES
from handraise.leads.kept_plans import with_kept_plans
from handraise.leads.models import Consent, Lead
from handraise.leads.queries import company_of, consents_of, identities_of, merges_of
from handraise.post.queries import correspondence
from handraise.qualification.queries import moves_open_to
from handraise.team.access import HttpUserRequest, needs
from handraise.team.decide import Permission
from handraise.team.queries import may, working_people


@needs(Permission.SEE)
@with_kept_plans
def lead(request: HttpUserRequest, pk: int) -> HttpResponse:
    """Who they are, how good and why, what they did, and what can be done."""
    shown = lead_or_404(request.user, pk)
    if shown.pk != pk:
        return redirect("lead", shown.pk)
    at = _asked_instant(request)
    company = company_of(shown, at=at) if at else shown.company
    # How they ended is of today.
    there = None if at else there_is(shown)
    consents, agreed = consents_of(shown, at=at), published()
    qualification = qualification_card(
        shown, user=None if at else request.user, at=at or clock.now(), agreed=agreed
    )
    if at:
        card = scorecard(shown, at=at)
    else:
        card = scorecard(shown, read=Read(agreed, qualification.answers if qualification else None))
    context: dict[str, object] = {
        "lead": shown,
        "at": at,
        "company": company,
        "there": there,
        "path": path_of(shown, at=at, is_moved=there is None or "moves" in there),
        "card": card,
        "happenings": happenings(shown, at=at, limit=FIRST),
        "qualification": qualification,
    }
    if there is None:
        context |= known_of(shown, company, consents, at=at)
    else:
        context |= _acts(request, shown, there, consents, agreed)
    return render(request, "desk/lead.html", context)


def _acts(
    request: HttpUserRequest,
    shown: Lead,
    there: frozenset[str],
    consents: list[Consent],
    agreed: Published | None,
) -> dict[str, object]:
    """What this reader can do with the lead; nothing while looking back."""
    at = clock.now()
    moves = moves_open_to(request.user, shown, document=agreed.document, at=at) if agreed else []
    may_edit = may(request.user, Permission.EDIT_LEADS)
    handovers = handovers_shown(shown, there)
    offer = next((one for one in handovers if one.ended_at is None), None)
    return {
        "may_edit": may_edit,
        "handovers": handovers,
        "offer": offer if offer is not None and may_answer(request.user, offer) else None,
        "talk": talk_about(request.user, shown, None, at=at) if "questions" in there else None,
        "passing": passing_of(request.user, shown, at=at),
        "touch": touch_clocks([shown], at=at).get(shown.pk) if "acceptances" in there else None,
        "touches": TOUCHES,
        "moves": moves,
        "deals": beside_lead(request.user, shown, at=at, has_deals="deals" in there),
        "may_override": may(request.user, Permission.OVERRIDE),
        "people": list(working_people()) if may_edit else [],  # two forms name them
        "log_form": LogForm(document=agreed.document if agreed else None),
        "post": correspondence(request.user, shown, at=at, consents=consents, there=there),
        "now": at,
    }


@needs(Permission.SEE)
@with_kept_plans
def background(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What is known of the lead beside what it did: found once its page is read that far."""
    shown = lead_or_404(request.user, pk)
    may_edit = may(request.user, Permission.EDIT_LEADS)
    context = known_of(shown, shown.company, consents_of(shown)) | {
        "lead": shown,
        "identities": identities_of(shown),
        "merges": merges_of(shown),
        "may_edit": may_edit,
        "people": working_people() if may_edit else [],
    }
    template = "desk/_background.html" if request.htmx else "desk/background.html"
    return render(request, template, context)


@needs(Permission.SEE)
def timeline(request: HttpUserRequest, pk: int) -> HttpResponse:
    """More of the timeline: the part for htmx, the page of the lead for everybody else."""
    shown = lead_or_404(request.user, pk)
    before, card = request.GET.get("before", ""), scorecard(shown)
    context = {
        "lead": shown,
        "happenings": happenings(shown, before=before),
        "given": card.given if card else {},
        "may_edit": may(request.user, Permission.EDIT_LEADS),
    }
    return render(
        request, "desk/_happenings.html" if request.htmx else "desk/timeline.html", context
    )


@needs(Permission.SEE)
def missing(request: HttpUserRequest, pk: int) -> HttpResponse:
    """What the lead lacks for its next stage: found while its page is read already."""
    shown = lead_or_404(request.user, pk)
    agreed = published()
    step = next_step(shown, document=agreed.document, at=clock.now()) if agreed else None
    template = "desk/_missing.html" if request.htmx else "desk/missing.html"
    return render(request, template, {"lead": shown, "step": step, "agreed": agreed})


def _asked_instant(request: HttpUserRequest) -> datetime | None:
    """`?at=`: an instant with its zone, or a day and time in the reader's; the future is now."""
    text = request.GET.get("at", "").strip()
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = timezone.make_aware(found)
        timezone.localtime(found)  # within the years that there are, in the reader's zone too
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found < clock.now() else None
