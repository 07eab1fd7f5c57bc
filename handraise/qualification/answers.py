"""Reads: how the questions of a framework stand for leads, at any instant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from handraise.agreement.document import Document
from handraise.leads.bulk import among
from handraise.leads.models import Lead
from handraise.qualification.decide import State
from handraise.qualification.frameworks.document import Framework, Question
from handraise.qualification.frameworks.queries import framework_named
from handraise.qualification.models import Answer
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Answered:
    """One question and how it stands. `answer` counts, or is stale; None where it is unanswered.

    `earlier` are the answers before it, newest first, withdrawals among them.
    """

    question: Question
    state: State
    answer: Answer | None = None
    earlier: tuple[Answer, ...] = ()

    @property
    def newest(self) -> Answer | None:
        """The newest row, a withdrawal too."""
        return self.answer or (self.earlier[0] if self.earlier else None)

    @property
    def is_favourable(self) -> bool:
        return self.state is State.FAVOURABLE


def answers_of(lead: Lead, *, framework: str, at: datetime) -> list[Answered]:
    """Each question of the framework as it stood at `at`, in its order; none if unknown."""
    return answers_of_many([lead.canonical_id], framework=framework, at=at)[lead.canonical_id]


def answers_of_many(
    lead_ids: Collection[int], *, framework: str, at: datetime
) -> dict[int, list[Answered]]:
    """The same for many canonical leads, by id. Two queries. Answers of merged leads count."""
    known = framework_named(framework)
    if known is None:
        return {lead: [] for lead in lead_ids}
    given: dict[tuple[int, str], list[Answer]] = defaultdict(list)
    rows = Answer.objects.filter(
        lead__canonical__in=among(lead_ids), framework=known.folded, at__lte=at, known_at__lte=at
    )
    newest_first = rows.select_related("by", "activity", "lead").order_by("-at", "-known_at", "-pk")
    for row in newest_first:
        given[row.lead.canonical_id, row.question].append(row)
    return {lead: list(_standing(lead, known, given, at)) for lead in lead_ids}


def _standing(
    lead: int, framework: Framework, given: dict[tuple[int, str], list[Answer]], at: datetime
) -> Iterator[Answered]:
    for question in framework.questions:
        answers = given.get((lead, question.key), [])
        newest = answers[0] if answers and not answers[0].is_withdrawn else None
        earlier = tuple(answers if newest is None else answers[1:])
        yield Answered(question, _state(newest, at), newest, earlier)


def _state(answer: Answer | None, at: datetime) -> State:
    if answer is None:
        return State.UNANSWERED
    if answer.holds_until is not None and answer.holds_until <= at:
        return State.STALE
    return State.FAVOURABLE if answer.is_favourable else State.UNFAVOURABLE


def answer_visible_to(user: User, pk: int) -> Answer:
    """One answer. Answer.DoesNotExist."""
    require(user, Permission.SEE)
    return Answer.objects.select_related("by", "lead").get(pk=pk)


def newest_answer(lead: Lead, framework: Framework, question: Question) -> Answer | None:
    """The row that counts now, a withdrawal too; the lead is canonical."""
    rows = Answer.objects.filter(
        lead__canonical=lead.canonical_id, framework=framework.folded, question=question.key
    )
    return rows.select_related("by").order_by("-at", "-known_at", "-pk").first()


def answers_lacking(lead: Lead, document: Document, *, at: datetime) -> list[str]:
    """What the agreement's questions still keep from SQL, a sentence for each kind."""
    asked = document.sql.answers
    if not asked.needs:
        return []
    found = {one.question.key: one for one in answers_of(lead, framework=asked.framework, at=at)}
    if not found:
        return [f"The agreement asks for answers of {asked.framework}, which is not a framework."]
    needed = [found[need] for need in dict.fromkeys(asked.needs) if need in found]
    unasked = [need for need in asked.needs if need not in found]
    return [
        f"{says}: {', '.join(names)}."
        for says, names in (
            ("Not answered yet", _named(needed, State.UNANSWERED)),
            ("Answered too long ago", _named(needed, State.STALE)),
            ("Speaks against it", _named(needed, State.UNFAVOURABLE)),
            (f"Not asked by {asked.framework}", unasked),
        )
        if names
    ]


def _named(answered: Sequence[Answered], state: State) -> list[str]:
    """`authority`, or with the answer that was given: `budget (No budget)`."""
    names = []
    for one in answered:
        if one.state is state:
            said = f" ({one.answer.value})" if one.answer is not None and one.answer.value else ""
            names.append(f"{one.question.label.lower()}{said}")
    return names
