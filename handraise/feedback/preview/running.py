"""Find who would cross: everybody scored under both versions at one instant, in batches.

The answer is written whole at the end, so a job that is killed begins anew and nobody ever sees
half an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from handraise.agreement import queries as agreements
from handraise.agreement.document import Document
from handraise.agreement.queries import Published
from handraise.agreement.reading import read
from handraise.feedback.preview import decide
from handraise.feedback.preview.decide import Crossing, Direction, Outcome, Place, digest_of
from handraise.feedback.preview.models import Preview
from handraise.feedback.work import State
from handraise.handover.offering import Offer, planned
from handraise.handover.queries import held, open_handovers_of
from handraise.leads.bulk import as_json, copy_rows
from handraise.leads.models import Lead
from handraise.qualification.decide import Decision, qualifies, scores_of
from handraise.qualification.queries import decisions, stages_of
from handraise.scoring.queries import scores_at
from handraise.scoring.standing import Standing, standing_of

BATCH = 5_000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Crosser:
    """A lead that would cross, with its standing under both versions."""

    crossing: Crossing
    before: Standing | None
    after: Standing


@dataclass(frozen=True, slots=True)
class _Side:
    """What one version says of a batch of leads: how they stand, and what the criteria decide."""

    standings: dict[int, Standing]
    decisions: dict[int, Decision]


def run(
    preview_id: int,
    *,
    at: datetime,
    progress: Progress | None = None,
    must_stop: Callable[[], bool] = lambda: False,
) -> Preview:
    """Make the preview; nothing if it is made already. Safe to call again, and by two at once.

    Scores and turns are those of its own `at`; `at` here is when it is finished. When `must_stop`
    says so it stays RUNNING, to be run again.
    """
    preview = Preview.objects.select_related("version").get(pk=preview_id)
    if not preview.is_under_way:
        return preview
    if digest_of(preview.version.text) != preview.digest:
        Preview.fail(
            preview_id, "The text was changed before the answer was found: ask again.", at=at
        )
        return Preview.objects.get(pk=preview_id)
    new = _as_published(preview.version.number, read(preview.version.text), preview.at)
    old = None if preview.against is None else _in_force(preview)
    leads = list(Lead.objects.filter(is_current=True).order_by("pk").values_list("pk", flat=True))
    preview.note(state=State.RUNNING, total=len(leads), done=0)
    found: dict[int, Crosser] = {}
    for first in range(0, len(leads), BATCH):
        if must_stop():
            return preview
        batch = leads[first : first + BATCH]
        found |= crossers(batch, old=old, new=new, at=preview.at)
        preview.note(done=first + len(batch))
        if progress:
            progress(preview.done, preview.total)
    return _finish(preview, found, new, at=at)


def crossers(
    lead_ids: Sequence[int], *, old: Published | None, new: Published, at: datetime
) -> dict[int, Crosser]:
    """Those of these canonical leads that would cross at `at` if `new` took the place of `old`."""
    stages, taken = stages_of(lead_ids), held(lead_ids)
    before = _Side({}, {}) if old is None else _side(lead_ids, old, at, taken)
    after = _side(lead_ids, new, at, taken)
    holders = _holders(taken)
    found: dict[int, Crosser] = {}
    for lead, standing in after.standings.items():
        held_by = before.standings.get(lead)
        crossing = decide.crossing(
            Place(stages[lead], lead in taken, holders.get(lead, "")),
            met=held_by is not None and qualifies(held_by),
            meets=qualifies(standing),
            moved=before.decisions.get(lead),
            moves=after.decisions.get(lead),
        )
        if crossing is not None:
            found[lead] = Crosser(crossing, held_by, standing)
    return found


def _side(lead_ids: Sequence[int], published: Published, at: datetime, taken: set[int]) -> _Side:
    scores = list(scores_at(document=published.document, lead_ids=lead_ids, at=at))
    standings = {one.lead_id: standing_of(one) for one in scores}
    decided = decisions(
        list(standings.values()),
        published=published,
        at=at,
        held=taken,
        latest={one.lead_id: one.latest for one in scores},
    )
    return _Side(standings, {one.lead_id: one for one in decided})


def _holders(taken: set[int]) -> dict[int, str]:
    """Whose inbox holds each of these leads."""
    return {handover.lead.canonical_id: handover.whose for handover in open_handovers_of(taken)}


def _as_published(number: int, document: Document, at: datetime) -> Published:
    return Published(number, document, at)


def _in_force(preview: Preview) -> Published:
    assert preview.against is not None
    return _as_published(preview.against, agreements.document_of(preview.against), preview.at)


@transaction.atomic
def _finish(
    preview: Preview, found: dict[int, Crosser], new: Published, *, at: datetime
) -> Preview:
    current = Preview.objects.select_for_update().get(pk=preview.pk)
    if not current.is_under_way:
        return current
    offers = _offers(found, new, current.at)
    ranked = sorted(found.items(), key=_urgency)
    rows = [
        _row(current.pk, place, lead, _told(crosser, lead, offers), offers.get(lead))
        for place, (lead, crosser) in enumerate(ranked, start=1)
    ]
    if rows:
        copy_rows("feedback_previewedlead", _COLUMNS, rows)
    current.counts = _counts(rows, offers)
    current.state, current.finished_at, current.done = State.DONE, at, current.total
    current.save()
    Preview.objects.filter(version=current.version_id, pk__lt=current.pk).delete()
    return current


def _urgency(item: tuple[int, Crosser]) -> tuple[int, float, int]:
    lead, crosser = item
    return list(Outcome).index(crosser.crossing.outcome), -crosser.after.priority, lead


def _offers(found: dict[int, Crosser], new: Published, at: datetime) -> dict[int, Offer | None]:
    """To whom those would be offered that become MQL, in the order in which turns are taken."""
    coming = [
        crosser.after
        for crosser in found.values()
        if crosser.crossing.outcome is Outcome.IS_OFFERED
    ]
    return planned(coming, document=new.document, at=at)


def _told(crosser: Crosser, lead: int, offers: dict[int, Offer | None]) -> Crosser:
    """With whom it would be offered to, now that this is known."""
    if lead not in offers:
        return crosser
    offer = offers[lead]
    if offer is None:
        said, outcome = "Becomes MQL and waits: nobody is there to take it.", _WAITS
    else:
        by = f" by route “{offer.route}”" if offer.route else ""
        said = f"Becomes MQL, offered to {offer.whom} in {offer.queue.team.name}{by}."
        outcome = Outcome.IS_OFFERED
    return replace(crosser, crossing=Crossing(Direction.UP, outcome, said))


_WAITS = Outcome.WAITS_FOR_A_PERSON
_COLUMNS = (
    "preview_id", "place", "lead_id", "direction", "outcome", "said", "before", "after", "team",
    "person_id",
)  # fmt: skip


def _row(
    preview: int, place: int, lead: int, crosser: Crosser, offer: Offer | None
) -> tuple[object, ...]:
    crossing = crosser.crossing
    return (
        preview, place, lead, crossing.direction.value, crossing.outcome.value, crossing.said,
        as_json({} if crosser.before is None else scores_of(crosser.before)),
        as_json(scores_of(crosser.after)),
        "" if offer is None else offer.queue.team.name,
        None if offer is None or offer.choice.person is None else offer.choice.person.id,
    )  # fmt: skip


def _counts(
    rows: Sequence[tuple[object, ...]], offers: dict[int, Offer | None]
) -> dict[str, object]:
    loads = Counter(
        (offer.queue.team.name, offer.whom) for offer in offers.values() if offer is not None
    )
    return {
        "up": sum(row[3] == Direction.UP for row in rows),
        "down": sum(row[3] == Direction.DOWN for row in rows),
        "outcomes": dict(Counter(str(row[4]) for row in rows)),
        "loads": [[team, name, count] for (team, name), count in loads.most_common()],
    }
