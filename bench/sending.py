"""How many mails a second leave, beside plain smtplib over as many connections.

Run: `python -m bench.sending [--sends N] [--connections N] [--answers-in MS]`. A server of this
machine takes everything and answers for a text after so many milliseconds, as one does that writes
each to its disk; it is spoken to by smtplib alone, which is handed the finished bytes, and by a
round of the worker: claimed under guards, rendered for each lead, composed, logged, noted, told on
the timeline. Target: half of smtplib's rate. The rate at a server that answers at once, which none
does that keeps what it takes, is printed as well: it is what this machine can render.
"""

from __future__ import annotations

import argparse
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from bench.installation import Installation

_RATIO = 0.5
_MJML = """<mjml><mj-body><mj-section><mj-column>
<mj-text>Good morning {{ first_name | default: "there" }},</mj-text>
<mj-text>you asked how {{ company.name | default: "your company" }} could plan its fleet. Read
<a href="https://shop.example/guides/fleet">the guide</a>, or see
<a href="https://shop.example/customers">what others did</a>.</mj-text>
<mj-button href="https://shop.example/demo">Ask for a demo</mj-button>
</mj-column></mj-section></mj-body></mjml>"""


@contextmanager
def sink(milliseconds: float) -> Iterator[int]:
    """A server in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.sink", str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sends", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--answers-in", type=float, default=20.0)
    options = parser.parse_args()
    with Installation():
        leads = people(options.sends)
        print(f"{options.sends} sends over {options.connections} connections")
        at_once = _measure(leads, 0.0, options, "guide")
        ratio = _measure(leads, options.answers_in, options, "news")
    print(f"ratio {ratio:8.2f}   target {_RATIO}: {'met' if ratio >= _RATIO else 'MISSED'}"
          f"   (answered at once: {at_once:.2f})")  # fmt: skip


def _measure(leads: list[int], answers_in: float, options: argparse.Namespace, code: str) -> float:
    with sink(answers_in) as port:
        plain = _plain(port, options.sends, options.connections)
        ours = _ours(port, leads, options.connections, code)
        again = _plain(port, options.sends, options.connections)
    best = max(plain, again)
    print(f"answers in {answers_in:4.0f} ms: smtplib {best:7.0f}/s, ours {ours:7.0f}/s")
    return ours / best


def _plain(port: int, count: int, connections: int) -> float:
    """What smtplib alone hands over in a second: the same bytes again and again."""
    text = b"Subject: Your guide\r\nFrom: a@shop.example\r\nTo: b@firm.example\r\n\r\n"
    text += b"A line of a message as long as ours is.\r\n" * 250

    def hand_over() -> None:
        spoken = smtplib.SMTP("127.0.0.1", port)
        for _ in range(count // connections):
            spoken.sendmail("a@shop.example", ["b@firm.example"], text)
        spoken.quit()

    threads = [Thread(target=hand_over) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count / (time.perf_counter() - begun)


def _ours(port: int, leads: list[int], connections: int, code: str) -> float:
    from django.conf import settings

    from handraise.kit.clock import now
    from handraise.sends.decide import State
    from handraise.sends.models import Send
    from handraise.sends.sending import send_due

    settings.SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.MAIL_FROM, settings.MAIL_CONNECTIONS = "news@shop.example", connections
    want_all(leads, code)
    begun = time.perf_counter()
    sent = 0
    while done := send_due(at=now()):
        sent += done
    took = time.perf_counter() - begun
    states = dict.fromkeys(Send.objects.values_list("state", flat=True))
    if sent != len(leads) or list(states) != [State.SENT]:
        raise SystemExit(f"{sent} of {len(leads)} were sent; states: {list(states)}.")
    return len(leads) / took


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
                email=f"person-{place}@firm-{place % 500}.example",
                traits={"name": f"Person {place}", "company": {"name": f"Firm {place % 500}"}},
            )
            for place in places
        ]  # fmt: skip
        record(entries, at=at)
    return list(Lead.objects.filter(is_current=True).values_list("pk", flat=True))


def want_all(leads: list[int], code: str) -> None:
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
        message=message, number=1, subject="Your guide, {{ first_name | default: 'as asked' }}",
        mjml=_MJML, at=at, by=by, published_at=at,
    )  # fmt: skip
    want([Wanted(pk, version.pk, "bench", f"bench:{code}/{pk}", "", "", at) for pk in leads], at=at)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze")


if __name__ == "__main__":
    main()
