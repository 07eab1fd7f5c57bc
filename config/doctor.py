"""What is well and what is not with an installation, each with what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the examination; `to_do` is empty where nothing is to be done."""

    level: Level
    subject: str
    said: str
    to_do: str = ""


LATE_AFTER = timedelta(seconds=30)
FAR_TOO_LATE_AFTER = timedelta(minutes=10)
LITTLE_SPACE = 2 * 1024**3
NO_SPACE = 200 * 1024**2


def examine(*, at: datetime) -> Iterator[Finding]:
    """Every check in order. One that fails itself is a finding too, and the rest go on."""
    for check in _CHECKS:
        try:
            yield from check(at)
        except Exception as error:
            subject = check.__name__.strip("_").replace("_", " ")
            yield Finding(Level.FAIL, subject, f"could not be examined: {error}")


def _database(at: datetime) -> Iterator[Finding]:
    del at
    connection.ensure_connection()
    version = connection.pg_version  # type: ignore[attr-defined]
    yield Finding(
        Level.OK, "database", f"PostgreSQL {version // 10_000}.{version % 10_000} answers"
    )
    with connection.cursor() as cursor:
        cursor.execute("select extversion from pg_extension where extname = 'pg_trgm'")
        there = cursor.fetchone()
        cursor.execute("select current_setting('synchronous_commit'), current_setting('fsync')")
        commit, fsync = cursor.fetchone()
    if there is None:
        to_do = "Let a superuser say: CREATE EXTENSION pg_trgm;"
        yield Finding(Level.FAIL, "search", "the extension pg_trgm is missing", to_do)
    if commit == "off" or fsync == "off":
        said = f"synchronous_commit is {commit}, fsync is {fsync}: a crash loses acknowledged data"
        yield Finding(Level.FAIL, "durability", said, "Set both to on in postgresql.conf.")
    else:
        yield Finding(Level.OK, "durability", "what is acknowledged is on disk")


def _migrations(at: datetime) -> Iterator[Finding]:
    del at
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        said = f"{len(plan)} migrations are not applied"
        yield Finding(Level.FAIL, "migrations", said, "Run handraise migrate.")
    else:
        yield Finding(Level.OK, "migrations", "all applied")


def _agreement(at: datetime) -> Iterator[Finding]:
    del at
    from handraise.agreement.decide import State
    from handraise.agreement.models import Version

    version = Version.objects.filter(state=State.PUBLISHED).first()
    if version is None:
        waiting = Version.objects.filter(state=State.PROPOSED).order_by("-number").first()
        to_do = "Run handraise agreement propose FILE, then let both sides sign."
        if waiting is not None:
            to_do = f"Let both sides sign version {waiting.number}."
        said = "none holds: nobody is scored or qualified"
        yield Finding(Level.WARN, "agreement", said, to_do)
        return
    sides = set(version.signatures.values_list("side", flat=True))
    if len(sides) < 2:
        said = f"version {version.number} holds with {len(sides)} of 2 signatures"
        to_do = "Propose and sign it anew; then find out how this came to be."
        yield Finding(Level.FAIL, "agreement", said, to_do)
    else:
        yield Finding(
            Level.OK, "agreement", f"version {version.number} holds, signed by both sides"
        )


def _agreement_text(at: datetime) -> Iterator[Finding]:
    del at
    from handraise.agreement.queries import unreadable

    found = unreadable()
    if found is None:
        return
    said = f"version {found.number} is not read by this release as it stands: {found.faults[0]}"
    if found.is_followed:
        to_do = "It is followed as before. Propose a corrected text and let both sides sign it."
        yield Finding(Level.WARN, "agreement text", said, to_do)
    else:
        to_do = (
            "Nobody is scored or moved. Go back to the release before, or propose and sign anew."
        )
        yield Finding(Level.FAIL, "agreement text", said, to_do)


def _people(at: datetime) -> Iterator[Finding]:
    del at
    from handraise.team.decide import Permission, Role, may
    from handraise.team.models import User

    roles = list(User.objects.filter(is_active=True).values_list("role", "is_manager"))
    lacking = [
        what
        for permission, what in (
            (Permission.ADMINISTER, "administers (revenue operations)"),
            (Permission.SIGN_MARKETING, "signs for marketing"),
            (Permission.SIGN_SALES, "signs for sales"),
            (Permission.TAKE, "takes leads (sales development)"),
        )
        if not any(may(role, permission, is_manager=manages) for role, manages in roles)
    ]
    if lacking:
        said = f"nobody {'; nobody '.join(lacking)}"
        yield Finding(Level.WARN, "people", said, "Run handraise user add.")
    else:
        counted = ", ".join(
            f"{sum(role == one.value for role, _ in roles)} {one.label.lower()}" for one in Role
        )
        yield Finding(Level.OK, "people", counted)


def _write_keys(at: datetime) -> Iterator[Finding]:
    del at
    from handraise.capture.models import WriteKey

    count = WriteKey.objects.filter(revoked_at=None).count()
    if count:
        yield Finding(Level.OK, "write keys", f"{count} can write")
    else:
        to_do = "Run handraise key add NAME."
        yield Finding(Level.WARN, "write keys", "none: no website can send", to_do)


