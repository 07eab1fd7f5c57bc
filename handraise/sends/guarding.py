"""What the guards must know of many sends at once, and their verdicts.

Called inside the transaction that claims the sends, after their leads are locked: then nobody else
can send to the same leads in between, and caps hold however many workers there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from handraise.consent.decide import folded
from handraise.consent.queries import permitted
from handraise.consent.queries import suppressed as suppressions
from handraise.leads.bulk import ids, rows_of, texts
from handraise.leads.decide import ZONE_FACTS, Stage
from handraise.messaging.models import MessageVersion
from handraise.sends.guards import Case, Kind, Moment, Past, Sent, Verdict
from handraise.sends.guards import verdicts as judged
from handraise.sends.limiting import in_force
from handraise.sends.limits import WIDEST, Limits
from handraise.sends.models import Hold, Send
from handraise.sends.quiet import Quiet
from handraise.sends.zones import zone_of

__all__ = ["Kind", "Verdict", "addresses", "verdicts"]

_COMPETITOR = "is_competitor"

_LEADS = """
    SELECT asked.id, root.id, root.email, root.stage, root.withdrawn_at IS NOT NULL,
        root.country, coalesce(company.country, ''), coalesce(rival.truth, false)
    FROM unnest(%(leads)s::bigint[]) AS asked (id)
    JOIN leads_lead lead ON lead.id = asked.id
    JOIN leads_lead root ON root.id = lead.canonical_id
    LEFT JOIN leads_company company ON company.id = root.company_id
    LEFT JOIN LATERAL (
        SELECT fact.truth FROM leads_fact fact
        WHERE fact.company_id = company.id AND fact.name = %(competitor)s
          AND fact.known_at <= %(at)s AND fact.holds_from <= %(at)s
          AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
        ORDER BY fact.holds_from DESC, fact.known_at DESC, fact.id DESC LIMIT 1
    ) rival ON true
"""

_FACTS = """
    SELECT DISTINCT ON (face.canonical_id, fact.name)
        face.canonical_id, fact.name, fact.value #>> '{}'
    FROM leads_lead face
    JOIN leads_identity known ON known.lead_id = face.id
    JOIN leads_fact fact ON fact.identity_id = known.id
    WHERE face.canonical_id = ANY(%(leads)s::bigint[]) AND fact.name = ANY(%(names)s)
      AND fact.known_at <= %(at)s AND fact.holds_from <= %(at)s
      AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
    ORDER BY face.canonical_id, fact.name, fact.holds_from DESC, fact.known_at DESC, fact.id DESC
"""

_WHERE = """
    SELECT asked.id, root.id, root.email
    FROM unnest(%s::bigint[]) AS asked (id)
    JOIN leads_lead lead ON lead.id = asked.id
    JOIN leads_lead root ON root.id = lead.canonical_id
"""

# A card may still have to be made: then the address is the newest by which they are known.
_KNOWN_BY = """
    SELECT DISTINCT ON (face.canonical_id) face.canonical_id, known.value
    FROM leads_lead face
    JOIN leads_identity known ON known.lead_id = face.id AND known.kind = 'email'
    WHERE face.canonical_id = ANY(%s::bigint[])
    ORDER BY face.canonical_id, known.created_at DESC, known.id DESC
"""

# What may have arrived: of the leads and of the addresses, within the widest window of a cap, and
# ever for the messages that are to be sent.
_PAST = """
    WITH mine AS (
        SELECT send.id FROM leads_lead face JOIN sends_send send ON send.lead_id = face.id
        WHERE face.canonical_id = ANY(%(leads)s::bigint[])
          AND send.state IN ('sent', 'sending', 'unclear')
        UNION
        SELECT send.id FROM unnest(%(addresses)s::text[]) AS asked (address)
        JOIN sends_send send ON lower(send.address) = asked.address
        WHERE send.address <> '' AND send.state IN ('sent', 'sending', 'unclear')
    )
    SELECT send.id, lead.canonical_id, send.address, version.message_id, send.purpose,
        coalesce(send.sent_at, send.claimed_at, send.due_at) AS at
    FROM mine
    JOIN sends_send send ON send.id = mine.id
    JOIN leads_lead lead ON lead.id = send.lead_id
    JOIN messaging_messageversion version ON version.id = send.version_id
    WHERE coalesce(send.sent_at, send.claimed_at, send.due_at) > %(since)s
       OR version.message_id = ANY(%(messages)s::bigint[])
