"""What the page shows on which a lead is walked through a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from handraise.agreement.faults import AgreementError
from handraise.leads.models import Lead
from handraise.leads.queries import leads_visible_to
from handraise.nurture import references
from handraise.nurture.compiling import ENTER
from handraise.nurture.document import LONGEST
from handraise.nurture.models import Journey
from handraise.nurture.publishing_page import titles
from handraise.nurture.reading import read_anew
from handraise.nurture.walking import Passed, walk
from handraise.team.models import User

_FOUND = 10


def context(
    journey: Journey, user: User, asked: Mapping[str, str], *, now: datetime
) -> dict[str, Any]:
    """Leads that fit what was typed, or the way of the one that was chosen. `asked`: `q`, `lead`,
    `at`, and by the id of a step the way that is supposed there."""
    q = asked.get("q", "").strip().replace("\0", "")
    at, lead = _instant(asked.get("at", ""), now), _chosen(user, asked.get("lead", ""))
    faults = references.faults(journey.draft)
    made: dict[str, Any] = {
        "journey": journey, "q": q, "lead": lead, "faults": faults,
        "at": at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%dT%H:%M"),
        "found": list(_fitting(user, q)) if lead is None and q else [],
        "titles": {ENTER: "Enters", **titles(journey.draft)},
    }  # fmt: skip
    if lead is not None:
        chosen = {
            name.removeprefix("way-"): way
            for name, way in asked.items()
            if way and name.startswith("way-")
        }
        made["chosen"] = chosen
        made["passed"] = _walked(journey.draft, lead, at, chosen)
    return made


def _walked(draft: str, lead: Lead, at: datetime, chosen: Mapping[str, str]) -> list[Passed] | None:
    """The way of a lead; None through a draft that cannot be read."""
    try:
        document = read_anew(draft)
    except AgreementError:
        return None
    known = walk(document, lead.pk, at=at)
    ways = {one.node.id: one.node.ways for one in known}
    # A way that is supposed at one step may lead to others, whose ways are known only then.
    for _ in range(len(chosen)):
        fitting = {name: way for name, way in chosen.items() if way in ways.get(name, {})}
        known = walk(document, lead.pk, at=at, choices=fitting)
        ways |= {one.node.id: one.node.ways for one in known}
    return known


def _fitting(user: User, q: str) -> Any:
    rows = leads_visible_to(user).filter(name__icontains=q) | leads_visible_to(user).filter(
        email__icontains=q
    )
    return rows.order_by("-last_seen_at", "pk")[:_FOUND]


def _chosen(user: User, told: str) -> Lead | None:
    if not told.isdecimal() or len(told) > 17:
        return None
    return leads_visible_to(user).filter(pk=int(told)).first()


def _instant(told: str, now: datetime) -> datetime:
    """When the walk begins, on the clock of the house; now where nothing readable was said, or an
    instant from which no wait can be reckoned."""
    try:
        at = datetime.fromisoformat(told)
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
        return at if abs(at - now) <= LONGEST else now
    except (ValueError, OverflowError):
        return now
