"""Letters: mails that a person writes to one lead, and what the lead's timeline hears of them."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from handraise.leads import journal, merging
from handraise.leads.actions import log_activity
from handraise.leads.decide import Via
from handraise.leads.models import Lead
from handraise.post.actions import post_mail, send_again, take_back
from handraise.post.composing import as_html
from handraise.post.decide import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    UNDO_WITHIN,
    Refused,
    State,
    many_lines,
    named,
    one_line,
)
from handraise.post.models import Letter, Outgoing
from handraise.post.queries import may_undo
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

LONGEST_LETTER = LONGEST_TEXT // 5
KEPT = 4000  # characters of a letter that its touch keeps; the letter keeps all
PORTION = 100  # letters told of at a time


@transaction.atomic
def write_letter(
    lead: Lead, *, subject: str, text: str, follows: Letter | None = None, once: str = "",
    by: User, at: datetime, via: Via,
) -> Letter:  # fmt: skip
    """Write to a lead; it leaves after the minute in which it can be undone.

    `follows` is an earlier letter to the same lead, in whose thread it appears; `once` keeps a form
    that is sent twice from being a mail twice. Raises Refused with a sentence.
    """
    require(by, Permission.EDIT_LEADS)
    held = Lead.objects.get(pk=merging.lock_roots_of([lead.pk])[0])
    told = one_line(subject, "A subject", LONGEST_SUBJECT)
    said = many_lines(text, "A mail", LONGEST_LETTER)
    _check(held, told, said)
    row = post_mail(
        to=[named(held.name, held.email)], subject=told, text=said + "\n", html=as_html(said),
        sender=by, about="letter", hold=UNDO_WITHIN, at=at, reply_to=named(by.name, by.email),
        headers=_thread(held, follows), once=once and f"letter:{once}",
    )  # fmt: skip
    written = Letter.objects.filter(outgoing=row).first()
    if written is not None:
        return _written_before(written, told, said)
    letter = Letter.objects.create(
        lead=held, by=by, outgoing=row, to=held.email, subject=told, text=said, follows=follows,
        written_at=at,
    )  # fmt: skip
    said = f"{by} wrote “{told}”; it leaves in a minute unless it is undone."
    journal.write("post.letter_written", at=at, via=via, lead_id=held.pk, by=by, said=said,
                  data={"letter": letter.pk})  # fmt: skip
    return letter


@transaction.atomic
def undo_letter(letter: Letter, *, by: User, at: datetime, via: Via) -> Letter:
    """Take a letter back before it leaves. By who wrote it, or may override. Raises Refused."""
    if not may_undo(by, letter):
        raise PermissionDenied(f"{letter.by} wrote this mail; they undo it, or a manager.")
    if not take_back(letter.outgoing, by=by, at=at):
        raise Refused("It has left already, or was undone before.")
    Letter.objects.filter(pk=letter.pk).update(told=State.TAKEN_BACK)
    said = f"{by} undid “{letter.subject}” before it left."
    journal.write("post.letter_undone", at=at, via=via, lead_id=_root(letter), by=by, said=said,
                  data={"letter": letter.pk})  # fmt: skip
    return letter


@transaction.atomic
def send_letter_again(letter: Letter, *, by: User, at: datetime, via: Via) -> Letter:
    """Send what failed or may not have arrived once more, as the same message. Raises Refused."""
    if not may_undo(by, letter):
        raise PermissionDenied(f"{letter.by} wrote this mail; they send it again, or a manager.")
    send_again(letter.outgoing, by=by, at=at)
    Letter.objects.filter(pk=letter.pk).update(told="")
    said = f"{by} has “{letter.subject}” sent again."
    journal.write("post.letter_sent_again", at=at, via=via, lead_id=_root(letter), by=by, said=said,
                  data={"letter": letter.pk})  # fmt: skip
    return letter


@transaction.atomic
def send_outgoing_again(row: Outgoing, *, by: User, at: datetime, via: Via) -> None:
    """Revenue operations has whatever failed or is unclear sent once more. Raises Refused."""
    require(by, Permission.ADMINISTER)
    letter = Letter.objects.filter(outgoing=row).first()
    if letter is not None:
        send_letter_again(letter, by=by, at=at, via=via)
        return
    send_again(row, by=by, at=at)
    said = f"{by} has “{row}” sent again."
    journal.write("post.sent_again", at=at, via=via, by=by, said=said, data={"outgoing": row.pk})


def tell_of_letters(*, at: datetime) -> int:
    """Bring what became of letters onto the timelines of their leads; how many.

    Looks at what is true now, so that a worker killed between sending and telling leaves nothing
    untold: the next round tells it.
    """
    ended = [State.SENT, State.FAILED, State.UNCLEAR]
    waiting = Letter.objects.filter(told__in=["", State.UNCLEAR], outgoing__state__in=ended)
    found = waiting.exclude(told=F("outgoing__state")).values_list("pk", flat=True)
    return sum(_tell(pk, at=at) for pk in list(found.order_by("pk")[:PORTION]))


@transaction.atomic
def _tell(pk: int, *, at: datetime) -> int:
    letter = Letter.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if letter is None:  # another worker is at it
        return 0
    row = Outgoing.objects.get(pk=letter.outgoing_id)
    if row.state == letter.told:
        return 0
    letter.told = row.state
    if row.state == State.SENT and letter.activity_id is None:
        _touch(letter, row, at=at)
    elif row.state in {State.FAILED, State.UNCLEAR}:
        _complain(letter, row, at=at)
    letter.save(update_fields=["told", "activity"])
    return 1


def _touch(letter: Letter, row: Outgoing, *, at: datetime) -> None:
    """Writing to them is a touch once it left, not when it was written."""
    letter.activity = log_activity(
        letter.lead, name="Wrote", occurred_at=min(row.sent_at or at, at), by=letter.by, at=at,
        properties={"subject": letter.subject, "text": letter.text[:KEPT], "letter": letter.pk},
        via=Via.WORKER,
    )  # fmt: skip


def _complain(letter: Letter, row: Outgoing, *, at: datetime) -> None:
    is_failed = row.state == State.FAILED
    kind = "post.letter_failed" if is_failed else "post.letter_unclear"
    ended = "was not taken" if is_failed else "may not have arrived"
    said = f"The mail “{letter.subject}” to {letter.to} {ended}: {row.last_error}"
    data = {"letter": letter.pk}
    journal.write(kind, at=at, via=Via.WORKER, lead_id=_root(letter), said=said, data=data)


def _check(lead: Lead, subject: str, text: str) -> None:
    if lead.withdrawn_at is not None:
        raise Refused("This lead was taken back; nobody writes to them.")
    if not lead.email:
        raise Refused(f"No e-mail address of {lead} is known. Find it out and write it down first.")
    if not subject:
        raise Refused("Say in the subject what it is about.")
    if not text:
        raise Refused("There is nothing in the mail yet.")


def _thread(lead: Lead, follows: Letter | None) -> dict[str, str]:
    """The headers by which programs show it below the earlier one."""
    if follows is None:
        return {}
    if follows.lead.canonical_id != lead.pk:
        raise Refused("The mail before it went to somebody else.")
    ids = [follows.outgoing.message_id]
    earlier = follows.follows
    while earlier is not None and len(ids) < 20:
        ids.insert(0, earlier.outgoing.message_id)
        earlier = earlier.follows
    return {"In-Reply-To": ids[-1], "References": " ".join(ids)}


def _written_before(letter: Letter, subject: str, text: str) -> Letter:
    """The form was sent twice. Changed since, or undone, it is another letter."""
    is_same = (letter.subject, letter.text) == (subject, text)
    if is_same and letter.outgoing.state != State.TAKEN_BACK:
        return letter
    raise Refused("This page has sent a mail already. Press the button again to send this one.")


def _root(letter: Letter) -> int:
    return Lead.objects.values_list("canonical_id", flat=True).get(pk=letter.lead_id)


__all__ = [
    "Refused",
    "send_letter_again",
    "send_outgoing_again",
    "tell_of_letters",
    "undo_letter",
    "write_letter",
]
