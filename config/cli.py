"""The `handraise` command.

Exit status: 0 done, 1 refused or failed (one sentence on stderr), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import signal
import sys

import typer

from config.commands import (
    agreeing,
    examining,
    exporting,
    importing,
    lake,
    people,
    rehearsing,
    routing,
    running,
    scoring,
)
from config.commands.say import err, out
from config.version import VERSION

app = typer.Typer(
    name="handraise",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From showed interest to ready for a sales conversation, and proof that it went well.",
    epilog="Every command takes --data DIR (or HANDRAISE_DATA) and starts the embedded database "
    "if it is not running.",
)
for command in (running.up, running.web, running.worker, running.demo, running.migrate):
    app.command()(command)
app.add_typer(people.users, name="user")
app.add_typer(people.keys, name="key")
app.add_typer(agreeing.agreement, name="agreement")
app.add_typer(importing.imports, name="import")
app.add_typer(exporting.exports, name="export")
app.add_typer(lake.lake, name="lake")
app.command()(scoring.score)
app.command()(rehearsing.rehearse)
app.command()(routing.rehearse_routes)
app.command()(examining.doctor)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        out.print(f"handraise {VERSION}", highlight=False)
        raise typer.Exit


@app.callback()
def handraise(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    del version


def main() -> None:
    """Run a command; a person's mistake ends in a sentence, a fault of ours in a traceback."""
    # An exception, so that what a command started (the database) is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        said = _sentence(error)
        if said is None:
            raise
        err.print(said, style="red", highlight=False, markup=False, soft_wrap=True)
        sys.exit(1)


def _sentence(error: Exception) -> str | None:
    """What to tell a person, or None where the error is no mistake of theirs."""
    from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
    from django.db import OperationalError as DjangoOperationalError
    from psycopg import OperationalError

    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, PermissionDenied | ObjectDoesNotExist):
        return str(error) or "You may not do this."
    if isinstance(error, OperationalError | DjangoOperationalError):
        return f"The database failed: {str(error).strip()}"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}." if error.filename else str(error)
    is_ours = type(error).__module__.split(".")[0] in {"config", "demo", "handraise"}
    return str(error) if is_ours and isinstance(error, ValueError) else None


if __name__ == "__main__":
    main()
