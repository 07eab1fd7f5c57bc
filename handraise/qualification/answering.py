"""Verbs: answer a question about a lead, and withdraw an answer. Nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from handraise.agreement.wording import listed
from handraise.leads import attention, journal
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Via
from handraise.leads.entry import Json
from handraise.leads.models import Activity, Lead
from handraise.qualification.actions import hold
from handraise.qualification.answers import newest_answer
from handraise.qualification.decide import Evidence
from handraise.qualification.frameworks.document import Framework, Question
from handraise.qualification.frameworks.queries import framework_named
from handraise.qualification.models import Answer
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST_TEXT = 4000
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as it was given, not yet checked.

    `value` is one of the question's answers, `text` words of one's own; `evidence` what it rests
    on: a `quote` or note in words, or the id of an `activity` of the lead.
    """

    value: str = ""
    text: str = ""
    evidence: str = Evidence.NOTE
    quote: str = ""
    activity: int | None = None


class Overtaken(Refused):
    """Somebody else answered meanwhile. `now` is what they said."""

    def __init__(self, now: Answer) -> None:
        what = "withdrew the answer" if now.is_withdrawn else f"answered “{now.value or now.text}”"
        super().__init__(f"{now.by} {what} meanwhile. Send yours again if it is the better one.")
        self.now = now


@transaction.atomic
def answer(
    lead: Lead,
    *,
    framework: str,
    question: str,
    said: Said,
    by: User,
    at: datetime,
    via: Via,
    seen: int | None = None,
) -> Answer:
    """Answer a question about a lead with evidence; an earlier answer stays in the history.

    `seen` is the id of the newest answer that was read before (0: there was none; None: whatever
    there is). Raises Overtaken if there is another by now, Refused, PermissionDenied.
    """
    require(by, Permission.QUALIFY)
    known, asked = question_of(framework, question)
    held = hold(lead)
    if seen is not None:
        now = newest_answer(held, known, asked)
        if now is not None and now.pk != seen:
            raise Overtaken(now)
    return write_answer(held, known, asked, said, answered_at=at, by=by, at=at, via=via)


def question_of(framework: str, question: str) -> tuple[Framework, Question]:
    """Both by name. Raises Refused with a sentence that says what there is."""
    known = framework_named(framework)
    if known is None:
        raise Refused(f"There is no framework “{framework[:80]}”.")
    asked = known.question(question)
    if asked is None:
        names = listed(known.keys)
        raise Refused(f"{known.name} does not ask for “{question[:80]}”, but for {names}.")
    return known, asked


def write_answer(
    lead: Lead,
    framework: Framework,
    question: Question,
    said: Said,
    *,
    answered_at: datetime,
    by: User,
    at: datetime,
    via: Via,
    author: str = "",
) -> Answer:
    """Check and write one answer about a lead whose row is held. Raises Refused."""
    value, is_favourable = _value(question, said)
    if not _EARLIEST <= answered_at <= at:
        raise Refused("An answer was given between the year 1900 and now; look at the date again.")
    given = Answer.objects.create(
        lead=lead, framework=framework.folded, question=question.key, value=value,
        text=_clean(said.text, "An answer"), is_favourable=is_favourable, at=answered_at,
        known_at=at, by=by, author=_clean(author, "A name", longest=120), **_evidence(lead, said),
        holds_until=answered_at + question.stays_true if question.stays_true else None,
    )  # fmt: skip
    words = f"{framework.name}, {question.label.lower()}: {value or given.text}"
    data: dict[str, Json] = {
        "answer": given.pk, "framework": framework.name, "question": question.key, "value": value,
        "text": given.text, "is_favourable": is_favourable, "evidence": given.evidence,
    }  # fmt: skip
    journal.write(
        "qualification.answered", at=at, via=via, lead_id=lead.pk, by=by, said=f"{words}.",
        data=data,
    )  # fmt: skip
    attention.wake([lead.pk], look_at=at, why="answered")
    return given


def _value(question: Question, said: Said) -> tuple[str, bool]:
    """The answer as the framework spells it, and whether it counts."""
    if not question.answers:
        if not said.text.strip():
            raise Refused(f"{question.label} is answered in words: write what you found out.")
        return "", True
    choice = question.choice(said.value)
    if choice is None:
        names = listed([one.name for one in question.answers])
        raise Refused(f"{question.label}: choose {names}.")
    return choice.name, choice.counts


def _evidence(lead: Lead, said: Said) -> dict[str, object]:
    if said.evidence not in set(Evidence):
        raise Refused("Say what the answer rests on: a quote, a note or an activity.")
    if said.evidence != Evidence.ACTIVITY:
        quote = _clean(said.quote, "A quote or note")
        if not quote:
            raise Refused("Say what the answer rests on: their words, or a note of your own.")
        return {"evidence": said.evidence, "quote": quote}
    rows = Activity.objects.filter(identity__lead__canonical=lead.canonical_id)
    activity = rows.filter(pk=said.activity or 0).first()
    if activity is None:
        raise Refused("Choose the activity of this lead that shows it.")
    quote = _clean(said.quote, "A quote or note")
    return {"evidence": said.evidence, "activity": activity, "quote": quote}


def _clean(text: str, what: str, *, longest: int = LONGEST_TEXT) -> str:
    cleaned = text.replace("\r\n", "\n").strip()
    if len(cleaned) > longest:
        raise Refused(f"{what} has at most {longest:,} characters.")
    if "\x00" in cleaned:
        raise Refused(f"{what} cannot contain the NUL character.")
    return cleaned


@transaction.atomic
def withdraw_answer(given: Answer, *, why: str = "", by: User, at: datetime, via: Via) -> Answer:
    """Take an answer back: the question is open again. Refused once there is a newer one."""
    require(by, Permission.QUALIFY)
    held = hold(given.lead)
    rows = Answer.objects.filter(
        lead__canonical=held.pk, framework=given.framework, question=given.question
    )
    if given.is_withdrawn or rows.order_by("-at", "-known_at", "-pk").first() != given:
        raise Refused("This answer counts no more: there is a newer one.")
    known = framework_named(given.framework)
    name = known.name if known is not None else given.framework
    question = given.question.replace("_", " ")
    taken_back = Answer.objects.create(
        lead=held, framework=given.framework, question=given.question, is_withdrawn=True,
        text=_clean(why, "A reason"), at=at, known_at=at, by=by,
    )  # fmt: skip
    journal.write(
        "qualification.answer_withdrawn", at=at, via=via, lead_id=held.pk, by=by,
        said=f"{name}, {question}: took back “{given.value or given.text}”.",
        data={"answer": given.pk, "framework": name, "question": given.question},
    )  # fmt: skip
    attention.wake([held.pk], look_at=at, why="answered")
    return taken_back
