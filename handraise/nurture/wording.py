"""A step in words, for pages that speak of it in passing."""

from __future__ import annotations

from handraise.kit.durations import phrase
from handraise.nurture.compiling import Node
from handraise.nurture.document import Happening, OnFact, Step, WaitStep


def words_of(node: Node) -> str:
    """What a step does, in a few words."""
    return "Enters" if node.step is None else _step(node.step)


def _step(step: Step) -> str:
    if step.send is not None:
        return f"Send “{step.send.message}”"
    if step.wait is not None:
        return _wait(step.wait)
    if step.branch:
        return f"Ask: {' or '.join(arm.name for arm in step.branch)}"
    if step.split:
        return f"Draw: {', '.join(f'{share.name} {share.share:g} %' for share in step.split)}"
    if step.task is not None:
        return f"Task for the {_whom(step.task.to)}: {step.task.title}"
    if step.notify is not None:
        return f"Tell the {_whom(step.notify.to)}: {step.notify.text}"
    if step.set_fact is not None:
        return f"Set {step.set_fact.name} to {step.set_fact.value}"
    return "Ready for sales" if step.ready_for_sales is not None else "Leave"


def _whom(to: str) -> str:
    return "owner" if to == "owner" else "marketer who answers for it"


def _wait(wait: WaitStep) -> str:
    at = f", at {wait.at}" if wait.at else ""
    if wait.length is not None:
        return f"Wait {phrase(wait.length)}{at}"
    if isinstance(wait.until, OnFact):
        moved = f"{phrase(wait.minus)} before " if wait.minus else ""
        moved = f"{phrase(wait.plus)} after " if wait.plus else moved
        return f"Wait until {moved}{wait.until.name}{at}"
    if isinstance(wait.until, Happening):
        most = f", {phrase(wait.at_most)} at most" if wait.at_most else ""
        return f"Wait until: {wait.until.event}{most}"
    return f"Wait until {wait.of} is at work" if wait.of else "Wait until office hours"


__all__ = ["words_of"]
