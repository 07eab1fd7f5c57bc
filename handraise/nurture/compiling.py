"""From the steps of a journey to a plan: flat nodes, each with the ways that lead on from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from handraise.agreement.faults import Place
from handraise.nurture.decide import Way
from handraise.nurture.document import Arm, Happening, JourneyDocument, Share, Step
from handraise.nurture.reading import OTHERWISE, placed, read

ENTER = "enter"  # the node at which everybody begins
END = "end"  # not a node: whoever gets here has finished


@dataclass(frozen=True, slots=True)
class Node:
    """One step in the plan. `ways` leads from the name of each way to the id of a node, or END.

    Most have one way, `next`. A wait for an event has two that lead to the same node (`happened`,
    `time passed`), a branch and a split one for each arm (of those held out to END), `leave` none.
    `place` is where the step stands in the text; the node ENTER stands for `enter`, without a step.
    """

    id: str
    kind: str  # one of document.KINDS, or ENTER
    step: Step | None
    ways: Mapping[str, str]
    place: Place


@dataclass(frozen=True, slots=True)
class Plan:
    """A journey as nodes by id, in the order of the text; the first is ENTER."""

    document: JourneyDocument
    nodes: Mapping[str, Node]

    @property
    def entry(self) -> str:
        return ENTER


def plan(document: JourneyDocument) -> Plan:
    """The nodes of a journey. A step without an id gets one from what it is: `send-guide-welcome`,
    `wait`, `wait-2`; the same text always gives the same ids."""
    steps = dict(placed(document))
    names = _ids(steps)
    ways: dict[Place, Mapping[str, str]] = {}
    first = _lay(document.steps, ("steps",), END, names, ways)
    entry = Node(ENTER, ENTER, None, MappingProxyType({Way.NEXT: first}), ("enter",))
    nodes = {ENTER: entry}
    for place, step in steps.items():
        nodes[names[place]] = Node(names[place], step.kind, step, ways[place], place)
    return Plan(document, MappingProxyType(nodes))


@lru_cache(maxsize=256)
def plan_of(text: str) -> Plan:
    """The plan of a text that can be read, remembered. Raises AgreementError."""
    return plan(read(text))


def _ids(steps: Mapping[Place, Step]) -> dict[Place, str]:
    taken = {step.id for step in steps.values() if step.id is not None}
    names: dict[Place, str] = {}
    for place, step in steps.items():
        names[place] = step.id or _made(step, taken)
        taken.add(names[place])
    return names


def _made(step: Step, taken: set[str]) -> str:
    base = f"send-{step.send.message}" if step.send else step.kind.replace("_", "-")
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base}-{count}"
    return name


def _lay(
    steps: Sequence[Step],
    place: Place,
    after: str,
    names: Mapping[Place, str],
    ways: dict[Place, Mapping[str, str]],
) -> str:
    """Note the ways of these steps, which go on at `after`; the id of the first."""
    following = after
    for number in range(len(steps) - 1, -1, -1):
        here = (*place, number)
        found = _ways(steps[number], here, following, names, ways)
        ways[here] = MappingProxyType(found)
        following = names[here]
    return following


def _ways(
    step: Step,
    place: Place,
    after: str,
    names: Mapping[Place, str],
    ways: dict[Place, Mapping[str, str]],
) -> dict[str, str]:
    if step.leave is not None:
        return {}
    if step.wait is not None and isinstance(step.wait.until, Happening):
        return {Way.HAPPENED: after, Way.PASSED: after}
    arms: Sequence[Arm | Share] = step.branch or step.split
    if not arms:
        return {Way.NEXT: after}
    kind = "branch" if step.branch else "split"
    found = {
        arm.name: END
        if isinstance(arm, Share) and arm.holdout
        else _lay(arm.steps, (*place, kind, number, "steps"), after, names, ways)
        for number, arm in enumerate(arms)
    }
    if step.branch and step.branch[-1].when is not None:
        found[OTHERWISE] = after
    return found


__all__ = ["END", "ENTER", "Node", "Plan", "plan", "plan_of"]
