"""Which sends a courier takes along: due ones, as far as the guards and the paces let them go.

One transaction, committed before any server hears of them. It holds the leads, in id order, while
the guards look: so what they count (caps) holds beside other workers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from handraise.leads import attention, journal
from handraise.leads.bulk import among, execute, ids, instants, rows_of, texts
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.messaging.models import MessageVersion
from handraise.sends import guarding
from handraise.sends.decide import STALE_AFTER, Paces, State, domain_of, read_paces
from handraise.sends.guarding import Verdict
from handraise.sends.models import Courier, Send
from handraise.sends.ticking import Ticking
from handraise.sends.ways import Ways
from handraise.team.models import User

STALE = "It waited for a week and is not sent unasked any more."
OUT_OF_USE = "The message is out of use."
_MINUTE = timedelta(minutes=1)
_NOT_NEEDED = ("once", "created_at", "claimed_at", "sent_at", "links", "why")

_SETTLE = """
    UPDATE sends_send SET state = told.state, why = told.why, due_at = told.due_at
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[])
        AS told (id, state, why, due_at)
    WHERE sends_send.id = told.id
"""
_TAKE = """
    UPDATE sends_send
    SET state = %s, courier_id = %s, claimed_at = %s, attempts = attempts + 1, why = '',
        address = told.address
    FROM unnest(%s::bigint[], %s::text[]) AS told (id, address)
    WHERE sends_send.id = told.id
"""
_NEW_PACE = (
    "INSERT INTO sends_pace (domain, minute, taken) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"
)
_PACE_OF = "SELECT minute, taken FROM sends_pace WHERE domain = %s FOR UPDATE"
_SET_PACE = "UPDATE sends_pace SET minute = %s, taken = %s WHERE domain = %s"


_WAITING = """
    SELECT send.id, send.lead_id
    FROM sends_send send
    JOIN messaging_messageversion version ON version.id = send.version_id
    JOIN messaging_message message ON message.id = version.message_id
    WHERE send.state = 'waiting' AND send.due_at <= %(at)s
        AND CASE WHEN message.team_id = ANY(%(own)s::bigint[])
            THEN message.team_id = ANY(%(able)s::bigint[]) ELSE %(house)s END
    ORDER BY send.due_at, send.id LIMIT %(limit)s
"""
_PICK = _WAITING + " FOR UPDATE OF send SKIP LOCKED"


def _able(ways: Ways) -> dict[str, object]:
    able = [team_id for team_id, way in ways.teams.items() if way is not None]
    return {"own": ids(ways.teams), "able": ids(able), "house": ways.house is not None}


class Claim(NamedTuple):
    """What a courier takes along, of how many that were due; the others are put off or skipped."""

    going: list[Send]
    asked: int


@transaction.atomic
def claim(
    courier: UUID, ways: Ways, *, at: datetime, limit: int, clock: Ticking | None = None
) -> Claim:
    """Take those that are due, have a way and may go; the others are put off or skipped with their
    reason. The courier's row stands already: who brings it home waits for this to be over.

    `clock` ticks since `at`: servers and leads may have been waited for, and who left meanwhile
    gets nothing.
    """
    ticking = clock or Ticking(at)
    if not Courier.objects.select_for_update().filter(pk=courier, over_at=None).exists():
        return Claim([], 0)  # taken for dead, and brought home
    picked = rows_of(_PICK, {"at": at, "limit": limit} | _able(ways))
    if not picked:
        return Claim([], 0)
    asked = Lead.objects.filter(pk__in=among({lead_id for _, lead_id in picked}))
    held = set(asked.values_list("canonical_id", flat=True))
    attention.lock(held)
    due = [send for send in _sends([pk for pk, _ in picked]) if send.lead.canonical_id in held]
    verdicts = _judged(due, at=at, heard_at=ticking.now())
    going = _paced([send for send in due if _may_go(verdicts[send.pk])], verdicts, at=at)
    _settle([send for send in due if not _may_go(verdicts[send.pk])], verdicts, at=at)
    _take(courier, going, at=at)
    return Claim(going, len(due))


def any_due(*, at: datetime, by: Ways | None = None) -> bool:
    """Whether anything is due; perhaps without a way, unless it is asked for these ways."""
    if by is not None:
        return bool(rows_of(_WAITING, {"at": at, "limit": 1} | _able(by)))
    return Send.objects.filter(state=State.WAITING, due_at__lte=at).exists()


def _sends(pks: Sequence[int]) -> list[Send]:
    """Read only now that their leads are held. Versions, leads and owners are read once each, and
    not with every send: a version is long."""
    rows = Send.objects.filter(pk__in=among(pks)).defer(*_NOT_NEEDED)
    found = list(rows.order_by("due_at", "pk"))
    versions = MessageVersion.objects.select_related("message").in_bulk(
        {send.version_id for send in found}
    )
    leads = _leads({send.lead_id for send in found})
    for send in found:
        send.version, send.lead = versions[send.version_id], leads[send.lead_id]
    return found


def _leads(pks: Collection[int]) -> dict[int, Lead]:
    """As far as a mail needs them, each with its canonical lead and that one's owner."""
    needed = Lead.objects.only("canonical_id", "owner_id", "name")
    found = {lead.pk: lead for lead in needed.filter(pk__in=among(pks))}
    merged = {lead.canonical_id for lead in found.values()} - found.keys()
    found |= {lead.pk: lead for lead in needed.filter(pk__in=among(merged))} if merged else {}
    owners = User.objects.in_bulk({lead.owner_id for lead in found.values()} - {None})
    for lead in found.values():
        lead.owner = None if lead.owner_id is None else owners[lead.owner_id]
        lead.canonical = found.get(lead.canonical_id, lead)
    return found


