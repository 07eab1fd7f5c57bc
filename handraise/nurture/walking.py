"""One lead through a journey with the clock moved by hand: by the engine's own steps, writing
nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from handraise.nurture import gathering, moving
from handraise.nurture.compiling import END, ENTER, Node, plan
from handraise.nurture.decide import Ending, Way
from handraise.nurture.document import JourneyDocument
from handraise.nurture.gathering import Blocked
from handraise.nurture.moving import Goes, Leaves, Outcome, Seen, Stays


@dataclass(frozen=True, slots=True)
class Passed:
    """One step of a walk: when it came there, when it went on or ended there (None: it waits for
    ever), by which way, and how it ended if it did. `fault` is why it got no further."""

    node: Node
    came_at: datetime
    went_at: datetime | None
    way: str = ""
    ending: Ending | None = None
    why: str = ""
    fault: str = ""


def walk(
    document: JourneyDocument,
    lead_id: int,
    *,
    at: datetime,
    choices: Mapping[str, str] | None = None,
) -> list[Passed]:
    """The steps that this canonical lead would take, beginning at `at`, to the end or to where it
    waits for ever.

    Conditions are asked at the instant at which it would stand there, of all that is known today:
    what it will do meanwhile nobody knows, so what is waited for does not happen. `choices` says
    otherwise: by the id of a step, the way that it takes there.
    """
    nodes = plan(document).nodes
    place, clock = ENTER, at
    passed: list[Passed] = []
    while place != END:  # ways only lead on, so this ends
        step = _pass(nodes[place], lead_id, clock, (choices or {}).get(place))
        passed.append(step)
        if step.went_at is None or step.ending is not None or step.fault:
            return passed
        place, clock = nodes[place].ways[step.way], step.went_at
    passed[-1] = replace(passed[-1], ending=Ending.FINISHED)
    return passed


def _pass(node: Node, lead_id: int, at: datetime, chosen: str | None) -> Passed:
    try:
        seen = gathering.seen(node, [lead_id], at=at)[lead_id]
    except Blocked as blocked:
        return Passed(node, at, None, fault=str(blocked))
    seen = replace(seen, seed=f"walk-{lead_id}")
    outcome = moving.arrive(node, seen, at=at)
    if chosen is not None and chosen in node.ways:
        return _by_choice(node, outcome, chosen, at)
    return _went(node, outcome, seen, at)


def _by_choice(node: Node, outcome: Outcome, chosen: str, at: datetime) -> Passed:
    """Somebody says which way: what is waited for happens at once, time passes in full."""
    until: datetime | None = at
    if chosen != Way.HAPPENED and isinstance(outcome, Stays):
        until = outcome.until
    if node.ways[chosen] == END and node.step is not None and node.step.split:
        held_out = any(one.holdout for one in node.step.split if one.name == chosen)
        return Passed(node, at, until, chosen, Ending.HELD_OUT if held_out else None)
    return Passed(node, at, until, chosen)


def _went(node: Node, outcome: Outcome, seen: Seen, at: datetime) -> Passed:
    match outcome:
        case Leaves(ending=ending, way=way, why=why):
            return Passed(node, at, at, way, ending, why)
        case Goes(way=way):
            return Passed(node, at, at, way)
        case Stays(until=None):
            return Passed(node, at, None)
        case Stays(until=until, awaits=awaits):
            assert until is not None
            after = moving.resume(node, seen, at=until, awaits=awaits)
            return Passed(node, at, until, after.way if isinstance(after, Goes) else Way.NEXT)


__all__ = ["Passed", "walk"]
