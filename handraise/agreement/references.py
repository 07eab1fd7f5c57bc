"""What an agreement names that steps above keep, such as a framework of questions.

Such a step adds a check when the application starts, because nothing here may import it. Texts
that are written or proposed are checked; what was signed holds as it was signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from handraise.agreement import plain_yaml
from handraise.agreement.document import Document
from handraise.agreement.faults import AgreementError, Place
from handraise.agreement.reading import fault_at, read_anew

Check: TypeAlias = Callable[[Document], Iterable[tuple[Place, str]]]

_checks: dict[str, Check] = {}


def add_check(name: str, check: Check) -> None:
    """Let a step above say what a document names that is not there. Once for each name."""
    _checks[name] = check


def read_to_propose(text: str) -> Document:
    """The agreement a text says, with everything there that it names.

    Raises AgreementError as `read` does, and with the faults of what is not there.
    """
    document = read_anew(text)
    found = [each for check in _checks.values() for each in check(document)]
    if found:
        tree = plain_yaml.load(text)
        raise AgreementError(sorted(fault_at(tree, place, said) for place, said in found))
    return document
