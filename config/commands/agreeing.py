"""The agreement from the shell: propose, sign, show, list, shipped."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from config import session
from config.commands.say import HERE, As, Data, done, out
from handraise.agreement.shipped import Shipped
from handraise.agreement.shipped import text as text_of

agreement = typer.Typer(
    no_args_is_help=True, help="What marketing and sales agree on: propose, sign, show."
)
Number = Annotated[int, typer.Argument(metavar="VERSION", min=1, help="The version's number.")]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="The agreement in YAML; - reads standard input.")
]


@agreement.command()
def propose(
    file: File,
    note: Annotated[str, typer.Option(help="Why: shown beside the version.")] = "",
    data: Data = HERE,
    as_: As = None,
) -> None:
    """Put an agreement before both sides. Every fault is named with its line."""
    text = _read(file)
    with session.session(data):
        from handraise.agreement import actions
        from handraise.leads.decide import Via
        from handraise.team.decide import Permission

        by = session.acting(as_, Permission.PROPOSE)
        version = actions.propose(text, note=note, by=by, at=datetime.now(UTC), via=Via.SHELL)
        done(f"Proposed as version {version.number}. It holds once both sides have signed it.")
        out.print(version.number)


@agreement.command()
def sign(
    number: Number,
    as_: Annotated[str, typer.Option("--as", metavar="EMAIL", help="Who signs.")],
    data: Data = HERE,
) -> None:
    """Sign for the side of one's role. With the second side's signature the version holds."""
    with session.session(data):
        from handraise.agreement import actions, queries
        from handraise.leads.decide import Via

        by = session.named(as_)
        signature = actions.sign(
            queries.version(number), by=by, at=datetime.now(UTC), via=Via.SHELL
        )
        state = queries.version(number).state
        done(f"{by.name} signed version {number} for {signature.side}; it is {state} now.")


@agreement.command()
def show(
    number: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", min=1, help="Else the one in force.")
    ] = None,
    data: Data = HERE,
) -> None:
    """Print the text of a version."""
    with session.session(data):
        from handraise.agreement import queries

        if number is None:
            published = queries.published()
            if published is None:
                raise session.Refused(
                    "No agreement holds yet: propose one and let both sides sign."
                )
            number = published.number
        sys.stdout.write(queries.version(number).text)


@agreement.command("list")
def list_versions(data: Data = HERE) -> None:
    """Show every version, its state and who has signed it."""
    with session.session(data):
        from handraise.agreement.models import Version

        table = Table("Version", "State", "Proposed", "Signed by", "Note")
        for version in Version.objects.prefetch_related("signatures__by").order_by("-number"):
            names = [f"{one.by.name} ({one.side})" for one in version.signatures.all()]
            proposed = f"{version.proposed_at:%Y-%m-%d}" if version.proposed_at else ""
            table.add_row(
                str(version.number), version.state, proposed, ", ".join(names), version.note
            )
        out.print(table)


@agreement.command()
def shipped(
    which: Annotated[Shipped, typer.Argument(help="Which one.")] = Shipped.DEFAULT,
) -> None:
    """Print an agreement that Handraise ships, to begin from."""
    sys.stdout.write(text_of(which))


def _read(file: Path) -> str:
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise session.Refused(f"{file} is not UTF-8 text (byte {error.start}).") from None