def _judged(due: Sequence[Send], *, at: datetime, heard_at: datetime) -> dict[int, Verdict]:
    against = {send.pk: STALE for send in due if send.due_at <= at - STALE_AFTER}
    against |= {send.pk: OUT_OF_USE for send in due if send.version.message.retired_at is not None}
    asked = [send for send in due if send.pk not in against]
    verdicts = guarding.verdicts(asked, at=at, heard_at=heard_at)
    return verdicts | {pk: Verdict(guarding.Kind.SKIP, why, None) for pk, why in against.items()}


def _may_go(verdict: Verdict) -> bool:
    return verdict.kind == guarding.Kind.SEND


def _paced(
    going: Sequence[Send], verdicts: dict[int, Verdict], *, at: datetime
) -> list[Send]:  # fmt: skip
    """Those for whose domain there is room in this minute; the others get a verdict of later."""
    paces = read_paces(settings.SENDS_PACE)
    if not paces.of:
        return list(going)
    found = guarding.addresses({send.lead_id for send in going})
    room = _room(Counter(domain_of(found[send.lead_id]) for send in going), paces, at=at)
    over: Counter[str] = Counter()
    kept = []
    for send in going:
        domain = domain_of(found[send.lead_id])
        if room.get(domain, 1) > 0:
            room[domain] = room.get(domain, 2) - (domain in room)
            kept.append(send)
            continue
        then = _minute(at) + _MINUTE * (1 + over[domain] // (paces.per_minute(domain) or 1))
        verdicts[send.pk] = Verdict(guarding.Kind.LATER, "", then)
        over[domain] += 1
    return kept


def _room(wanted: Mapping[str, int], paces: Paces, *, at: datetime) -> dict[str, int]:
    """How many of each paced domain may go now; they are counted as gone. Domains in order, so
    that workers wait for each other and nobody deadlocks."""
    room = {}
    for domain in sorted(wanted):
        most = paces.per_minute(domain)
        if most is None:
            continue
        execute(_NEW_PACE, [domain, _minute(at)])
        ((minute, taken),) = rows_of(_PACE_OF, [domain])
        left = max(0, most - (taken if minute >= _minute(at) else 0))
        room[domain] = min(left, wanted[domain])
        execute(_SET_PACE, [_minute(at), most - left + room[domain], domain])
    return room


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _settle(others: Sequence[Send], verdicts: Mapping[int, Verdict], *, at: datetime) -> None:
    """Put off or skip those that do not go; skipped ones are told on the timeline."""
    if not others:
        return
    skipped = [send for send in others if verdicts[send.pk].kind == guarding.Kind.SKIP]
    is_skipped = {send.pk for send in skipped}
    execute(
        _SETTLE,
        [
            ids(send.pk for send in others),
            texts(State.SKIPPED if send.pk in is_skipped else State.WAITING for send in others),
            texts(verdicts[send.pk].why for send in others),
            instants(verdicts[send.pk].until or send.due_at for send in others),
        ],
    )  # fmt: skip
    journal.write_many(skipped_line(send, verdicts[send.pk].why, at=at) for send in skipped)


def skipped_line(send: Send, why: str, *, at: datetime) -> journal.Line:
    """What the lead's timeline says of a send that does not go."""
    said = f"“{send.version.message}” was not sent: {why}"
    return journal.Line(
        "sends.skipped", at, Via.WORKER, send.lead.canonical_id, said=said, data={"send": send.pk}
    )


def _take(courier: UUID, going: Sequence[Send], *, at: datetime) -> None:
    if not going:
        return
    found = guarding.addresses({send.lead_id for send in going})
    for send in going:
        send.courier_id, send.address = courier, found[send.lead_id]
        send.attempts += 1
    addresses = texts(send.address for send in going)
    told = [State.SENDING.value, courier, at, ids(send.pk for send in going), addresses]
    execute(_TAKE, told)


__all__ = ["Claim", "any_due", "claim", "skipped_line"]
