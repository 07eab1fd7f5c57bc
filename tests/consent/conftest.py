"""Short ways to say what leads agreed to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from handraise.consent import actions
from handraise.consent.arranging import Terms, add_purpose, change_purpose
from handraise.consent.decide import Basis, How, Kind, Permitted
from handraise.consent.models import Purpose
from handraise.consent.queries import permitted
from handraise.leads.decide import Via
from handraise.leads.models import Consent, Lead
from handraise.team.models import User
from tests.personas import NOON

WORDS = "Yes, send me that."


def purpose(code: str) -> Purpose:
    return Purpose.objects.get(code=code)


def give(
    lead: Lead, code: str = "newsletter", topics: Collection[str] = (), *, how: How = How.HAND,
    at: datetime = NOON, **more: Any,
) -> Consent | None:  # fmt: skip
    told: dict[str, Any] = {"wording": WORDS, "by": None, "at": at, "via": Via.WEB, **more}
    return actions.give(lead, purpose=code, topics=topics, how=how, **told)


def leave(
    lead: Lead, code: str = "newsletter", topics: Collection[str] = (), *, at: datetime = NOON,
    how: How = How.UNSUBSCRIBE,
) -> Consent | None:  # fmt: skip
    return actions.withdraw(lead, purpose=code, topics=topics, how=how, by=None, at=at, via=Via.WEB)


def verdict(
    lead: Lead, code: str = "newsletter", topic: str = "", *, at: datetime = NOON
) -> Permitted:
    return permitted([lead.pk], purpose=code, topic=topic, at=at)[lead.pk]


def may(lead: Lead, code: str = "newsletter", topic: str = "", *, at: datetime = NOON) -> bool:
    return verdict(lead, code, topic, at=at).may


def made(name: str, by: User, *, basis: Basis = Basis.CONSENT, **more: Any) -> Purpose:
    terms = Terms(name, wording=WORDS, basis=basis, **more)
    return add_purpose(terms, by=by, at=NOON, via=Via.WEB)


def changed(told: Purpose, by: User, **more: Any) -> Purpose:
    now = {one: getattr(told, one) for one in Terms.__slots__}
    return change_purpose(told, Terms(**{**now, **more}), by=by, at=NOON, via=Via.WEB)


def bar(*addresses: str, kind: Kind = Kind.HAND, why: str = "", at: datetime = NOON) -> int:
    return actions.suppress(addresses, kind=kind, why=why, by=None, at=at, via=Via.WEB)
