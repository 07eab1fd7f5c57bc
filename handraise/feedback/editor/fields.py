"""The parts of an agreement as people edit them: which fields each has, and what they suggest.

The names are those of document.py; what a value must be, document.py alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from handraise.agreement.condition_tree import Scope


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    LENGTH = "length"
    CHECK = "check"
    CHOICE = "choice"
    WORDS = "words"  # several texts, parted by commas
    LINES = "lines"  # several texts, one on each line
    PAIRS = "pairs"  # names and values, one row each
    CONDITION = "condition"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in. `path` is where it stands within its part: `each.of`."""

    path: str
    label: str
    kind: Kind = Kind.TEXT
    help: str = ""
    choices: tuple[str, ...] = ()
    suggests: str = ""
    scope: Scope = Scope.LEAD
    on: object = True  # what a ticked box writes
    is_ticked: bool = False  # what a box that is not mentioned says
    is_rare: bool = False
    default: str = ""  # what the document means where nothing is written

    @property
    def name(self) -> str:
        """The name of its input."""
        return self.path.replace(".", "_") or "value"


@dataclass(frozen=True, slots=True)
class Section:
    """A kind of part. `is_many`: its key holds a list of them."""

    key: str
    title: str
    noun: str
    fields: tuple[Field, ...]
    is_many: bool = False
    is_needed: bool = True
    hint: str = ""

    @property
    def one(self) -> str:
        """`an interest signal`, `a route`."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"


_POINTS = Field("points", "Points", Kind.NUMBER, "Below zero takes away.")
_NAME = Field("name", "Name", help="As reasons, reports and briefs will say it.")
_CONSENT = Field(
    "needs_consent", "Only with consent to", suggests="purposes", is_rare=True,
    help="A purpose such as newsletter. Without it the activity does not count.",
)  # fmt: skip
_BEHAVIOUR = (
    _NAME,
    Field("event", "Activity", suggests="events",
          help="What they did, by the name it arrives under."),
    Field("where", "Where", Kind.CONDITION, scope=Scope.PROPERTIES,
          help="Which of these activities count. No row: all of them."),
    _POINTS,
    Field("half_life", "Half-life", Kind.LENGTH, "After this long, half of the points are left."),
    Field("at_most", "At most", Kind.NUMBER, "The most points this signal can add."),
    Field("within", "Counts for", Kind.LENGTH, "Older activities do not count.", is_rare=True),
    Field("once_per", "At most one a day", Kind.CHECK, on="day", is_rare=True),
    Field("each.of", "For each unit of", suggests="properties", is_rare=True,
          help="A property that multiplies the points, such as seconds."),
    Field("each.per", "One unit is", Kind.NUMBER, "60: points for every 60 of it.", is_rare=True),
    _CONSENT,
)  # fmt: skip

_DECIDERS = ("marketing", "sales development", "account executive", "sales")
_FACT_NAMES = "Names of facts, parted by commas."

SECTIONS: dict[str, Section] = {
    section.key: section
    for section in (
        Section("name", "Name", "name", (Field("", "Name of the agreement"),)),
        Section("fit", "Fit", "fit signal", (
            _NAME, _POINTS,
            Field("when", "When", Kind.CONDITION, scope=Scope.FACTS,
                  help="Facts of the person or, as company.…, of the company."),
        ), is_many=True, hint="Who they are"),
        Section("interest", "Interest", "interest signal", _BEHAVIOUR, is_many=True,
                hint="They want to know"),
        Section("intent", "Intent", "intent signal", _BEHAVIOUR, is_many=True,
                hint="They mean to buy"),
        Section("grades", "Grades", "grades", (
            Field("", "Grades", Kind.PAIRS, "Each letter from which fit on, the best first."),
        )),
        Section("priority", "Priority", "weights", (
            Field("fit", "Weight of fit", Kind.NUMBER, default="0.35"),
            Field("interest", "Weight of interest", Kind.NUMBER, default="0.2"),
            Field("intent", "Weight of intent", Kind.NUMBER, default="0.45"),
            Field("order_by", "Leads are ordered by", Kind.CHOICE, choices=("points", "learned"),
                  default="points", help="Learned: by the chance that a lead comes to the outcome, "
                  "where it is known and not suspect; else by points."),
        ), is_needed=False, hint="In which order the inbox is read"),
        Section("company", "Colleagues", "company", (
            Field("weight", "Weight", Kind.NUMBER, "0.3: three tenths of what colleagues did."),
            Field("at_most", "At most", Kind.NUMBER, "The most points colleagues can add."),
        ), is_needed=False, hint="What others of the same company did"),
        Section("mql", "MQL", "criteria for MQL", (
            Field("when", "A lead qualifies when", Kind.CONDITION),
            Field("needs", "Must be known", Kind.WORDS, _FACT_NAMES, suggests="facts"),
            Field("never", "But never when", Kind.CONDITION),
            Field("again_after", "Again after", Kind.LENGTH, default="30 days",
                  help="How long a rejected lead rests, unless it shows new intent."),
        )),
        Section("sal", "SAL", "acceptance", (
            Field("required", "Acceptance is a step of its own", Kind.CHECK, is_ticked=True),
            Field("decided_by", "Decided by", Kind.CHOICE, choices=_DECIDERS,
                  default="sales development"),
            Field("accept_within", "Accepted within", help="In working time: 4 working hours.",
                  default="4 working hours"),
            Field("touch_within", "First touch within",
                  help="Of acceptance, in working time. Empty: not agreed."),
            Field("answer_within", "Questions answered within", default="1 working day",
                  help="The clock of the offer stands still meanwhile, no longer than this."),
            Field("contest_within", "Rejections contested within", default="5 working days",
                  help="In working time of who contests; never: what sales says stands."),
            Field("then", "When the clock runs out", Kind.CHOICE, choices=("reassign", "keep"),
                  default="reassign"),
        ), is_needed=False),
        Section("sql", "SQL", "criteria for SQL", (
            Field("decided_by", "Decided by", Kind.CHOICE, choices=_DECIDERS,
                  default="account executive"),
            Field("when", "Only when", Kind.CONDITION),
            Field("team", "Passed to a person of", suggests="teams",
                  help="Empty: to any person who decides."),
            Field("accept_within", "Answered within", help="In working time: 1 working day.",
                  default="1 working day"),
            Field("answers.framework", "Framework of questions", default="BANT"),
            Field("answers.needs", "Answers needed", Kind.WORDS, "Parted by commas."),
        ), is_needed=False),
        Section("targets", "Targets", "targets", (
            Field("", "Targets", Kind.PAIRS, "mql: 120 a month. A rate: mql_to_sql: 0.3."),
        ), is_needed=False, hint="What both sides plan with"),
        Section("lists", "Lists", "list", (
            Field("name", "Name", help="As conditions name it: lower case, digits, underscores."),
            Field("values", "Values", Kind.LINES, "One on each line."),
        ), is_many=True),
        Section("routes", "Routes", "route", (
            _NAME, Field("team", "Goes to", suggests="teams"),
            Field("when", "For leads of which", Kind.CONDITION, help="No row: every lead."),
            Field("owner_first", "Who owns the lead or its company comes first", Kind.CHECK,
                  is_ticked=True),
            Field("by", "The others", Kind.CHOICE, choices=("turns", "least open", "hand"),
                  default="turns", help="Turns by each one’s share, who has least in hand, or by "
                  "hand: it waits for the first of the team to claim it."),
            Field("at_work_first", "Those at work come before those who are not", Kind.CHECK,
                  is_ticked=True),
        ), is_many=True, hint="The first that holds"),
        Section("reasons", "Reasons", "reason", (
            _NAME,
            Field("consequence", "What then happens", Kind.CHOICE,
                  choices=("recycle", "disqualify", "fix data", "other team", "more work")),
            Field("wake_after", "Looked at again after", Kind.LENGTH, "With recycle only."),
            Field("needs_note", "Needs a note", Kind.CHECK),
            Field("answer_by", "Who must answer", Kind.CHOICE, default="nobody",
                  choices=("nobody", "marketing", "sales development"),
                  help="They are asked what they do about it."),
        ), is_many=True, hint="Why sales may say no"),
        Section("recycle_plans", "Recycle plans", "recycle plan", (
            _NAME,
            Field("wakes", "Wakes", Kind.CHOICE, choices=("after", "next quarter", "on a date"),
                  default="after"),
            Field("wake_after", "After", Kind.LENGTH, "Only where it wakes after a while."),
        ), is_many=True, hint="Not now, but when"),
    )
}  # fmt: skip
PLAIN = ("routes", "reasons", "recycle_plans")  # said as the version's page says them
SIGNALS = ("fit", "interest", "intent")
LENGTHS = ("1 day", "7 days", "14 days", "30 days", "45 days", "90 days", "1 week", "180 days")
