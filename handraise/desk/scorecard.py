"""The scores of a lead with every reason, made ready for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.queries import Published, document_of, published
from handraise.kit import clock
from handraise.leads.models import Lead
from handraise.qualification.answers import Answered, answers_of
from handraise.qualification.decide import State
from handraise.scoring.explanation import Criterion, Explanation, Part, Reason
from handraise.scoring.explanation import Kind as KindExplained
from handraise.scoring.queries import explain
from handraise.ui.templatetags.ui import figure


@dataclass(frozen=True, slots=True)
class Kind:
    """fit, interest or intent: reasons that gave points, those not known, those that gave none."""

    name: str
    score: float
    from_colleagues: float
    speaking: list[Reason]
    unknown: list[Reason]
    silent: list[Reason]

    @property
    def bound(self) -> str:
        """Why the score is not the sum of its reasons; empty where it is."""
        total = sum(reason.points or 0 for reason in self.speaking) + self.from_colleagues
        return bound(total, self.score)


TOLD_FROM = 0.05  # points: less would be printed as 0


def bound(total: float, score: float) -> str:
    """A sentence where the reasons together leave 0..100, within which a score is held."""
    if abs(total - score) < TOLD_FROM:
        return ""
    return f"Together {figure(total)}; a score {'ends at 100' if total > score else 'begins at 0'}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One criterion to pass. `truth` is whether it is passed (None: unknown)."""

    says: str
    truth: bool | None
    part: Part | None


@dataclass(frozen=True, slots=True)
class Given:
    """What one activity still gives, and to which score."""

    kind: str
    points: float


@dataclass(frozen=True, slots=True)
class Card:
    """All of a lead's scores at an instant, under the version that was in force then."""

    version: int
    explanation: Explanation
    kinds: list[Kind]
    bars: list[Bar]
    given: dict[int, Given]


@dataclass(frozen=True, slots=True)
class Read:
    """What a page has read for other parts of it: the agreement in force, and how the lead's
    answers to its questions stand now."""

    agreed: Published | None
    answers: list[Answered] | None = None


def scorecard(lead: Lead, *, at: datetime | None = None, read: Read | None = None) -> Card | None:
    """The scores now, or as known at an instant; None where no agreement was in force."""
    if at is not None:
        read, found = None, _in_force(at)
    else:
        at, read = clock.now(), read or Read(published())
        found = (read.agreed.number, read.agreed.document) if read.agreed else None
    if found is None:
        return None
    version, document = found
    told = explain(lead.canonical_id, document=document, at=at)
    answers = (read and read.answers) or _answers(lead, document, at)
    bars = [*_bars(told), *_question_bars(document, answers)]
    return Card(version, told, [_kind(kind) for kind in told.kinds], bars, _given(told))


def _in_force(at: datetime) -> tuple[int, Document] | None:
    """The version in force at an instant; before the first one, the first. None also where this
    release no longer reads what was in force then."""
    published = Version.objects.filter(published_at__isnull=False).order_by("published_at")
    then = published.filter(Q(retired_at=None) | Q(retired_at__gt=at), published_at__lte=at)
    found = then.last() or published.first()
    try:
        return None if found is None else (found.number, document_of(found.number))
    except AgreementError:
        return None


def _kind(kind: KindExplained) -> Kind:
    return Kind(
        kind.name,
        kind.score,
        kind.from_colleagues,
        speaking=[reason for reason in kind.reasons if reason.points],
        unknown=[reason for reason in kind.reasons if reason.points is None],
        silent=[reason for reason in kind.reasons if reason.points == 0],
    )


# Routes are for after; mql.needs says again what each needs.<fact> says.
_NOT_SHOWN = ("route.", "mql.needs")
_SAYS = {"mql.when": "Meets the MQL criteria", "sql.when": "Meets the SQL criteria"}


def _bars(found: Explanation) -> Iterator[Bar]:
    """The criteria that stand before a lead, those of the agreement that it leaves out not."""
    for criterion in found.criteria:
        if criterion.part is None or criterion.key.startswith(_NOT_SHOWN):
            continue
        yield _bar(criterion)


def _bar(criterion: Criterion) -> Bar:
    if criterion.key == "mql.never":
        passes = None if criterion.truth is None else not criterion.truth
        return Bar("Nothing rules it out", passes, criterion.part)
    says = _SAYS.get(criterion.key)
    if says is None:
        says = f"{criterion.part.words[:1].upper()}{criterion.part.words[1:]}"  # type: ignore[union-attr]
    return Bar(says, criterion.truth, criterion.part)


def _answers(lead: Lead, document: Document, at: datetime) -> list[Answered]:
    asked = document.sql.answers
    return answers_of(lead, framework=asked.framework, at=at) if asked.needs else []


def _question_bars(document: Document, answers: list[Answered]) -> Iterator[Bar]:
    """The questions whose answers SQL asks for. An answer that has grown old is unknown."""
    asked = document.sql.answers
    truths = {State.FAVOURABLE: True, State.UNFAVOURABLE: False}
    for one in answers:
        if one.question.key in asked.needs:
            says = f"{asked.framework}: {one.question.label.lower()}"
            yield Bar(says, truths.get(one.state), None)


def _given(found: Explanation) -> dict[int, Given]:
    """For each activity that counts, the signal it gives most to."""
    given: dict[int, Given] = {}
    for kind in found.kinds:
        for reason in kind.reasons:
            for activity in reason.activities:
                known = given.get(activity.id)
                if known is None or abs(activity.points) > abs(known.points):
                    given[activity.id] = Given(kind.name, activity.points)
    return given
