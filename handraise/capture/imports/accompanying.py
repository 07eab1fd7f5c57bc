"""What a row says besides facts: tags, consents, the stage reached, things done on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from handraise.capture.imports.columns import Cells
from handraise.capture.imports.compiled import Compiler
from handraise.capture.imports.faults import RowFault
from handraise.capture.imports.mapping import NO_MOVE, Mapping
from handraise.capture.imports.mapping import Outcome as OutcomeColumn
from handraise.capture.imports.values import clean, truth
from handraise.kit.fold import fold
from handraise.leads.decide import Stage


@dataclass(frozen=True, slots=True)
class Outcome:
    """A stage that a lead is said to have reached, and when."""

    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentSaid:
    """Consent given or withdrawn for a purpose, with the wording shown."""

    purpose: str
    is_given: bool
    wording: str
    at: datetime


class Accompanying:
    """Reads them from a row whose own instant is known."""

    def __init__(self, mapping: Mapping, compiler: Compiler) -> None:
        self._compiler = compiler
        self._tags = mapping.tags
        self._tag_columns = [compiler.getter((name,)) for name in mapping.tags_from]
        self._done = [
            (part.name, compiler.getter(part.when), compiler.instant(part.at))
            for part in mapping.activities
        ]
        self._consents = [
            (part, compiler.getter(part.column), {fold(text) for text in part.given_when},
             {fold(text) for text in part.withdrawn_when})
            for part in mapping.consents
        ]  # fmt: skip
        self._group = mapping.company
        self._group_column = compiler.getter(mapping.company.id.column if mapping.company else ())
        self._compile_outcome(mapping.outcome or OutcomeColumn(stage=NO_MOVE))
        self._delay = mapping.outcome_delay()

    def _compile_outcome(self, outcome: OutcomeColumn) -> None:
        self._outcome = outcome
        self._outcome_column = self._compiler.getter(outcome.column)
        self._outcome_at = self._compiler.instant(outcome.at)
        self._stages = {fold(text): stage for text, stage in outcome.values.items()}

    def tags(self, cells: Cells) -> tuple[str, ...]:
        own = (clean(get(cells))[:60] for get in self._tag_columns)
        return (*self._tags, *(tag for tag in own if tag))

    def group_id(self, cells: Cells) -> str:
        """The company's own id, or empty text."""
        told = clean(self._group_column(cells))
        return f"{self._group.id.prefix}{told}"[:255] if self._group and told else ""

    def activities(self, cells: Cells, occurred_at: datetime) -> Iterator[tuple[str, datetime]]:
        """(name, instant) of each thing that the row says was done."""
        for name, when, at in self._done:
            if _happened(when(cells)):
                yield name, at(cells) or occurred_at

    def consents(self, cells: Cells, occurred_at: datetime) -> Iterator[ConsentSaid]:
        for part, get, given, withdrawn in self._consents:
            told = fold(clean(get(cells)))
            if told in given or told in withdrawn:
                yield ConsentSaid(part.purpose, told in given, part.wording, occurred_at)

    def outcome(self, cells: Cells, occurred_at: datetime) -> Outcome | None:
        """The stage reached, or None. Raises RowFault for a value that the mapping leaves out."""
        stage = self._outcome.stage or self._stage_of(clean(self._outcome_column(cells)))
        if stage == NO_MOVE:
            return None
        at = (self._outcome_at(cells) or occurred_at) + self._delay
        return Outcome(Stage(stage), min(at, self._compiler.at))

    def _stage_of(self, told: str) -> str:
        stage = self._stages.get(fold(told))
        if stage is None:
            column = self._outcome.column[0]
            raise RowFault(
                f"column {column!r}: {told[:60]!r} is not among the outcome's values", "outcome"
            )
        return stage


def _happened(told: str) -> bool:
    """Yes, a number above zero, or any other text; empty, no and zero are not."""
    text = clean(told)
    try:
        return bool(text) and truth(text)
    except RowFault:
        return text.strip("0.") != ""
