"""Two cohorts side by side, and what may be said of their differences. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass

from handraise.feedback.funnel.decide import Cohort, Figures, Judged
from handraise.feedback.funnel.differences import SURE, Difference, holm, sentence


@dataclass(frozen=True, slots=True)
class ComparedStep:
    """One step in both cohorts; `p` is corrected for all that are shown."""

    name: str
    difference: Difference
    p: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Two cohorts and their steps. `names` is what each is called."""

    figures: tuple[Figures, Figures]
    names: tuple[str, str]
    steps: tuple[ComparedStep, ...]

    @property
    def versions(self) -> tuple[int, ...]:
        first, second = self.figures
        return tuple(sorted({*first.versions, *second.versions}))

    @property
    def sentences(self) -> list[str]:
        return [sentence(step.name, step.difference, step.p) for step in self.steps]

    @property
    def finding(self) -> str:
        """The differences that stand, or that there are none to be seen."""
        known = [step for step in self.steps if step.difference.is_enough]
        if not known:
            return "Not enough data yet to compare them."
        sure = [sentence(one.name, one.difference, one.p) for one in known if one.p < SURE]
        return " ".join(sure) or "They cannot be told apart in any step."

    @property
    def notes(self) -> tuple[str, ...]:
        said = ["A difference tells that the two differ, not why: other leads may have come."]
        first, second = self.figures
        if first.cohort.judged is Judged.NOW:
            said.append(
                "They are compared as they stand now: the younger ones have had less time. Judge "
                "only who had time to be fair to both."
            )
        for name, one in zip(self.names, self.figures, strict=True):
            if len(one.versions) > 1:
                named = ", ".join(map(str, one.versions))
                said.append(f"{name}: made under agreement versions {named} together.")
        if first.versions != second.versions and first.versions and second.versions:
            said.append("The two were made under different agreements.")
        return tuple(said)


def compared(first: Figures, second: Figures, names: tuple[str, str]) -> Compared:
    """Each step of two cohorts that entered the same stage. What is not enough is not tested, so
    that it costs the others nothing."""
    differences = [
        Difference(first.passages[pair].share, second.passages[pair].share)
        for pair in first.cohort.steps
    ]
    tested = [place for place, one in enumerate(differences) if one.is_enough]
    corrected = dict(zip(tested, holm([differences[one].p for one in tested]), strict=True))
    steps = tuple(
        ComparedStep(f"{a.label} to {b.label}", difference, corrected.get(place, 1.0))
        for place, ((a, b), difference) in enumerate(
            zip(first.cohort.steps, differences, strict=True)
        )
    )
    return Compared((first, second), names, steps)


def holds_same_people(first: Cohort, second: Cohort) -> bool:
    """Whether somebody may be in both, so that no test of two groups holds."""
    if first.until <= second.since or second.until <= first.since:
        return False
    are_parted = first.only == second.only and first.value and second.value
    return not are_parted or first.value == second.value
