"""What can be done to many leads, and why it cannot be done to one of them; in plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from handraise.leads.decide import Stage
from handraise.qualification.decide import allowed
from handraise.team.decide import Permission, Role

MOST_WITHOUT_OVERSIGHT = 500  # more are for revenue operations and managers
MOST = 200_000
AT_ONCE = 50  # so many while the page waits, more by the worker
BATCH = 100
KEPT_UNDONE = timedelta(days=1)  # what was chosen and then left


class Deed(StrEnum):
    TAG = "tag"
    UNTAG = "untag"
    OWN = "own"
    LIST = "list"
    UNLIST = "unlist"
    MOVE = "move"


class State(StrEnum):
    CHOSEN = "chosen"
    PREVIEWED = "previewed"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class Outcome(StrEnum):
    """Of one lead; nothing while its turn has not come."""

    DONE = "done"
    REFUSED = "refused"
    UNDONE = "undone"
    LEFT = "left"  # done, and not undone


UNDER_WAY = frozenset({State.RUNNING, State.UNDOING})
TARGETS = (Stage.NURTURE, Stage.DISQUALIFIED)
NEEDS = {deed: Permission.QUALIFY if deed is Deed.MOVE else Permission.EDIT_LEADS for deed in Deed}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, as far as it matters."""

    role: Role
    is_manager: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One lead now. `is_inside`: in the list that the deed is about."""

    stage: Stage
    owner_id: int | None
    tags: Sequence[str]
    is_inside: bool = False
    is_merged: bool = False
    is_withdrawn: bool = False


def hindrance(deed: Deed, given: Mapping[str, Any], lead: Standing, actor: Actor) -> str:
    """Why nothing would change for this lead, to be said after a number; empty: it is done."""
    gone = _gone(lead)
    if gone:
        return gone
    match deed:
        case Deed.TAG:
            return f"tagged {given['tag']} already" if given["tag"] in lead.tags else ""
        case Deed.UNTAG:
            return "" if given["tag"] in lead.tags else f"not tagged {given['tag']}"
        case Deed.OWN:
            return _owned_already(given) if lead.owner_id == given["owner"] else ""
        case Deed.LIST:
            return f"in the list {given['name']} already" if lead.is_inside else ""
        case Deed.UNLIST:
            return "" if lead.is_inside else f"not in the list {given['name']}"
        case Deed.MOVE:
            return _immovable(Stage(given["to"]), lead, actor)


def _gone(lead: Standing) -> str:
    if lead.is_withdrawn:
        return "taken back since with the import that brought them"
    return "merged into another lead since" if lead.is_merged else ""


def _owned_already(given: Mapping[str, Any]) -> str:
    return f"owned by {given['name']} already" if given["owner"] else "owned by nobody already"


def _immovable(to: Stage, lead: Standing, actor: Actor) -> str:
    if lead.stage is to:
        return f"in {to.label} already" if to is Stage.NURTURE else f"{to.label.lower()} already"
    if not allowed(lead.stage, to, actor.role, is_manager=actor.is_manager):
        return f"{lead.stage.label}: from there you cannot move them to {to.label}"
    return ""


def words(deed: Deed, given: Mapping[str, Any]) -> str:
    """The deed as a heading: `Tag with VIP`, `Give to Mia`."""
    match deed:
        case Deed.TAG:
            return f"Tag with {given['tag']}"
        case Deed.UNTAG:
            return f"Remove the tag {given['tag']}"
        case Deed.OWN:
            return f"Give to {given['name'] or 'nobody'}"
        case Deed.LIST:
            return f"Put into the list {given['name']}"
        case Deed.UNLIST:
            return f"Take out of the list {given['name']}"
        case Deed.MOVE:
            return f"Move to {Stage(given['to']).label}"
