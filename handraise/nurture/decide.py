"""Closed lists of journeys."""

from enum import StrEnum


class State(StrEnum):
    """Whether a journey takes anybody in. PAUSED: nobody enters, who is inside waits."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    RETIRED = "retired"  # nobody enters, who is inside finishes


class Ending(StrEnum):
    """How an enrolment ended."""

    FINISHED = "finished"  # the last step was passed
    GOAL = "goal"
    EXIT = "exit"
    LEFT = "left"  # by a step that says leave
    SALES = "sales"  # somebody in sales took over
    HELD_OUT = "held out"  # drawn into the holdout of a split
    BY_HAND = "by hand"
    FAILED = "failed"  # a step cannot be done; `why` says what is wrong
    OVERTAKEN = "overtaken"  # a journey of higher priority took them, or leads were merged


class Way(StrEnum):
    """Ways on from a step that have no name of their own."""

    NEXT = "next"
    HAPPENED = "happened"  # what was waited for
    PASSED = "time passed"  # before it did
