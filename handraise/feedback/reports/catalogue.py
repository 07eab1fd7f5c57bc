"""Every table of figures by its code, and which of them each audience reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handraise.feedback.attribution.tables import TABLES as ATTRIBUTION
from handraise.feedback.funnel.tables import TABLES as FUNNEL
from handraise.feedback.keeping.tables import TABLES as KEEPING
from handraise.feedback.tabular import Period, Table
from handraise.feedback.targets.tables import TABLES as TARGETS
from handraise.feedback.value.tables import TABLES as VALUE
from handraise.feedback.velocity.tables import TABLES as VELOCITY
from handraise.team.decide import Role

TABLES: dict[str, Callable[[Period], Table]] = {
    **TARGETS, **FUNNEL, **VELOCITY, **KEEPING, **VALUE, **ATTRIBUTION,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads a report, and the codes of its tables in order."""

    code: str
    name: str
    asks: str
    tables: tuple[str, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """What the page comes with; the `rest` follows at once by itself, so that nobody waits for
        all of it to read the first figure."""
        return self.tables[:FIRST]

    @property
    def rest(self) -> tuple[str, ...]:
        return self.tables[FIRST:]


FIRST = 4  # tables
AUDIENCES: tuple[Audience, ...] = (
    Audience(
        "both", "Marketing and sales", "Are we keeping what we agreed?",
        ("targets_now", "target_rates_now", "funnel", "kept_by_kind", "why_rejected",
         "speed_to_touch", "sleeping_stock"),
    ),
    Audience(
        "marketing", "Marketing", "What brings people whom sales wants?",
        ("targets_now", "target_rates_now", "funnel_by_source", "funnel_by_content",
         "why_rejected", "value_by_source", "cost_by_source", "attribution_sql_source"),
    ),
    Audience(
        "sales", "Sales", "Do we answer in time, and what comes of it?",
        ("targets_now", "target_rates_now", "kept_by_team", "kept_by_person", "speed_to_touch",
         "stage_times", "sleeping_stock", "pipeline_created"),
    ),
    Audience(
        "board", "Board", "What does it bring, and is it growing?",
        ("targets_now", "target_rates_now", "lead_velocity", "funnel_months", "lifetime",
         "value_by_source", "pipeline_created"),
    ),
)  # fmt: skip
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
