"""Reads: what a script may say of a lead, of many leads at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from handraise.enablement.language import BEGIN, END
from handraise.leads.bulk import ids, rows_of
from handraise.leads.models import Lead

READ = 5  # titles of what they read, the newest first
LONGEST = 500  # characters of one value
_UNMARKED = {ord(BEGIN): None, ord(END): None, 0: None}

_CARD = (
    "name", "title", "email", "country", "company__name", "company__industry", "company__employees",
)  # fmt: skip

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known beside the lead's own facts. `read` None: looked up; `answers` by question;
    `facts` and `company_facts` as JSON rows of `name` and `value`, where they were read already."""

    why_now: str = ""
    seller: str = ""
    read: Sequence[str] | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    facts: msgspec.Raw | None = None
    company_facts: msgspec.Raw | None = None


_FACTS = """
select distinct on (face.canonical_id, fact.name) face.canonical_id, fact.name, fact.value::text
from leads_lead face
join leads_identity identity on identity.lead_id = face.id
join leads_fact fact on fact.identity_id = identity.id
where face.canonical_id = any(%(leads)s::bigint[])
  and fact.known_at <= %(at)s and fact.holds_from <= %(at)s
  and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
order by face.canonical_id, fact.name, fact.holds_from desc, fact.known_at desc, fact.id desc
"""

_COMPANY_FACTS = """
select distinct on (fact.company_id, fact.name) fact.company_id, fact.name, fact.value::text
from leads_fact fact
where fact.company_id = any(%(companies)s::bigint[])
  and fact.known_at <= %(at)s and fact.holds_from <= %(at)s
  and not exists (select from leads_factwithdrawal gone where gone.fact_id = fact.id)
order by fact.company_id, fact.name, fact.holds_from desc, fact.known_at desc, fact.id desc
"""

# Only what has a title was read: a path is an address, and nobody is told "I saw you read /a/7".
_READ = f"""
select lead.id, (
    select array_agg(title order by latest desc) from (
        select activity.properties->>'title' as title, max(activity.occurred_at) as latest
        from leads_lead face
        join leads_identity identity on identity.lead_id = face.id
        join leads_activity activity on activity.identity_id = identity.id
        where face.canonical_id = lead.id and activity.occurred_at <= %(at)s
          and jsonb_typeof(activity.properties->'title') = 'string'
          and not exists (select from leads_judgement against
                          where against.activity_id = activity.id and not against.counts
                            and not exists (
                                select from leads_judgement later
                                where later.activity_id = activity.id
                                  and later.doubt = against.doubt
                                  and (later.known_at, later.id) > (against.known_at, against.id)))
        group by 1 order by latest desc limit {READ}
    ) newest)
from unnest(%(leads)s::bigint[]) lead (id)
"""  # noqa: S608 - a constant of this module


def about(
    lead_ids: Collection[int], *, situations: Mapping[int, Situation], at: datetime
) -> dict[int, Values]:
    """The variables of scripts for each canonical lead, as known at `at`; what is not known is
    left out. In four statements for all of them."""
    leads = Lead.objects.select_related("company").only(*_CARD).in_bulk(list(lead_ids))
    none = Situation()
    facts, firms = _told(leads, situations, at)
    asked = [pk for pk in leads if situations.get(pk, none).read is None]
    read = dict(rows_of(_READ, {"leads": ids(asked), "at": at})) if asked else {}
    return {
        pk: _values(
            lead, facts.get(pk, {}), firms.get(pk, {}), situations.get(pk, none),
            read.get(pk) or (),
        )
        for pk, lead in leads.items()
    }  # fmt: skip


def _told(
    leads: Mapping[int, Lead], situations: Mapping[int, Situation], at: datetime
) -> tuple[dict[int, Values], dict[int, Values]]:
    """The facts of each lead, and those of its company: handed over, or looked up."""
    facts: dict[int, Values] = {}
    firms: dict[int, Values] = {}
    asked = []
    for pk in leads:
        given = situations.get(pk)
        if given is None or given.facts is None or given.company_facts is None:
            asked.append(pk)
        else:
            facts[pk], firms[pk] = _rows(given.facts), _rows(given.company_facts)
    if asked:
        companies = {firm for pk in asked if (firm := leads[pk].company_id) is not None}
        named = {"leads": ids(asked), "companies": ids(companies), "at": at}
        facts |= _facts(_FACTS, named)
        found = _facts(_COMPANY_FACTS, named)
        firms |= {pk: found.get(leads[pk].company_id or 0, {}) for pk in asked}
    return facts, firms


def _rows(raw: msgspec.Raw) -> Values:
    told = ((row["name"], _value(row["value"])) for row in msgspec.json.decode(raw))
    return {name: value for name, value in told if value is not None}


def _facts(statement: str, named: Mapping[str, Any]) -> dict[int, Values]:
    found: dict[int, Values] = {}
    for of, name, text in rows_of(statement, named):
        value = _value(None if text is None else msgspec.json.decode(text))
        if value is not None:
            found.setdefault(of, {})[name] = value
    return found


def _value(raw: object) -> object:
    """A fact as a script says it: text without marks, a whole number without its point."""
    if isinstance(raw, str):
        return _plain(raw) or None
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return int(raw)
    if isinstance(raw, int | float):
        return raw
    return None if raw is None else _plain(msgspec.json.encode(raw).decode())


def _plain(text: str) -> str:
    plain = text if text.isprintable() else text.translate(_UNMARKED)  # no mark is printable
    return plain[:LONGEST].strip()


def _values(
    lead: Lead, facts: Values, firm: Values, situation: Situation, read: Sequence[str]
) -> Values:
    company = lead.company
    titles = situation.read if situation.read is not None else read
    told: Values = {
        "lead": {
            "name": _plain(lead.name), "first_name": _first_name(lead.name, facts),
            "title": _plain(lead.title), "email": _plain(lead.email),
            "country": _plain(lead.country), "facts": _nested(facts),
        },
        "company": {} if company is None else {
            "name": _plain(company.name), "industry": _plain(company.industry),
            "employees": _value(company.employees), "facts": _nested(firm),
        },
        "seller": {"name": _plain(situation.seller)},
        "why_now": _plain(situation.why_now),
        "read": [_plain(title) for title in titles if _plain(title)][:READ],
        "answers": {name: _plain(said) for name, said in situation.answers.items()},
    }  # fmt: skip
    return _known(told)


def _known(told: Values) -> Values:
    """Without what is empty: a blank is not known."""
    return {
        name: _known(value) if isinstance(value, dict) else value
        for name, value in told.items()
        if value not in ("", None, [])
    }


def _first_name(name: str, facts: Values) -> str:
    """The one they told, else the first of several words, unless it is a surname or a title."""
    told = facts.get("first_name")
    if isinstance(told, str):
        return told
    first, _, rest = _plain(name).partition(" ")
    return first if rest.strip() and not first.endswith((",", ".")) else ""


def _nested(facts: Values) -> Values:
    """`plan.name` as a script reads it: `plan`, and in it `name`."""
    made: Values = {}
    for name, value in sorted(facts.items()):
        *parents, last = name.split(".")
        inner = made
        for parent in parents:
            below = inner.setdefault(parent, {})
            if not isinstance(below, dict):
                break
            inner = below
        else:
            inner.setdefault(last, value)
    return made


__all__ = ["Situation", "Values", "about"]
