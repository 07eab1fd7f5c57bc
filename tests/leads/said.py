"""Short ways to say an entry in the tests of leads."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from handraise.leads.decide import SourceKind
from handraise.leads.entry import Entry, EntryKind
from handraise.leads.models import Lead, Source
from tests.personas import NOON

_numbers = count(1)


def a_source(name: str = "Website", kind: SourceKind = SourceKind.API) -> Source:
    return Source.objects.get_or_create(name=name, kind=kind, defaults={"created_at": NOON})[0]


def entry(kind: EntryKind, source: Source | None = None, at: datetime = NOON, **rest: Any) -> Entry:
    where = source or a_source()
    number = f"m{next(_numbers)}"
    return Entry(kind, where.pk, number, at, rest.pop("known_at", at), **rest)


def did(name: str = "page", **rest: Any) -> Entry:
    return entry(EntryKind.ACTIVITY, name=name, **rest)


def facts(traits: dict[str, Any] | None = None, **rest: Any) -> Entry:
    return entry(EntryKind.FACTS, traits=traits or {}, **rest)


def group(traits: dict[str, Any] | None = None, **rest: Any) -> Entry:
    return entry(EntryKind.GROUP, traits=traits or {}, **rest)


def alias(**rest: Any) -> Entry:
    return entry(EntryKind.ALIAS, **rest)


def lead_of(kind: str, value: str) -> Lead:
    """The canonical lead of an identity."""
    return Lead.objects.get(
        pk=Lead.objects.get(identities__kind=kind, identities__value=value).canonical_id
    )
