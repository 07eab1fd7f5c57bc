"""What all commands share: their options, and how they speak."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)

Data = Annotated[
    Path,
    typer.Option(
        "--data", envvar="HANDRAISE_DATA", metavar="DIR", help="Where the data lies.",
        file_okay=False, show_default="./data",
    ),
]  # fmt: skip
As = Annotated[
    str | None,
    typer.Option(
        "--as", envvar="HANDRAISE_AS", metavar="EMAIL",
        help="Who acts; left out, the only administrator does.",
    ),
]  # fmt: skip
HERE = Path("data")


def done(sentence: str) -> None:
    """Say what was done, on stderr, so that stdout stays clean for what was asked for."""
    err.print(sentence, highlight=False)


def instant(text: str) -> datetime:
    """An ISO 8601 instant with a zone; a bare day is its beginning in UTC."""
    from datetime import UTC

    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no instant. Write it like 2026-03-04T12:00:00Z or 2026-03-04."
        ) from None
    if found.tzinfo is None:
        if len(text.strip()) > 10:
            raise typer.BadParameter(f"{text!r} names no zone. End it with Z or +01:00.")
        found = found.replace(tzinfo=UTC)
    return found
