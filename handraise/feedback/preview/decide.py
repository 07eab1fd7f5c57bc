"""What crossing the bar would mean for a lead, from where it stands and what would be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from handraise.leads.decide import Stage
from handraise.qualification.decide import Decision

OLD_AFTER = timedelta(hours=24)  # scores fade: of yesterday's answer nobody should sign


def digest_of(text: str) -> str:
    """Tells one text of a version from another."""
    return sha256(text.encode()).hexdigest()


class Direction(StrEnum):
    """Over the bar, or below it."""

    UP = "up"
    DOWN = "down"


class Outcome(StrEnum):
    """What would become of a lead that crosses. The order is that of the pages."""

    IS_OFFERED = "is offered"
    WAITS_FOR_A_PERSON = "waits for a person"
    LEAVES = "leaves"
    COOLS = "cools"
    WARMS = "warms"
    RESTS = "rests"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Outcome.IS_OFFERED: "would become MQL and be offered",
    Outcome.WAITS_FOR_A_PERSON: "would become MQL and wait for a person",
    Outcome.LEAVES: "would no longer be MQL",
    Outcome.COOLS: "would stay in sales’ hands, marked cooling",
    Outcome.WARMS: "would no longer be marked cooling",
    Outcome.RESTS: "would meet the bar and rest first",
    Outcome.NOTHING: "would cross without anything following",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lead stands: its stage, whether sales was offered or has taken it, and who."""

    stage: Stage
    is_held: bool = False
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One lead that crosses: which way, what follows, and that in a sentence."""

    direction: Direction
    outcome: Outcome
    said: str


def crossing(
    place: Place,
    *,
    met: bool,
    meets: bool,
    moved: Decision | None,
    moves: Decision | None,
) -> Crossing | None:
    """What would change for a lead, or None.

    `met` and `meets`: whether it qualifies under the version in force and under the other; `moved`
    and `moves`: what the criteria decide under each. A lead that qualifies under both, but whose
    rest the other version ends, crosses too: what counts is what would happen to it.
    """
    if met == meets:
        ends_rest = meets and _is_move(moves) and not _is_move(moved)
        return _up(place, moves) if ends_rest else None
    return _up(place, moves) if meets else _down(place, moves)


def _is_move(decision: Decision | None) -> bool:
    return decision is not None and decision.is_move


def _up(place: Place, moves: Decision | None) -> Crossing:
    if moves is not None and moves.is_move:
        said = "Becomes MQL."  # to whom it is offered is said when all turns are known
        return Crossing(Direction.UP, Outcome.IS_OFFERED, said)
    if moves is not None:
        return Crossing(
            Direction.UP, Outcome.RESTS, f"Stays {place.stage.label}: {moves.reasons[0]}"
        )
    if place.stage is Stage.MARKETING_QUALIFIED:
        return Crossing(Direction.UP, Outcome.WARMS, f"Stays MQL{_with(place)}, no longer cooling.")
    return Crossing(Direction.UP, Outcome.NOTHING, f"Nothing: it is {place.stage.label}.")


def _down(place: Place, moves: Decision | None) -> Crossing:
    if moves is not None and moves.is_move:
        said = f"Is no longer MQL: goes back to {moves.after.label}, as nobody was offered it."
        return Crossing(Direction.DOWN, Outcome.LEAVES, said)
    if place.stage is Stage.MARKETING_QUALIFIED and place.is_held:
        said = f"Stays MQL{_with(place)}, marked cooling."
        return Crossing(Direction.DOWN, Outcome.COOLS, said)
    if place.stage in {Stage.LEAD, Stage.NURTURE}:
        said = f"Stays {place.stage.label}, and would not qualify when its rest ends."
        return Crossing(Direction.DOWN, Outcome.NOTHING, said)
    return Crossing(Direction.DOWN, Outcome.NOTHING, f"Nothing: it is {place.stage.label}.")


def _with(place: Place) -> str:
    return f" with {place.holder}" if place.holder else ""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a preview was made from: the text asked about, the version it was compared with."""

    digest: str
    against: int | None


def stale_because(made: Basis, now: Basis, *, made_at: datetime, at: datetime) -> str:
    """Why a preview no longer says what would happen, as a sentence; empty while it does."""
    if made.digest != now.digest:
        return "The text was changed since."
    if made.against != now.against:
        return f"Version {now.against} came into force since."
    if at - made_at > OLD_AFTER:
        return "It is more than a day old; people have gone on since."
    return ""
