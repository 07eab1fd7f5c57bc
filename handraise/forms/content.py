"""Gated content: handed over by mail or on a page, taken by a link that is signed and expires."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from html import escape

from django.db import transaction

from handraise.consent import queries as consents
from handraise.enablement.models import Asset
from handraise.forms import links
from handraise.forms.decide import (
    CONFIRMED_WITHIN,
    DOWNLOAD_COUNTS_EVERY,
    Caught,
    Content,
    Refused,
    State,
)
from handraise.forms.document import Document
from handraise.forms.models import Download, Submission
from handraise.leads import journal
from handraise.leads.bulk import among
from handraise.leads.decide import Via
from handraise.leads.entry import Entry, EntryKind, Json
from handraise.leads.models import Lead
from handraise.leads.record import record
from handraise.post.actions import post_mail

DOWNLOADED = "Content Downloaded"


def hand_over(held: Submission, lead: Lead, *, awaits: Sequence[str], at: datetime) -> None:
    """Mail the content that was asked for, or let it wait until one of `awaits` is confirmed.

    The caller holds the submission, and saves it.
    """
    document = held.version.document
    if document.asset is None:
        return
    if awaits and document.is_confirmed_first:
        held.content, held.awaits = Content.AWAITED, list(awaits)
        return
    if document.is_mailed:
        _mail(held, lead, document, at=at)


@transaction.atomic
def deliver_confirmed(lead_ids: Collection[int], *, at: datetime) -> int:
    """Mail what waited for a confirmation of these canonical leads, where it has come."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related("form", "version")
    waiting = rows.filter(
        content=Content.AWAITED, lead__canonical__in=among(lead_ids), at__gt=at - CONFIRMED_WITHIN
    )
    found = [held for held in waiting.order_by("pk") if _is_confirmed(held, at=at)]
    for held in found:
        assert held.lead is not None
        _mail(held, held.lead.canonical, held.version.document, at=at)
        held.save(update_fields=["content", "content_said"])
    return len(found)


def is_open(submission: Submission) -> bool:
    """Whether its content may be taken: asked for by a person, and in use.

    Who types somebody's address must not see by what follows that it came too often.
    """
    asset = submission.version.asset
    is_meant = submission.state == State.TAKEN or submission.caught == Caught.TOO_MANY
    return is_meant and asset is not None and asset.retired_at is None


@transaction.atomic
def note_download(submission: Submission, *, robot: str, at: datetime) -> None:
    """Record that the content was taken, of a submission that was; again within ten minutes is the
    same time."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related("form", "version")
    held = rows.get(pk=submission.pk)
    if held.state != State.TAKEN:
        return
    since = at - DOWNLOAD_COUNTS_EVERY
    if held.downloads.filter(at__gt=since, robot=robot).exists():
        return
    taken = Download.objects.create(submission=held, at=at, robot=robot)
    asset = held.version.asset
    assert asset is not None
    entry = Entry(
        EntryKind.ACTIVITY, held.form.source_id, f"download-{taken.pk}", at, at,
        email=held.address, name=DOWNLOADED, properties=_properties(held, asset), bot=robot,
    )  # fmt: skip
    record([entry], at=at)


def _properties(held: Submission, asset: Asset) -> dict[str, Json]:
    return {"title": asset.name, "topic": asset.topic, "asset": asset.pk, "form": held.form.code}


def _is_confirmed(held: Submission, *, at: datetime) -> bool:
    assert held.lead is not None
    lead = held.lead.canonical_id
    return any(
        consents.permitted([lead], purpose=str(purpose), at=at)[lead].may for purpose in held.awaits
    )


def _mail(held: Submission, lead: Lead, document: Document, *, at: datetime) -> None:
    """Post the mail, once a submission. Where it may not leave, the submission says why."""
    asset = held.version.asset
    assert asset is not None
    found = consents.suppressed([held.address], at=at).get(held.address)
    if found is not None:
        held.content, held.content_said = Content.WITHHELD, f"Not mailed: {found.why}"
        return
    url = links.content_url(held.pk, days=document.link_days, at=at)
    text, html = _words(document, asset, url)
    try:
        post_mail(
            to=[held.address], subject=document.mail_subject, text=text, html=html, sender=None,
            about=f"form:{held.form.code}", once=f"forms.content:{held.pk}", at=at,
        )  # fmt: skip
    except Refused as refused:
        held.content, held.content_said = Content.WITHHELD, f"Not mailed: {refused}"
        return
    held.content, held.content_said = Content.MAILED, ""
    said = f"Mailed “{asset}” to {held.address}, as asked for by the form “{held.form}”."
    data: dict[str, Json] = {"form": held.form_id, "submission": held.pk, "asset": asset.pk}
    journal.write(
        "forms.content_mailed", at=at, via=Via.WEB, lead_id=lead.pk, said=said, data=data
    )  # fmt: skip


def _words(document: Document, asset: Asset, url: str) -> tuple[str, str]:
    """The mail as plain text and as HTML."""
    said = document.mail_text.strip() or f"Here is what you asked for: {asset}."
    until = f"The link works for {document.link_days} days. You get this mail because you, or "
    until += "somebody with your address, asked for it; if it was not you, do nothing."
    text = f"{said}\n\n{asset}:\n{url}\n\n{until}\n"
    parts = [escape(part).replace("\n", "<br>") for part in said.split("\n\n")]
    link = f'<a href="{escape(url)}">{escape(str(asset))}</a>'
    lines = "\n".join(f"<p>{part}</p>" for part in [*parts, link, escape(until)])
    return text, f"<!doctype html><html><body>\n{lines}\n</body></html>\n"


__all__ = ["DOWNLOADED", "deliver_confirmed", "hand_over", "is_open", "note_download"]
