"""Who is inside and must leave, or may go on because what they waited for has happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from handraise.nurture import gathering, moving
from handraise.nurture.compiling import Plan
from handraise.nurture.decide import SALES, Ending
from handraise.nurture.document import Happening, JourneyDocument, OnFact, WaitStep
from handraise.nurture.looking import Inside, Look
from handraise.nurture.moving import Stays


def stop(found: Look, plans: Mapping[int, Plan]) -> None:
    """End the enrolments that are over, and wake those whose wait is."""
    _end_merged(found.inside)
    for one in found.inside:
        plan = plans.get(one.standing.version_id)
        if plan is None or not one.is_open:
            continue
        over = why_over(found, one.lead_id, plan.document)
        if over is not None:
            end(one, *over)
        elif _has_happened(found, one, plan):
            # Later than it came here, which says that its time here is up.
            one.standing.stay(max(found.at, one.standing.since + timedelta(microseconds=1)))
            one.is_touched = True
    _look_at_dates_anew(found, plans)


def why_over(found: Look, lead_id: int, document: JourneyDocument) -> tuple[Ending, str] | None:
    """Why this journey is over for a lead, or would be at once; None where it is not."""
    if lead_id not in found.current:
        return Ending.EXIT, "The lead was taken back."
    if found.stages[lead_id] in SALES and not document.goes_on_with_sales:
        return Ending.SALES, "Somebody in sales took over."
    if found.holds(lead_id, document.goal):
        return Ending.GOAL, ""
    left = next((one for one in document.exits if found.holds(lead_id, one.when)), None)
    return None if left is None else (Ending.EXIT, f"{left.name}.")


def end(one: Inside, ending: Ending, why: str) -> None:
    one.standing.end(ending, why)
    one.is_touched = True


def counted(inside: Iterable[Inside]) -> Counter[tuple[int, str, str]]:
    """Those that were ended, by where they stood."""
    return Counter(
        (one.standing.version_id, one.standing.place, one.standing.ending)
        for one in inside
        if not one.is_open
    )


def _end_merged(inside: list[Inside]) -> None:
    """Leads that were found to be one person go on in the enrolment that began first."""
    groups: dict[tuple[int, int], list[Inside]] = defaultdict(list)
    for one in inside:
        groups[one.lead_id, one.journey_id].append(one)
    for group in groups.values():
        group.sort(key=lambda one: (one.entered_at, one.standing.pk))
        for later in group[1:]:
            end(later, Ending.OVERTAKEN, "Merged with a lead that was in this journey already.")


def _wait(plan: Plan, one: Inside) -> WaitStep | None:
    node = plan.nodes.get(one.standing.place)
    return None if node is None or node.step is None else node.step.wait


def _has_happened(found: Look, one: Inside, plan: Plan) -> bool:
    """Whether what is waited for became known meanwhile, and happened after the lead came in."""
    wait = _wait(plan, one)
    if not one.standing.awaits or wait is None or not isinstance(wait.until, Happening):
        return False
    return any(
        done.known_at >= one.standing.since and done.occurred_at >= one.entered_at
        for done in found.did(one.lead_id, wait.until)
    )


def _look_at_dates_anew(found: Look, plans: Mapping[int, Plan]) -> None:
    """Who waits for the date of a fact waits for the one that is known now."""
    groups: dict[tuple[int, str], list[Inside]] = defaultdict(list)
    for one in found.inside:
        plan = plans.get(one.standing.version_id)
        wait = _wait(plan, one) if plan is not None and one.is_open else None
        if wait is not None and isinstance(wait.until, OnFact) and not one.standing.fault:
            groups[one.standing.version_id, one.standing.place].append(one)
    for (version, place), group in groups.items():
        node = plans[version].nodes[place]
        seen = gathering.seen(node, {one.lead_id for one in group}, at=found.at)
        for one in group:
            outcome = moving.arrive(node, seen[one.lead_id], at=found.at)
            due = outcome.until if isinstance(outcome, Stays) else found.at
            before = one.standing.due_at
            if before is not None and before > found.at and due != before:
                one.standing.stay(due)
                one.is_touched = True


__all__ = ["counted", "end", "stop", "why_over"]
