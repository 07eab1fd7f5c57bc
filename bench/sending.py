"""How many mails a second leave, beside plain smtplib over as many connections.

Run: `python -m bench.sending [--sends N] [--connections N] [--workers N] [--answers-in MS,MS,…]`. A
server of this machine takes everything and answers for a text after so many milliseconds, as one
does that writes each to its disk; it is spoken to by smtplib alone, which is handed the finished
bytes for the same recipients, and by rounds of workers, among whom the connections are divided:
claimed under guards, rendered for each lead, composed, logged, noted, told on the timeline. Target:
half of smtplib's rate at servers that there are: aiosmtpd, and Debian's Postfix where it is
installed (it keeps each mail on its disk before it answers). Beside them the curve over the times
of a server that keeps nothing; where it answers at once, which none does that keeps what it takes,
it says what this machine can render beside that server and the database.
"""

from __future__ import annotations

import argparse
import multiprocessing
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from bench.installation import Installation
from tests.sends.postfix import is_here, postfix

_FORKING = multiprocessing.get_context("fork")
_RATIO = 0.5
_MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Good morning {{ lead.first_name | default: "there" }},</mj-text>
<mj-text>you asked how {{ company.name | default: "your company" }} could plan its fleet. Read
<a href="https://shop.example/guides/fleet">the guide</a>, or see
<a href="https://shop.example/customers">what others did</a>.</mj-text>
<mj-button href="https://shop.example/demo">Ask for a demo</mj-button>
</mj-column></mj-section></mj-body></mjml>"""


@contextmanager
def sink(asked: str) -> Iterator[int]:
    """A server in a process of its own, as `bench.sink` is asked for one; its port."""
    command = [sys.executable, "-m", "bench.sink", asked]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def kept_on_disk() -> Iterator[int]:
    """Postfix, which writes each mail into its queue and then throws it away; its port."""
    with (
        TemporaryDirectory() as folder,
        postfix(Path(folder), [], more="default_transport = discard:\n") as server,
    ):
        yield server.port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--answers-in", default="0,1,2,5,10,20")
    options = parser.parse_args()
    with Installation():
        leads = people(options.sends)
        print(f"{options.sends} sends, {options.connections} connections, "
              f"{options.workers} workers")  # fmt: skip
        servers = {"aiosmtpd": sink("aiosmtpd")}
        if is_here():
            servers["postfix"] = kept_on_disk()
        met = [_measure(name, server, leads, options) >= _RATIO for name, server in servers.items()]
        for answers_in in options.answers_in.split(","):
            _measure(f"after-{answers_in}-ms", sink(answers_in), leads, options)
    print(f"target {_RATIO} at {' and '.join(servers)}: {'met' if all(met) else 'MISSED'}")


def _measure(
    name: str, server: AbstractContextManager[int], leads: list[int], options: argparse.Namespace
) -> float:
    with server as port:
        plain = _plain(port, options.sends, options.connections)
        ours, each = _ours(port, leads, options, name)
        again = _plain(port, options.sends, options.connections)
    ratio = ours / max(plain, again)
    print(
        f"{name:>12}: smtplib {max(plain, again):7.0f}/s, ours {ours:7.0f}/s, "
        f"ratio {ratio:5.2f}, {each * 1000:.2f} ms of a processor for each"
    )
    return ratio


def _plain(port: int, count: int, connections: int) -> float:
    """What smtplib alone hands over in a second: the same bytes to everybody."""
    text = b"Subject: Your guide\r\nFrom: a@shop.example\r\nTo: b@firm.example\r\n\r\n"
    text += b"A line of a message as long as ours is.\r\n" * 250

    def hand_over(connection: int) -> None:
        spoken = smtplib.SMTP("127.0.0.1", port)
        for place in range(connection, count, connections):
            spoken.sendmail("news@shop.example", [_address(place)], text)
        spoken.quit()

    threads = [Thread(target=hand_over, args=(one,)) for one in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - begun)


def _ours(
    port: int, leads: list[int], options: argparse.Namespace, code: str
) -> tuple[float, float]:
    """The rate of our workers, and the seconds of a processor that each send took them."""
    from django.conf import settings

    from config.session import disconnect
    from handraise.sends.decide import State
    from handraise.sends.models import Send

    settings.SMTP_URL, settings.MAIL_FROM = f"smtp://127.0.0.1:{port}", "news@shop.example"
    settings.MAIL_CONNECTIONS = max(1, options.connections // options.workers)
    version = want_all(leads, code)
    disconnect()  # no connection may be shared with the workers
    pipes = [_worker(version.pk) for _ in range(options.workers)]
    for pipe in pipes:
        assert pipe.recv() == "ready"
    begun = time.perf_counter()
    for pipe in pipes:
        pipe.send("go")
    done = [pipe.recv() for pipe in pipes]
    took = time.perf_counter() - begun
    states = dict.fromkeys(Send.objects.values_list("state", flat=True))
    if list(states) != [State.SENT]:
        raise SystemExit(f"{sum(sent for sent, _ in done)} were sent; states: {list(states)}.")
    return len(leads) / took, sum(worked for _, worked in done) / len(leads)


def _worker(version_id: int) -> Connection:
    """A process that sends until nothing is due; it says when it is ready, and what it took."""
    ours, theirs = _FORKING.Pipe()
    _FORKING.Process(target=_work, args=(theirs, version_id), daemon=True).start()
    return ours


def _work(told: Connection, version_id: int) -> None:
    from handraise.consent.links import preferences_url
    from handraise.kit.clock import now
    from handraise.messaging.models import MessageVersion
    from handraise.messaging.rendering import prepared
    from handraise.sends.sending import send_due

    # What a worker does once for as long as it runs: compile the message, load the addresses.
    prepared(MessageVersion.objects.select_related("message").get(pk=version_id))
    preferences_url(1, "person@firm.example")
    told.send("ready")
    told.recv()
    worked, sent = time.process_time(), 0
    while done := send_due(at=now()):
        sent += done
    told.send((sent, time.process_time() - worked))


def _address(place: int) -> str:
    return f"person-{place}@firm-{place % 500}.example"


def people(count: int) -> list[int]:
    """Leads with an address each; a message is part of what they asked for."""
    from handraise.kit.clock import now
    from handraise.leads.decide import SourceKind
    from handraise.leads.entry import Entry, EntryKind
    from handraise.leads.models import Lead, Source
    from handraise.leads.record import record

    at = now()
    source = Source.objects.create(name="Bench", kind=SourceKind.API, created_at=at)
    for begin in range(0, count, 1000):
        places = range(begin, min(begin + 1000, count))
        entries = [
            Entry(
                EntryKind.FACTS, source.pk, f"bench-{place}", at, at,
                email=_address(place),
                traits={"name": f"Person {place}", "company": {"name": f"Firm {place % 500}"}},
            )
            for place in places
        ]  # fmt: skip
        record(entries, at=at)
    return list(Lead.objects.filter(is_current=True).values_list("pk", flat=True))


def want_all(leads: list[int], code: str) -> Any:
    """A message of this code to all of them, due now; its version."""
    from django.db import connection

    from handraise.kit.clock import now
    from handraise.messaging.models import Message, MessageVersion
    from handraise.sends.actions import want
    from handraise.sends.decide import Wanted
    from handraise.team.models import User

    at = now()
    by, _ = User.objects.get_or_create(
        email="mark@bench.example", defaults={"name": "Mark", "role": "marketing", "created_at": at}
    )
    message = Message.objects.create(
        code=code, name=code, created_at=at, changed_at=at, changed_by=by
    )
    version = MessageVersion.objects.create(
        message=message, number=1, mjml=_MJML, at=at, by=by, published_at=at,
        subject="Your guide, {{ lead.first_name | default: 'as asked' }}",
    )  # fmt: skip
    want([Wanted(pk, version.pk, "bench", f"bench:{code}/{pk}", "", "", at) for pk in leads], at=at)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")
    return version


if __name__ == "__main__":
    main()