"""

# Two leads may have one address, and then the locks of leads do not keep two workers apart. To
# judge takes a moment, so one worker judges at a time, until its claim is committed.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('handraise.sends.guarding', 0))"


@dataclass(slots=True)
class _Lead:
    """What is known of one lead at this instant."""

    pk: int
    address: str
    stage: Stage
    is_gone: bool
    countries: tuple[str, str]
    is_competitor: bool
    zones: dict[str, str] = field(default_factory=dict)

    def zone(self) -> str:
        told = [self.zones[name] for name in ZONE_FACTS if name in self.zones]
        return zone_of(told, self.countries, otherwise=settings.TIME_ZONE)


def verdicts(
    sends: Sequence[Send], *, at: datetime, heard_at: datetime | None = None
) -> dict[int, Verdict]:
    """Whether each of these sends leaves now; in about ten statements, however many they are.

    Judged in the order of their due times: where caps let one of two go, the earlier goes. The
    caller is inside a transaction and holds the leads (`attention.lock`). What leads said of mails
    holds until `heard_at`, an instant after they were locked; else until `at`.
    """
    if not sends:
        return {}
    rows_of(_ONE_AT_A_TIME)
    ordered = sorted(sends, key=lambda send: (send.due_at, send.pk))
    leads = _leads({send.lead_id for send in sends}, at)
    messages = _messages({send.version_id for send in sends})
    limits = in_force().limits
    cases = _cases(ordered, leads, messages, limits, at, heard_at or at)
    past = _past(cases, at)
    return dict(judged(cases, Moment(at, limits, past)))


def addresses(lead_ids: Collection[int]) -> dict[int, str]:
    """Where each of these leads is written to, as their guards see it; blank where nowhere."""
    rows = rows_of(_WHERE, [ids(lead_ids)])
    known = _known_by(root for _, root, email in rows if not email)
    return {pk: folded(email or known.get(root, "")) for pk, root, email in rows}


def _leads(lead_ids: Collection[int], at: datetime) -> dict[int, _Lead]:
    """By the id that was asked for, which may be of a lead that was merged since."""
    rows = rows_of(_LEADS, {"leads": ids(lead_ids), "competitor": _COMPETITOR, "at": at})
    known = _known_by(row[1] for row in rows if not row[2])
    roots: dict[int, _Lead] = {}
    found = {}
    for asked, root, email, stage, is_gone, country, firm_country, is_rival in rows:
        if root not in roots:
            roots[root] = _Lead(
                root, folded(email or known.get(root, "")), Stage(stage), is_gone,
                (country, firm_country), is_rival,
            )  # fmt: skip
        found[asked] = roots[root]
    _add_facts(roots, at)
    return found


def _known_by(roots: Iterable[int]) -> dict[int, str]:
    asked = list(roots)
    return dict(rows_of(_KNOWN_BY, [ids(asked)])) if asked else {}


def _add_facts(roots: Mapping[int, _Lead], at: datetime) -> None:
    names = [*ZONE_FACTS, _COMPETITOR]
    for root, name, value in rows_of(_FACTS, {"leads": ids(roots), "names": names, "at": at}):
        if name == _COMPETITOR:
            roots[root].is_competitor |= value == "true"
        elif value:
            roots[root].zones[name] = value


def _messages(version_ids: Collection[int]) -> dict[int, int]:
    """The message of each of these versions."""
    found = MessageVersion.objects.filter(pk__in=version_ids).values_list("pk", "message_id")
    return dict(found)


def _cases(
    sends: Sequence[Send], leads: Mapping[int, _Lead], messages: Mapping[int, int],
    limits: Limits, at: datetime, heard_at: datetime,
) -> list[Case]:  # fmt: skip
    barred = suppressions({lead.address for lead in leads.values() if lead.address}, at=heard_at)
    against = _against(sends, leads, heard_at)
    opening = _Opening(limits.quiet(), at)
    held = _held({send.about for send in sends})
    cases = []
    for send in sends:
        lead = leads[send.lead_id]
        why = barred.get(lead.address)
        cases.append(
            Case(
                send.pk, lead.pk, lead.address, messages[send.version_id], send.purpose,
                lead.stage, opening.of(lead.zone()), "" if why is None else why.why,
                against.get((lead.pk, send.purpose, send.topic), ""), lead.is_gone,
                lead.is_competitor, send.about in held,
            )
        )  # fmt: skip
    return cases


def _held(abouts: Collection[str]) -> set[str]:
    return set(Hold.objects.filter(about__in=abouts).values_list("about", flat=True))


def _against(
    sends: Sequence[Send], leads: Mapping[int, _Lead], at: datetime
) -> dict[tuple[int, str, str], str]:
    """Why a lead may not be written to for a purpose and topic, where it may not."""
    asked: dict[tuple[str, str], set[int]] = {}
    for send in sends:
        if send.purpose:
            asked.setdefault((send.purpose, send.topic), set()).add(leads[send.lead_id].pk)
    return {
        (lead, purpose, topic): answer.why
        for (purpose, topic), lead_ids in asked.items()
        for lead, answer in permitted(lead_ids, purpose=purpose, topic=topic, at=at).items()
        if not answer.may
    }


@dataclass(slots=True)
class _Opening:
    """From when on it is not quiet in a zone; reckoned once for each."""

    quiet: Quiet
    at: datetime
    _of: dict[str, datetime | None] = field(default_factory=dict)

    def of(self, zone: str) -> datetime | None:
        if zone not in self._of:
            self._of[zone] = self.quiet.open_from(self.at, ZoneInfo(zone))
        return self._of[zone]


def _past(cases: Sequence[Case], at: datetime) -> Past:
    """What these leads and addresses had, without the sends that are being judged."""
    named = {
        "leads": ids({case.lead for case in cases}),
        "addresses": texts({case.address for case in cases if case.address}),
        "messages": ids({case.message for case in cases}),
        "since": at - WIDEST,
    }
    own = {case.send for case in cases}
    rows = (Sent(pk, lead, folded(address), *rest)
            for pk, lead, address, *rest in rows_of(_PAST, named) if pk not in own)  # fmt: skip
    return Past.of(rows)
