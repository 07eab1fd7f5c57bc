"""Closed lists of the records that everything else stands on."""

from enum import StrEnum

from handraise.team.decide import Refused as Refused


class Stage(StrEnum):
    """Where a lead stands. The order is the path; NURTURE and DISQUALIFIED lie beside it."""

    LEAD = "LEAD"
    MARKETING_QUALIFIED = "MARKETING_QUALIFIED"
    SALES_ACCEPTED = "SALES_ACCEPTED"
    SALES_QUALIFIED = "SALES_QUALIFIED"
    OPPORTUNITY = "OPPORTUNITY"
    CUSTOMER = "CUSTOMER"
    NURTURE = "NURTURE"
    DISQUALIFIED = "DISQUALIFIED"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Stage.LEAD: "Lead",
    Stage.MARKETING_QUALIFIED: "MQL",
    Stage.SALES_ACCEPTED: "SAL",
    Stage.SALES_QUALIFIED: "SQL",
    Stage.OPPORTUNITY: "Opportunity",
    Stage.CUSTOMER: "Customer",
    Stage.NURTURE: "Nurture",
    Stage.DISQUALIFIED: "Disqualified",
}

PATH = (
    Stage.LEAD,
    Stage.MARKETING_QUALIFIED,
    Stage.SALES_ACCEPTED,
    Stage.SALES_QUALIFIED,
    Stage.OPPORTUNITY,
    Stage.CUSTOMER,
)


# Work in progress outweighs a verdict, a verdict outweighs waiting, waiting outweighs nothing.
_WEIGHT = {
    stage: weight
    for weight, stage in enumerate((Stage.LEAD, Stage.NURTURE, Stage.DISQUALIFIED, *PATH[1:]))
}


def stage_after_merge(kept: Stage, merged: Stage) -> Stage:
    """Where one person stands who was known as two: no sale, and no open work, is lost."""
    return max(kept, merged, key=_WEIGHT.__getitem__)


# What a person did for the lead themselves, by the name under which it is logged: a touch. A bulk
# mail or a change of stage is none.
TOUCHES = {"Called": "We called them", "Wrote": "We wrote to them", "Met": "We met"}


# Facts that decide what we do, or that we work out: no visitor is asked for them or heard on them.
OURS = frozenset({
    "email_domain", "stage", "grade", "fit", "interest", "intent", "priority", "is_competitor",
})  # fmt: skip


# Facts that may name where a person's clock stands, the one that is believed first, first.
ZONE_FACTS = ("timezone", "time_zone", "zone")


class IdentityKind(StrEnum):
    """What a lead is known by. `record` is our own: one a lead, for what people add by hand."""

    USER_ID = "user_id"
    EMAIL = "email"
    ANONYMOUS_ID = "anonymous_id"
    RECORD = "record"


class SourceKind(StrEnum):
    """Who speaks. A website's key stands in its pages, so anybody may speak as a WEBSITE: what it
    says fills gaps, and neither joins people whom we know nor outweighs anybody else's word."""

    WEBSITE = "website"
    API = "api"  # a server, which keeps its key to itself
    IMPORT = "import"
    HAND = "hand"
    FORM = "form"
    CONNECTOR = "connector"


# The same of a row of leads_source that a statement calls `source`.
IS_PUBLIC = f"source.kind = '{SourceKind.WEBSITE}'"


class Doubt(StrEnum):
    """Why an activity may not count. For each doubt the newest judgement holds."""

    BOT = "bot"
    WITHDRAWN = "withdrawn"


class Via(StrEnum):
    """By which way an actor acted."""

    WEB = "web"
    SHELL = "shell"
    API = "api"
    WORKER = "worker"
