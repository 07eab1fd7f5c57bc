"""What `handraise doctor` finds of sends: whether they can leave, and whether they are believed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from handraise.post.decide import Server, address
from handraise.sends.decide import Refused, State, domain_of, read_paces
from handraise.sends.models import Send
from handraise.sends.proofs import Resolver, Unanswered, ask_dns, proofs
from handraise.sends.signing import signer
from handraise.sends.ways import Named, named_way

LATE_AFTER = timedelta(minutes=30)
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Found:
    """One line; `is_wrong`: nothing leaves as it is. An empty `to_do`: all is well."""

    subject: str
    said: str
    to_do: str = ""
    is_wrong: bool = False


def examine(*, at: datetime, ask: Resolver = ask_dns) -> Iterator[Found]:
    """Everything about messages to many, in order."""
    try:
        read_paces(settings.SENDS_PACE)
        signer()
        way = named_way(None)
    except Refused as refused:
        to_do = "Correct the setting; until then nothing of it leaves."
        yield Found("sends", str(refused), to_do, is_wrong=True)
        return
    yield _waiting(way, at)
    yield from _lately(at)
    if way is not None:
        yield from _way_out()
        yield from _proofs(way, ask)


def _waiting(way: Named | None, at: datetime) -> Found:
    late = Send.objects.filter(state=State.WAITING, due_at__lte=at - LATE_AFTER).count()
    if not late:
        return Found("sends", "nothing is due for long")
    if way is None:
        said = f"{late} are due and there is no way for them to leave"
        return Found("sends", said, "Set HANDRAISE_MAIL_FROM and HANDRAISE_MAIL_URL or _SMTP_URL.")
    said = f"{late} are due for more than half an hour"
    return Found("sends", said, "Is the mail server there, and the worker? Look at Sends.")


def _lately(at: datetime) -> Iterator[Found]:
    recent = Send.objects.filter(created_at__gte=at - RECENT)
    for state, said in (
        (State.FAILED, "failed this week"),
        (State.UNCLEAR, "may or may not have arrived this week"),
    ):
        count = recent.filter(state=state).count()
        if count:
            yield Found("sends", f"{count} {said}", f"Look at Sends, {state.value}.")


def _way_out() -> Iterator[Found]:
    if not settings.ADDRESS.startswith("https://"):
        said = "without https:// in HANDRAISE_URL mail programs offer no unsubscribing in one click"
        yield Found("unsubscribing", said, "Serve the pages over HTTPS and set HANDRAISE_URL.")


def _proofs(way: Named, ask: Resolver) -> Iterator[Found]:
    domain = domain_of(address(way.mail_from).addr_spec)
    server = way.by.host if isinstance(way.by, Server) else ""
    signs_here = signer() if isinstance(way.by, Server) else None
    try:
        for proof in proofs(domain, signer=signs_here, server=server, ask=ask):
            if proof.subject == "DKIM" and not isinstance(way.by, Server):
                continue  # the provider signs, and shows on its own pages what to publish
            yield Found(proof.subject, proof.said, proof.to_do)
    except Unanswered as unanswered:
        to_do = "Run it where the DNS answers."
        yield Found("SPF, DKIM, DMARC", str(unanswered), to_do)


__all__ = ["Found", "examine"]
