"""Verbs: the only writers of versions and signatures. Each is one transaction and one line.

Every verb first takes one lock for the agreement as a whole. Agreements change a few times a
year; that two people sign in the same second is still a matter of one publication, not of two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, Q

from handraise.agreement import lists
from handraise.agreement.decide import Side, State, side_of
from handraise.agreement.models import EarlierText, Signature, Thread, Version
from handraise.agreement.plain_yaml import MAX_BYTES
from handraise.agreement.reading import read
from handraise.agreement.references import read_to_propose
from handraise.leads import journal
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Via
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User

_LOCK = 7_203_001  # any number that nothing else locks by


class Overtaken(Refused):
    """Somebody else changed the draft meanwhile. `now` is the draft as it is."""

    def __init__(self, now: Version) -> None:
        who = now.changed_by or now.created_by
        super().__init__(f"{who} has changed this draft since you opened it.")
        self.now = now


@contextmanager
def _alone() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield


def save_draft(text: str, *, note: str, by: User, at: datetime, via: Via) -> Version:
    """Keep a text that is not ready; it may still have faults. Raises PermissionDenied."""
    require(by, Permission.PROPOSE)
    _refuse_unstorable(text)
    with _alone():
        version = _new(text, State.DRAFT, note=note, by=by, at=at)
        _line("drafted", version, f"{by} began version {version.number}.", by=by, at=at, via=via)
    return version


def draft_from(source: Version, *, by: User, at: datetime, via: Via) -> Version:
    """A new draft that says what an older version said: to change it, or to go back to it.

    Raises PermissionDenied, Refused for a text that was never proposed.
    """
    require(by, Permission.PROPOSE)
    if source.state == State.DRAFT:
        raise Refused(f"Version {source.number} is a draft itself; write on at it.")
    is_held = source.state == State.PUBLISHED
    note = "" if is_held else f"Goes back to what version {source.number} said."
    with _alone():
        version = _new(source.text, State.DRAFT, note=note, by=by, at=at)
        said = f"{by} began version {version.number} from version {source.number}."
        _line("drafted", version, said, by=by, at=at, via=via)
    return version


def change_draft(
    version: Version, text: str, *, note: str, by: User, at: datetime, via: Via,
    seen: int | None = None, what: str = "", renamed: tuple[str, str] | None = None,
) -> Version:  # fmt: skip
    """Replace the text of a draft; the text it had is kept.

    `seen` is the revision that was read before changing (None: whatever stands there), `what`
    says the change for the journal, `renamed` a signal's old and new name.

    Raises PermissionDenied; Overtaken if another revision stands there by now; Refused once it
    was proposed.
    """
    require(by, Permission.PROPOSE)
    _refuse_unstorable(text)
    with _alone():
        version = _in_state(version, State.DRAFT, "Only a draft can be changed")
        if seen is not None and seen != version.revision:
            raise Overtaken(version)
        if (version.text, version.note) == (text, note):
            return version
        _keep_earlier(version)
        version.text, version.note, version.revision = text, note, version.revision + 1
        version.changed_at, version.changed_by = at, by
        version.save(update_fields=["text", "note", "revision", "changed_at", "changed_by"])
        if renamed is not None:
            Thread.objects.filter(version=version, signal=renamed[0]).update(signal=renamed[1])
        said = f"{by} changed the draft of version {version.number}{what and f': {what}'}."
        _line("draft_changed", version, said, by=by, at=at, via=via)
    return version


def restore(
    version: Version, revision: int, *, by: User, at: datetime, via: Via, seen: int | None = None
) -> Version:
    """Give a draft the text back that it had at a revision; today's text is kept as well.

    Raises PermissionDenied, Overtaken, Refused.
    """
    require(by, Permission.PROPOSE)
    earlier = EarlierText.objects.filter(version=version, revision=revision).first()
    if earlier is None:
        raise Refused(f"Version {version.number} has no earlier text {revision}.")
    what = f"back to text {revision}"
    return change_draft(
        version, earlier.text, note=version.note, by=by, at=at, via=via, seen=seen, what=what
    )


def _keep_earlier(version: Version) -> None:
    EarlierText.objects.create(
        version=version, revision=version.revision, text=version.text,
        by=version.changed_by or version.created_by, at=version.changed_at or version.created_at,
    )  # fmt: skip


def propose(text: str, *, note: str, by: User, at: datetime, via: Via) -> Version:
    """Put a text before both sides; from here on it never changes.

    Raises AgreementError with every fault of the text, PermissionDenied.
    """
    require(by, Permission.PROPOSE)
    read_to_propose(text)
    with _alone():
        version = _new(text, State.PROPOSED, note=note, by=by, at=at)
        _say_proposed(version, by=by, at=at, via=via)
    return version


def propose_draft(
    version: Version, *, by: User, at: datetime, via: Via, seen: int | None = None
) -> Version:
    """Propose a draft as it stands, or as it was `seen`.

    Raises AgreementError, Overtaken, Refused, PermissionDenied.
    """
    require(by, Permission.PROPOSE)
    with _alone():
        version = _in_state(version, State.DRAFT, "Only a draft can be proposed")
        if seen is not None and seen != version.revision:
            raise Overtaken(version)
        read_to_propose(version.text)
        version.state, version.proposed_at = State.PROPOSED, at
        version.save(update_fields=["state", "proposed_at"])
        _say_proposed(version, by=by, at=at, via=via)
    return version


def withdraw(version: Version, *, by: User, at: datetime, via: Via) -> Version:
    """Take back a draft or a proposal: whoever proposed it, or revenue operations.

    Raises Refused once it was published or withdrawn, PermissionDenied.
    """
    require(by, Permission.PROPOSE)
    with _alone():
        said = "Only a draft or a proposal can be withdrawn"
        _refuse_to_end(version)
        version = _in_state(version, State.DRAFT, said, State.PROPOSED)
        if version.created_by_id != by.pk:
            require(by, Permission.ADMINISTER)
        _retire(version, State.WITHDRAWN, at=at)
        said = f"{by} withdrew version {version.number} of the agreement."
        _line("withdrawn", version, said, by=by, at=at, via=via)
    return version


def _refuse_to_end(version: Version) -> None:
    """An agreement ends by its follower only: else nobody would qualify, and nobody signed that."""
    if Version.objects.filter(pk=version.pk, state=State.PUBLISHED).exists():
        raise Refused(
            f"Version {version.number} is in force. It ends when both sides sign the version that"
            " follows it."
        )


def sign(version: Version, *, by: User, at: datetime, via: Via) -> Signature:
    """Sign for the side of one's role; the second side's signature publishes in the same breath.

    Publishing retires the version in force, withdraws proposals older than this one and newer ones
    that one side has signed (they were written, or signed, beside what no longer holds), and
    brings the document's own lists along.

    Raises PermissionDenied for roles that sign for neither side, Refused otherwise.
    """
    side = _side(by)
    with _alone():
        version = _in_state(version, State.PROPOSED, "Only a proposal can be signed")
        signed = {signature.side: signature for signature in version.signatures.all()}
        _refuse_second_signature(side, signed, by)
        signature = Signature.objects.create(version=version, side=side, by=by, at=at)
        said = f"{by} signed version {version.number} of the agreement for {side.label.lower()}."
        _line("signed", version, said, by=by, at=at, via=via)
        if {*signed, side} == set(Side):
            _publish(version, by=by, at=at, via=via)
    return signature


def _side(by: User) -> Side:
    side = side_of(by.role)
    if side is None:
        require(by, Permission.SIGN_MARKETING)  # says who may; no role without a side has it
        raise Refused(f"{by.role_label} signs for neither side.")
    require(by, Permission.SIGN_MARKETING if side is Side.MARKETING else Permission.SIGN_SALES)
    return side


def _refuse_second_signature(side: Side, signed: dict[str, Signature], by: User) -> None:
    if any(signature.by_id == by.pk for signature in signed.values()):
        raise Refused("You have signed this version already.")
    if side in signed:
        raise Refused(f"{side.label} has signed already: {signed[side].by}.")


def _publish(version: Version, *, by: User, at: datetime, via: Via) -> None:
    for old in Version.objects.filter(state=State.PUBLISHED):
        _retire(old, State.RETIRED, at=at)
        said = f"Version {version.number} takes the place of version {old.number}."
        _line("retired", old, said, by=by, at=at, via=via)
    others = Version.objects.filter(state=State.PROPOSED).exclude(pk=version.pk)
    for other in others.filter(Q(number__lt=version.number) | Q(signatures__isnull=False)):
        _retire(other, State.WITHDRAWN, at=at)
        said = f"Version {other.number} was overtaken by version {version.number}."
        if other.number > version.number:
            said += " It was signed beside another: propose it again."
        _line("withdrawn", other, said, by=by, at=at, via=via)
    version.state, version.published_at = State.PUBLISHED, at
    version.save(update_fields=["state", "published_at"])
    lists.sync_own(read(version.text).lists)
    said = f"Version {version.number} of the agreement is in force: both sides have signed."
    _line("published", version, said, by=by, at=at, via=via)


def _retire(version: Version, state: State, *, at: datetime) -> None:
    version.state, version.retired_at = state, at
    version.save(update_fields=["state", "retired_at"])


def _new(text: str, state: State, *, note: str, by: User, at: datetime) -> Version:
    newest = Version.objects.aggregate(newest=Max("number"))["newest"] or 0
    return Version.objects.create(
        number=newest + 1, state=state, text=text, note=note.strip(), created_at=at, created_by=by,
        proposed_at=at if state is State.PROPOSED else None,
    )  # fmt: skip


def _in_state(version: Version, state: State, rule: str, *also: State) -> Version:
    """The row as it is now, under the lock. Raises Refused in any other state."""
    found = Version.objects.get(pk=version.pk)
    if found.state not in {state, *also}:
        raise Refused(f"{rule}; version {found.number} is {found.state}.")
    return found


def _refuse_unstorable(text: str) -> None:
    """A draft may be unfinished, but it must fit and be text."""
    if len(text) > MAX_BYTES:
        raise Refused(f"The text is too long; an agreement has at most {MAX_BYTES:,} bytes.")
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Refused("The text holds characters that are no text.")


def _say_proposed(version: Version, *, by: User, at: datetime, via: Via) -> None:
    said = f"{by} proposed version {version.number} of the agreement."
    _line("proposed", version, said, by=by, at=at, via=via)


def _line(deed: str, version: Version, said: str, *, by: User, at: datetime, via: Via) -> None:
    data = {"version": version.number}
    journal.write(f"agreement.{deed}", at=at, via=via, by=by, said=said, data=data)
