"""Verbs: ask for a review, put a finding into a draft, dismiss it with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from handraise.agreement import actions as agreement
from handraise.agreement import discussing
from handraise.agreement import queries as agreements
from handraise.agreement.actions import Overtaken
from handraise.agreement.models import Version
from handraise.feedback.rehearsal import actions as rehearsals
from handraise.feedback.rehearsal import engines
from handraise.feedback.rehearsal.decide import Name, Outcome
from handraise.feedback.rehearsal.models import Rehearsal
from handraise.feedback.rehearsal.running import refuse_period
from handraise.feedback.review import queries
from handraise.feedback.review.decide import LONGEST_WHY, PERIOD, Deed, is_settled, month_of
from handraise.feedback.review.evidence import Finding
from handraise.feedback.review.models import Answered, Review
from handraise.feedback.review.proposing import Proposed, proposed
from handraise.feedback.review.report import of_plain
from handraise.feedback.tasks import run_review
from handraise.feedback.work import State
from handraise.leads import journal
from handraise.leads.decide import Refused, Via
from handraise.leads.entry import Json
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

MOST = 2  # that one person may have under way, for a worker does one after the other
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants reviewed: a period (its first instant and the one after its last), by
    which outcome (None: the furthest of which there is enough), and what mistakes cost."""

    begin: datetime
    end: datetime
    outcome: Outcome | None = None
    ripening_days: float | None = None
    cost_of_hour: float | None = None
    cost_of_missed: float | None = None
    engine: str = Name.DUCKDB


@transaction.atomic
def ask(asked: Asked, *, by: User, at: datetime, via: Via) -> Review:
    """Have the agreement in force reviewed by the worker. Raises Refused, PermissionDenied."""
    require(by, Permission.PROPOSE)
    refuse_period(asked.begin, asked.end, at=at)
    engines.refuse_missing(asked.engine)
    version = _in_force()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # of two clicks at once, one counts
    under_way = Review.under_way().filter(by=by)
    if under_way.count() >= MOST:
        raise Refused(f"{MOST} reviews of yours are under way: wait for one of them.")
    made = Review.objects.create(
        version=version, begin=asked.begin, end=min(asked.end, at), engine=asked.engine,
        outcome=asked.outcome or "", ripening_days=asked.ripening_days, at=at, by=by,
        cost_of_hour=asked.cost_of_hour, cost_of_missed=asked.cost_of_missed,
    )  # fmt: skip
    return _begun(made, f"{by} had version {version.number} reviewed.", at=at, via=via)


def ask_monthly(*, at: datetime) -> Review | None:
    """Once a month, by itself: the version in force over the last year, if anything came of any
    lead since. None where there is nothing to do. Safe beside another worker's."""
    published = agreements.published()
    if published is None or not is_settled(published.published_at, at=at):
        return None
    version, month = agreements.version(published.number), month_of(timezone.localtime(at))
    if Review.objects.filter(version=version, month=month).exists() or not queries.has_outcomes():
        return None
    try:
        with transaction.atomic():
            made = Review.objects.create(version=version, begin=at - PERIOD, end=at, at=at,
                                         month=month, engine=Name.DUCKDB)  # fmt: skip
            said = f"The monthly review of version {version.number} began."
            return _begun(made, said, at=at, via=Via.WORKER)
    except IntegrityError:
        return None  # another worker was first


def _in_force() -> Version:
    published = agreements.published()
    if published is None:
        raise Refused(
            "No agreement is in force yet. When both sides have signed one, it can be reviewed."
        )
    return agreements.version(published.number)


def _begun(made: Review, said: str, *, at: datetime, via: Via) -> Review:
    run_review.defer(review_id=made.pk)
    data = {"version": made.version.number, "review": made.pk}
    journal.write("feedback.review_asked", at=at, via=via, by=made.by, said=said, data=data)
    return made


@dataclass(frozen=True, slots=True)
class Taken:
    """The draft with the changes, its rehearsal (None: `why_not`), and who else had changed it."""

    draft: Version
    rehearsal: Rehearsal | None
    why_not: str = ""
    met: str = ""


def take(
    review: Review, places: Sequence[int], *, draft: Version | None, by: User, at: datetime,
    via: Via, seen: int | None = None,
) -> Taken:  # fmt: skip
    """Put findings into a draft (None: a new one from what is in force) and have it rehearsed.

    All of them or none. `seen` is the draft's revision that the person looked at: if it is another
    by now, the change goes into the text as it is and `met` says so. Raises Refused, also for a
    part that somebody changed since; AgreementError for a draft that cannot be read.
    """
    require(by, Permission.PROPOSE)
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                found, number = _put(review, places, draft, by=by, at=at, via=via)
        except Overtaken:
            continue
        met = ""
        if draft is not None and seen is not None and number != seen:
            met = f"{_who(draft.pk)} has changed this draft since you opened the page; both stand."
        return _rehearsed(review, places, found, met, by=by, at=at, via=via)
    raise Refused("The draft is being changed by somebody else right now: try again.")


def _who(draft_id: int) -> str:
    """Who wrote the text that was there before this change."""
    draft = Version.objects.select_related("created_by").get(pk=draft_id)
    earlier = draft.earlier_texts.select_related("by").order_by("-revision").first()
    return str(earlier.by if earlier else draft.created_by)


