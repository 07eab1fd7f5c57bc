"""Reads: the frameworks there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Place, nearest, one_of
from handraise.kit.fold import fold
from handraise.qualification.frameworks.document import Framework
from handraise.qualification.frameworks.reading import read, shipped
from handraise.qualification.models import OwnFramework
from handraise.team.access import require
from handraise.team.decide import Permission
from handraise.team.models import User


@dataclass(frozen=True, slots=True)
class Kept:
    """A framework with its text; `own` is its row, None for a shipped one."""

    framework: Framework
    text: str
    own: OwnFramework | None = None


def frameworks_visible_to(user: User) -> list[Kept]:
    """Every framework, the shipped ones first, by name."""
    require(user, Permission.SEE)
    ours = OwnFramework.objects.select_related("by").order_by("folded")
    kept = [Kept(framework, text) for framework, text in shipped().values()]
    return kept + [Kept(found, own.text, own) for own in ours if (found := _readable(own.text))]


def own_framework_visible_to(user: User, pk: int) -> OwnFramework:
    """One that this installation wrote. OwnFramework.DoesNotExist."""
    require(user, Permission.SEE)
    return OwnFramework.objects.select_related("by").get(pk=pk)


def framework_named(name: str) -> Framework | None:
    """The framework of this name; letters may be large or small."""
    found = shipped().get(fold(name))
    if found is not None:
        return found[0]
    own = OwnFramework.objects.filter(folded=fold(name)).first()
    return None if own is None else _readable(own.text)


def _readable(text: str) -> Framework | None:
    """None for what an earlier release took and this one cannot read."""
    try:
        return read(text)
    except AgreementError:
        return None


def names() -> list[str]:
    """The names of all frameworks, the shipped ones first."""
    ours = OwnFramework.objects.order_by("folded").values_list("name", flat=True)
    return [*(framework.name for framework, _ in shipped().values()), *ours]


def unknown_questions(document: Document) -> Iterator[tuple[Place, str]]:
    """What an agreement asks for that no framework has: places and sentences."""
    answers = document.sql.answers
    if not answers.needs:
        return
    framework = framework_named(answers.framework)
    if framework is None:
        known = names()
        hint = nearest(answers.framework, known)
        said = f"There is no framework '{answers.framework}'; there is {one_of(known)}.{hint}"
        yield ("sql", "answers", "framework"), said
        return
    for place, need in enumerate(answers.needs):
        if framework.question(need) is None:
            asks = one_of(framework.keys)
            hint = nearest(need, framework.keys)
            said = f"{framework.name} asks for {asks}, not '{need}'.{hint}"
            yield ("sql", "answers", "needs", place), said
