"""What the page of a lead shows, now or as it was known at any instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import prefetch_related_objects

from handraise.deals import queries as deals
from handraise.feedback.learned import queries as learned
from handraise.handover import queries as handovers
from handraise.handover.models import Handover
from handraise.leads import presence
from handraise.leads.decide import PATH, Stage
from handraise.leads.models import Company, Consent, Lead, StageMove
from handraise.leads.queries import company_facts_of, facts_of
from handraise.leads.timeline import Cursor, Item, timeline
from handraise.post import queries as post
from handraise.talk import queries as talk

SHOWN = 5  # handovers
FIRST = 15  # of the timeline, on the page of the lead: about what a screen shows
TIMELINE_PAGE = 40


@dataclass(frozen=True, slots=True)
class Step:
    """One stage on the path: `state` is done, now, beside or empty; `at` when it was reached."""

    stage: Stage
    state: str
    at: datetime | None


def path_of(lead: Lead, *, at: datetime | None = None, is_moved: bool = True) -> list[Step]:
    """The path with what the lead has reached, and where it stands if that is beside the path.
    `is_moved`: whether there is any move of it, where that is known."""
    moves = StageMove.objects.filter(lead__canonical=lead.canonical_id, withdrawn_at=None)
    if at is not None:
        moves = moves.filter(at__lte=at, known_at__lte=at)
    made = list(moves.order_by("at", "pk")) if is_moved else []
    now = Stage(made[-1].after) if made else Stage.LEAD if at else Stage(lead.stage)
    reached = _reached(lead, made)
    if at is not None:
        reached = {stage: when for stage, when in reached.items() if when <= at}
    steps = [Step(stage, _state(stage, now, reached), reached.get(stage)) for stage in PATH]
    if now not in PATH:
        steps.append(Step(now, "beside", reached.get(now, lead.stage_since)))
    return steps


def _reached(lead: Lead, moves: Sequence[StageMove]) -> dict[Stage, datetime]:
    """When each stage was reached for the last time, of those not left backwards since."""
    reached = {Stage.LEAD: lead.created_at}
    for move in moves:
        after = Stage(move.after)
        if after in PATH:
            place = PATH.index(after)
            reached = {
                stage: when
                for stage, when in reached.items()
                if stage in PATH and PATH.index(stage) < place
            }
        reached[after] = move.at
    return reached


def _state(stage: Stage, now: Stage, reached: dict[Stage, datetime]) -> str:
    if stage is now:
        return "now"
    if now in PATH:
        return "done" if PATH.index(stage) < PATH.index(now) else ""
    return "done" if stage in reached else ""


@dataclass(frozen=True, slots=True)
class Happenings:
    """A page of the timeline; `more` is where the next one begins, empty at the end."""

    items: list[Item]
    more: str


def happenings(
    lead: Lead, *, before: str = "", at: datetime | None = None, limit: int = TIMELINE_PAGE
) -> Happenings:
    """The newest of the timeline, or what comes after a cursor; with `at` only what was then."""
    start = Cursor.read(before) if before else None
    if start is None and at is not None:
        start = Cursor(at, "~", 0)
    items = timeline(lead, before=start, limit=limit + 1)
    more = str(items[limit - 1].cursor) if len(items) > limit else ""
    return Happenings(items[:limit], more)


_KINDS = {
    "moves": presence.MOVES,
    "handovers": handovers.HANDOVERS,
    "acceptances": handovers.ACCEPTANCES,
    "ratings": handovers.RATINGS,
    "questions": handovers.QUESTIONS,
    "deals": deals.DEALS,
    "letters": post.LETTERS,
    "meetings": post.MEETINGS,
    "notes": talk.NOTES,
    "tasks": talk.TASKS,
    "chances": learned.CHANCES,
}


def there_is(lead: Lead) -> frozenset[str]:
    """Of which kinds its page has something to show; what is not named need not be asked for."""
    return presence.present(lead, _KINDS)


def handovers_shown(lead: Lead, there: frozenset[str]) -> list[Handover]:
    """Its newest handovers, without the briefs, which are long."""
    if "handovers" not in there:
        return []
    found = handovers.handovers_of(lead).prefetch_related(None).select_related("assignee", "team")
    shown = list(found.defer("brief", "route")[:SHOWN])
    if "ratings" in there:
        prefetch_related_objects(shown, "ratings")
    return shown


def known_of(
    lead: Lead,
    company: Company | None,
    consents: Sequence[Consent],
    *,
    at: datetime | None = None,
) -> dict[str, object]:
    """What its background shows at any instant: facts, the company's too, and consents."""
    return {
        "company": company,
        "facts": facts_of(lead, at=at),
        "company_facts": company_facts_of(company, at=at) if company else [],
        "consents": consents,
    }
