"""Messages of a claim made ready, one after another: rendered, tracked, addressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from handraise.consent.links import preferences_url
from handraise.leads.bulk import as_json, execute, ids
from handraise.messaging.decide import SenderKind
from handraise.messaging.rendering import Footing, Rendered, Unrenderable, prepared
from handraise.messaging.values import values_for
from handraise.sends.composing import Mail, compose
from handraise.sends.decide import Refused
from handraise.sends.links import DECOY, click_url, open_url, unsubscribe_url
from handraise.sends.models import Links, Send
from handraise.sends.ways import Ways

log = structlog.get_logger()
SOON, PORTION = 100, 200  # sends whose leads are read together: first of a load, and then
FIRST = 10  # messages of a load before whose links are kept
_Wording = tuple[int, tuple[str, ...]]  # a version, and where its links lead


@dataclass(frozen=True, slots=True)
class Unready:
    """A send that cannot be a mail, and why."""

    send: Send
    why: str


def prepare(
    sends: Sequence[Send], ways: Ways, *, at: datetime, between: Callable[[], None]
) -> Iterator[Mail | Unready]:
    """A mail of each send; what its links lead to stands in the database before it is given.
    `between` two of them there is time for something else."""
    kept: set[_Wording] = set()
    for portion in _portions(sends):
        values = values_for({send.lead.canonical_id for send in portion}, at=at)
        waiting: list[tuple[Mail, _Wording]] = []
        for send in portion:
            between()
            made = _made(send, values.get(send.lead.canonical_id, {}), ways)
            if isinstance(made, Unready):
                yield made
            elif made[1] in kept:
                yield made[0]
            else:
                waiting.append(made)
            if not kept and len(waiting) == FIRST:  # servers need not wait for the others
                yield from _kept(waiting, kept)
        yield from _kept(waiting, kept)


def _portions(sends: Sequence[Send]) -> Iterator[Sequence[Send]]:
    if sends:
        yield sends[:SOON]
    for begin in range(SOON, len(sends), PORTION):
        yield sends[begin : begin + PORTION]


def _made(
    send: Send, values: Mapping[str, Any], ways: Ways
) -> tuple[Mail, _Wording] | Unready:  # fmt: skip
    try:
        said = _rendered(send, values)
        return _mail(send, said, ways), (send.version_id, said.links)
    except (Unrenderable, Refused) as fault:
        return Unready(send, str(fault))
    except DatabaseError:
        raise
    except Exception as fault:  # one that nobody thought of must not hold up the others
        log.exception("sends.not_prepared", send=send.pk)
        return Unready(send, f"It could not be made ready ({type(fault).__name__}).")


def _kept(waiting: list[tuple[Mail, _Wording]], kept: set[_Wording]) -> Iterator[Mail]:
    """Keep where their links lead, and let them go. Nothing need be kept again of what is `kept`
    for everybody."""
    kept |= _keep(waiting)
    yield from (mail for mail, _ in waiting)
    waiting.clear()


def _rendered(send: Send, values: Mapping[str, Any]) -> Rendered:
    message = send.version.message
    tracked = _Tracked(send.pk)
    return prepared(send.version, has_purpose=bool(send.purpose)).render(
        values,
        Footing(
            unsubscribe_url=unsubscribe_url(send.pk),
            preferences_url=preferences_url(send.lead.canonical_id, send.address),
            pixel_url=open_url(send.pk) if message.tracks_opens else "",
            wrap=tracked.url, decoy_url=click_url(send.pk, DECOY),
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tracked:
    """The links of one send, each by its place; signed once for both parts of the mail."""

    send_id: int
    signed: dict[int, str] = field(default_factory=dict)

    def url(self, url: str, place: int) -> str:
        if not url.startswith("http"):
            return url
        if place not in self.signed:
            self.signed[place] = click_url(self.send_id, place)
        return self.signed[place]


def _mail(send: Send, said: Rendered, ways: Ways) -> Mail:
    message = send.version.message
    way = ways.of(message.team_id)
    if way is None:
        raise Refused("There is no mail server any more by which it could leave.")
    owner = send.lead.canonical.owner
    is_owners = message.sender == SenderKind.OWNER and owner is not None and owner.is_active
    return compose(
        send, mail_from=way.mail_from, subject=said.subject, html=said.pieces, text=said.text,
        name=owner.name if is_owners and owner else "",
        reply_to=owner.email if is_owners and owner else "",
    )  # fmt: skip


@transaction.atomic
def _keep(waiting: Sequence[tuple[Mail, _Wording]]) -> set[_Wording]:
    """Keep where links lead: once for a version, and apart for those whose links are their own;
    the wordings that are everybody's."""
    pks: dict[_Wording, list[int]] = {}
    for mail, wording in waiting:
        pks.setdefault(wording, []).append(mail.send.pk)
    usual = set()
    for wording, of in pks.items():
        row = _row(*wording)
        if row.is_usual:
            usual.add(wording)
        else:
            told = [row.pk, ids(of)]
            execute("UPDATE sends_send SET links_id = %s WHERE id = ANY(%s::bigint[])", told)
    return usual


_ROW = """
    INSERT INTO sends_links (version_id, digest, urls, is_usual) VALUES (%s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""


def _row(version_id: int, links: tuple[str, ...]) -> Links:
    """The row of these links; the first of a version is its usual one."""
    urls = as_json({str(place): url for place, url in enumerate(links, start=1) if url})
    digest = sha256(urls.encode()).hexdigest()
    kept = Links.objects.filter(version_id=version_id)
    for is_usual in (True, False):
        found = kept.filter(digest=digest).first()
        if found is not None:
            return found
        execute(_ROW, [version_id, digest, urls, is_usual])
    return kept.get(digest=digest)
