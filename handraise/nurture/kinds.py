"""What a step of each kind has to fill in, and how that stands in the text. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from handraise.agreement.condition_tree import Scope
from handraise.nurture.steps import kind_of


class Input(StrEnum):
    """How a thing is filled in."""

    TEXT = "text"
    LONG = "long"
    LENGTH = "length"
    NUMBER = "number"
    CLOCK = "clock"
    VALUE = "value"  # a text, a number, true or false
    CHOICE = "choice"
    CHECK = "check"
    EVENT = "event"
    FACT = "fact"
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `path`: where it stands in its part; `prefix` stands before it there;
    `default` is what a text means that does not say it."""

    name: str
    label: str
    path: tuple[str, ...]
    input: Input = Input.TEXT
    help: str = ""
    offers: str = ""  # which choices: see choices.py
    scope: Scope = Scope.LEAD
    event: str = ""  # the field that names whose properties a condition asks
    prefix: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a part: the ways of a fork, the exits of a journey. `path` is where they stand."""

    path: str
    one: str
    legend: str
    help: str
    has_condition: bool = True
    has_share: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A part that people fill in. `base` is what a new one says before anything is filled in."""

    key: str
    icon: str
    title: str
    says: str
    fields: tuple[Field, ...] = ()
    rows: Rows | None = None
    base: dict[str, Any] = field(default_factory=dict)


