"""A report's figures as a table with its definition: what pages, charts, mails, CSV and Parquet
are made from. Plain data, no Django."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from handraise.feedback.decide import Share

# A share carries its interval; where a figure is not known the cell is None, never nan.
Cell: TypeAlias = str | int | float | bool | datetime | Share | None
Kind: TypeAlias = Literal["text", "count", "number", "share", "percent", "money", "days", "instant"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `money` cells are in whole units of the currency that the name tells."""

    code: str
    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Definition:
    """What stands behind a figure: what is counted, over whom, and the very text that is run."""

    counted: str
    over: str
    sql: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures with what they say. `finding` is the heading: one sentence, or that there is not
    enough data. `notes` are the limits that stand below. `versions`: the agreements that the
    figures were made under. `as_of`: the instant they hold for. `drawn`: the code of the column
    that a chart shows; left out, the first figure."""

    code: str
    title: str
    finding: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    definition: Definition
    as_of: datetime
    versions: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: since..until (until left out), as it stood at `at`."""

    since: datetime
    until: datetime
    at: datetime
