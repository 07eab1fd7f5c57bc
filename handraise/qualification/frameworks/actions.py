"""Verbs: write, change and remove one's own frameworks. Shipped ones are copied, never changed."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from handraise.agreement.decide import State
from handraise.agreement.faults import AgreementError
from handraise.agreement.models import Version
from handraise.agreement.reading import read_signed
from handraise.kit.fold import fold
from handraise.leads import journal
from handraise.leads.decide import Refused as Refused
from handraise.leads.decide import Via
from handraise.qualification.frameworks.document import Framework
from handraise.qualification.frameworks.reading import read, shipped
from handraise.qualification.models import OwnFramework
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


class Overtaken(Refused):
    """Somebody else changed the framework meanwhile. `now` is the framework as it is."""

    def __init__(self, now: OwnFramework) -> None:
        super().__init__(f"{now.by} has changed this framework since you opened it.")
        self.now = now


@transaction.atomic
def write(text: str, *, by: User, at: datetime, via: Via) -> OwnFramework:
    """A new framework. Raises AgreementError with faults by line, Refused for a name in use."""
    require(by, Permission.ADMINISTER)
    framework = read(text)
    _refuse_shipped(framework)
    try:
        with transaction.atomic():
            own = OwnFramework.objects.create(
                name=framework.name, folded=framework.folded, text=text, changed_at=at, by=by
            )
    except IntegrityError:
        raise Refused(f"There is a framework {framework.name} already.") from None
    _line("framework_written", own, f"{by} wrote the framework {own}.", by=by, at=at, via=via)
    return own


@transaction.atomic
def change(
    own: OwnFramework, text: str, *, by: User, at: datetime, via: Via, seen: int | None = None
) -> OwnFramework:
    """Replace the text. The name stays: answers and agreements go by it.

    Answers that were given keep what they meant then. `seen` is the revision that was read.
    Raises AgreementError, Overtaken, Refused for another name or a question that is needed.
    """
    require(by, Permission.ADMINISTER)
    held = _hold(own)
    if seen is not None and seen != held.revision:
        raise Overtaken(held)
    framework = read(text)
    if framework.folded != held.folded:
        raise Refused(
            f"The name stays {held.name}, because answers are kept under it. Copy it to rename it."
        )
    if text == held.text:
        return held
    _refuse_missing(held, set(framework.keys))
    held.name, held.text, held.revision = framework.name, text, held.revision + 1
    held.changed_at, held.by = at, by
    held.save()
    _line("framework_changed", held, f"{by} changed the framework {held}.", by=by, at=at, via=via)
    return held


@transaction.atomic
def remove(own: OwnFramework, *, by: User, at: datetime, via: Via) -> None:
    """Take a framework away; its answers stay. Refused while an agreement needs it."""
    require(by, Permission.ADMINISTER)
    held = _hold(own)
    _refuse_missing(held, set())
    _line("framework_removed", held, f"{by} removed the framework {held}.", by=by, at=at, via=via)
    held.delete()


def _hold(own: OwnFramework) -> OwnFramework:
    held = OwnFramework.objects.select_for_update().filter(pk=own.pk).first()
    if held is None:
        raise Refused(f"The framework {own.name} was removed meanwhile.")
    return held


def _refuse_shipped(framework: Framework) -> None:
    if framework.folded in shipped():
        said = f"{framework.name} comes with Handraise and is not changed; give yours another name."
        raise Refused(said)


def _refuse_missing(own: OwnFramework, kept: set[str]) -> None:
    """No agreement that holds or may be signed loses a question that it needs."""
    for version in Version.objects.filter(state__in=[State.PROPOSED, State.PUBLISHED]):
        try:
            answers = read_signed(version.text).sql.answers
        except AgreementError:  # an earlier release wrote it, and it can no longer be read at all
            continue
        gone = [need for need in answers.needs if need not in kept]
        if gone and fold(answers.framework) == own.folded:
            raise Refused(
                f"Version {version.number} of the agreement ({version.state}) needs an answer to"
                f" {', '.join(gone)}."
            )


def _line(deed: str, own: OwnFramework, said: str, *, by: User, at: datetime, via: Via) -> None:
    data = {"framework": own.name, "text": own.text}
    journal.write(f"qualification.{deed}", at=at, via=via, by=by, said=said, data=data)
