"""The brief: what sales sees of a lead, written once at the offer and never changed.

A brief is plain JSON, so that what was sent can be shown word for word years later, whatever the
lead, the agreement or this code have become since. Instants are ISO 8601 text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec

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
    scores: Mapping[int, Score],
) -> dict[int, dict[str, Any]]:
    """A brief for each canonical lead, all but the route (`why_you`), for `leads.bulk.as_json`.

    `zones`, `scores`: see `gather`.
    """
    gathered = gather(lead_ids, document=document, at=at, zones=zones, scores=scores)
    form = _form_of(document)
    return {pk: _brief(one, form, version, at) for pk, one in gathered.items()}


def _brief(one: Material, form: _Form, version: int, at: datetime) -> dict[str, Any]:
    contributions, counted = _contributions(one.score, form)
    return {
        "format": FORMAT,
        "version": version,
        "agreement": form.document.name,
        "written_at": at,
        "why_now": _why_now(one, counted),
        "lead": one.lead,
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
        "unknown": [name for name in form.asked if name not in one.known],
    }


def _clock(one: Material) -> str:
    """By whose clock hours are said: `their time`, or a place: who reads it may be elsewhere."""
    if one.own_zone:
        return "their time"
    place = one.zone.rpartition("/")[2].replace("_", " ")
    return place if one.zone == "UTC" else f"{place} time"


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


class _Signal:
    """What briefs say of one signal; most of the time that it counted for nothing."""

    def __init__(self, signal: FitSignal | Behaviour) -> None:
        self.name, self.given = signal.name, signal.points
        self.nothing = msgspec.Raw(msgspec.json.encode(self.row(0.0, 0, None)))
        self.unknown = msgspec.Raw(msgspec.json.encode(self.row(None, 0, None)))

    def row(self, points: float | None, matched: int, latest: datetime | None) -> Row:
        return {"name": self.name, "points": points, "given": self.given, "matched": matched,
                "latest": latest}  # fmt: skip


class _Form:
    """What the briefs of one agreement have in common, worked out once."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.asked = _asked(document)
        self.signals = {
            "fit": [_Signal(one) for one in document.fit],
            "interest": [_Signal(one) for one in document.interest],
            "intent": [_Signal(one) for one in document.intent],
        }


_kept: dict[int, _Form] = {}
KEPT = 8  # agreements


def _form_of(document: Document) -> _Form:
    form = _kept.get(id(document))
    if form is None or form.document is not document:
        if len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        form = _kept[id(document)] = _Form(document)
    return form


def _contributions(
    score: Score | None, form: _Form
) -> tuple[dict[str, list[Row | msgspec.Raw]], dict[str, list[Row]]]:
    """Every signal by kind, the strongest first; `points` is null where a condition is unknown.
    And of these those that counted for something."""
    found: dict[str, list[Row | msgspec.Raw]] = {}
    counted: dict[str, list[Row]] = {}
    # A score of another version has other places: it then says nothing of those it lacks.
    told = zip(score.contributions, score.matched, score.latest, strict=False) if score else ()
    places = iter(told)
    for kind, signals in form.signals.items():
        strong: list[Row] = []
        rest: list[Row | msgspec.Raw] = []
        for signal in signals:
            points, matched, latest = next(places, _SAYS_NOTHING)
            if points:
                strong.append(signal.row(points, matched, latest))
            elif matched or latest is not None:
                rest.append(signal.row(points, matched, latest))
            else:
                rest.append(signal.unknown if points is None else signal.nothing)
        strong += _of_colleagues(score, kind)
        counted[kind] = sorted(strong, key=lambda row: -abs(row["points"]))
        found[kind] = [*counted[kind], *rest]
    return found, counted


_SAYS_NOTHING = (None, 0, None)


def _of_colleagues(score: Score | None, kind: str) -> list[Row]:
    """What others at the same company did, where the agreement lets that count."""
    points = getattr(score, f"company_{kind}", 0.0)
    if not points:
        return []
    return [{"name": COLLEAGUES, "points": points, "given": None, "matched": 0, "latest": None}]


def _why_now(one: Material, counted: dict[str, list[Row]]) -> str:
    """One sentence: the strongest newest sign, and the strongest reason why they fit."""
    behaviour = _strongest(counted["intent"]) or _strongest(counted["interest"])
    fit = _strongest(counted["fit"])
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
