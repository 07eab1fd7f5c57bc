"""`handraise doctor`."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.table import Table
from rich.text import Text

from config import session
from config.commands.say import HERE, Data, out

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(data: Data = HERE) -> None:
    """Examine the installation, and say what to do. Ends with 1 when something has failed."""
    with session.session(data):
        from config.doctor import Level, examine

        findings = list(examine(at=datetime.now(UTC)))
        table = Table("", "What", "How it is", "What to do", box=None, pad_edge=False)
        for one in findings:
            level = Text(one.level.value, style=_COLOURS[one.level.value])
            table.add_row(level, one.subject, Text(one.said), Text(one.to_do))
        out.print(table)
        if any(one.level is Level.FAIL for one in findings):
            raise typer.Exit(1)
