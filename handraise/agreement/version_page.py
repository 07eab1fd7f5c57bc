"""A version as its page shows it: the document or its faults, what changed, who may do what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from handraise.agreement.decide import Side, State, side_of
from handraise.agreement.differences import Difference, differences
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Fault
from handraise.agreement.models import Signature, Version
from handraise.agreement.queries import published
from handraise.agreement.reading import read
from handraise.agreement.references import read_to_propose
from handraise.kit.fold import fold
from handraise.team.decide import Permission
from handraise.team.models import User
from handraise.team.queries import may


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text with the faults that begin on it."""

    number: int
    text: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, or what is wrong with it; one of the two is empty."""

    document: Document | None
    faults: tuple[Fault, ...]
    lines: list[Line]


def reading(text: str, *, is_new: bool = False) -> Reading:
    """Never raises for a text that is no agreement.

    In one that is yet to be proposed (`is_new`) all that it names must be there.
    """
    try:
        document = read_to_propose(text) if is_new else read(text)
        return Reading(document, (), _lines(text, ()))
    except AgreementError as error:
        return Reading(None, error.faults, _lines(text, error.faults))


def _lines(text: str, faults: Sequence[Fault]) -> list[Line]:
    return [
        Line(number, line, tuple(fault for fault in faults if fault.line == number))
        for number, line in enumerate(text.split("\n"), start=1)
    ]


@dataclass(frozen=True, slots=True)
class SideOf:
    """One side of a version: its signature, if there is one."""

    side: Side
    signature: Signature | None


@dataclass(frozen=True, slots=True)
class Options:
    """What this person may do with this version now."""

    sign_for: Side | None
    may_withdraw: bool
    may_edit: bool
    may_propose: bool


def talk(version: Version, document: Document | None) -> dict[str, int]:
    """How many threads are open about each signal, by its name."""
    names = [] if document is None else [signal.name for signal in document.signals]
    threads = version.threads.filter(resolution=None).values_list("signal", flat=True)
    found = Counter(fold(signal) for signal in threads)
    return {name: found[fold(name[:120])] for name in names}


def sides(version: Version) -> list[SideOf]:
    """Both sides, marketing first."""
    signed = {signature.side: signature for signature in version.signatures.all()}
    return [SideOf(side, signed.get(side)) for side in Side]


def options(version: Version, user: User) -> Options:
    """The rules of actions.py as far as buttons go; the actions check again."""
    may_propose = may(user, Permission.PROPOSE)
    is_own = version.created_by_id == user.pk or may(user, Permission.ADMINISTER)
    is_draft = version.state == State.DRAFT
    return Options(
        sign_for=_side_to_sign(version, user),
        may_withdraw=is_own and version.state in {State.DRAFT, State.PROPOSED} and may_propose,
        may_edit=is_draft and may_propose,
        may_propose=may_propose,
    )


def _side_to_sign(version: Version, user: User) -> Side | None:
    side = side_of(user.role)
    if version.state != State.PROPOSED or side is None or not user.is_active:
        return None
    signed = {(signature.side, signature.by_id) for signature in version.signatures.all()}
    taken = any(side == its_side or user.pk == by for its_side, by in signed)
    return None if taken else side


def changes_from_force(version: Version, document: Document | None) -> list[Difference] | None:
    """What would change if this draft or proposal came into force; None where nothing is."""
    held = published()
    if document is None or held is None or version.state not in {State.DRAFT, State.PROPOSED}:
        return None
    return differences(held.document, document)
