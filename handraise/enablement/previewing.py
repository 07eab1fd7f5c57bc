"""A script that is being written, for a real lead that its author chose."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handraise.enablement.about import Situation
from handraise.enablement.language import faults
from handraise.enablement.rendering import shown, wordings_in_force
from handraise.kit.fold import fold
from handraise.leads.models import Lead
from handraise.leads.queries import leads_visible_to
from handraise.team.models import User

MOST_WORDS = 8


def lead_named(user: User, text: str) -> Lead | None:
    """The lead that these words find, the latest seen of several; no words find everybody."""
    found = leads_visible_to(user).exclude(name="")
    for word in fold(text.replace("\0", "")[:200]).split()[:MOST_WORDS]:
        found = found.filter(search__text__contains=word)
    return found.order_by("-last_seen_at", "-pk").first()


def previewed(body: str, lead: Lead | None, *, seller: str, at: datetime) -> dict[str, Any]:
    """What the preview shows: faults by line, and the text for this lead where there is none."""
    found = faults(body, codes=wordings_in_force()) if body.strip() else []
    context: dict[str, Any] = {"lead": lead, "faults": found, "body": body.strip()}
    if lead is not None and not found and body.strip():
        situation = Situation("They asked for a demo yesterday.", seller)
        context["shown"] = shown(body, lead, at=at, situation=situation)
    return context