def _put(
    review: Review, places: Sequence[int], draft: Version | None, *, by: User, at: datetime,
    via: Via,
) -> tuple[Version, int]:  # fmt: skip
    """The draft with the changes, and the revision that they were put into."""
    review = Review.objects.select_for_update().select_related("version").get(pk=review.pk)
    places = list(dict.fromkeys(places))  # one that is named twice is taken once
    findings = [_open_finding(review, place) for place in places]
    if not findings:
        raise Refused("Choose a finding.")
    into = draft or agreement.draft_from(_in_force(), by=by, at=at, via=via)
    into = Version.objects.get(pk=into.pk)
    text, made = into.text, []
    for finding in findings:
        assert finding.change is not None
        fact, kind = queries.told_as(finding.change.fact)
        change = replace(finding.change, fact=fact)
        made.append(proposed(text, change, reviewed=review.version.text, kind=kind))
        text = made[-1].text
    what = f"by the review: {'; '.join(one.what for one in made)}"[:400]
    kept = agreement.change_draft(into, text, note=_note(into.note, review, findings), by=by, at=at,
                                  via=via, seen=into.revision, what=what)  # fmt: skip
    for place, finding, one in zip(places, findings, made, strict=True):
        _answer(review, place, Deed.TAKEN, by=by, at=at, draft=kept)
        _say(kept, review, finding, one, by=by, at=at, via=via)
    return kept, into.revision


def _open_finding(review: Review, place: int) -> Finding:
    """The finding at a place that nothing was done about yet, with a change. Raises Refused."""
    finding = _finding(review, place)
    if finding.change is None:
        raise Refused("This finding asks for no change of the text: talk about it.")
    return finding


def _finding(review: Review, place: int) -> Finding:
    if review.state != State.DONE or review.report is None:
        raise Refused("This review is not made yet.")
    findings = of_plain(review.report).findings
    if not 0 <= place < len(findings):
        raise Refused("This review has no such finding.")
    answered = Answered.objects.filter(review=review, place=place).select_related("by").first()
    if answered is not None:
        raise Refused(f"{answered.by} has {answered.deed} this finding already.")
    return findings[place]


def _note(note: str, review: Review, findings: Sequence[Finding]) -> str:
    lines = [f"Review of version {review.version.number}: {one.sentence}" for one in findings]
    return "\n".join([*([note] if note else []), *lines])


def _say(
    draft: Version, review: Review, finding: Finding, made: Proposed, *, by: User, at: datetime,
    via: Via,
) -> None:  # fmt: skip
    """The finding as a comment beside the signal, and a line of the journal."""
    number = review.version.number
    text = f"From the review of version {number}: {finding.sentence} Changed: {made.what}."
    if made.signal in agreements.signal_names(draft):
        discussing.comment(draft, made.signal, text[: discussing.LONGEST], by=by, at=at, via=via)
    said = f"{by} put a finding of the review into version {draft.number}: {made.what}."
    data: dict[str, Json] = {
        "version": draft.number, "review": review.pk, "finding": finding.code,
    }  # fmt: skip
    journal.write("feedback.finding_taken", at=at, via=via, by=by, said=said, data=data)


def _answer(
    review: Review, place: int, deed: Deed, *, by: User, at: datetime, why: str = "",
    draft: Version | None = None,
) -> None:  # fmt: skip
    Answered.objects.create(
        review=review, place=place, deed=deed, why=why, draft=draft, by=by, at=at
    )


def _rehearsed(
    review: Review, places: Sequence[int], draft: Version, met: str, *, by: User, at: datetime,
    via: Via,
) -> Taken:  # fmt: skip
    """The draft rehearsed against what is in force; where that cannot be asked for, the draft
    stands all the same."""
    wish = rehearsals.Asked(min(review.begin, at - timedelta(days=1)), at, review.engine,
                            ripening_days=review.ripening_days)  # fmt: skip
    try:
        made = rehearsals.ask(draft, wish, by=by, at=at, via=via)
    except Refused as refused:
        return Taken(draft, None, str(refused), met)
    Answered.objects.filter(review=review, place__in=places).update(rehearsal=made)
    return Taken(draft, made, "", met)


@transaction.atomic
def dismiss(review: Review, place: int, why: str, *, by: User, at: datetime, via: Via) -> None:
    """Say why nothing is done about a finding. Raises Refused, PermissionDenied."""
    require(by, Permission.PROPOSE)
    said = why.strip()
    if not said:
        raise Refused("Say why, so that nobody has to find out again.")
    if len(said) > LONGEST_WHY or "\0" in said or any("\ud800" <= c <= "\udfff" for c in said):
        raise Refused(f"Say why in at most {LONGEST_WHY} characters of plain text.")
    review = Review.objects.select_for_update().select_related("version").get(pk=review.pk)
    finding = _finding(review, place)
    _answer(review, place, Deed.DISMISSED, by=by, at=at, why=said)
    data: dict[str, Json] = {
        "review": review.pk, "finding": finding.code, "about": finding.about, "why": said,
    }  # fmt: skip
    told = f"{by} dismissed a finding of the review about {finding.about}: {said}"
    journal.write("feedback.finding_dismissed", at=at, via=via, by=by, said=told, data=data)


__all__ = ["Asked", "Taken", "ask", "ask_monthly", "dismiss", "take"]