_WHOM = "owner, marketing"
_AT = "Time of day, in the zone of the lead, such as 09:30."
FORMS: dict[str, Form] = {
    form.key: form
    for form in (
        Form(
            "send", "mail", "Send a message",
            "Consent, caps and quiet hours decide at that moment whether it goes out.",
            (Field("message", "Message", ("send", "message"), Input.CHOICE, offers="messages"),),
            base={"send": {}},
        ),
        Form(
            "wait", "hourglass", "Wait a while", "Hours, days or weeks.",
            (
                Field("length", "How long", ("wait", "for"), Input.LENGTH),
                Field("clock", "Then until", ("wait", "at"), Input.CLOCK, f"{_AT} Empty: at once."),
            ),
            base={"wait": {}},
        ),
        Form(
            "wait-date", "calendar-days", "Wait until a date",
            "A date that is known of the lead, such as a renewal.",
            (
                Field("fact", "Fact that holds the date", ("wait", "until"), Input.FACT,
                      prefix="fact:"),
                Field("minus", "This much before", ("wait", "minus"), Input.LENGTH),
                Field("plus", "Or this much after", ("wait", "plus"), Input.LENGTH),
                Field("clock", "At", ("wait", "at"), Input.CLOCK, f"{_AT} Empty: 09:00."),
            ),
            base={"wait": {}},
        ),
        Form(
            "wait-office", "briefcase", "Wait until working time",
            "So that nothing happens at night or on a Sunday.",
            (Field("team", "Of the team", ("wait", "of"), Input.CHOICE,
                   "Empty: office hours in the zone of the lead.", offers="teams"),),
            base={"wait": {"until": "working time"}},
        ),
        Form(
            "wait-event", "radio", "Wait until something happens",
            "Until they click, come or answer, or a time has passed.",
            (
                Field("event", "What happens", ("wait", "until", "event"), Input.EVENT),
                Field("where", "Only where", ("wait", "until", "where"), Input.CONDITION,
                      scope=Scope.PROPERTIES, event="event"),
                Field("most", "Wait at most", ("wait", "at_most"), Input.LENGTH,
                      "A branch after it may ask whether it happened. Empty: for as long as it "
                      "takes."),
            ),
            base={"wait": {"until": {}}},
        ),
        Form(
            "branch", "split", "Branch",
            "Different ways for different leads; they meet again below.",
            rows=Rows(
                "branch", "way", "Ways, the first that holds is taken",
                "A last way without a condition is for everybody else.",
            ),
            base={"branch": [{"name": "Yes", "steps": []}, {"name": "Others", "steps": []}]},
        ),
        Form(
            "split", "shuffle", "Split at random",
            "To compare two ways, or to hold some out and see what the journey brings.",
            rows=Rows(
                "split", "way", "Ways and their shares",
                "Shares come to 100. Those held out leave: nothing happens to them here.",
                has_condition=False, has_share=True,
            ),
            base={
                "split": [
                    {"name": "A", "share": 90, "steps": []},
                    {"name": "Holdout", "share": 10, "holdout": True},
                ]
            },
        ),
        Form(
            "task", "list-checks", "Give a task", "A task on the page of the lead.",
            (
                Field("title", "What is to be done", ("task", "title")),
                Field("due", "Due in", ("task", "due_in"), Input.LENGTH),
                Field("to", "For", ("task", "to"), Input.CHOICE, offers=_WHOM, default="owner"),
            ),
            base={"task": {}},
        ),
        Form(
            "notify", "bell", "Tell a colleague", "A notice, where they read their news.",
            (
                Field("text", "What they are told", ("notify", "text"), Input.LONG),
                Field("to", "Whom", ("notify", "to"), Input.CHOICE, offers=_WHOM, default="owner"),
            ),
            base={"notify": {}},
        ),
        Form(
            "set_fact", "tag", "Note something of the lead",
            "A fact that conditions can ask, here and in the agreement.",
            (
                Field("fact", "Fact", ("set_fact", "name"), Input.FACT),
                Field("value", "Value", ("set_fact", "value"), Input.VALUE,
                      "A text, a number, or true or false."),
            ),
            base={"set_fact": {}},
        ),
        Form(
            "ready_for_sales", "hand", "Ready for sales",
            "Recorded as an activity that the agreement may count. A journey qualifies nobody by "
            "itself.",
            base={"ready_for_sales": {}},
        ),
        Form("leave", "log-out", "Leave", "The journey ends here for whoever comes by.",
             base={"leave": {}}),
    )
}  # fmt: skip
HEAD = Form(
    "head", "door-open", "Who enters, and the rules", "",
    (
        Field("name", "Name", ("name",)),
        Field("purpose", "Purpose of its messages", ("purpose",), Input.CHOICE,
              "Only who may be written to for it gets them.", offers="purposes"),
        Field("topic", "Topic", ("topic",), Input.TEXT, "Of the purpose. May be empty."),
        Field("event", "They enter with each", ("enter", "on", "event"), Input.EVENT,
              "Empty: as soon as the condition below comes to hold."),
        Field("where", "Only where", ("enter", "on", "where"), Input.CONDITION,
              scope=Scope.PROPERTIES, event="event"),
        Field("when", "And only while this holds", ("enter", "when"), Input.CONDITION),
        Field("list", "And only who is in the list", ("enter", "list"), Input.CHOICE,
              offers="lists"),
        Field("again", "May enter again", ("again",), Input.TEXT,
              "never, or such as “after 90 days”.", default="never"),
        Field("priority", "Priority", ("priority",), Input.NUMBER,
              "0 to 100, against other journeys that want to be alone.", default="50"),
        Field("alone", "One journey at a time: one of higher priority takes over", ("alone",),
              Input.CHECK),
        Field("with_sales", "Goes on when sales takes over", ("goes_on_with_sales",), Input.CHECK,
              "Otherwise it ends with SAL, SQL and opportunity."),
        Field("goal", "The goal: reached as soon as this holds", ("goal",), Input.CONDITION),
    ),
    rows=Rows("exits", "exit", "Exits: leave as soon as one holds", ""),
)  # fmt: skip
HEAD_ORDER = (
    "name", "purpose", "topic", "enter", "again", "priority", "alone", "goal", "exits",
    "goes_on_with_sales", "steps",
)  # fmt: skip


def form_of(step: Any) -> Form:
    """The form that fits a raw step. Raises LookupError for a step of no kind."""
    kind = kind_of(step)
    if kind != "wait":
        return FORMS[kind]
    said = step["wait"]
    until = said.get("until") if isinstance(said, dict) else None
    if isinstance(until, dict):
        return FORMS["wait-event"]
    if isinstance(until, str):
        return FORMS["wait-date" if until.startswith("fact:") else "wait-office"]
    return FORMS["wait"]
