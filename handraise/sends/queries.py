"""Reads of sends."""

from __future__ import annotations

from django.db.models import QuerySet

from handraise.sends.models import Links, Send


def target(send: Send, place: int) -> str | None:
    """The URL behind the link at this place of the message, as it was sent to this lead; None when
    there is none: then nobody is sent anywhere."""
    kept = Links.objects.filter(pk=send.links_id) if send.links_id else _usual(send.version_id)
    urls = kept.values_list("urls", flat=True).first()
    return None if urls is None else urls.get(str(place))


def _usual(version_id: int) -> QuerySet[Links]:
    return Links.objects.filter(version_id=version_id, is_usual=True)
