"""Reads: the letters and meetings of a lead or person, what waits, what went wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet, prefetch_related_objects

from handraise.leads.models import Consent, Lead
from handraise.leads.queries import consents_of
from handraise.post.decide import Kind, Refused, Standing, State, address, spec_of
from handraise.post.models import Letter, Meeting, Outgoing, RefusedAddress
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may

M = TypeVar("M", bound=Model)
SHOWN = 10
SOON = timedelta(minutes=2)
TEST = "test mail"
LOOKED_BACK = timedelta(days=14)


def letters_visible_to(user: User) -> QuerySet[Letter]:
    """Every letter, with its mail, writer and lead."""
    require(user, Permission.SEE)
    return Letter.objects.select_related("outgoing", "by", "lead__canonical", "follows")


def meetings_visible_to(user: User) -> QuerySet[Meeting]:
    """Every meeting, with its organiser, lead and invitation."""
    require(user, Permission.SEE)
    return Meeting.objects.select_related("by", "lead__canonical", "invitation", "answered_by")


# For `leads.presence`.
LETTERS = "post_letter WHERE lead_id = ANY(faces)"
MEETINGS = "post_meeting WHERE lead_id = ANY(faces)"


def letters_of(user: User, lead: Lead) -> QuerySet[Letter]:
    """Letters to a lead and to whoever was merged into it, the newest first."""
    mine = letters_visible_to(user).filter(lead__canonical=lead.canonical_id)
    return _of_one_lead(mine, "outgoing", "by").order_by("-written_at", "-pk")


def meetings_with(user: User, lead: Lead) -> QuerySet[Meeting]:
    """Meetings with a lead and with whoever was merged into it, the latest first."""
    mine = meetings_visible_to(user).filter(lead__canonical=lead.canonical_id)
    told = _of_one_lead(mine, "invitation", "by").prefetch_related("colleagues")
    return told.order_by("-starts_at", "-pk")


def _of_one_lead(rows: QuerySet[M], *told: str) -> QuerySet[M]:
    """With what its page shows of each and no more: that page knows the lead, and each table that
    is joined costs it more than a row of it."""
    return rows.select_related(None).select_related(*told)


def meetings_of(user: User, since: datetime, until: datetime) -> list[Meeting]:
    """What is in this person's calendar between two instants, the earliest first: what they booked
    and what they were asked to join, without what was called off."""
    mine = Meeting.objects.filter(_with([user.pk]), starts_at__lt=until, ends_at__gt=since)
    kept = mine.exclude(standing=Standing.CALLED_OFF).select_related("by", "lead__canonical")
    return list(kept.distinct().order_by("starts_at", "pk"))


def unanswered_of(user: User, *, at: datetime) -> list[Meeting]:
    """Meetings that are over and of which nobody said whether they took place, oldest first.

    One's own; and of colleagues who have left, with leads that are one's own now.
    """
    whose = Q(by=user) | Q(by__is_active=False, lead__canonical__owner=user)
    over = meetings_visible_to(user).filter(whose, standing=Standing.BOOKED, ends_at__lte=at)
    return list(over.order_by("starts_at", "pk")[:SHOWN])


def conflicting(
    people: Collection[User], starts_at: datetime, ends_at: datetime, *, but: Meeting | None = None
) -> list[Meeting]:
    """Meetings at the same time that these people have already, the earliest first."""
    ids = [one.pk for one in people]
    found = Meeting.objects.filter(
        _with(ids), standing=Standing.BOOKED, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if but is not None:
        found = found.exclude(pk=but.pk)
    return list(found.select_related("by").distinct().order_by("starts_at", "pk")[:SHOWN])


def _with(ids: Collection[int]) -> Q:
    joined = Meeting.colleagues.through.objects.filter(user_id__in=ids).values("meeting_id")
    return Q(by__in=ids) | Q(pk__in=joined)


def may_undo(user: User, letter: Letter) -> bool:
    """Whether they may take it back, or send it again: who wrote it, or may override."""
    is_own = letter.by_id == user.pk and may(user, Permission.EDIT_LEADS)
    return is_own or may(user, Permission.OVERRIDE)


def may_change(user: User, meeting: Meeting) -> bool:
    """Whether they may move a meeting, call it off or answer for it: who takes part, or may
    override."""
    if may(user, Permission.OVERRIDE):
        return True
    is_theirs = meeting.by_id == user.pk or meeting.colleagues.filter(pk=user.pk).exists()
    return is_theirs and may(user, Permission.EDIT_LEADS)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a lead can be written to: `no` says why not, `warnings` what to know before."""

    no: str
    warnings: list[str]


