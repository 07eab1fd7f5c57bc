"""Who may be written to and who must not, for thousands at once; purposes, and what a lead said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from handraise.consent.decide import (
    Basis,
    How,
    Kind,
    Permitted,
    Rule,
    Said,
    domains_of,
    folded,
    permission,
)
from handraise.consent.models import Purpose, Topic
from handraise.kit.fold import fold
from handraise.leads.bulk import ids, rows_of, texts
from handraise.leads.limits import TooLong, limited

__all__ = [
    "Permitted",
    "Suppressed",
    "permitted",
    "purposes",
    "rule_of",
    "said_by",
    "suppressed",
    "tallies",
]


def purposes() -> list[Purpose]:
    """The purposes in use, in their order, each with its topics in use (`purpose.topics.all()`)."""
    topics = Prefetch("topics", Topic.objects.filter(retired_at=None))
    return list(Purpose.objects.filter(retired_at=None).prefetch_related(topics))


def permitted(
    lead_ids: Iterable[int], *, purpose: str, topic: str = "", at: datetime
) -> dict[int, Permitted]:
    """Whether each of these leads may be written to for a purpose, and why not; two statements.

    A merged lead is answered for as the one that it became. A purpose or topic that is not known
    or not in use permits nobody.
    """
    asked = list(lead_ids)
    rule = _rule(fold(purpose), fold(topic))
    if isinstance(rule, str):
        return dict.fromkeys(asked, Permitted(False, rule))
    found = {lead: permission(rule, said) for lead, said in said_by(asked, rule.code, at).items()}
    nobody = Permitted(False, "There is no such lead.")
    return {lead: found.get(lead, nobody) for lead in asked}


_RULE = """
    SELECT purpose.name, purpose.basis, purpose.needs_confirmation,
        purpose.retired_at IS NULL, topic.name, topic.retired_at IS NULL
    FROM consent_purpose purpose
    LEFT JOIN consent_topic topic ON topic.purpose_id = purpose.id AND topic.code = %(topic)s
    WHERE purpose.code = %(purpose)s
"""


def _rule(purpose: str, topic: str) -> Rule | str:
    """What decides; a sentence where nobody may be written to for it."""
    rows = rows_of(_RULE, {"purpose": purpose, "topic": topic})
    if not rows:
        return f"No purpose is called {purpose or 'so'}."
    name, basis, needs_confirmation, is_used, topic_name, is_topic_used = rows[0]
    if not is_used:
        return f"The purpose {name} is not in use any more."
    if topic and topic_name is None:
        return f"{name} has no topic {topic}."
    if topic and not is_topic_used:
        return f"The topic {topic_name} of {name} is not in use any more."
    return Rule(purpose, name, Basis(basis), needs_confirmation, topic, topic_name or "")


def rule_of(purpose: Purpose) -> Rule:
    """What decides for a purpose as a whole."""
    return Rule(purpose.code, purpose.name, Basis(purpose.basis), purpose.needs_confirmation)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many leads have given, and how many withdrawn, their consent to a purpose."""

    given: int = 0
    withdrawn: int = 0


_TALLY = """
    SELECT newest.purpose, count(*) FILTER (WHERE newest.is_given),
        count(*) FILTER (WHERE NOT newest.is_given)
    FROM (
        SELECT DISTINCT ON (lead.canonical_id, consent.purpose) consent.purpose, consent.is_given
        FROM leads_consent consent
        JOIN leads_identity identity ON identity.id = consent.identity_id
        JOIN leads_lead lead ON lead.id = identity.lead_id
        WHERE consent.withdrawn_at IS NULL
        ORDER BY lead.canonical_id, consent.purpose, consent.holds_from DESC,
            consent.known_at DESC, consent.id DESC
    ) newest
    GROUP BY 1 ORDER BY 1
"""
PATIENT = 3_000  # milliseconds that a page waits for the counts


def tallies() -> dict[str, Tally] | None:
    """By code of a purpose, also those that no purpose has; None where counting takes too long."""
    try:
        with limited(PATIENT):
            return {code: Tally(given, left) for code, given, left in rows_of(_TALLY)}
    except TooLong:
        return None


