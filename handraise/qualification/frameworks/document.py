"""A framework of questions as a document. Plain data, no Django."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from handraise.agreement.document import Length, Part
from handraise.kit.fold import fold

LONGEST_NAME = 60

_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise ValueError("A key is written in up to 60 lower-case letters, digits and underscores.")
    return text


def _name(text: str) -> str:
    if not 0 < len(fold(text)) <= LONGEST_NAME:  # folding can make a text longer, or nothing of it
        raise ValueError(f"A framework is named in 1 to {LONGEST_NAME} characters.")
    return text


FrameworkName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_name),
]
Key = Annotated[str, AfterValidator(_key)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class Choice(Part):
    """One of the answers there are; `counts`: it speaks for the lead."""

    name: Wording
    counts: bool = True


class Question(Part):
    """What has to be found out, how to ask for it, and for how long an answer is believed.

    Without `answers` it is answered in words, and any words count. Without `stays_true` an answer
    holds until there is another.
    """

    key: Key
    asks: Sentence
    open_questions: tuple[Sentence, ...] = Field(default=(), max_length=20)
    answers: tuple[Choice, ...] = Field(default=(), max_length=20)
    stays_true: Length | None = None

    @property
    def label(self) -> str:
        """`economic_buyer` as `Economic buyer`."""
        return self.key.replace("_", " ").capitalize()

    def choice(self, name: str) -> Choice | None:
        """The answer of this name; letters may be large or small."""
        return next((one for one in self.answers if fold(one.name) == fold(name)), None)


class Framework(Part):
    """A named set of questions."""

    name: FrameworkName
    says: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    questions: tuple[Question, ...] = Field(min_length=1, max_length=40)

    @property
    def folded(self) -> str:
        """The name by which answers are kept."""
        return fold(self.name)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(question.key for question in self.questions)

    def question(self, key: str) -> Question | None:
        """The question of this key; None if the framework does not ask it."""
        return next((one for one in self.questions if one.key == key), None)
