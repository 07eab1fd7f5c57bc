"""Whose a lead is already: by itself, by its company, or by who works there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from handraise.leads.bulk import FEW, ids, rows_of, texts
from handraise.leads.decide import Stage

_OF_SALES = (
    Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED, Stage.SALES_QUALIFIED, Stage.OPPORTUNITY,
    Stage.CUSTOMER,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tie:
    """Why a lead is somebody's who works here. `said` ends a sentence that begins with `owner`.

    `strength`: by the lead itself (1), its company (2), a colleague (3), a namesake (4).
    """

    owner_id: int
    owner: str
    said: str
    strength: int = field(default=1, compare=False)


# A namesake tells whose a company is only where all of that name have one owner. It takes a name
# of three characters: of "AG" nothing is left.
_TIES = """
WITH asked AS (
    SELECT lead.id, lead.owner_id, lead.company_id,
        company.owner_id AS company_owner_id, company.domain,
        coalesce(nullif(company.name, ''), told.name) AS company_name
    FROM leads_lead lead
    LEFT JOIN leads_company company ON company.id = lead.company_id
    LEFT JOIN LATERAL (
        SELECT fact.value #>> '{}' AS name
        FROM leads_lead face
        JOIN leads_identity identity ON identity.lead_id = face.id
        JOIN leads_fact fact ON fact.identity_id = identity.id
        WHERE face.canonical_id = lead.id AND fact.name = 'company.name'
          AND NOT EXISTS (SELECT FROM leads_factwithdrawal gone WHERE gone.fact_id = fact.id)
        ORDER BY fact.holds_from DESC, fact.known_at DESC, fact.id DESC LIMIT 1
    ) told ON lead.company_id IS NULL
    WHERE lead.id = ANY(%(leads)s::bigint[])
)
SELECT found.id, strength, person.id, person.name, who, how
FROM (
    SELECT id, 1, owner_id, '', '' FROM asked
    UNION ALL
    SELECT id, 2, company_owner_id, company_name, coalesce(domain, '') FROM asked
    UNION ALL
    SELECT asked.id, 3, other.owner_id, other.name, asked.company_name
    FROM asked CROSS JOIN LATERAL (
        SELECT colleague.owner_id,
            coalesce(nullif(colleague.name, ''), nullif(colleague.email, ''), 'a colleague') AS name
        FROM leads_lead colleague
        JOIN team_user owner ON owner.id = colleague.owner_id AND owner.is_active
        WHERE colleague.company_id = asked.company_id AND colleague.id <> asked.id
          AND colleague.is_current AND colleague.stage = ANY(%(stages)s::text[])
        ORDER BY colleague.stage_since DESC, colleague.id DESC LIMIT 1
    ) other
    UNION ALL
    SELECT asked.id, 4, namesake.owner_id, namesake.name, asked.company_name
    FROM asked CROSS JOIN LATERAL (
        SELECT min(company.owner_id) AS owner_id, min(company.name) AS name
        FROM leads_company company
        JOIN team_user owner ON owner.id = company.owner_id AND owner.is_active
        WHERE company.owner_id IS NOT NULL AND company.id IS DISTINCT FROM asked.company_id
          AND leads_bare_company_name(company.name) = leads_bare_company_name(asked.company_name)
          AND length(leads_bare_company_name(asked.company_name)) >= 3
        HAVING count(DISTINCT company.owner_id) = 1
    ) namesake
) found (id, strength, owner_id, who, how)
JOIN team_user person ON person.id = found.owner_id AND person.is_active
ORDER BY found.id, strength
"""


def ties_of(lead_ids: Collection[int]) -> dict[int, list[Tie]]:
    """Whose each of these canonical leads is, the strongest tie first; others are left out."""
    found: dict[int, list[Tie]] = defaultdict(list)
    named = {"leads": ids(lead_ids), "stages": texts(stage.value for stage in _OF_SALES)}
    for lead, strength, owner, name, who, how in rows_of(
        _TIES, named, is_kept=len(lead_ids) <= FEW
    ):
        found[lead].append(Tie(owner, name, _said(strength, who, how), strength))
    return dict(found)


def _said(strength: int, who: str, how: str) -> str:
    match strength:
        case 1:
            return "owns this lead"
        case 2:
            return f"owns {who or how}" + (f" (the domain {how})" if who and how else "")
        case 3:
            return f"owns {who}" + (f" of {how}" if how else " of the same company")
        case _:
            return f"owns {who}" + (f", taken to be “{how}”" if how != who else "")


__all__ = ["Tie", "ties_of"]
