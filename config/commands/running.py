"""Running Handraise: up, web, worker, demo, migrate."""

from __future__ import annotations

import gc
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from config import family, session
from config.commands.say import HERE, Data, done, err, out
from config.hands import hands, set_by_signals

Host = Annotated[
    str, typer.Option("--host", envvar="HANDRAISE_HOST", help="The address to listen at.")
]
Port = Annotated[
    int, typer.Option("--port", envvar="HANDRAISE_PORT", min=1, max=65535, help="The port.")
]


def up(data: Data = HERE, port: Port = 8300, host: Host = "127.0.0.1") -> None:
    """Run everything: the database, the web and the worker. Ctrl-C stops all of it."""
    run_up(data, host=host, port=port, sign_ins=None)


def run_up(data: Path, *, host: str, port: int, sign_ins: list[Any] | None) -> None:
    from config.supervise import Supervisor

    os.environ["HANDRAISE_PORT"] = str(port)  # also the worker's, for links
    supervisor = Supervisor(data, host=host, port=port, say=_stamped)
    try:
        supervisor.start()
    except BaseException:
        supervisor.abandon()
        raise

    def ready() -> None:
        shown = f"[{host}]" if ":" in host else host
        out.print(f"Handraise is ready at [bold]http://{shown}:{port}/[/bold] (Ctrl-C stops it).")
        if sign_ins:
            out.print(_table(sign_ins))

    supervisor.run(ready)
    done("Stopped.")


def web(data: Data = HERE, port: Port = 8300, host: Host = "127.0.0.1") -> None:
    """Serve the pages and the tracking API only. Run as many as you want over one database."""
    with session.session(data):
        session.disconnect()  # the server forks: no connection may be shared
        _serve(host, port)


def worker(data: Data = HERE) -> None:
    """Digest what came in and move leads on. Run as many as you want over one database."""
    with session.session(data):
        from handraise.flow import work

        work.prepare()
        session.disconnect()  # the worker forks: no connection may be shared
        # What is there now stays; batches make rows by the ten thousand, none of them in cycles.
        gc.freeze()
        gc.set_threshold(100_000, 20, 50)
        stop = threading.Event()
        set_by_signals(stop)
        with hands(worker_processes() - 1, work.lend_a_hand, stop):
            work.run(stop)


def migrate(data: Data = HERE) -> None:
    """Bring the database up to date. Every other command does so by itself."""
    with session.session(data):
        done("The database is up to date.")


def demo(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="Where the data lies.", file_okay=False)
    ] = Path(".data/demo"),
    port: Port = 8300,
    host: Host = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="Another seed invents another company.")] = 7,
) -> None:
    """Run Handraise with an invented company of a lived-in year, and print who can sign in."""
    with session.session(data):
        sign_ins = _build(seed)
    run_up(data, host=host, port=port, sign_ins=sign_ins)


def _build(seed: int) -> list[Any]:
    from demo import company

    if not err.is_terminal:
        done("Inventing a company; the first time this takes a few minutes.")
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Inventing a company", total=1.0)

        def show(said: str, share: float) -> None:
            progress.update(task, description=said, completed=share)

        return list(company.build(at=datetime.now(UTC), seed=seed, progress=show))


def _table(sign_ins: list[Any]) -> Table:
    table = Table("Role", "E-mail", "Password", title="Sign in as")
    one_a_role = {sign_in.role: sign_in for sign_in in reversed(sign_ins)}  # the first of each
    for sign_in in reversed(one_a_role.values()):
        table.add_row(str(sign_in.role), sign_in.email, sign_in.password)
    return table


def _stamped(said: str) -> None:
    done(f"{datetime.now(UTC):%H:%M:%S} {said}")


def web_workers() -> int:
    """Two at least, so that one that dies leaves one; more only where the database keeps cores."""
    from config.settings import env_int

    return max(1, env_int("HANDRAISE_WEB_WORKERS", max(2, (os.cpu_count() or 2) // 2)))


def worker_processes() -> int:
    """One more than cores, up to three: while one waits for its turn to say who is who, the others
    read and look. The fourth only waits."""
    from config.settings import env_int

    return max(1, env_int("HANDRAISE_WORKER_PROCESSES", min(3, (os.cpu_count() or 1) + 1)))


def _serve(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels

    os.environ[family.PARENT_OF_WEB] = str(os.getpid())
    Granian(
        "config.asgi:application", address=host, port=port, interface=Interfaces.ASGI,
        workers=web_workers(), loop=Loops.uvloop, websockets=False,
        log_level=LogLevels.warning, respawn_failed_workers=True, respawn_interval=0.1,
        workers_kill_timeout=10, process_name=None,
    ).serve()  # fmt: skip
