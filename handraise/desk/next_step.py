"""What a lead lacks for its next stage, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handraise.agreement.document import Document
from handraise.leads.decide import Stage
from handraise.leads.models import Lead
from handraise.qualification.answers import answers_lacking
from handraise.qualification.decide import qualifies
from handraise.scoring.missing import Goal, Missing, missing
from handraise.scoring.standing import standing_of

_BEFORE_MQL = (Stage.LEAD, Stage.NURTURE)
_BEFORE_SQL = (Stage.MARKETING_QUALIFIED, Stage.SALES_ACCEPTED)


@dataclass(frozen=True, slots=True)
class NextStep:
    """The stage that comes next, and what is missing for it: by the criteria, and of answers."""

    stage: Stage
    missing: Missing
    questions: tuple[str, ...] = ()


def next_step(lead: Lead, *, document: Document, at: datetime) -> NextStep | None:
    """None where no criteria stand before the lead: it has passed them, or is out."""
    stage = Stage(lead.stage)
    if stage in _BEFORE_MQL:
        found = missing(lead.canonical_id, document=document, goal=MQL, at=at)
        return NextStep(Stage.MARKETING_QUALIFIED, found)
    asks = document.sql.when is not None or document.sql.answers.needs
    if stage in _BEFORE_SQL and asks:
        found = _before_sql(lead, document, at)
        questions = tuple(answers_lacking(lead, document, at=at))
        return NextStep(Stage.SALES_QUALIFIED, found, questions)
    return None


def _before_sql(lead: Lead, document: Document, at: datetime) -> Missing:
    if document.sql.when is None:
        return Missing(is_met=True)
    return missing(lead.canonical_id, document=document, goal=SQL, at=at)


MQL = Goal(
    wanted=("mql.when", "mql.needs"),
    forbidden="mql.never",
    passes=lambda scores: qualifies(standing_of(scores)),
)
SQL = Goal(
    wanted=("sql.when",),
    forbidden="",
    passes=lambda scores: scores.truths["sql.when"] is True,
)
