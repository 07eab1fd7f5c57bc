"""What a funnel is: its cohort, its steps, and what may be said of them. Plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handraise.feedback.decide import Share, Step, finding
from handraise.leads.decide import PATH, Stage

MOST_VALUES = 12  # of a dimension; those with fewer leads are one row, `others`
BESIDE = (Stage.NURTURE, Stage.DISQUALIFIED)


class Judged(StrEnum):
    """`NOW`: everybody as they stand. `RIPE`: only who had time to come, all given the same."""

    NOW = "now"
    RIPE = "ripe"


class Who(StrEnum):
    """Whom a figure counts: the whole cohort; those that reached a stage; of one passage those
    asked about, those that passed, those that did not (yet), those left out as too young."""

    ENTERED = "entered"
    REACHED = "reached"
    OF = "of"
    CAME = "came"
    STAYED = "stayed"
    YOUNG = "young"


class Part(StrEnum):
    """A part of a dimension that is no value; a value is written `=value`."""

    ALL = ""
    UNKNOWN = "unknown"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Leads that first reached `entered`, or went past it, in since..until (until left out).

    `only` and `value`: those of one value of a dimension. All that is counted is of these people.
    """

    since: datetime
    until: datetime
    entered: Stage = Stage.LEAD
    judged: Judged = Judged.NOW
    only: str = ""
    value: str = Part.ALL

    @property
    def path(self) -> tuple[Stage, ...]:
        return PATH[PATH.index(self.entered) :]

    @property
    def steps(self) -> tuple[tuple[Stage, Stage], ...]:
        """Each stage with the next."""
        return tuple(zip(self.path, self.path[1:], strict=False))

    @property
    def pairs(self) -> tuple[tuple[Stage, Stage], ...]:
        """Each stage with every later one."""
        return tuple((a, b) for place, a in enumerate(self.path) for b in self.path[place + 1 :])


@dataclass(frozen=True, slots=True)
class Passage:
    """From one stage to a later one: of those of the cohort that reached the first (and are ripe,
    where it is judged so), how many reached the second. `young`: left out, for they have had less
    than `days`; None where nobody knows how long it takes."""

    before: Stage
    after: Stage
    share: Share
    young: int = 0
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A cohort and how far it came by `as_of`. `versions`: under which agreements those of each
    stage became MQL; `beside`: how many are in NURTURE or DISQUALIFIED; `sql`: the text run."""

    cohort: Cohort
    as_of: datetime
    reached: dict[Stage, int]
    passages: dict[tuple[Stage, Stage], Passage]
    by_stage: dict[Stage, tuple[int, ...]]
    beside: dict[Stage, int]
    sql: str

    @property
    def entered(self) -> int:
        return self.reached[self.cohort.entered]

    @property
    def versions(self) -> tuple[int, ...]:
        return tuple(sorted({number for found in self.by_stage.values() for number in found}))

    @property
    def steps(self) -> list[Step]:
        """The path as steps: how many reached each stage, and the share of those before."""
        path = self.cohort.path
        before = (None, *path)
        return [
            Step(stage, self.reached[stage], self._from(earlier, stage), self.by_stage[stage])
            for earlier, stage in zip(before, path, strict=False)
        ]

    def _from(self, earlier: Stage | None, stage: Stage) -> Share | None:
        return None if earlier is None else self.passages[earlier, stage].share

    @property
    def finding(self) -> str:
        return finding(self.steps)

    @property
    def youngest(self) -> timedelta:
        """How long the youngest of the cohort have had to ripen, at least."""
        return max(self.as_of - self.cohort.until, timedelta(0))


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one part of a cohort: a value of a dimension, a month."""

    part: str
    entered: int
    passages: tuple[Passage, ...]


def part_name(part: str, unknown: str, folded: int = 0) -> str:
    """A part as people read it; `folded` values are in the others."""
    if part == Part.OTHERS:
        return f"{folded} others" if folded else "others"
    return unknown if part == Part.UNKNOWN else part[1:]


def in_order(rows: Sequence[Row], *, by_number: bool) -> list[Row]:
    """The largest first, versions by their number; others and unknown last."""

    def place(row: Row) -> tuple[int, float, str]:
        if row.part in (Part.OTHERS, Part.UNKNOWN):
            return (1 if row.part == Part.OTHERS else 2, 0, "")
        size = float(row.part[1:]) if by_number else -row.entered
        return (0, size, row.part)

    return sorted(rows, key=place)


def mixed(versions: Sequence[int]) -> tuple[str, ...]:
    """What must be said where several agreements made the MQLs that are counted together."""
    if len(versions) < 2:
        return ()
    named = ", ".join(map(str, versions))
    return (
        f"Made under agreement versions {named} together: they may have asked different things. "
        "Part by agreement version to see each.",
    )
