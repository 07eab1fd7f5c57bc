"""What is known of leads as columns of figures, each with its name and its sense. Plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Figures: TypeAlias = NDArray[np.float32]
Kind: TypeAlias = Literal["signal", "activity", "fact", "colleagues", "age"]


@dataclass(frozen=True, slots=True)
class Group:
    """What one reason speaks of: a signal, an activity, a fact."""

    kind: Kind
    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `sense` +1: more of it never lowers the chance; -1: never raises it; 0: free.

    `value`: of a text fact, which value 1 stands for (None: that it is not known).
    """

    group: Group
    what: Literal["points", "count", "days", "number", "truth", "is", "unknown"]
    sense: int = 0
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """One row for each lead; nan where something is not known."""

    columns: tuple[Column, ...]
    values: Figures

    def __len__(self) -> int:
        return len(self.values)

    @property
    def senses(self) -> list[int]:
        return [column.sense for column in self.columns]

    def groups(self) -> dict[Group, list[int]]:
        """The places of each group's columns."""
        found: dict[Group, list[int]] = {}
        for place, column in enumerate(self.columns):
            found.setdefault(column.group, []).append(place)
        return found

    def rows(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Matrix:
        return Matrix(self.columns, self.values[chosen])
