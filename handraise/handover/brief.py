"""The brief: what sales sees of a lead, written once at the offer and never changed.

A brief is plain JSON, so that what was sent can be shown word for word years later, whatever the
lead, the agreement or this code have become since. Instants are ISO 8601 text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from handraise.agreement.document import Behaviour, Document, FitSignal, subjects
from handraise.handover.best_time import best_time
from handraise.handover.material import Material, gather
from handraise.qualification.decide import figures
from handraise.scoring.models import Score

Row = dict[str, Any]

COLLEAGUES = "What colleagues did"
FORMAT = 2  # so that a page can still read the briefs of an older release


def briefs(
    lead_ids: Collection[int],
    *,
    document: Document,
    version: int,
    at: datetime,
    zones: Mapping[int, str],
) -> dict[int, dict[str, Any]]:
    """A brief for each canonical lead, all but the route (`why_you`), for `leads.bulk.as_json`.

    `zones`: see `gather`.
    """
    gathered = gather(lead_ids, document=document, at=at, zones=zones)
    asked = _asked(document)
    return {pk: _brief(one, document, version, at, asked) for pk, one in gathered.items()}


def _brief(
    one: Material, document: Document, version: int, at: datetime, asked: list[str]
) -> dict[str, Any]:
    contributions = _contributions(one.score, document)
    return {
        "format": FORMAT,
        "version": version,
        "agreement": document.name,
        "written_at": at,
        "why_now": _why_now(one, contributions),
        "lead": _lead(one),
        "facts": one.facts,
        "company_facts": one.company_facts,
        "scores": _scores(one.score),
        "contributions": contributions,
        "activities": one.activities,
        "content": one.content,
        "pages": one.pages,
        "mails": one.mails,
        "best_time": best_time(one.week, whose=_clock(one)),
        "earlier_handovers": one.earlier,
        "colleagues": one.colleagues,
        "consents": one.consents,
        "unknown": [name for name in asked if name not in one.known],
    }


def _clock(one: Material) -> str:
    """By whose clock hours are said: `their time`, or a place: who reads it may be elsewhere."""
    if one.own_zone:
        return "their time"
    place = one.zone.rpartition("/")[2].replace("_", " ")
    return place if one.zone == "UTC" else f"{place} time"


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
        rows += _of_colleagues(score, kind)
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


def _of_colleagues(score: Score | None, kind: str) -> list[Row]:
    """What others at the same company did, where the agreement lets that count."""
    points = getattr(score, f"company_{kind}", 0.0)
    if not points:
        return []
    return [{"name": COLLEAGUES, "points": points, "given": None, "matched": 0, "latest": None}]


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


_OWN = {"fit", "interest", "intent", "priority", "grade", "stage", "consent"}


def _asked(document: Document) -> list[str]:
    """Facts that the agreement reads, what needs knowing first: unknown ones are to be asked."""
    conditions = [document.mql.when, document.sql.when, document.mql.never]
    conditions += [signal.when for signal in document.fit]
    conditions += [route.when for route in document.routes]
    named = [sorted(subjects(each)) for each in conditions if each is not None]
    names = [*document.mql.needs, *(name for part in named for name in part)]
    return [name for name in dict.fromkeys(names) if name.split(".")[0] not in _OWN]
