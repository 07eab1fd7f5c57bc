"""The brief: what sales sees of a lead, written once at the offer and never changed.

A brief is plain JSON, so that what was sent can be shown word for word years later, whatever the
lead, the agreement or this code have become since. Instants are ISO 8601 text.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec

from handraise.agreement.document import Behaviour, Document, FitSignal, subjects
from handraise.handover.material import Material, Row, gather
from handraise.leads.decide import Stage
from handraise.qualification.decide import figures
from handraise.scoring.models import Score

FORMAT = 1  # so that a page can still read the briefs of an older release
LONGEST_TEXT = 500  # of one property; a brief is for reading


def briefs(
    lead_ids: Collection[int], *, document: Document, version: int, at: datetime
) -> dict[int, dict[str, Any]]:
    """A brief for each canonical lead, all but the route (`why_you`), as plain JSON."""
    gathered = gather(lead_ids, document=document, at=at)
    return {pk: _plain(_brief(one, document, version, at)) for pk, one in gathered.items()}


def _plain(brief: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(brief)
    return plain


def _brief(one: Material, document: Document, version: int, at: datetime) -> dict[str, Any]:
    contributions = _contributions(one.score, document)
    return {
        "format": FORMAT,
        "version": version,
        "agreement": document.name,
        "written_at": at,
        "why_now": _why_now(one, contributions),
        "lead": _lead(one),
        "facts": [_trimmed(fact) for fact in one.facts],
        "company_facts": [_trimmed(fact) for fact in one.company_facts],
        "scores": _scores(one.score),
        "contributions": contributions,
        "activities": [_activity(row) for row in one.activities],
        "content": one.content,
        "earlier_handovers": one.earlier,
        "colleagues": [_colleague(row) for row in one.colleagues],
        "consents": one.consents,
        "unknown": _unknown(one, document),
    }


def _lead(one: Material) -> dict[str, Any]:
    lead, company = one.lead, one.lead.company
    return {
        "id": lead.pk,
        "name": str(lead),
        "email": lead.email,
        "phone": lead.phone,
        "title": lead.title,
        "country": lead.country,
        "tags": list(lead.tags),
        "stage": lead.stage,
        "stage_since": lead.stage_since,
        "owner": None if lead.owner is None else lead.owner.name,
        "company": None if company is None else {"id": company.pk, "name": str(company)},
    }


def _scores(score: Score | None) -> dict[str, Any]:
    if score is None:
        return {}
    return {
        "fit": score.fit,
        "interest": score.interest,
        "intent": score.intent,
        "priority": score.priority,
        "grade": score.grade,
        "scored_at": score.scored_at,
    }


def _contributions(score: Score | None, document: Document) -> dict[str, list[Row]]:
    """Every signal by kind, the strongest first; `points` is null where a condition is unknown."""
    kinds: dict[str, tuple[FitSignal | Behaviour, ...]] = {
        "fit": document.fit,
        "interest": document.interest,
        "intent": document.intent,
    }
    found: dict[str, list[Row]] = {}
    place = 0
    for kind, signals in kinds.items():
        rows = [_contribution(score, place + n, signal) for n, signal in enumerate(signals)]
        found[kind] = sorted(rows, key=lambda row: -abs(row["points"] or 0))
        place += len(signals)
    return found


def _contribution(score: Score | None, place: int, signal: FitSignal | Behaviour) -> Row:
    """One signal's row. A score of another version has other places: it then says nothing."""
    there = score is not None and place < len(score.contributions)
    return {
        "name": signal.name,
        "points": score.contributions[place] if score is not None and there else None,
        "given": signal.points,
        "matched": score.matched[place] if score is not None and there else 0,
        "latest": score.latest[place] if score is not None and there else None,
    }


def _why_now(one: Material, contributions: dict[str, list[Row]]) -> str:
    """One sentence: the strongest newest sign, and the strongest reason why they fit."""
    behaviour = _strongest(contributions["intent"]) or _strongest(contributions["interest"])
    fit = _strongest(contributions["fit"])
    did = _did(behaviour) if behaviour is not None else ""
    fits = f"fits: {fit['name']} ({fit['points']:+.0f})" if fit is not None else ""
    if did and fits:
        return f"{did}, and {fits}."
    if did or fits:
        return f"{(did or fits)[:1].upper()}{(did or fits)[1:]}."
    return f"Qualified with {figures(one.score)}." if one.score is not None else "Qualified."


def _strongest(rows: list[Row]) -> Row | None:
    counted = [row for row in rows if (row["points"] or 0) > 0]
    return max(counted, key=lambda row: (row["points"], str(row["latest"] or "")), default=None)


def _did(row: Row) -> str:
    times = f", {row['matched']} times" if row["matched"] > 1 else ""
    day = f", last on {row['latest']:%-d %B}" if row["latest"] is not None else ""
    return f"{row['name']}{times}{day} ({row['points']:+.0f})"


def _activity(row: Row) -> Row:
    return {
        "id": row["id"],
        "name": row["name"],
        "what": row["what"][:LONGEST_TEXT],
        "occurred_at": row["occurred_at"],
        "properties": {name: _short(value) for name, value in row["properties"].items()},
    }


def _trimmed(fact: Row) -> Row:
    return {**fact, "value": _short(fact["value"])}


def _short(value: object) -> object:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def _colleague(row: Row) -> Row:
    name = row.pop("name") or row["email"] or f"Visitor {row['id']}"
    return {**row, "name": name, "stage": Stage(row["stage"]).label}


_OWN = {"fit", "interest", "intent", "priority", "grade", "stage", "consent"}


def _unknown(one: Material, document: Document) -> list[str]:
    """Facts that the agreement reads and nobody knows: what to ask about."""
    known = {fact["name"] for fact in one.facts if fact["value"] is not None}
    known |= {f"company.{fact['name']}" for fact in one.company_facts if fact["value"] is not None}
    asked = [name for name in _asked(document) if name.split(".")[0] not in _OWN]
    return [name for name in dict.fromkeys(asked) if name not in known]


def _asked(document: Document) -> list[str]:
    conditions = [document.mql.when, document.sql.when, document.mql.never]
    conditions += [signal.when for signal in document.fit]
    conditions += [route.when for route in document.routes]
    named = [sorted(subjects(each)) for each in conditions if each is not None]
    return [*document.mql.needs, *(name for names in named for name in names)]