# LATERAL with LIMIT, so that each lead reads its own few rows through the indexes, whatever the
# tables hold: PostgreSQL turns an EXISTS into a scan of the whole table, which took ten times as
# long for 5,000 of 200,000 leads.
_SAID = """
    SELECT asked.id, newest.is_given, newest.how, newest.address, lower(root.email),
        done.id IS NOT NULL, open.id IS NOT NULL, choice.topics, gone.id IS NOT NULL
    FROM unnest(%(leads)s::bigint[]) AS asked (id)
    JOIN leads_lead lead ON lead.id = asked.id
    JOIN leads_lead root ON root.id = lead.canonical_id
    CROSS JOIN LATERAL (
        SELECT array_agg(face.id) AS ids FROM leads_lead face WHERE face.canonical_id = root.id
    ) faces
    LEFT JOIN LATERAL (
        SELECT consent.id, consent.is_given, proof.how, proof.address
        FROM leads_identity identity
        JOIN leads_consent consent ON consent.identity_id = identity.id
        LEFT JOIN consent_proof proof ON proof.consent_id = consent.id
        WHERE identity.lead_id = ANY(faces.ids) AND consent.purpose = %(purpose)s
          AND consent.known_at <= %(at)s AND consent.holds_from <= %(at)s
          AND (consent.withdrawn_at IS NULL OR consent.withdrawn_at > %(at)s)
        ORDER BY consent.holds_from DESC, consent.known_at DESC, consent.id DESC LIMIT 1
    ) newest ON true
    LEFT JOIN LATERAL (
        SELECT done.id FROM consent_confirmation done
        WHERE done.lead_id = ANY(faces.ids) AND done.purpose = %(purpose)s
          AND done.confirmed_at <= %(at)s AND done.address = lower(root.email) LIMIT 1
    ) done ON true
    LEFT JOIN LATERAL (
        SELECT open.id FROM consent_confirmation open
        WHERE open.lead_id = ANY(faces.ids) AND open.purpose = %(purpose)s
          AND open.asked_at <= %(at)s AND open.expires_at > %(at)s
          AND (open.confirmed_at IS NULL OR open.confirmed_at > %(at)s) LIMIT 1
    ) open ON true
    LEFT JOIN LATERAL (
        SELECT choice.topics FROM consent_topicchoice choice
        WHERE choice.lead_id = ANY(faces.ids) AND choice.purpose = %(purpose)s
          AND choice.at <= %(at)s
        ORDER BY choice.at DESC, choice.id DESC LIMIT 1
    ) choice ON true
    LEFT JOIN LATERAL (
        SELECT gone.id FROM consent_leaving gone
        WHERE gone.lead_id = ANY(faces.ids) AND gone.at <= %(at)s LIMIT 1
    ) gone ON true
"""


def said_by(lead_ids: Iterable[int], purpose: str, at: datetime) -> dict[int, Said]:
    """What each of these leads has said of a purpose by then, in one statement."""
    rows = rows_of(_SAID, {"leads": ids(lead_ids), "purpose": purpose, "at": at})
    return {
        lead: Said(
            is_given, None if how is None else How(how), address or "", email, is_confirmed,
            is_asked, topics, left_all,
        )
        for lead, is_given, how, address, email, is_confirmed, is_asked, topics, left_all in rows
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why an address must not be written to: the gravest reason of those that hold."""

    value: str
    kind: Kind
    why: str


_GRAVITY = (Kind.COMPLAINT, Kind.HAND, Kind.DOMAIN, Kind.IMPORTED, Kind.BOUNCE)
_SUPPRESSED = """
    SELECT value, kind, why, at FROM consent_suppression
    WHERE value = ANY(%(values)s::text[]) AND at <= %(at)s
      AND (lifted_at IS NULL OR lifted_at > %(at)s)
"""


def suppressed(addresses: Iterable[str], *, at: datetime) -> dict[str, Suppressed]:
    """Which of these addresses must not be written to, and why; one statement for all of them.

    Under the address as it was asked for, and as it is compared (`folded`).
    """
    asked = {one: folded(one) for one in addresses}
    above = {spec: domains_of(spec) for spec in set(asked.values())}
    wanted = {*above, *(domain for domains in above.values() for domain in domains)}
    values = texts(sorted(one for one in wanted if "\x00" not in one))
    held: dict[str, Suppressed] = {}
    for value, kind, why, since in rows_of(_SUPPRESSED, {"values": values, "at": at}):
        one = Suppressed(value, Kind(kind), _sentence(value, Kind(kind), why, since))
        held[value] = min(held.get(value, one), one, key=lambda each: _GRAVITY.index(each.kind))
    found = {}
    for given, spec in asked.items():
        hit = [held[value] for value in (spec, *above[spec]) if value in held]
        if hit:
            found[given] = found[spec] = min(hit, key=lambda each: _GRAVITY.index(each.kind))
    return found


_WORDS = {
    Kind.BOUNCE: "Mails to {value} come back",
    Kind.COMPLAINT: "A mail to {value} was reported as unwanted",
    Kind.HAND: "{value} must not be written to",
    Kind.DOMAIN: "Nobody at {value} must be written to",
    Kind.IMPORTED: "{value} came on an imported list of those not to write to",
}


def _sentence(value: str, kind: Kind, why: str, since: datetime) -> str:
    said = f"{_WORDS[kind].format(value=value)} (since {since.date():%-d %B %Y})"
    return f"{said}: {why.rstrip('.')}." if why else f"{said}."
