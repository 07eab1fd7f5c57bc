"""Every table of figures by its code, and which of them each audience reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handraise.feedback.tabular import Period, Table
from handraise.feedback.targets.tables import TABLES as TARGETS
from handraise.team.decide import Role

TABLES: dict[str, Callable[[Period], Table]] = {**TARGETS}


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a report, and the codes of its tables in order."""

    code: str
    name: str
    asks: str
    tables: tuple[str, ...]


AUDIENCES: tuple[Audience, ...] = (
    Audience("both", "Marketing and sales", "Are we keeping what we agreed?", ("targets",)),
    Audience("marketing", "Marketing", "What brings people whom sales wants?", ("targets",)),
    Audience("sales", "Sales", "Do we answer in time, and what comes of it?", ("targets",)),
    Audience("board", "Board", "What does it bring, and is it growing?", ("targets",)),
)
_BY_CODE = {audience.code: audience for audience in AUDIENCES}
_USUAL = {
    Role.MARKETING: "marketing", Role.SALES: "sales", Role.SALES_DEVELOPMENT: "sales",
    Role.VIEWER: "board",
}  # fmt: skip


def audience(code: str) -> Audience | None:
    """The audience of that code, if there is one."""
    return _BY_CODE.get(code)


def usual(role: str) -> str:
    """The code of the audience that a person of this role most likely is."""
    return _USUAL.get(Role(role), "both")