def mail_address_of(lead: Lead) -> str:
    """Where a lead can be written to; empty where nothing, or nothing readable, is known."""
    try:
        return spec_of(address(lead.email))
    except Refused:
        return ""


def reach_of(lead: Lead, consents: Sequence[Consent] | None = None) -> Reach:
    """What to know before one writes to a lead. Refused consent is for marketing's mails: a
    person may write, and is told. `consents`: the newest of each purpose, where they were read."""
    if not lead.email:
        return Reach(f"No e-mail address of {lead} is known.", [])
    to = mail_address_of(lead)
    if not to:
        return Reach(f"{lead.email} is not an e-mail address.", [])
    warnings = []
    refused = RefusedAddress.objects.filter(address=to.lower()).first()
    if refused is not None:
        warnings.append(f"{refused.address} was refused on {refused.at:%d %B %Y}: {refused.words}")
    told = consents_of(lead) if consents is None else consents
    against = [consent.purpose for consent in told if not consent.is_given]
    if against:
        purposes = ", ".join(purpose.replace("_", " ") for purpose in against)
        warnings.append(
            f"They withdrew consent ({purposes}). Write only what they themselves would want."
        )
    return Reach("", warnings)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What the lead's page shows: newest letters, coming and past meetings, what to know."""

    letters: list[Letter]
    meetings: list[Meeting]
    asked: list[Meeting]
    reach: Reach
    is_moving: bool  # something leaves soon: the page asks again in a few seconds


def correspondence(
    user: User,
    lead: Lead,
    *,
    at: datetime,
    consents: Sequence[Consent] | None = None,
    there: Collection[str] = ("letters", "meetings"),
) -> Correspondence:
    """Letters and meetings of one lead, as its page shows them. `there`: which of them there are.
    See `reach_of`."""
    letters = list(letters_of(user, lead)[:SHOWN]) if "letters" in there else []
    meetings = list(meetings_with(user, lead)[:SHOWN]) if "meetings" in there else []
    asked = [one for one in meetings if one.standing == Standing.BOOKED and one.ends_at <= at]
    prefetch_related_objects(asked, "lead__canonical")
    moving = {State.WAITING, State.SENDING}
    soon = [one.outgoing for one in letters]
    soon += [one.invitation for one in meetings if one.invitation is not None]
    is_moving = any(row.state in moving and abs(row.due_at - at) <= SOON for row in soon)
    return Correspondence(letters, meetings, asked, reach_of(lead, consents), is_moving)


def troubled_letters(user: User, *, at: datetime) -> list[Letter]:
    """One's own letters of the last fortnight that were not taken, or may not have arrived."""
    mine = letters_visible_to(user).filter(by=user, written_at__gte=at - LOOKED_BACK)
    bad = mine.filter(outgoing__state__in=[State.FAILED, State.UNCLEAR])
    return list(bad.order_by("-written_at")[:SHOWN])


def troubled(*, limit: int = SHOWN) -> list[Outgoing]:
    """What failed or is unclear, of everybody, the newest first."""
    bad = Outgoing.objects.filter(state__in=[State.FAILED, State.UNCLEAR]).select_related("sender")
    return list(bad.order_by("-created_at")[:limit])


def tries_of_servers() -> list[Outgoing]:
    """The newest mails by which somebody tried the servers."""
    return list(Outgoing.objects.filter(about=TEST).select_related("team").order_by("-pk")[:5])


def count_troubled(*, at: datetime) -> int:
    """How much of this week's failed or is unclear."""
    bad = Outgoing.objects.filter(state__in=[State.FAILED, State.UNCLEAR])
    return bad.filter(created_at__gte=at - timedelta(days=7)).count()


def waiting_mails(*, at: datetime) -> int:
    """How many mails are due and have not left."""
    return Outgoing.objects.filter(kind=Kind.MAIL, state=State.WAITING, due_at__lte=at).count()
