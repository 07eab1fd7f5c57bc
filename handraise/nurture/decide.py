"""Closed lists of journeys, in plain Python."""

from enum import StrEnum

from handraise.leads.decide import Stage


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


# What was to be sent and has not left is called off then; other endings let it go.
CUT_SHORT = frozenset({Ending.GOAL, Ending.EXIT, Ending.SALES, Ending.BY_HAND, Ending.OVERTAKEN})


class Way(StrEnum):
    """Ways on from a step that have no name of their own."""

    NEXT = "next"
    HAPPENED = "happened"  # what was waited for
    PASSED = "time passed"  # before it did


# Where somebody in sales is at work on a lead: marketing stops.
SALES = frozenset(
    {Stage.SALES_ACCEPTED.value, Stage.SALES_QUALIFIED.value, Stage.OPPORTUNITY.value}
)

ENDED = {
    Ending.FINISHED: "Finished",
    Ending.GOAL: "Reached the goal of",
    Ending.EXIT: "Left",
    Ending.LEFT: "Left",
    Ending.SALES: "Was taken out of",
    Ending.HELD_OUT: "Was held out of",
    Ending.BY_HAND: "Was taken out of",
    Ending.FAILED: "Failed in",
    Ending.OVERTAKEN: "Left",
}
