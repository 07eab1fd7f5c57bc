"""Answers to mails as activities of the leads they were sent to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from handraise.leads.bulk import execute
from handraise.leads.decide import IdentityKind, SourceKind
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.models import Activity, Identity, Source
from handraise.leads.queries import canonical_ids
from handraise.leads.record import record
from handraise.responses.decide import Deed
from handraise.responses.models import Hit
from handraise.sends.models import Send

OPENED, CLICKED = "Email Opened", "Email Clicked"
_NAMES = {Deed.OPEN.value: OPENED, Deed.CLICK.value: CLICKED}
_SOURCE = "Answers to mails"
_TURN = 7_203_011  # any number that nothing else locks by
_FIRST = [
    kind.value for kind in (IdentityKind.EMAIL, IdentityKind.USER_ID, IdentityKind.ANONYMOUS_ID)
]


def record_answers(
    hits: Sequence[Hit], urls: Mapping[int, Mapping[str, str]], *, at: datetime
) -> None:
    """Record an activity for each, judged as the hit is, and set `hit.activity_id`.

    One whose lead is known by nothing that came with it (only by what people said) gets none.
    """
    if not hits:
        return
    sends = Send.objects.select_related("version__message").in_bulk({hit.send_id for hit in hits})
    known_by = _known_by(sends.values())
    source = _source(at)
    told = [(hit, known_by[hit.send_id]) for hit in hits if hit.send_id in known_by]
    entries = [
        _entry(hit, sends[hit.send_id], identity, urls.get(hit.send_id, {}), source, at)
        for hit, identity in told
    ]
    record(entries, at=at)
    written = Activity.objects.filter(
        identity__in={identity.pk for _, identity in told},
        occurred_at__in={hit.at for hit, _ in told},
        source=source,
    ).values_list("message_id", "pk")
    activities = dict(written)
    for hit, _ in told:
        hit.activity_id = activities[_message_id(hit)]


def _message_id(hit: Hit) -> str:
    return f"hit-{hit.pk}"


def _entry(
    hit: Hit, send: Send, identity: Identity, urls: Mapping[str, str], source: Source, at: datetime
) -> Entry:
    message = send.version.message
    properties: dict[str, Json] = {
        "message": message.code,
        "title": message.name,
        "subject": send.version.subject,
        "send": send.pk,
    }
    if hit.deed == Deed.CLICK:
        properties["link"] = urls.get(str(hit.place), "")
        properties["place"] = hit.place
    if send.about:
        properties["about"] = send.about
    return Entry(
        EntryKind.ACTIVITY, source.pk, _message_id(hit), hit.at, at, name=_NAMES[hit.deed],
        properties=properties, bot=hit.why if hit.is_machine else "",
        email=identity.value if identity.kind == IdentityKind.EMAIL else None,
        user_id=identity.value if identity.kind == IdentityKind.USER_ID else None,
        anonymous_id=identity.value if identity.kind == IdentityKind.ANONYMOUS_ID else None,
    )  # fmt: skip


def _known_by(sends: Iterable[Send]) -> dict[int, Identity]:
    """By what the lead of each send is known: the address it was sent to, else another way."""
    wanted = {send.pk: send for send in sends}
    faces = _faces({send.lead_id for send in wanted.values()})
    found: dict[int, Identity] = {}
    for pk, send in wanted.items():
        ways = faces.get(send.lead_id, [])
        best = min(ways, key=lambda way: _rank(way, send.address), default=None)
        if best is not None:
            found[pk] = best
    return found


def _rank(way: Identity, address: str) -> tuple[bool, int, int]:
    return way.value != address.lower(), _FIRST.index(way.kind), way.pk


def _faces(lead_ids: set[int]) -> dict[int, list[Identity]]:
    """The identities of these leads and of all they were merged with, by lead."""
    roots = canonical_ids(lead_ids)
    rows = Identity.objects.filter(
        lead__canonical__in=set(roots.values()), kind__in=_FIRST
    ).select_related("lead")
    by_root: dict[int, list[Identity]] = {}
    for identity in rows:
        by_root.setdefault(identity.lead.canonical_id, []).append(identity)
    return {lead: by_root.get(root, []) for lead, root in roots.items()}


def _source(at: datetime) -> Source:
    """The one source of answers; whoever needs it first makes it."""
    wanted = {"kind": SourceKind.CONNECTOR.value, "name": _SOURCE}
    found = Source.objects.filter(**wanted).order_by("pk").first()
    if found is None:
        execute("SELECT pg_advisory_xact_lock(%s)", [_TURN])
        found = Source.objects.filter(**wanted).order_by("pk").first()
    return found or Source.objects.create(created_at=at, **wanted)
