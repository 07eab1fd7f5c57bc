"""The shipped journeys, to begin from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from handraise.nurture import shipped
from handraise.nurture.reading import read


@dataclass(frozen=True, slots=True)
class Sample:
    """A shipped journey: what it is called, why it is as it is, its text."""

    code: str
    name: str
    says: str
    text: str


@cache
def samples() -> tuple[Sample, ...]:
    """Every shipped journey by name."""
    texts = {code: shipped.text(code) for code in shipped.CODES}
    found = [Sample(code, read(text).name, _says(text), text) for code, text in texts.items()]
    return tuple(sorted(found, key=lambda one: one.name))


def sample(code: str) -> Sample | None:
    return next((one for one in samples() if one.code == code), None)


def _says(text: str) -> str:
    """The comment that a text begins with."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("# "))
    return " ".join(lines)