def _worker(at: datetime) -> Iterator[Finding]:
    from handraise.capture.models import Inbox
    from handraise.leads.models import Attention

    for subject, oldest in (
        ("inbox", Inbox.objects.order_by("received_at").values_list("received_at", flat=True)),
        ("attention", Attention.objects.order_by("look_at").values_list("look_at", flat=True)),
    ):
        first = oldest.first()
        late = at - first if first else timedelta(0)
        if late <= LATE_AFTER:
            yield Finding(Level.OK, subject, "nothing waits for long")
            continue
        level = Level.FAIL if late > FAR_TOO_LATE_AFTER else Level.WARN
        said = f"the oldest of {oldest.count()} has waited {late.total_seconds():.0f} s"
        to_do = "Is handraise up (or handraise worker) running? If so, run one more worker."
        yield Finding(level, subject, said, to_do)


def _parked(at: datetime) -> Iterator[Finding]:
    del at
    from handraise.leads.models import ParkedLead

    parked = ParkedLead.objects.filter(cleared_at=None).order_by("-at")
    newest = parked.first()
    if newest is None:
        yield Finding(Level.OK, "parked leads", "none")
        return
    said = (
        f"{parked.count()} could not be moved on; the newest: {newest.error.splitlines()[-1][:200]}"
    )
    yield Finding(Level.WARN, "parked leads", said, "Look at them on the today page.")


# The database does not check these itself (ADR 8).
_NOBODYS = """
    SELECT EXISTS (SELECT FROM leads_{ledger} row WHERE row.identity_id IS NOT NULL
        AND row.id > (SELECT max(id) - 100000 FROM leads_{ledger})
        AND NOT EXISTS (SELECT FROM leads_identity known WHERE known.id = row.identity_id))
"""


def _ledgers(at: datetime) -> Iterator[Finding]:
    """The newest 100,000 rows of each; an old row is not changed any more."""
    del at
    for ledger in ("activity", "fact"):
        with connection.cursor() as cursor:
            cursor.execute(_NOBODYS.format(ledger=ledger))
            ((is_broken,),) = cursor.fetchall()
        if is_broken:
            said = f"leads_{ledger} has rows of nobody: their identity is gone"
            yield Finding(Level.FAIL, "ledgers", said, "Restore leads_identity from a backup.")
            return
    yield Finding(Level.OK, "ledgers", "every row is somebody's")


def _drops(at: datetime) -> Iterator[Finding]:
    from handraise.capture.models import Drop

    recent = Drop.objects.filter(at__gte=at - timedelta(days=1), replayed_at=None)
    count = recent.count()
    if count == 0:
        yield Finding(Level.OK, "drops", "none in the last day")
        return
    reasons = sorted(set(recent.order_by().values_list("reason", flat=True).distinct()))
    said = f"{count} items were refused in the last day: {', '.join(reasons)}"
    yield Finding(Level.WARN, "drops", said, "Look at them under Imports, mend and replay them.")


def _disk(at: datetime) -> Iterator[Finding]:
    del at
    free = shutil.disk_usage(settings.DATA).free
    level = Level.OK if free > LITTLE_SPACE else Level.WARN if free > NO_SPACE else Level.FAIL
    to_do = "" if level is Level.OK else f"Make room where {settings.DATA} lies."
    yield Finding(level, "disk", f"{free / 1024**3:.1f} GiB free", to_do)


def _mail(at: datetime) -> Iterator[Finding]:
    from handraise.post.queries import count_troubled, waiting_mails
    from handraise.post.servers import missing_everywhere

    waiting, troubled = waiting_mails(at=at - FAR_TOO_LATE_AFTER), count_troubled(at=at)
    said = missing_everywhere()
    if said:
        to_do = "Set HANDRAISE_SMTP_URL and HANDRAISE_MAIL_FROM, or give each team a server."
        yield Finding(Level.WARN, "mail", f"{said} {waiting} wait", to_do)
    elif waiting:
        said = f"{waiting} mails are due for more than ten minutes"
        yield Finding(Level.WARN, "mail", said, "Look at Settings, Mail, and at the worker's log.")
    elif troubled:
        said = f"{troubled} mails or calls of this week did not arrive, or may not have"
        yield Finding(Level.WARN, "mail", said, "Look at Settings, Mail.")
    else:
        yield Finding(Level.OK, "mail", "a server is named, and nothing waits")


def _sends(at: datetime) -> Iterator[Finding]:
    from handraise.sends.examining import examine as examine_sends

    for found in examine_sends(at=at):
        level = Level.FAIL if found.is_wrong else Level.WARN if found.to_do else Level.OK
        yield Finding(level, found.subject, found.said, found.to_do)


_CHECKS: tuple[Callable[[datetime], Iterator[Finding]], ...] = (
    _database, _migrations, _agreement, _agreement_text, _people, _write_keys, _worker, _parked,
    _ledgers, _drops, _mail, _sends, _disk,
)  # fmt: skip
